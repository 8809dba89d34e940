"""The functions of the package, which look up names in an instance. One table serves the calls and the schema.

Names are case-sensitive, as in AWS. An unknown name is an error with a suggestion. Resources that the program itself
creates do not exist in the first preview: take the id from the resource.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.connect.directory import Directory
from connect_users.connect.listings import name_member
from connect_users.core import references, tokens
from connect_users.core.arns import bare_id
from connect_users.core.errors import ConnectUsersError
from connect_users.core.fields import BY_NAME
from connect_users.core.shapes import id_problems, shown
from connect_users.core.spec import contains_unknown
from connect_users.core.spelling import camel

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from connect_users.connect.directory import AnswerCache
    from connect_users.connect.pacing import Notify
    from connect_users.core.references import Reference

Json = dict[str, Any]

_INDEX: Final = tokens.PLUGIN
_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING}
_MAP: Final[Json] = {"type": "object", "additionalProperties": _STRING}
_ENTRY: Final = "UserEntry"


@dataclass(frozen=True)
class Property:
    """An argument or a result: its type in the schema's words, and its description."""

    type: Json
    about: str
    required: bool = True


@dataclass(frozen=True)
class Function:
    """A function of the package; ``instance`` is the argument that names the instance."""

    about: str
    look_up: Callable[[Directory, Json], Coroutine[Any, Any, Json]]
    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    instance: str = "instanceId"


_INSTANCE: Final = Property(_STRING, "Id, ARN or alias of the instance.")
_ID: Final = Property(_STRING, "The bare id.")
_ARN: Final = Property(_STRING, "The ARN.")
#: Filter -> the input of a user whose ids it takes: the search would find nobody by anything else.
_IDS: Final = {camel(each.field.removesuffix("s")): BY_NAME[each.field] for each in references.OF_USERS}


async def _instance(directory: Directory, _: Json) -> Json:
    return {
        "id": await directory.id(),
        "arn": await directory.arn(),
        "alias": await directory.fact("InstanceAlias"),
        "identityManagementType": await directory.fact("IdentityManagementType"),
    }


def _named(reference: Reference, name: str = "name", which: str = "") -> Function:
    """A function that looks up one kind."""

    async def look_up(directory: Directory, arguments: Json) -> Json:
        entry = await directory.entry(reference, arguments[name])
        return {"id": entry["Id"], "arn": entry["Arn"], name: entry[name_member(reference)]}

    about = f"The {name}, as in Connect; case-sensitive."
    return Function(
        f"The id and the ARN of a {reference.noun}{which}, by its {name}.",
        look_up,
        {"instanceId": _INSTANCE, name: Property(_STRING, about)},
        {"id": _ID, "arn": _ARN, name: Property(_STRING, f"The {name}.")},
    )


async def _group(directory: Directory, arguments: Json) -> Json:
    entry = await directory.entry(references.HIERARCHY_GROUP, arguments["path"])
    return {"id": entry["Id"], "arn": entry["Arn"], "name": entry["Name"], "path": arguments["path"]}


async def _users(directory: Directory, arguments: Json) -> Json:
    conditions: list[Json] = [
        {"StringCondition": {"FieldName": word, "Value": bare_id(arguments[name]), "ComparisonType": comparison}}
        for name, word, comparison in (
            ("usernamePrefix", "Username", "STARTS_WITH"),
            ("routingProfileId", "RoutingProfileId", "EXACT"),
            ("securityProfileId", "SecurityProfileId", "EXACT"),
        )
        if name in arguments
    ]
    if "hierarchyGroupId" in arguments:
        group = {"Value": bare_id(arguments["hierarchyGroupId"]), "HierarchyGroupMatchType": "WITH_CHILD_GROUPS"}
        conditions.append({"HierarchyGroupCondition": group})
    if conditions or arguments.get("tags"):
        users = await directory.users(conditions, arguments.get("tags"))
    else:
        users = await directory.entries(references.USER)
    return {
        "ids": [user["Id"] for user in users],
        "usernames": [user["Username"] for user in users],
        "users": [{"id": user["Id"], "arn": user["Arn"], "username": user["Username"]} for user in users],
    }


#: Name -> function.
FUNCTIONS: Final[dict[str, Function]] = {
    "getInstance": Function(
        "An existing instance, by alias, id or ARN.",
        _instance,
        {"instance": _INSTANCE},
        {
            "id": _ID,
            "arn": _ARN,
            "alias": Property(_STRING, "The alias; empty if the instance has none."),
            "identityManagementType": Property(_STRING, "SAML, CONNECT_MANAGED or EXISTING_DIRECTORY."),
        },
        "instance",
    ),
    "getRoutingProfile": _named(references.ROUTING_PROFILE),
    "getSecurityProfile": _named(references.SECURITY_PROFILE),
    "getHierarchyGroup": Function(
        "The id and the ARN of a hierarchy group, by its path from the top.",
        _group,
        {"instanceId": _INSTANCE, "path": Property(_STRING, "The names of all levels: `EMEA/UK/London`.")},
        {
            "id": _ID,
            "arn": _ARN,
            "name": Property(_STRING, "The name of the group itself."),
            "path": Property(_STRING, "The path."),
        },
    ),
    "getQueue": _named(references.QUEUE),
    "getQuickConnect": _named(references.QUICK_CONNECT),
    "getUser": _named(references.USER, "username", " who exists, for example in another stack"),
    "getUsers": Function(
        "The users of an instance, sorted by name: all of them, or those that match every filter. Filters use "
        "Connect's search, which lags behind changes by seconds, sometimes by minutes.",
        _users,
        {
            "instanceId": _INSTANCE,
            "tags": Property(_MAP, "Tags and values; the users have all of them.", False),
            "usernamePrefix": Property(_STRING, "How the username begins; not case-sensitive.", False),
            "routingProfileId": Property(_STRING, "Id or ARN of the routing profile.", False),
            "securityProfileId": Property(_STRING, "Id or ARN of a security profile.", False),
            "hierarchyGroupId": Property(_STRING, "Id or ARN of the hierarchy group, or of one above it.", False),
        },
        {
            "ids": Property(_STRINGS, "The bare ids."),
            "usernames": Property(_STRINGS, "The usernames."),
            "users": Property(
                {"type": "array", "items": {"$ref": f"#/types/{_INDEX}{_ENTRY}"}}, "Ids, ARNs and usernames together."
            ),
        },
    ),
}


def call(token: str, arguments: Json, answers: AnswerCache, notify: Notify) -> Json:
    """The answer of a function.

    Raises:
        ConnectUsersError: an argument is invalid, a name does not exist, or a call failed.
    """
    name = token.removeprefix(_INDEX)
    function = FUNCTIONS.get(name)
    if function is None:
        known = ", ".join(FUNCTIONS)
        raise ConnectUsersError(f"the package connect-users has no function {shown(token)}; it has {known}")
    arguments = {key: value for key, value in arguments.items() if value is not None}
    problems = _problems(function, arguments)
    if problems:
        raise ConnectUsersError(f"{name}: {'; '.join(problems)}")
    instance = arguments[function.instance]
    directory = Directory(instance, answers.once, lambda line: notify(f"Connect instance '{instance}': {line}"))
    if name == "getUsers":
        # No error would show that users are missing who were created since an earlier list.
        earlier = answers.complete().items()
        answers.forget({key: each for key, each in earlier if isinstance(key, tuple) and references.USER in key})
    return asyncio.run(answers.or_again(lambda: function.look_up(directory, arguments)))


def _problems(function: Function, arguments: Json) -> list[str]:
    names = ", ".join(function.inputs)
    problems = [f"{key}: no such argument; there are {names}" for key in arguments if key not in function.inputs]
    for key, value in function.inputs.items():
        if key not in arguments:
            if value.required:
                problems.append(f"{key}: missing; it is required")
        elif contains_unknown(arguments[key]):
            problems.append(f"{key}: not known yet")
        elif value.type is _STRING:
            if not isinstance(arguments[key], str) or not arguments[key]:
                problems.append(f"{key}: {shown(arguments[key])} is not a non-empty string")
            elif key in _IDS:
                problems += map(str, id_problems(_IDS[key], key, arguments[key], {}))
        elif not isinstance(arguments[key], dict) or not all(isinstance(each, str) for each in arguments[key].values()):
            problems.append(f"{key}: {shown(arguments[key])} is not a map of strings")
    return problems


def schemas() -> dict[str, Json]:
    """The functions in the schema, by their tokens."""
    return {
        f"{_INDEX}{name}": {
            "description": function.about,
            "inputs": _object(function.inputs),
            "outputs": _object(function.outputs),
        }
        for name, function in FUNCTIONS.items()
    }


def types() -> dict[str, Json]:
    """The types of functions only, by their tokens."""
    members = {"id": _ID, "arn": _ARN, "username": Property(_STRING, "The username.")}
    return {f"{_INDEX}{_ENTRY}": {"description": "A user of an instance.", **_object(members)}}


def _object(members: Mapping[str, Property]) -> Json:
    return {
        "type": "object",
        "properties": {name: {**value.type, "description": value.about} for name, value in members.items()},
        "required": [name for name, value in members.items() if value.required],
    }
