"""Values as literals of Python, YAML, TypeScript and Go, in each language's usual style. Pure.

Strings are always quoted, so that any name and any tag comes out exactly as it is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Characters that JSON does not escape, and that YAML, TypeScript or Go forbids, or that an editor does not show: some
#: turn the code around them.
_ODD: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufffe\uffff]"
)
#: A key that YAML reads as a string without quotes: not a number, a date or a word such as "yes".
_PLAIN_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_YAML_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_REF: Final = "#/types/"

Json = dict[str, Any]


def quoted(text: str) -> str:
    """A string in double quotes, which Python, YAML, TypeScript and Go read alike."""
    return _ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def referring(text: str) -> str:
    """A string of a Pulumi program in YAML, in which a dollar sign begins a reference."""
    return quoted(text.replace("$", "$$"))


def yaml_word(text: str) -> str:
    """A string of any other YAML, and every key: without quotes where it is read as a string all the same."""
    return text if _PLAIN_KEY.fullmatch(text) and text.lower() not in _YAML_WORDS else quoted(text)


def yaml_lines(value: Mapping[str, Any], indent: str = "", word: Callable[[str], str] = referring) -> Iterator[str]:
    """A mapping as lines of YAML.

    Args:
        word: writes a string.
    """
    for key, item in value.items():
        yield from _yaml_item(f"{indent}{yaml_word(key)}:", item, indent, word)


def _yaml_item(head: str, item: Any, indent: str, word: Callable[[str], str]) -> Iterator[str]:
    if isinstance(item, dict) and item:
        yield head
        yield from yaml_lines(item, f"{indent}  ", word)
    elif isinstance(item, list) and item:
        yield head
        for each in item:
            if isinstance(each, dict) and each:
                # The first member follows the hyphen, the others go below it.
                first, *others = yaml_lines(each, f"{indent}    ", word)
                yield f"{indent}  - {first.lstrip()}"
                yield from others
            else:
                yield f"{indent}  - {_yaml_scalar(each, word)}"
    else:
        yield f"{head} {_yaml_scalar(item, word)}"


def _yaml_scalar(value: Any, word: Callable[[str], str]) -> str:
    return word(value) if isinstance(value, str) else json.dumps(value)


def python(value: Any, indent: str = "") -> str:
    """A value as a Python expression, one member a line."""
    return _expression(value, indent, quoted, repr)


def typescript(value: Any, indent: str = "") -> str:
    """A value as a TypeScript expression, one member a line."""
    return _expression(value, indent, _typescript_key, json.dumps)


def _expression(value: Any, indent: str, key_of: Callable[[str], str], scalar: Callable[[Any], str]) -> str:
    if isinstance(value, dict) and value:
        deeper = f"{indent}    "
        members = (
            f"{deeper}{key_of(key)}: {_expression(item, deeper, key_of, scalar)},\n" for key, item in value.items()
        )
        return f"{{\n{''.join(members)}{indent}}}"
    if isinstance(value, list):
        return f"[{', '.join(_expression(item, indent, key_of, scalar) for item in value)}]"
    return quoted(value) if isinstance(value, str) else scalar(value)


def _typescript_key(key: str) -> str:
    if key == "__proto__":
        # In any other spelling it sets the prototype.
        return f"[{quoted(key)}]"
    return key if _IDENTIFIER.fullmatch(key) else quoted(key)


class GoLiterals:
    """Values as Go expressions, with the types of the SDK that Pulumi generates from a schema.

    Args:
        package: the SDK's package.
        schema: its Pulumi schema.
    """

    def __init__(self, package: str, schema: Json) -> None:
        self._package = package
        self._types: Json = schema["types"]

    def members(self, props: Mapping[str, Any], properties: Json, indent: str) -> str:
        """The fields of a struct, one a line, aligned as by gofmt."""
        lines: list[str] = []
        group: dict[str, str] = {}
        for name, value in props.items():
            # An exported name: ``instanceId`` -> ``InstanceId``.
            exported, literal = name[:1].upper() + name[1:], self._value(value, properties[name], indent)
            if "\n" in literal:
                # A value of several lines ends an aligned group.
                lines += [*_aligned(group, indent), f"{indent}{exported}: {literal},"]
                group = {}
            else:
                group[exported] = literal
        return "\n".join([*lines, *_aligned(group, indent)])

    def _value(self, value: Any, type_: Json, indent: str) -> str:
        if type_.get("plain"):
            # What may have one of several types is of any type in Go.
            return quoted(value) if "oneOf" in type_ else f"pulumi.StringRef({quoted(value)})"
        if "$ref" in type_:
            return self._named(value, type_["$ref"], indent)
        if type_["type"] == "array":
            return self._list(value, type_["items"], indent)
        if type_["type"] == "object":
            deeper = f"{indent}\t"
            members = {quoted(key): f"pulumi.String({quoted(item)})" for key, item in value.items()}
            lines = "\n".join(_aligned(members, deeper))
            return f"pulumi.StringMap{{\n{lines}\n{indent}}}"
        if type_["type"] == "string":
            return f"pulumi.String({quoted(value)})"
        return f"pulumi.{'Bool' if type_['type'] == 'boolean' else 'Int'}({json.dumps(value)})"

    def _named(self, value: Any, ref: str, indent: str) -> str:
        """A nested type or an enum value."""
        token = ref.removeprefix(_REF)
        name, type_ = f"{self._package}.{token.rpartition(':')[2]}", self._types[token]
        if type_["type"] != "object":
            return f"{name}({quoted(value)})"
        return f"&{name}Args{{\n{self.members(value, type_['properties'], indent + chr(9))}\n{indent}}}"

    def _list(self, value: list[Any], items: Json, indent: str) -> str:
        if "$ref" not in items:
            return f"pulumi.StringArray{{{', '.join(self._value(item, items, indent) for item in value)}}}"
        deeper = f"{indent}\t"
        lines = "\n".join(f"{deeper}{self._value(item, items, deeper)}," for item in value)
        kind = items["$ref"].rpartition(":")[2]
        return f"{self._package}.{kind}Array{{\n{lines}\n{indent}}}"


def _aligned(members: Mapping[str, str], indent: str) -> list[str]:
    width = max(map(len, members), default=0)
    return [f"{indent}{name}: {'':{width - len(name)}}{literal}," for name, literal in members.items()]
