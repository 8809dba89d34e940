"""The roster and its guard in the schema."""

from __future__ import annotations

from typing import Any, Final

from connect_users.core import tokens

Json = dict[str, Any]

_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING}
_ANY: Final[Json] = {"$ref": "pulumi.json#/Any"}


def _map(of: Json) -> Json:
    return {"type": "object", "additionalProperties": of}


def _property(type_: Json, about: str, *, plain: bool = False, secret: bool = False) -> Json:
    """A property. A plain one cannot be an output: usernames name resources, so a program has to know them."""
    return {
        **type_,
        "description": about,
        **({"plain": True} if plain else {}),
        **({"secret": True} if secret else {}),
    }


#: Argument of the roster -> its schema.
INPUTS: Final[dict[str, Json]] = {
    "roster": _property(
        _STRING,
        "Path to a CSV, TSV, YAML, JSON or Excel file of people, relative to the project; or a folder or a glob, whose "
        "files are one roster. Exports of Entra ID, Okta and SCIM interfaces can be used as they are.",
        plain=True,
    ),
    "rosters": _property(_STRINGS, "Several paths instead of one; their files are one roster.", plain=True),
    "personas": _property(
        {"oneOf": [_STRING, _map(_ANY)]},
        "Path to a YAML or JSON file of personas, or its contents: named settings, and rules that give people one of "
        "them by the columns of their rows. A value in the row overrides the persona, and the persona overrides "
        "`defaults`.",
        plain=True,
    ),
    "rows": _property(
        {"type": "array", "items": _map(_ANY)},
        "The people themselves, instead of a file: column -> value. The columns are those of the files.",
    ),
    "instance": _property(_STRING, "Id, ARN or alias of the instance, to look up names that the maps do not have."),
    "instanceId": _property(_STRING, "Id or ARN of the instance. May be left out with `instance`."),
    "routingProfiles": _property(_map(_STRING), "Name -> id or ARN of routing profiles, for the names in the roster."),
    "securityProfiles": _property(_map(_STRING), "Name -> id or ARN of security profiles."),
    "hierarchyGroups": _property(
        _map(_STRING), "Name -> id or ARN of hierarchy groups; a path like `EMEA/UK/London` is a name."
    ),
    "defaults": _property(_map(_ANY), "Columns and their values for people whose cell is empty."),
    "passwords": _property(_map(_STRING), "Username -> first password, for CONNECT_MANAGED instances.", secret=True),
    "passwordSecrets": _property(
        _STRING,
        "Names of secrets in AWS Secrets Manager that hold the first passwords: `connect/{username}`. They are read "
        "when a user is created.",
    ),
    "where": _property(
        _map(_ANY),
        "Column -> value, or values: only people who match belong to this roster, as in `tags.site: london`.",
    ),
    "identityManagementType": _property(
        {"$ref": f"#/types/{tokens.PLUGIN}IdentityManagementType"},
        "The instance's type; with it, the preview can check more.",
    ),
    "ignoreColumns": _property(_STRINGS, "Headers of the file that the roster does not use."),
    "maxDeletions": _property(
        {"oneOf": [{"type": "integer"}, _STRING]},
        "How many people may leave in one run: a number, or a percentage of the people in the state, like `20%`, the "
        "default. The preview fails if more would leave.",
    ),
    "minHolders": _property(_map({"type": "integer"}), "Name of a security profile -> how many people must have it."),
    "requiredHolders": _property(_map(_STRINGS), "Name of a security profile -> usernames of people who must have it."),
    "retainLeavers": _property(
        {"type": "boolean"},
        "People who leave the roster stay in Connect, and Pulumi forgets them. It takes effect from the next run: turn "
        "it on before they leave.",
    ),
    "timezone": _property(
        _STRING, "IANA name of the time zone for the columns `first_day` and `last_day`; UTC without it."
    ),
    "requireSelf": _property(
        {"type": "boolean"},
        "Refuse a run in which the person who runs it would lose the last security profile with power. It works only "
        "if the caller's name in AWS (of an IAM user, or a role's session) is the username or the e-mail address of "
        "that person.",
    ),
}
_OUTPUTS: Final[dict[str, Json]] = {
    "usernames": _property(_STRINGS, "The usernames, sorted."),
    "userIds": _property(_map(_STRING), "Username -> the user's id."),
}
_GUARD: Final[dict[str, Json]] = {
    "roster": _property(_STRING, "The roster's name."),
    "usernames": _property(_STRING, "The people of the roster, one a line."),
    "maxDeletions": _property(_STRING, "How many people may leave in one run."),
    "retainLeavers": _property({"type": "boolean"}, "People who leave stay in Connect."),
    "personas": _property(_STRING, "The persona of each person, one a line, with the columns of the row itself."),
}


def resources() -> dict[str, Json]:
    """Both, by their tokens."""
    needed = ["roster", "usernames", "maxDeletions"]
    return {
        tokens.PLUGIN_ROSTER: {
            "description": (
                "A file of people, or rows of a program, as users of the stack: a new row creates a user, a removed "
                "row deletes one, and a changed cell updates one. All checks that are possible run before anything "
                "changes. A person's resource is named after roster and username, so the order of the rows "
                "does not matter. People who move to another roster keep their ids, and do not count as leavers."
            ),
            "isComponent": True,
            "inputProperties": INPUTS,
            "properties": _OUTPUTS,
            "required": list(_OUTPUTS),
            "aliases": [{"type": tokens.ROSTER}],
        },
        tokens.PLUGIN_GUARD: {
            "description": "Created by a `UserRoster`, to limit how many people leave; not for programs.",
            "inputProperties": _GUARD,
            "requiredInputs": needed,
            "properties": _GUARD,
            "required": needed,
            "aliases": [{"type": tokens.GUARD}],
        },
    }
