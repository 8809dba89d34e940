"""Programs in YAML, TypeScript and Go, read far enough to be judged by the plugin's schema without their languages.

What the readers cannot evaluate (an expression, a name, an interpolation) is `ANY`, and fits everywhere. The compilers
of the acceptance ring judge the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from connect_users.plugin import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Json = dict[str, Any]

SCHEMA: Final = schema.document()
PACKAGE: Final = "connect-users"
ANY: Final = object()
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True)
class Declared:
    """One use of the package in a program.

    Attributes:
        token: ``User`` or ``getInstance``.
        given: the inputs or arguments.
    """

    token: str
    given: Json


def problems(declared: Declared) -> list[str]:
    """What the schema has against it, each with its path."""
    token = f"{PACKAGE}:index:{declared.token}"
    resource, function = SCHEMA["resources"].get(token), SCHEMA["functions"].get(token)
    if resource is not None:
        members, required = resource["inputProperties"], resource.get("requiredInputs", [])
    elif function is not None:
        members, required = function["inputs"]["properties"], function["inputs"]["required"]
    else:
        return [f"{declared.token}: no such resource or function"]
    return list(_members(members, required, declared.given, ""))


def _members(members: Mapping[str, Json], required: list[str], given: Json, path: str) -> Iterator[str]:
    for name in required:
        if name not in given:
            yield f"{path}{name}: missing"
    for name, value in given.items():
        if name in members:
            yield from _value(members[name], value, f"{path}{name}")
        else:
            yield f"{path}{name}: no such property"


def _value(kind: Json, value: Any, path: str) -> Iterator[str]:
    if value is ANY or kind.get("$ref") == "pulumi.json#/Any":
        return
    if "oneOf" in kind:
        found = [list(_value(each, value, path)) for each in kind["oneOf"]]
        yield from min(found, key=len)
        return
    if "$ref" in kind:
        kind = SCHEMA["types"][kind["$ref"].removeprefix("#/types/")]
    values = [each["value"] for each in kind.get("enum", ())]
    if values:
        if value not in values:
            yield f"{path}: {value!r} is not one of {', '.join(values)}"
    elif type(value) not in _TYPES[kind["type"]]:
        yield f"{path}: not of type {kind['type']}"
    elif "properties" in kind:
        yield from _members(kind["properties"], kind.get("required", []), value, f"{path}.")
    elif kind["type"] == "array":
        for index, item in enumerate(value):
            yield from _value(kind["items"], item, f"{path}[{index}]")
    elif kind["type"] == "object":
        for key, item in value.items():
            yield from _value(kind["additionalProperties"], item, f"{path}.{key}")


def outputs(token: str) -> set[str]:
    """What a resource or a function returns."""
    full = f"{PACKAGE}:index:{token}"
    if full in SCHEMA["functions"]:
        return set(SCHEMA["functions"][full]["outputs"]["properties"])
    return {"id", "urn", *SCHEMA["resources"][full].get("properties", {})}


# YAML


def in_yaml(text: str) -> list[Declared]:
    """The resources and look-ups of a program."""
    document = yaml.safe_load(text)
    found = [
        Declared(_own(each["type"]), _opaque(each.get("properties", {})))
        for each in document.get("resources", {}).values()
    ]
    for each in document.get("variables", {}).values():
        call = each["fn::invoke"]
        found.append(Declared(_own(call["function"]), _opaque(call.get("arguments", {}))))
    return found


def references(text: str) -> list[str]:
    """The interpolations of a program that lead nowhere."""
    document = yaml.safe_load(text)
    known = {name: outputs(_own(each["type"])) for name, each in document.get("resources", {}).items()}
    for name, each in document.get("variables", {}).items():
        known[name] = outputs(_own(each["fn::invoke"]["function"]))
    known |= {name: set() for name in document.get("config", {}) if ":" not in name}
    return [
        match[0]
        for match in re.finditer(r"\$\{(\w+)(?:\.(\w+))?[^}]*\}", text)
        if match[1] not in known or (match[2] is not None and match[2] not in known[match[1]])
    ]


def _own(token: str) -> str:
    package, _, name = token.partition(":")
    assert package == PACKAGE, token
    return name.removeprefix("index:")


def _opaque(value: Any) -> Any:
    """A value of YAML, with what is interpolated as `ANY`."""
    if isinstance(value, dict):
        return {key: _opaque(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_opaque(item) for item in value]
    return ANY if isinstance(value, str) and "${" in value else value


# TypeScript

_TOKENS = re.compile(r"""\s+|//[^\n]*|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[\w$]+)|(?P<sign>`[^`]*`|=>|.)""", re.DOTALL)


def in_typescript(text: str) -> list[Declared]:
    """The resources and look-ups of a program that imports the package as ``connect``."""
    found = []
    for match in re.finditer(r"new connect\.(\w+)\(\s*(?:\"[^\"]*\"|[\w$]+),\s*(?=\{)|connect\.(get\w+)\((?=\{)", text):
        token = match[1] or match[2].removesuffix("Output")
        found.append(Declared(token, _Literal(text[match.end() :]).value()))
    return found


class _Literal:
    """An object literal of TypeScript (or JavaScript) at the start of a text."""

    def __init__(self, text: str) -> None:
        self._tokens = [match for match in _TOKENS.finditer(text) if match.lastgroup]
        self._at = 0

    def _next(self) -> str:
        return self._tokens[self._at][0]

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]

    def value(self) -> Any:
        first = self._tokens[self._at]
        if first[0] == "{":
            found: Any = self._object()
        elif first[0] == "[":
            found = self._list()
        elif first["text"] or re.fullmatch(r"\d+|true|false", first[0]):
            found = yaml.safe_load(self._take())
        else:
            found = ANY
        if self._next() not in (",", "}", "]", ")"):
            found = ANY
            self._skip()
        return found

    def _object(self) -> Json:
        self._take()
        found: Json = {}
        while self._next() != "}":
            name = self._take().strip('"')
            if self._next() == ":":
                self._take()
                found[name] = self.value()
            else:
                found[name] = ANY  # the short form: {password}
            self._comma()
        self._take()
        return found

    def _list(self) -> list[Any]:
        self._take()
        found = []
        while self._next() != "]":
            found.append(self.value())
            self._comma()
        self._take()
        return found

    def _comma(self) -> None:
        if self._next() == ",":
            self._take()

    def _skip(self) -> None:
        """To the end of an expression."""
        depth = 0
        while depth or self._next() not in (",", "}", "]", ")"):
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(self._take(), 0)


# Go


def in_go(text: str) -> list[tuple[str, list[str]]]:
    """The composite literals of the package's types: ``UserArgs`` -> the fields that they name."""
    found = []
    for match in re.finditer(r"\bconnect\.(\w+)\{", text):
        depth, at, inside = 1, match.end(), ""
        while depth:
            sign = text[at]
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(sign, 0)
            inside += sign if depth == 1 else ""
            at += 1
        found.append((match[1], re.findall(r"(\w+):", inside)))
    return found


def go_fields(name: str) -> tuple[set[str], set[str]]:
    """The fields of a type of Go, and those that must be there; both empty for a list's type."""
    if name.endswith("Array"):
        return set(), set()
    word = name.removesuffix("Args")
    if word.startswith("Get"):
        inputs = SCHEMA["functions"][f"{PACKAGE}:index:g{word.removesuffix('Output')[1:]}"]["inputs"]
        members, required = inputs["properties"], inputs["required"]
    elif f"{PACKAGE}:index:{word}" in SCHEMA["resources"]:
        resource = SCHEMA["resources"][f"{PACKAGE}:index:{word}"]
        members, required = resource["inputProperties"], resource.get("requiredInputs", [])
    else:
        kind = SCHEMA["types"][f"{PACKAGE}:index:{word}"]
        members, required = kind["properties"], kind["required"]
    return {_pascal(each) for each in members}, {_pascal(each) for each in required}


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def project(folder: Path) -> Json:
    """A Pulumi.yaml."""
    document: Json = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    return document
