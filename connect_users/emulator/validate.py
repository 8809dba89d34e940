"""Shape-level validation of a parsed request: required, type, min, max, enum, pattern.

The service model is the source of all constraints; `PATTERNS`, `LENGTHS` and `MAXIMA` patch by hand the few that the
model misses or writes in a way no regular expression engine reads (facts, section 8). boto3 itself checks only required
members, types and minimums, so the rest is only ever found here. Which of the two 400s a violation answers is
undocumented; the choice is InvalidParameterException for a value outside its shape, InvalidRequestException for a
missing member, SerializationException for a wrong type (facts, section 3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from connect_users.emulator.errors import ApiError, invalid_parameter, missing

Check = Callable[[Any, str], None]

_E164 = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)

#: By shape name. The model writes Password JavaScript-style between slashes, PhoneNumber with doubled backslashes.
PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "Password": re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d\S]{8,64}"),
    "PhoneNumber": _E164,
    "SensitivePhoneNumber": _E164,
}
#: Maximum lengths that only the documentation has: hierarchy names (API reference of the two operations).
LENGTHS: Final[dict[str, tuple[int, int]]] = {"HierarchyGroupName": (1, 100), "HierarchyLevelName": (1, 50)}
#: Maxima that only the documentation has: ACW is at most 2,000,000 seconds (facts, section 3).
MAXIMA: Final[dict[str, int]] = {"AfterContactWorkTimeLimit": 2_000_000}

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
_TAG_PUNCTUATION = frozenset("_.:/=+-@")


def tag_key_problem(key: str) -> str | None:
    r"""Why a tag key is refused, or None. Replaces `^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`, which `re` cannot read."""
    if key.startswith("aws:"):
        return "must not start with aws:"
    if any(char not in _TAG_PUNCTUATION and unicodedata.category(char)[0] not in "LZN" for char in key):
        return r"must satisfy the pattern ^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"
    return None


class Validator:
    """Compiled checks of shapes, built once per shape name and reused."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        #: Shapes whose pattern `re` cannot read and PATTERNS does not replace: not checked.
        self.unreadable: set[str] = set()

    def prepare(self, shape: Shape) -> None:
        """Compile the checks of `shape` and of all it holds; not thread-safe, `check` is."""
        self._of(shape)

    def check(self, shape: Shape, value: Any, path: str = "") -> None:
        """Raise the first violation of a prepared `shape` in `value` as an ApiError; `value` is not written to."""
        self._checks[shape.name](value, path)

    def _of(self, shape: Shape) -> Check:
        found = self._checks.get(shape.name)
        if found is None:
            # A recursive shape (search criteria) finds this forwarder while its own members are being compiled.
            self._checks[shape.name] = lambda value, path: self._checks[shape.name](value, path)
            found = self._checks[shape.name] = self._compile(shape)
        return found

    def _compile(self, shape: Shape) -> Check:
        if isinstance(shape, StructureShape):
            return self._structure(shape)
        if isinstance(shape, ListShape):
            return self._list(shape)
        if isinstance(shape, MapShape):
            return self._map(shape)
        if isinstance(shape, StringShape):
            return _string(shape, self._pattern(shape))
        return _scalar(shape)

    def _pattern(self, shape: StringShape) -> re.Pattern[str] | None:
        if shape.name in PATTERNS:
            return PATTERNS[shape.name]
        text = shape.metadata.get("pattern")
        if text is None or shape.name == "TagKey":
            return None
        try:
            return re.compile(text)
        except re.error:
            # A newer model's pattern in another dialect: better unchecked than refused to everybody.
            self.unreadable.add(shape.name)
            return None

    def _structure(self, shape: StructureShape) -> Check:
        members = {name: self._of(member) for name, member in shape.members.items()}
        required = tuple(shape.required_members)
        union = bool(shape.metadata.get("union"))

        def check(value: Any, path: str) -> None:
            if not isinstance(value, dict):
                raise _wrong_type(path, "an object", value)
            prefix = f"{path}." if path else ""
            for name in required:
                if value.get(name) is None:
                    raise missing(prefix + name)
            given = 0
            for name, item in value.items():
                member = members.get(name)
                if member is not None and item is not None:
                    given += 1
                    member(item, prefix + name)
            if union and given != 1:
                raise invalid_parameter(f"{path} must set exactly one of its members, {given} are set")

        return check

    def _list(self, shape: ListShape) -> Check:
        member = self._of(shape.member)
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max")

        def check(value: Any, path: str) -> None:
            if not isinstance(value, list):
                raise _wrong_type(path, "a list", value)
            _size(path, len(value), low, high, "entries")
            for index, item in enumerate(value):
                member(item, f"{path}[{index}]")

        return check

    def _map(self, shape: MapShape) -> Check:
        key_check, value_check = self._of(shape.key), self._of(shape.value)
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max")

        def check(value: Any, path: str) -> None:
            if not isinstance(value, dict):
                raise _wrong_type(path, "an object", value)
            _size(path, len(value), low, high, "entries")
            for key, item in value.items():
                key_check(key, f"{path} key")
                value_check(item, f"{path}.{key}")

        return check


def _string(shape: StringShape, pattern: re.Pattern[str] | None) -> Check:
    metadata = shape.metadata
    low, high = LENGTHS.get(shape.name, (metadata.get("min", 0), metadata.get("max")))
    allowed = frozenset(shape.enum)
    tag_key = shape.name == "TagKey"
    secret = bool(metadata.get("sensitive"))

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type(path, "a string", value)
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise ApiError("SerializationException", f"{path} is not Unicode text")
        _size(path, len(value), low, high, "characters")
        shown = "the value" if secret else f"{value[:100]!r}"
        if allowed and value not in allowed:
            raise invalid_parameter(f"{path}: {shown} is not one of {', '.join(sorted(allowed))}")
        if tag_key and (problem := tag_key_problem(value)):
            raise invalid_parameter(f"{path}: {shown} {problem}")
        if pattern is not None and not pattern.fullmatch(value):
            raise invalid_parameter(f"{path}: {shown} must satisfy the pattern {pattern.pattern}")

    return check


def _scalar(shape: Shape) -> Check:
    kind = shape.type_name
    low, high = shape.metadata.get("min"), MAXIMA.get(shape.name, shape.metadata.get("max"))
    types: tuple[type, ...] = _TYPES.get(kind, (int, float, str))
    ordered = kind in ("integer", "long", "float", "double")

    def check(value: Any, path: str) -> None:
        # By exact type: a bool is an int to Python, not to AWS.
        if type(value) not in types:
            raise _wrong_type(path, f"of type {kind}", value)
        if not ordered:
            return
        if (low is not None and value < low) or (high is not None and value > high):
            raise invalid_parameter(f"{path}: {value} is outside {low} to {high}")

    return check


def _size(path: str, size: int, low: int, high: int | None, unit: str) -> None:
    if size < low or (high is not None and size > high):
        limit = f"at least {low}" if high is None else f"{low} to {high}"
        raise invalid_parameter(f"{path}: {size} {unit} given, {limit} allowed")


def _wrong_type(path: str, wanted: str, value: Any) -> ApiError:
    return ApiError("SerializationException", f"{path or 'the body'} must be {wanted}, not {type(value).__name__}")
