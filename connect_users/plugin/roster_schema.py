"""The roster and its guard, as the schema tells them."""

from __future__ import annotations

from typing import Any, Final

from connect_users.core import tokens

Json = dict[str, Any]

_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING}
_ANY: Final[Json] = {"$ref": "pulumi.json#/Any"}


def _map(of: Json) -> Json:
    return {"type": "object", "additionalProperties": of}


def _told(type_: Json, about: str, *, plain: bool = False, secret: bool = False) -> Json:
    """A property; a plain one cannot be an output: people name resources, so a program has to know them."""
    return {
        **type_,
        "description": about,
        **({"plain": True} if plain else {}),
        **({"secret": True} if secret else {}),
    }


_INPUTS: Final[dict[str, Json]] = {
    "roster": _told(
        _STRING,
        "Path to a CSV, TSV, YAML, JSON or Excel file of people, relative to the project; or a folder or a glob, whose "
        "files are one roster. What Entra ID, Okta and SCIM interfaces export is read as it is.",
        plain=True,
    ),
    "rosters": _told(_STRINGS, "Several paths, in place of one, whose files are one roster.", plain=True),
    "personas": _told(
        {"oneOf": [_STRING, _map(_ANY)]},
        "Path to a YAML or JSON file of personas, or what it would hold: named settings, and rules that give people "
        "one of them by the columns of their rows. What a row says itself wins over its persona, and the persona over "
        "`defaults`.",
        plain=True,
    ),
    "rows": _told(
        {"type": "array", "items": _map(_ANY)},
        "The people themselves, in place of a file: column -> value. The columns are those of the files.",
    ),
    "instance": _told(_STRING, "Id, ARN or alias of the instance, which is asked for names that no mapping has."),
    "instanceId": _told(_STRING, "Id or ARN of the instance. May be left out with `instance`."),
    "routingProfiles": _told(_map(_STRING), "Name -> id or ARN of routing profiles, for the names in the roster."),
    "securityProfiles": _told(_map(_STRING), "Name -> id or ARN of security profiles."),
    "hierarchyGroups": _told(
        _map(_STRING), "Name -> id or ARN of hierarchy groups; a path like `EMEA/UK/London` is a name."
    ),
    "defaults": _told(_map(_ANY), "Columns and their values for people whose cell is empty."),
    "passwords": _told(_map(_STRING), "Username -> first password, for CONNECT_MANAGED instances.", secret=True),
    "passwordSecrets": _told(
        _STRING,
        "Names of secrets in AWS Secrets Manager that hold the first passwords: `connect/{username}`. They are read "
        "when a user is made.",
    ),
    "where": _told(
        _map(_ANY),
        "Column -> value, or values: only the people who have it belong to this roster, as in `tags.site: london`.",
    ),
    "identityManagementType": _told(
        {"$ref": f"#/types/{tokens.PLUGIN}IdentityManagementType"}, "As the instance has it; lets more be judged."
    ),
    "ignoreColumns": _told(_STRINGS, "Headers of the file that are none of ours."),
    "maxDeletions": _told(
        {"oneOf": [{"type": "integer"}, _STRING]},
        "How many people may leave in one run: a number, or a percentage of those who are there like `20%`, which is "
        "the default. More fail the preview.",
    ),
    "minHolders": _told(_map({"type": "integer"}), "Name of a security profile -> how many people must have it."),
    "requiredHolders": _told(_map(_STRINGS), "Name of a security profile -> usernames that must have it."),
    "retainLeavers": _told(
        {"type": "boolean"},
        "Who leaves the roster is forgotten by Pulumi, but kept in Connect. It counts for people who were in the stack "
        "with it: turn it on in a run before they leave.",
    ),
    "timezone": _told(
        _STRING, "IANA name of the zone whose day it is, for the columns `first_day` and `last_day`; UTC without it."
    ),
    "requireSelf": _told(
        {"type": "boolean"},
        "Refuse a run in which the person who runs it would lose the last security profile with power. It can be told "
        "where the caller's name at AWS (of an IAM user, or a role's session) is the username or the e-mail address of "
        "that person, and is not checked elsewhere.",
    ),
}
_OUTPUTS: Final[dict[str, Json]] = {
    "usernames": _told(_STRINGS, "The usernames, sorted."),
    "userIds": _told(_map(_STRING), "Username -> the user's id."),
}
_GUARD: Final[dict[str, Json]] = {
    "roster": _told(_STRING, "The roster's name."),
    "usernames": _told(_STRING, "The people of the roster, a line each."),
    "maxDeletions": _told(_STRING, "How many people may leave in one run."),
    "retainLeavers": _told({"type": "boolean"}, "Who leaves stays in Connect."),
    "personas": _told(_STRING, "Who has which persona, a line each, and the columns that the row sets itself."),
}


def resources() -> dict[str, Json]:
    """Both, by their tokens."""
    needed = ["roster", "usernames", "maxDeletions"]
    return {
        tokens.PLUGIN_ROSTER: {
            "description": (
                "A file of people, or rows of a program, as users of the stack: a row more is a user more, a row less "
                "a user less, a changed cell one call. Everything that can be judged is judged before anybody is "
                "touched. A person's resource is named after roster and username, so the order of the rows means "
                "nothing. People who move to another roster keep their ids, and do not count as leavers."
            ),
            "isComponent": True,
            "inputProperties": _INPUTS,
            "properties": _OUTPUTS,
            "required": list(_OUTPUTS),
            "aliases": [{"type": tokens.ROSTER}],
        },
        tokens.PLUGIN_GUARD: {
            "description": "Made by a `UserRoster`, to see how many people would leave; not for programs.",
            "inputProperties": _GUARD,
            "requiredInputs": needed,
            "properties": _GUARD,
            "required": needed,
            "aliases": [{"type": tokens.GUARD}],
        },
    }
