"""From two sets of inputs to what has to be done: replacement, or the fewest calls.

Contract:
- Pure. ``old`` and ``new`` are canonical (`spec.canonical`) and, for `update_steps`, wholly known.
- Only what is declared is compared: an input that neither side has is never touched. Declared values are compared
  exactly; what is as good as the same in a live user is `live`'s business.
- Steps come in an order that never passes a quota: untag before tag, disassociate before associate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels
from connect_users.core.fields import BY_NAME, FIELDS, Kind, Verdict
from connect_users.core.spec import UNKNOWN, Props, contains_unknown, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping


_REPLACE: Final = tuple(field.name for field in FIELDS if field.verdict is Verdict.REPLACE)
_REPLACE_DELETE_FIRST: Final = tuple(field.name for field in FIELDS if field.verdict is Verdict.REPLACE_DELETE_FIRST)
#: Members of `identity_info` that a directory owns.
_OF_A_DIRECTORY: Final = ("first_name", "last_name", "email")


@dataclass(frozen=True)
class Step:
    """One call.

    Attributes:
        operation: AWS operation name.
        params: its parameters in AWS's spelling, without the ids of instance and user (or the ARN).
        fields: the inputs that it brings to their declared value.
    """

    operation: str
    params: Props
    fields: tuple[str, ...]


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
            differs = name in old and name not in _REPLACE_DELETE_FIRST
        if differs:
            changed.append(name)
    return tuple(changed)


def replacement(old: Mapping[str, Any], new: Mapping[str, Any]) -> Replacement | None:
    """Whether the change needs a new user. An unknown value of such a field counts as changed."""
    changed = changed_fields(old, new)
    fresh = [name for name in _REPLACE if name in changed]
    taken = [name for name in _REPLACE_DELETE_FIRST if name in changed]
    if new.get("on_password_change") == "replace" and (
        password_changed(old, new) or ("password" in old and new.get("password") is UNKNOWN)
    ):
        taken.append("password")
    fields = (*fresh, *taken)
    return Replacement(fields, delete_first=not fresh) if fields else None


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
    steps: list[Step] = []
    if old.get("routing_profile_id") != new.get("routing_profile_id"):
        steps.append(_one("UpdateUserRoutingProfile", new, "routing_profile_id"))
    if set(old.get("security_profile_ids", [])) != set(new.get("security_profile_ids", [])):
        steps.append(_one("UpdateUserSecurityProfiles", new, "security_profile_ids"))
    if old.get("hierarchy_group_id") != new.get("hierarchy_group_id"):
        steps.append(_one("UpdateUserHierarchy", new, "hierarchy_group_id"))
    known, info = old.get("identity_info", {}), new.get("identity_info", {})
    if not info.items() <= known.items():
        steps += _identity_steps(known, new)
    steps += _phone_steps(old, new)
    steps += _proficiency_steps(old.get("user_proficiencies", []), new.get("user_proficiencies", []))
    steps += _tag_steps(old.get("tags", {}), new.get("tags", {}), owner_tag or {})
    return tuple(steps)


def _one(operation: str, new: Mapping[str, Any], field: str) -> Step:
    """A step that sends one input whole; without it when it is declared no longer."""
    return Step(operation, to_wire({field: new[field]}) if field in new else {}, (field,))


def _identity_steps(before: Mapping[str, Any], new: Mapping[str, Any]) -> list[Step]:
    info = new["identity_info"]
    if new.get("identity_management_type") == "EXISTING_DIRECTORY":
        # Connect takes no request that has them: only somebody who changes them shall hear of that.
        info = {name: value for name, value in info.items() if name not in _OF_A_DIRECTORY or before.get(name) != value}
    return [Step("UpdateUserIdentityInfo", to_wire({"identity_info": info}), ("identity_info",))] if info else []


def _phone_steps(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Step]:
    """One call at most. What is declared no longer is sent by none: it stays as Connect has it."""
    before, config = channels.known(old), new.get("phone_config", {})
    declared = {name: channels.complete(name, new[name]) for name in channels.LISTS if name in new}
    # Of lists that only phone_config speaks of, what it says; who sends them adds the rest (`lifecycle.blocks`).
    said = {name: entries for name, entries in channels.said(config).items() if name not in declared}
    changed = {
        name: channels.without_first_callback(name, before.get(name, []), entries)
        for name, entries in declared.items()
        if before.get(name) != entries
    }
    changed.update({name: it for name, it in said.items() if not channels.covers(before.get(name, []), it)})
    if not changed:
        return []
    # All that differ: a setting that moved between phone_config and its list is where it should be, too.
    fields = tuple(name for name in (*channels.LISTS, "phone_config") if old.get(name) != new.get(name))
    if not declared:
        return [Step("UpdateUserPhoneConfig", {"PhoneConfig": to_wire(config)}, fields)]
    return [Step("UpdateUserConfig", to_wire(changed), fields)]


def let_go(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of settings that are declared no longer and that no call takes back: Connect keeps what it has.

    A setting that moved between `phone_config` and its list is declared.
    """
    paths = [
        f"{block}.{name}"
        for block in ("identity_info", "phone_config")
        # By the table: a state may have been written by hand, and hold members of any name.
        for name in BY_NAME[block].by_name
        if name in old.get(block, {}) and name not in new.get(block, {}) and channels.TWINS.get(name) not in new
    ]
    said = channels.said(new.get("phone_config", {}))
    paths += [
        name
        for name in channels.LISTS
        if name in old
        and name not in new
        and not _named(said.get(name, [])) >= _named(channels.complete(name, old[name]))
    ]
    return tuple(paths)


def _named(entries: list[Any]) -> set[tuple[str, str]]:
    """Channels and members that a list names."""
    return {(entry["channel"], member) for entry in entries for member in entry}


def _proficiency_steps(old: list[Props], new: list[Props]) -> list[Step]:
    before, after = _by_pair(old), _by_pair(new)
    gone = [{"attribute_name": name, "attribute_value": value} for name, value in before if (name, value) not in after]
    fresh = [entry for pair, entry in after.items() if pair not in before]
    moved = [entry for pair, entry in after.items() if pair in before and before[pair] != entry]
    return [
        Step(operation, {"UserProficiencies": to_wire(entries)}, ("user_proficiencies",))
        for operation, entries in (
            ("DisassociateUserProficiencies", gone),
            ("AssociateUserProficiencies", fresh),
            ("UpdateUserProficiencies", moved),
        )
        if entries
    ]


def _by_pair(entries: list[Props]) -> dict[tuple[str, str], Props]:
    return {(entry["attribute_name"], entry["attribute_value"]): entry for entry in entries}


def _tag_steps(old: Props, new: Props, owner_tag: Mapping[str, str]) -> list[Step]:
    gone = sorted(key for key in old if key not in new)
    fresh = {key: value for key, value in new.items() if old.get(key) != value}
    steps = []
    if gone:
        steps.append(Step("UntagResource", {"tagKeys": gone}, ("tags",)))
    if fresh or owner_tag:
        steps.append(Step("TagResource", {"tags": {**fresh, **owner_tag}}, ("tags",)))
    return steps


def create_request(props: Mapping[str, Any], owner_tag: Mapping[str, str] | None = None) -> Props:
    """The parameters of CreateUser, without a password that is read elsewhere. Proficiencies are a call of their own.

    Args:
        owner_tag: the ownership tag; None makes a user without one.
    """
    request: Props = {}
    for field in FIELDS:
        if not field.api or field.name not in props or field.kind is Kind.TAGS:
            continue
        value = props[field.name]
        if field.name in channels.LISTS:
            value = channels.complete(field.name, value)
        # An empty block or list says nothing, and AWS may refuse it.
        if value not in ({}, []):
            request[field.name] = value
    wire: Props = to_wire(request)
    tags = {**props.get("tags", {}), **(owner_tag or {})}
    if tags:
        wire["Tags"] = tags
    return wire
