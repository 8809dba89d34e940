"""Whether inputs have the shape of a user: types, choices, required members, names that nobody knows.

The general half of the rules: it goes by the table of fields alone. `rules` adds what AWS documents about values.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connect_users import limits
from connect_users.spec import FIELDS, UNKNOWN, Field, Kind, Props, bare_id, parse_arn


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, and what, with the value and the limit."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def shape_problems(given: Props) -> Iterator[Problem]:
    """Every place where ``given`` is not shaped like the inputs of a user."""
    for field in FIELDS:
        if field.name in given:
            yield from _value_problems(field, field.name, given[field.name], given)
        elif field.required:
            yield Problem(field.name, "missing; it is required")
    yield from _stray_names("", given, [field.name for field in FIELDS])


def _stray_names(prefix: str, given: Mapping[Any, Any], known: list[str]) -> Iterator[Problem]:
    for name in given:
        if name not in known and not str(name).startswith("__"):
            near = difflib.get_close_matches(_snake(str(name)), known, n=1)
            yield Problem(f"{prefix}{name}", "no such input" + (f"; did you mean {near[0]}?" if near else ""))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")


def _value_problems(field: Field, path: str, value: Any, given: Props) -> Iterator[Problem]:
    if value is UNKNOWN:
        return
    if field.kind is Kind.BLOCK:
        yield from _block_problems(field, path, value, given)
    elif field.kind is Kind.BLOCKS or field.kind is Kind.IDS:
        if not isinstance(value, list):
            yield Problem(path, f"{_shown(field, value)} is not a list")
            return
        for index, item in enumerate(value):
            judge = _block_problems if field.kind is Kind.BLOCKS else _id_problems
            if item is not UNKNOWN:
                yield from judge(field, f"{path}[{index}]", item, given)
    elif field.kind is Kind.ID:
        yield from _id_problems(field, path, value, given)
    elif field.kind is Kind.TAGS:
        if not isinstance(value, Mapping):
            yield Problem(path, f"{_shown(field, value)} is not a map")
        elif not all(isinstance(key, str) for key in value):
            yield Problem(path, "has a key that is not a text")
    else:
        yield from _scalar_problems(field, path, value)


def _block_problems(field: Field, path: str, value: Any, given: Props) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path, f"{_shown(field, value)} is not a block of settings")
        return
    for member in field.members:
        item = value.get(member.name)
        if item is not None:
            yield from _value_problems(member, f"{path}.{member.name}", item, given)
        elif member.required:
            yield Problem(f"{path}.{member.name}", "missing; it is required")
    yield from _stray_names(f"{path}.", value, [member.name for member in field.members])


def _scalar_problems(field: Field, path: str, value: Any) -> Iterator[Problem]:
    if field.kind is Kind.TEXT:
        if not isinstance(value, str):
            yield Problem(path, f"{_shown(field, value)} is not a text")
        elif field.choices and value not in field.choices:
            near = difflib.get_close_matches(value.upper(), field.choices, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Problem(path, f"{_shown(field, value)} is none of {', '.join(field.choices)}{hint}")
    elif field.kind is Kind.FLAG:
        if not isinstance(value, bool):
            yield Problem(path, f"{_shown(field, value)} is neither true nor false")
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        yield Problem(path, f"{_shown(field, value)} is not a whole number")


def _shown(field: Field, value: Any) -> str:
    """``value`` as a message may tell it."""
    if field.personal:
        return "the given value"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _id_problems(field: Field, path: str, value: Any, given: Props) -> Iterator[Problem]:
    what = (field.resource or "instance").replace("-", " ").replace("agent group", "hierarchy group")
    if not isinstance(value, str):
        yield Problem(path, f"{_shown(field, value)} is not an id")
    elif value.startswith("arn:"):
        yield from _arn_problems(field, path, value, given, what)
    elif not value or len(value) > limits.ID_MAX or any(letter.isspace() for letter in value):
        yield Problem(path, f"{_shown(field, value)} is not an id of 1 to {limits.ID_MAX} characters without blanks")
    elif ":" in value or "/" in value:
        attribute = field.name.removesuffix("s")
        hint = (
            f"; pass the resource's {attribute}, not its id"
            if field.resource
            else "; pass the id or the ARN of the instance"
        )
        yield Problem(path, f"{_shown(field, value)} is a composite, not the id of a {what}{hint}")


def _arn_problems(field: Field, path: str, value: str, given: Props, what: str) -> Iterator[Problem]:
    arn = parse_arn(value)
    if arn is None or arn.resource != field.resource:
        yield Problem(path, f"{_shown(field, value)} is not the ARN of a {what}")
        return
    instance_id = bare_id(given.get("instance_id"))
    if isinstance(instance_id, str) and arn.instance_id != instance_id:
        yield Problem(path, f"is of instance {arn.instance_id}, but the user is of instance {instance_id}")
