"""Whether inputs have the shape of a user: types, choices, required members, unknown names.

The general half of the rules: it goes by the table of fields alone. `rules` adds what AWS documents about values.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits, tokens
from connect_users.core.arns import bare_id, parse_arn
from connect_users.core.fields import BLOCK, BLOCKS, BY_NAME, FIELDS, FLAG, ID, IDS, TAGS, TEXT, Field
from connect_users.core.patterns import pattern
from connect_users.core.spec import UNKNOWN, Props, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLAIN_ID: Final = pattern(rf"[^\s:/]{{1,{limits.ID_MAX}}}")


class Problem(NamedTuple):
    """One thing that is wrong: where, and what, with the value and the limit."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def shape_problems(inputs: Props) -> Iterator[Problem]:
    """Every place where ``inputs`` are not shaped like those of a user."""
    for field in FIELDS:
        if field.name in inputs:
            if not _plain(field, inputs[field.name]):
                yield from _value_problems(field, field.name, inputs[field.name], inputs)
        elif field.required:
            yield Problem(field.name, "missing; it is required")
    yield from _stray_names("", inputs, BY_NAME)


def _stray_names(prefix: str, names: Mapping[Any, Any], known: Mapping[str, Field]) -> Iterator[Problem]:
    for name in names:
        if name not in known and not (isinstance(name, str) and name.startswith(tokens.INTERNAL)):
            path = in_path(name)
            near = _nearest(path, tuple(known))
            yield Problem(f"{prefix}{path}", "no such input" + (f"; did you mean {near}?" if near else ""))


def in_path(name: Any) -> str:
    """A key as part of a path: as it is, unless it would break the line or be endless."""
    return name if isinstance(name, str) and name.isprintable() and 0 < len(name) <= limits.TAG_KEY_MAX else shown(name)


@functools.lru_cache(maxsize=256)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    """The known name that ``name`` may be a misspelling of, or ""; kept, since looking for it is slow."""
    import difflib

    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")
    return next(iter(difflib.get_close_matches(snake, known, n=1)), "")


def sound_parts(inputs: Props) -> Props:
    """``inputs`` with `UNKNOWN` in place of every part that is not shaped like an input, without unknown names.

    The rules can then judge all other parts, so that a user sees every problem at once.
    """
    return {field.name: _sound(field, inputs[field.name], inputs) for field in FIELDS if field.name in inputs}


def _sound(field: Field, value: Any, inputs: Props) -> Any:
    if field.kind is BLOCK:
        return _sound_block(field, value, inputs)
    if field.kind is BLOCKS and isinstance(value, list):
        return [_sound_block(field, item, inputs) for item in value]
    if field.kind is IDS and isinstance(value, list):
        return [UNKNOWN if any(id_problems(field, "", item, inputs)) else item for item in value]
    if field.kind is TAGS and isinstance(value, dict):
        return {key: item for key, item in value.items() if isinstance(key, str)}
    return value if _plain(field, value) or not any(_value_problems(field, "", value, inputs)) else UNKNOWN


def _sound_block(field: Field, value: Any, inputs: Props) -> Any:
    if not isinstance(value, dict):
        return UNKNOWN
    members = ((member, value.get(member.name)) for member in field.members)
    return {member.name: _sound(member, item, inputs) for member, item in members if item is not None}


def _plain(field: Field, value: Any) -> bool:
    """A quick yes for the values of most users; what is left gets judged in detail."""
    if value is UNKNOWN:
        return True
    if field.kind is TEXT:
        return isinstance(value, str) and (not field.choices or value in field.choices)
    if field.kind is ID:
        return _plain_id(value)
    return field.kind is FLAG and isinstance(value, bool)


def _plain_id(value: Any) -> bool:
    return isinstance(value, str) and _PLAIN_ID.fullmatch(value) is not None


def _value_problems(field: Field, path: str, value: Any, inputs: Props) -> Iterator[Problem]:
    if field.kind is BLOCK:
        yield from _block_problems(field, path, value, inputs)
    elif field.kind is BLOCKS or field.kind is IDS:
        if not isinstance(value, list):
            yield Problem(path, f"{_shown(field, value)} is not a list")
            return
        judge = _block_problems if field.kind is BLOCKS else id_problems
        for index, item in enumerate(value):
            # An id in most cases: then there is nothing to look for.
            if item is not UNKNOWN and not (field.kind is IDS and _plain_id(item)):
                yield from judge(field, f"{path}[{index}]", item, inputs)
    elif field.kind is ID:
        yield from id_problems(field, path, value, inputs)
    elif field.kind is TAGS:
        if not isinstance(value, dict):
            yield Problem(path, f"{_shown(field, value)} is not a dict")
        elif not all(isinstance(key, str) for key in value):
            yield Problem(path, "has a key that is not a string")
    else:
        yield from _scalar_problems(field, path, value)


def _block_problems(field: Field, path: str, value: Any, inputs: Props) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, f"{_shown(field, value)} is not a block of settings")
        return
    for member in field.members:
        item = value.get(member.name)
        if item is None:
            if member.required:
                yield Problem(f"{path}.{member.name}", "missing; it is required")
        elif not _plain(member, item):
            yield from _value_problems(member, f"{path}.{member.name}", item, inputs)
    yield from _stray_names(f"{path}.", value, field.by_name)


def _scalar_problems(field: Field, path: str, value: Any) -> Iterator[Problem]:
    """What is wrong with a value that is not plain."""
    if field.kind is FLAG:
        yield Problem(path, f"{_shown(field, value)} is neither true nor false")
    elif field.kind is TEXT:
        if isinstance(value, str):
            import difflib

            choices = {choice.upper(): choice for choice in field.choices}
            near = difflib.get_close_matches(value[:80].upper(), choices, n=1)
            hint = f"; did you mean {choices[near[0]]}?" if near else ""
            yield Problem(path, f"{_shown(field, value)} is not one of {', '.join(field.choices)}{hint}")
        else:
            yield Problem(path, f"{_shown(field, value)} is not a string")
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        yield Problem(path, f"{_shown(field, value)} is not a whole number")


def _shown(field: Field, value: Any) -> str:
    """``value`` as a message may show it."""
    return "the value" if field.discreet else shown(value)


def shown(value: Any) -> str:
    """``value`` as a message shows it: in Python's words, at most 160 characters, which is a whole ARN."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # An int of thousands of digits, or nesting without end.
        return "a value too large to show"
    return text if len(text) <= 160 else f"{text[:157]}..."


def id_problems(field: Field, path: str, value: Any, inputs: Props) -> Iterator[Problem]:
    """What is wrong with an id, or an ARN, of what the field refers to."""
    if _plain_id(value):
        return
    what = f"a {field.reference.noun}" if field.reference else "an instance"
    if not isinstance(value, str):
        yield Problem(path, f"{_shown(field, value)} is not an id")
    elif value.startswith("arn:"):
        yield from _arn_problems(field, path, value, inputs, what)
    elif not value or len(value) > limits.ID_MAX or any(letter.isspace() for letter in value):
        yield Problem(path, f"{_shown(field, value)} is not an id of 1 to {limits.ID_MAX} characters without blanks")
    else:
        attribute = field.name.removesuffix("s")
        hint = (
            f"; pass the resource's {attribute}, not its id"
            if field.reference
            else "; pass the id or the ARN of the instance"
        )
        yield Problem(path, f"{_shown(field, value)} is a composite, not the id of {what}{hint}")


def _arn_problems(field: Field, path: str, value: str, inputs: Props, what: str) -> Iterator[Problem]:
    arn = parse_arn(value)
    if arn is None or arn.resource != (field.reference.arn_word if field.reference else ""):
        yield Problem(path, f"{_shown(field, value)} is not the ARN of {what}")
        return
    if len(arn.resource_id or arn.instance_id) > limits.ID_MAX:
        yield Problem(path, f"{_shown(field, value)} has an id of more than {limits.ID_MAX} characters")
    instance_id = bare_id(inputs.get("instance_id"))
    if isinstance(instance_id, str) and arn.instance_id != instance_id:
        yield Problem(path, f"is in instance {arn.instance_id}, but the user is in instance {instance_id}")


def sound(state: Props) -> Props:
    """A state in canonical form, without inputs of a wrong shape.

    A state may have been written by hand or by another release: what cannot be read counts as not set, so that the
    next update writes it again.
    """
    inputs = {name: value for name, value in state.items() if name in BY_NAME}
    broken = {problem.path.split(".")[0].split("[")[0] for problem in shape_problems(inputs)}
    return canonical({name: value for name, value in state.items() if name not in broken} if broken else state)
