"""From old and new inputs to the work: a replacement, or the fewest calls.

Contract:
- Pure. ``old`` and ``new`` are canonical (`spec.canonical`) and, for `update_steps`, wholly known.
- Only what is declared is compared: an input that neither side has is never touched. Declared values are compared
  exactly; `live` decides which live values mean the same.
- Which operation changes an input is in the table of fields.
- Steps come in an order that never exceeds a quota: untag before tag, disassociate before associate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels
from connect_users.core.fields import BLOCK, BY_NAME, DIRECTORY_KEY, FIELDS, ID, IDS, TAGS, Verdict
from connect_users.core.spec import UNKNOWN, Props, contains_unknown, to_wire
from connect_users.core.steps import (
    Associate,
    Disassociate,
    Step,
    Tag,
    Untag,
    UpdateLevels,
    WriteIdentityInfo,
    WriteInput,
    WriteLists,
    WritePhoneConfig,
    pair_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


_REPLACE: Final = tuple(field.name for field in FIELDS if field.verdict is Verdict.REPLACE)
_REPLACE_DELETE_FIRST: Final = tuple(field.name for field in FIELDS if field.verdict is Verdict.REPLACE_DELETE_FIRST)
#: Inputs that a call sends as they are.
_WHOLE: Final = tuple(field.name for field in FIELDS if field.operations and field.kind in (ID, IDS))
#: Inputs whose members are managed one by one.
_PARTIAL: Final = tuple(field.name for field in FIELDS if field.kind is BLOCK)
#: Members of `identity_info` that a directory owns.
_OF_A_DIRECTORY: Final = ("first_name", "last_name", "email")


@dataclass(frozen=True)
class Replacement:
    """Why a user must be replaced, and in which order.

    Attributes:
        fields: the inputs that no API can change.
        delete_first: the new user has the name of the old one in the same instance.
    """

    fields: tuple[str, ...]
    delete_first: bool


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The inputs that differ, in the table's order; an unknown value differs from everything."""
    changed = []
    for field in FIELDS:
        name = field.name
        if name in new:
            differs = old.get(name) != new[name] or contains_unknown(new[name])
        else:
            # The outputs always have a directory_user_id, declared or not.
            differs = name in old and name != DIRECTORY_KEY
        if differs:
            changed.append(name)
    return tuple(changed)


def replacement(old: Mapping[str, Any], new: Mapping[str, Any]) -> Replacement | None:
    """Whether the change needs a new user. An unknown value of such a field counts as changed."""
    changed = changed_fields(old, new)
    renamed = [name for name in _REPLACE if name in changed]
    same_name = [name for name in _REPLACE_DELETE_FIRST if name in changed]
    if new.get("on_password_change") == "replace" and (
        password_changed(old, new) or ("password" in old and new.get("password") is UNKNOWN)
    ):
        same_name.append("password")
    fields = (*renamed, *same_name)
    return Replacement(fields, delete_first=not renamed) if fields else None


def password_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a known password became another known one.

    A password that appears (after an import) or goes is only recorded: there is nothing to compare it with.
    """
    before, after = old.get("password"), new.get("password")
    return before is not None and after is not None and after is not UNKNOWN and before != after


def update_steps(
    old: Mapping[str, Any], new: Mapping[str, Any], owner_tag: Mapping[str, str] | None = None
) -> tuple[Step, ...]:
    """The calls that bring a user from ``old`` to ``new``.

    Args:
        owner_tag: the ownership tag, where the user does not carry it yet.
    """
    return (
        *(WriteInput(name, new.get(name)) for name in _WHOLE if old.get(name) != new.get(name)),
        *_identity_steps(old.get("identity_info", {}), new),
        *_phone_steps(old, new),
        *_proficiency_steps(old.get("user_proficiencies", []), new.get("user_proficiencies", [])),
        *_tag_steps(old.get("tags", {}), new.get("tags", {}), owner_tag or {}),
    )


def _identity_steps(before: Mapping[str, Any], new: Mapping[str, Any]) -> list[Step]:
    info = new.get("identity_info", {})
    if info.items() <= before.items():
        return []
    if new.get("identity_management_type") == "EXISTING_DIRECTORY":
        # Connect refuses a request with them, so send them only if they change.
        info = {name: value for name, value in info.items() if name not in _OF_A_DIRECTORY or before.get(name) != value}
    return [WriteIdentityInfo(info)] if info else []


def _phone_steps(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Step]:
    """One call at most. What is no longer declared is not sent: it stays as Connect has it."""
    before, config = channels.known(old), new.get("phone_config", {})
    declared = {name: channels.complete(name, new[name]) for name in channels.LISTS if name in new}
    # The parts of lists that only phone_config sets; `lifecycle.blocks` adds the rest before sending.
    partial = {name: entries for name, entries in channels.partial_lists(config).items() if name not in declared}
    changed = {
        name: channels.without_first_callback(name, before.get(name, []), entries)
        for name, entries in declared.items()
        if before.get(name) != entries
    }
    changed.update(
        {name: entries for name, entries in partial.items() if not channels.covers(before.get(name, []), entries)}
    )
    if not changed:
        return []
    # All that differ: a setting that moved between phone_config and its list is where it should be, too.
    fields = tuple(name for name in (*channels.LISTS, "phone_config") if old.get(name) != new.get(name))
    if not declared:
        return [WritePhoneConfig(config, fields)]
    return [WriteLists(changed, fields)]


def no_longer_declared(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of settings that are no longer declared and that no call removes: Connect keeps its values.

    A setting that moved between `phone_config` and its list is declared.
    """
    paths = [
        f"{block}.{name}"
        for block in _PARTIAL
        # By the table: a state may have been written by hand, and hold members of any name.
        for name in BY_NAME[block].by_name
        if name in old.get(block, {}) and name not in new.get(block, {}) and channels.TWINS.get(name) not in new
    ]
    partial = channels.partial_lists(new.get("phone_config", {}))
    paths += [
        name
        for name in channels.LISTS
        if name in old
        and name not in new
        and not _named(partial.get(name, [])) >= _named(channels.complete(name, old[name]))
    ]
    return tuple(paths)


def _named(entries: list[Any]) -> set[tuple[str, str]]:
    """Channels and members that a list names."""
    return {(entry["channel"], member) for entry in entries for member in entry}


def _proficiency_steps(old: list[Props], new: list[Props]) -> list[Step]:
    before, after = ({pair_of(entry): entry for entry in entries} for entries in (old, new))
    removed = [
        {"attribute_name": name, "attribute_value": value} for name, value in before if (name, value) not in after
    ]
    added = [entry for pair, entry in after.items() if pair not in before]
    changed = [entry for pair, entry in after.items() if pair in before and before[pair] != entry]
    steps = (Disassociate(removed), Associate(added), UpdateLevels(changed))
    return [step for step in steps if step.entries]


def _tag_steps(old: Props, new: Props, owner_tag: Mapping[str, str]) -> list[Step]:
    removed = sorted(key for key in old if key not in new)
    written = {**{key: value for key, value in new.items() if old.get(key) != value}, **owner_tag}
    return [*([Untag(removed)] if removed else ()), *([Tag(written)] if written else ())]


def create_request(props: Mapping[str, Any]) -> Props:
    """The parameters of CreateUser, without the ownership tag and a password that is read elsewhere.

    Proficiencies are a call of their own.
    """
    request: Props = {}
    for field in FIELDS:
        if not field.api or field.name not in props or field.kind is TAGS:
            continue
        value = props[field.name]
        if field.name in channels.LISTS:
            value = channels.complete(field.name, value)
        # An empty block or list sets nothing, and AWS may refuse it.
        if value not in ({}, []):
            request[field.name] = value
    wire: Props = to_wire(request)
    if props.get("tags"):
        wire["Tags"] = props["tags"]
    return wire
