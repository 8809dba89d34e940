"""The package's schema, from which Pulumi generates SDKs and documentation, and with which it checks YAML programs.

Made of the table of fields (`connect_users.core.fields`) and its descriptions. ``schema.json`` at the repository's top
is the same; a test holds it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import descriptions, settings, spelling, tokens
from connect_users.core.fields import BY_NAME, FIELDS, Kind
from connect_users.plugin import functions, names, roster_schema
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.core.fields import Field

Json = dict[str, Any]

#: The server of releases. Nothing is published yet, so this is a reserved name (RFC 2606): Pulumi cannot download
#: another program in place of this one.
DOWNLOADS: Final = "https://connect-users.invalid/releases"

_INDEX: Final = tokens.PLUGIN
#: Setting -> its type and what it is.
_SETTINGS: Final[dict[str, tuple[str, str]]] = {
    "region": ("string", "AWS region (default: boto3's own chain, such as AWS_REGION or the profile)."),
    "profile": ("string", "profile in AWS's shared configuration files."),
    "endpoint_url": ("string", "an endpoint to use instead of AWS's."),
    "requests_per_second": ("number", "requests per second for each API operation; the default, 2, is AWS's quota."),
    "burst": ("integer", "requests of one operation that may be sent at once; the default, 5, is AWS's quota."),
    "timeout": ("number", "seconds to keep retrying one call; 300 by default."),
    "ownership_tag": ("boolean", "give users the tag that makes creation exactly-once; true by default."),
    "removals": (
        "boolean",
        "delete people who leave a roster; true by default. False keeps them in this run, and names them.",
    ),
    "emulator": ("boolean", "use the embedded emulator."),
    "emulator_state": ("string", "the emulator's file, relative to the project."),
}
_SCALARS: Final = {Kind.TEXT: "string", Kind.ID: "string", Kind.FLAG: "boolean", Kind.WHOLE: "integer"}


def document() -> Json:
    """The whole schema."""
    return {
        "name": "connect-users",
        "displayName": "Amazon Connect Users",
        "version": VERSION,
        "description": "Amazon Connect users as Pulumi resources: declared, previewed, applied exactly once.",
        "keywords": ["pulumi", "amazon-connect", "aws", "contact-center", "category/cloud", "kind/native"],
        "license": "Apache-2.0",
        "pluginDownloadURL": DOWNLOADS,
        "language": _languages(),
        "config": {"variables": _settings()},
        "provider": {
            "description": "The region, credentials and settings for Amazon Connect.",
            "inputProperties": _settings(),
            "properties": _settings(),
        },
        "types": dict(sorted(_types(FIELDS))) | functions.types(),
        "resources": {tokens.PLUGIN_USER: _user(), **roster_schema.resources()},
        "functions": functions.schemas(),
    }


def text() -> str:
    """The schema as a file."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _languages() -> Json:
    """How the SDKs are called: neither as this distribution nor as it was called once, or pip would exchange them."""
    return {
        "nodejs": {"packageName": "pulumi-amazon-connect-users", "respectSchemaVersion": True},
        "python": {
            "packageName": "pulumi_amazon_connect_users",
            "pyproject": {"enabled": True},
            "respectSchemaVersion": True,
        },
        "go": {"respectSchemaVersion": True, "generateResourceContainerTypes": True},
        "csharp": {"namespaces": {"connect-users": "ConnectUsers"}, "respectSchemaVersion": True},
        "java": {"packages": {"connect-users": "connectusers"}},
    }


def _settings() -> dict[str, Json]:
    return {
        key.partition(":")[2]: {"type": _SETTINGS[field][0], "description": _sentence(_SETTINGS[field][1])}
        for field, (keys, _) in settings.KEYS.items()
        for key in keys[:1]
    }


def _user() -> Json:
    inputs = {spelling.camel(field.name): _property(field, field.name) for field in FIELDS}
    outputs = {
        key: {**inputs.get(key, {"type": "string"}), "description": _sentence(about)}
        for key, about in ((spelling.camel(name), about) for name, about in descriptions.OUTPUTS.items())
    }
    required = [spelling.camel(field.name) for field in FIELDS if field.required]
    return {
        "description": (
            "A user (agent, supervisor, administrator) of an Amazon Connect instance.\n\n"
            "It is created with CreateUser, changed with the update operation of each input, and deleted with "
            "DeleteUser. The inputs are those of CreateUser; an input that is left out is not managed. Ids may be "
            "ARNs, and are stored as bare ids.\n\n"
            "## Import\n\n"
            "```sh\npulumi import connect-users:index:User ada INSTANCE_ID:USER_ID\n```\n\n"
            "The user's ARN also works as the id. To read a user of another stack, call `get` with the bare id and "
            "`instanceId`."
        ),
        "inputProperties": inputs,
        "requiredInputs": required,
        "properties": {**inputs, **outputs},
        "required": [*required, "arn"],
        # An SDK's `get` keeps the id that it was called with, so it has to work with the bare one, and `instanceId`
        # beside it. It has outputs only for what is named here.
        "stateInputs": {"type": "object", "properties": {**inputs, **outputs}},
        # Users of the dynamic resource become the plugin's.
        "aliases": [{"type": tokens.USER}],
    }


def _property(field: Field, path: str) -> Json:
    schema = {**_type(field, path), "description": _sentence(descriptions.ABOUT[path])}
    if field.secret:
        schema["secret"] = True
    if field.replaces:
        schema["willReplaceOnChanges"] = True
    return schema


def _type(field: Field, path: str) -> Json:
    if field.kind is Kind.IDS:
        return {"type": "array", "items": {"type": "string"}}
    if field.kind is Kind.TAGS:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if field.kind is Kind.BLOCK:
        return _ref(descriptions.BLOCKS[field.name][0])
    if field.kind is Kind.BLOCKS:
        return {"type": "array", "items": _ref(descriptions.BLOCKS[field.name][0])}
    if field.choices:
        return _ref(_choices(field, path)[0])
    return {"type": _SCALARS[field.kind]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/types/{_INDEX}{name}"}


def _choices(field: Field, path: str) -> tuple[str, str, tuple[str, ...]]:
    """The name of an enum, what it is, and its values."""
    if field.name == "channel" and BY_NAME[path.partition(".")[0]].voice_only:
        return (*descriptions.VOICE_CHANNEL, ("VOICE",))
    return (*descriptions.CHOICES[field.name], field.choices)


def _types(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Every block and every enum of fields, by its token."""
    for field in fields:
        path = f"{prefix}{field.name}"
        if field.members:
            name, about = descriptions.BLOCKS[field.name]
            yield (
                f"{_INDEX}{name}",
                {
                    "type": "object",
                    "description": _sentence(about),
                    "properties": {
                        spelling.camel(member.name): _property(member, f"{path}.{member.name}")
                        for member in field.members
                    },
                    "required": [spelling.camel(member.name) for member in field.members if member.required],
                },
            )
            yield from _types(field.members, f"{path}.")
        elif field.choices:
            name, about, values = _choices(field, path)
            yield (
                f"{_INDEX}{name}",
                {
                    "type": "string",
                    "description": _sentence(about),
                    "enum": [{"name": _constant(value), "value": value} for value in values],
                },
            )


def _constant(value: str) -> str:
    """The name of an enum's value in languages that have names for them: ``SOFT_PHONE`` -> ``SoftPhone``."""
    return "".join(word.capitalize() for word in value.split("_"))


def _sentence(about: str) -> str:
    """A description as a sentence of its own, in the plugin's words, with Markdown's single backquotes."""
    words = names.worded(re.sub("``(.+?)``", r"`\1`", about))
    return words[:1].upper() + words[1:] if words[:1].islower() and not words.startswith("e-mail") else words
