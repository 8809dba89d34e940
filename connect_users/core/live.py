"""A live user, as the API returns it, in the words of the inputs.

Contract:
- `live_props` is everything that DescribeUser and ListUserProficiencies return.
- `declared_view` is the part of it that a program manages, in the form in which the program declared it: a
  difference to the declared inputs is drift, and nothing else is. Inside `identity_info` and `phone_config` only
  the members that are declared count, since Connect fills in others by itself.
- Members that AWS adds later are passed over; members that it leaves out are absent, and so are those that it shows as
  an empty string (the AWS CLI's example of describe-user has ``"DeskPhoneNumber": ""`` beside a soft phone). A declared
  neutral value (an empty string, a soft phone, no auto-accept) equals an absent one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core import channels
from connect_users.core.fields import BY_NAME, FIELDS, Kind, Verdict
from connect_users.core.ownership import declared_tags
from connect_users.core.spec import Props, canonical, from_wire, to_wire, wire_name

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from connect_users.core.fields import Field

#: Inputs that Connect never returns: they are carried over from the state.
_WRITE_ONLY = tuple(
    field.name for field in FIELDS if field.verdict in (Verdict.RECORD, Verdict.PASSWORD) or field.name == "instance_id"
)

#: Returned in one form or the other (see `both_views`).
_SETTINGS = ("phone_config", *channels.LISTS)
#: The member of a per-channel entry that is after-contact work; that of call-backs ends like it.
_WORK = "after_contact_work_config"


def live_props(
    user: Mapping[str, Any],
    proficiencies: Sequence[Mapping[str, Any]] | None = None,
    wanted: Container[str] | None = None,
) -> Props:
    """All inputs that a live user shows.

    Args:
        user: ``User`` of DescribeUser.
        proficiencies: ``UserProficiencyList``, all pages; None when they were not read.
        wanted: the only inputs that will be looked at; None for all. Thousands of users are read at once.
    """
    described = dict(user)
    if proficiencies is not None:
        described["UserProficiencies"] = [dict(entry) for entry in proficiencies]
    props = {}
    for field in FIELDS:
        value = described.get(wire_name(field.name))
        if value is None or not (wanted is None or field.name in wanted or field.name in _SETTINGS):
            continue
        if field.kind is Kind.TAGS:
            # The value of a tag may be empty.
            props[field.name] = declared_tags(value)
        elif (present := _present(value)) is not None:
            props[field.name] = from_wire(field, present)
    return both_views(canonical(props), wanted)


def _present(value: Any) -> Any:
    """``value`` without members that are null or an empty string, at any depth; None where it is one itself."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if (kept := _present(item)) is not None}
    if isinstance(value, list):
        return [kept for item in value if (kept := _present(item)) is not None]
    return None if value == "" else value


def both_views(props: Props, wanted: Container[str] | None = None) -> Props:
    """Whether Connect returns `phone_config`, the lists or both is not documented: fill in the other."""
    config, lists = props.get("phone_config", {}), {name: props[name] for name in channels.LISTS if name in props}
    views = dict(props)
    if wanted is None or any(name in wanted for name in channels.LISTS):
        views.update({**channels.from_phone_config(config), **lists})
    if lists:
        config = {**channels.to_phone_config(lists), **config}
    if config:
        views["phone_config"] = config
    return views


def shows(user: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    """Whether a live user shows all that is declared word for word, so that `declared_view` would be ``declared``.

    A quick yes for most of thousands of users; False decides nothing.

    Args:
        user: as for `live_props`, with its ``UserProficiencies``.
    """
    return all(name in _WRITE_ONLY or _shows(BY_NAME[name], user, value) for name, value in declared.items())


def _shows(field: Field, user: Mapping[str, Any], value: Any) -> bool:
    shown = user.get(wire_name(field.name))
    if shown is None:
        return False
    if field.kind is Kind.TAGS:
        return bool(declared_tags(shown) == value)
    if field.kind is Kind.IDS:
        return bool(sorted(shown) == value)
    if field.kind is Kind.BLOCK:
        return all(shown.get(wire_name(name)) == item for name, item in value.items())
    return bool(shown == to_wire(value))


def declared_view(live: Props, declared: Mapping[str, Any]) -> Props:
    """The inputs of ``live`` that ``declared`` manages.

    Args:
        live: from `live_props`.
        declared: canonical inputs, whose write-only values are carried over.
    """
    view: Props = {name: declared[name] for name in _WRITE_ONLY if name in declared}
    for name, wanted in declared.items():
        field = BY_NAME.get(name)
        if field is None or name in view:
            continue
        if name in channels.LISTS:
            view[name] = _list_view(name, live.get(name, []), wanted)
        elif field.kind is Kind.BLOCK:
            view[name] = _block_view(live.get(name, {}), wanted)
        elif field.kind in (Kind.TAGS, Kind.BLOCKS):
            # Nothing set is an empty collection here: tags={} and no tags are the same user.
            view[name] = live.get(name, type(wanted)())
        elif name in live:
            view[name] = live[name]
    return view


def _list_view(name: str, entries: list[Any], wanted: list[Any]) -> list[Any]:
    if channels.same(name, entries, wanted):
        return wanted
    named = {entry.get("channel") for entry in wanted}
    return [entry for entry in entries if entry.get("channel") in named or not channels.is_neutral(name, entry)]


def _block_view(shown: Props, wanted: Mapping[str, Any]) -> Props:
    neutral = channels.NEUTRAL_PHONE_CONFIG
    view = {
        name: shown.get(name, value)
        for name, value in wanted.items()
        if name in shown or value == "" or (name in neutral and value == neutral[name])
    }
    soft = channels.NEUTRAL_PHONE_CONFIG["phone_type"]
    if "desk_phone_number" in wanted and wanted.get("phone_type", soft) == shown.get("phone_type", soft) == soft:
        # Connect may forget the number of a desk phone that is not in use; that is not drift.
        view.setdefault("desk_phone_number", wanted["desk_phone_number"])
    return view


def leftovers(live: Props, declared: Mapping[str, Any]) -> Props:
    """Undeclared settings of ``live`` that an update would remove if the state had declared them.

    They matter when a resource takes back a user that it created and lost: an earlier version of the program may have
    set them. Other settings that are no longer declared stay as they are (`plan.no_longer_declared`).
    """
    names = ("hierarchy_group_id", "tags", "user_proficiencies")
    return {name: live[name] for name in names if live.get(name) and name not in declared}


def declarable(live: Props, instance_id: str, *, directory: bool) -> Props:
    """The canonical inputs of a program that declares everything a new user would not have.

    Settings that are neutral (no auto-accept, no after-contact work, a soft phone ...) are left out, and so stay
    unmanaged. Phone settings are declared per channel, which loses nothing.

    Args:
        live: from `live_props`, with proficiencies.
        directory: a directory signs users in, so its id matters.
    """
    inputs: Props = {"instance_id": instance_id}
    for name, value in live.items():
        if name in channels.LISTS:
            entries = [entry for entry in map(_whole, value) if _is_set(name, entry)]
            if entries:
                inputs[name] = entries
        elif name == "identity_info":
            info = {member: item for member, item in value.items() if item}
            if info:
                inputs[name] = info
        elif name == "directory_user_id":
            if directory:
                inputs[name] = value
        elif name != "phone_config" and value not in ({}, []):
            inputs[name] = value
    return canonical(inputs)


def _is_set(name: str, entry: Props) -> bool:
    """Whether an entry has a setting; the number of an unused desk phone counts."""
    return "phone_number" in entry or not channels.is_neutral(name, entry)


def _whole(entry: Props) -> Props:
    """An entry of after-contact work always has the channel's own limit; one that is not returned means no limit."""
    if not any(name.endswith(_WORK) for name in entry):
        return entry
    members = {name: value for name, value in entry.items() if value != {}}
    return {**members, _WORK: members.get(_WORK, {"after_contact_work_time_limit": 0})}
