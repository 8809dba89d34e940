"""Validation of a parsed request against its shape: required, type, min, max, enum, pattern.

The service model is the source of all constraints. `PATTERNS`, `LENGTHS` and `MAXIMA` patch by hand the few that the
model lacks, or writes in a way that Python's `re` cannot read. boto3 itself checks only required
members, types and minimums, so the rest is only found here. AWS does not document which of the two 400s a violation
gets. The choice here: InvalidParameterException for a value outside its shape, InvalidRequestException for a missing
member, SerializationException for a wrong type.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from connect_users.emulator.errors import ApiError, invalid_parameter, missing

_E164 = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)

#: By shape name. The model writes Password JavaScript-style between slashes, PhoneNumber with doubled backslashes.
PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "Password": re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d\S]{8,64}"),
    "PhoneNumber": _E164,
    "SensitivePhoneNumber": _E164,
}
#: Lengths that only the documentation has: hierarchy names (API reference of the two operations).
LENGTHS: Final[dict[str, tuple[int, int]]] = {"HierarchyGroupName": (1, 100), "HierarchyLevelName": (1, 50)}
#: Maxima that only the documentation has: ACW is at most 2,000,000 seconds.
MAXIMA: Final[dict[str, int]] = {"AfterContactWorkTimeLimit": 2_000_000}

#: By shape type. The comparison is by exact type: a bool is an int in Python, but not in AWS.
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "blob": (str,),
}
_TAG_PUNCTUATION = frozenset("_.:/=+-@")


def tag_key_problem(key: str) -> str | None:
    r"""Why a tag key is refused, or None. Replaces `^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`, which `re` cannot read."""
    if key.startswith("aws:"):
        return "must not start with aws:"
    if any(char not in _TAG_PUNCTUATION and unicodedata.category(char)[0] not in "LZN" for char in key):
        return r"must satisfy the pattern ^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"
    return None


@cache
def readable_pattern(name: str, text: str | None) -> re.Pattern[str] | None:
    """The pattern of a shape. None if `re` cannot read it: a newer model's value is better unchecked than refused."""
    if text is None or name in PATTERNS:
        return PATTERNS.get(name)
    try:
        return re.compile(text)
    except re.error:
        return None


def check(shape: Shape, value: Any, path: str = "") -> None:
    """Raise the first violation of `shape` in `value` as an ApiError."""
    if isinstance(shape, StructureShape):
        _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        _expect((list,), "a list", value, path)
        _size(shape, path, len(value), "entries")
        for index, item in enumerate(value):
            check(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        _expect((dict,), "an object", value, path)
        _size(shape, path, len(value), "entries")
        for key, item in value.items():
            check(shape.key, key, f"{path} key")
            check(shape.value, item, f"{path}.{key}")
    elif isinstance(shape, StringShape):
        _string(shape, value, path)
    else:
        _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> None:
    _expect((dict,), "an object", value, path)
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            raise missing(prefix + name)
    members = shape.members
    known = {name: item for name, item in value.items() if item is not None and name in members}
    for name, item in known.items():
        check(members[name], item, prefix + name)
    if shape.metadata.get("union") and len(known) != 1:
        raise invalid_parameter(f"{path} must set exactly one of its members, not {len(known)}")


def _string(shape: StringShape, value: Any, path: str) -> None:
    _expect((str,), "a string", value, path)
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise ApiError("SerializationException", f"{path} is not valid Unicode")
    _size(shape, path, len(value), "characters")
    shown = "the value" if shape.metadata.get("sensitive") else f"{value[:100]!r}"
    if shape.enum and value not in shape.enum:
        raise invalid_parameter(f"{path}: {shown} is not one of {', '.join(sorted(shape.enum))}")
    if shape.name == "TagKey":
        if problem := tag_key_problem(value):
            raise invalid_parameter(f"{path}: {shown} {problem}")
        return
    pattern = readable_pattern(shape.name, shape.metadata.get("pattern"))
    if pattern is not None and not pattern.fullmatch(value):
        raise invalid_parameter(f"{path}: {shown} must satisfy the pattern {pattern.pattern}")


def _scalar(shape: Shape, value: Any, path: str) -> None:
    _expect(_TYPES[shape.type_name], f"of type {shape.type_name}", value, path)
    if not isinstance(value, str):
        low, high = shape.metadata.get("min", -math.inf), MAXIMA.get(shape.name, shape.metadata.get("max"))
        _check_range(value, low, high, f"{path} is {value}; it must be")


def _size(shape: Shape, path: str, size: int, unit: str) -> None:
    low, high = LENGTHS.get(shape.name, (shape.metadata.get("min", 0), shape.metadata.get("max")))
    _check_range(size, low, high, f"{path} has {size} {unit}; it must have")


def _check_range(number: float, low: float, high: float | None, message: str) -> None:
    if number < low or (high is not None and number > high):
        raise invalid_parameter(f"{message} {f'at least {low}' if high is None else f'{low} to {high}'}")


def _expect(types: tuple[type, ...], noun: str, value: Any, path: str) -> None:
    if type(value) not in types:
        raise ApiError("SerializationException", f"{path or 'the body'} must be {noun}, not {type(value).__name__}")
