"""Per-channel settings: the meaning of a list that names only some channels, and of `phone_config` beside the lists.

Contract:
- A declared list is complete. A channel that it does not name has the neutral value, and requests always carry all
  channels that the kind of list allows. AWS documents neither whether UpdateUserConfig replaces a list or merges into
  it, nor a way to remove a channel; with complete lists both readings give the same result.
- A member of `phone_config` sets its own part of a list and no more (`partial_lists`). If a list must be written for
  it, the rest of that list is sent as Connect has it (`filled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.fields import BY_NAME
from connect_users.core.limits import CHANNELS
from connect_users.core.spec import Props, contains_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

#: List -> members of the entry of a channel that the list does not name.
_NEUTRAL: Final[dict[str, Props]] = {
    "auto_accept_configs": {"auto_accept": False},
    "after_contact_work_configs": {"after_contact_work_config": {"after_contact_work_time_limit": 0}},
    "phone_number_configs": {"phone_type": "SOFT_PHONE"},
    "persistent_connection_configs": {"persistent_connection": False},
    "voice_enhancement_configs": {"voice_enhancement_mode": "NONE"},
}
LISTS: Final = tuple(_NEUTRAL)

#: Members of VOICE entries about the agent's own call-backs; AWS may return them where they were never set, or leave
#: out their neutral value.
_FIRST_CALLBACK: Final = "agent_first_callback"

#: Member of `phone_config` -> the list with the same setting, and the member of its entries.
_TWINS: Final = {
    "auto_accept": ("auto_accept_configs", "auto_accept"),
    "after_contact_work_time_limit": ("after_contact_work_configs", "after_contact_work_config"),
    "phone_type": ("phone_number_configs", "phone_type"),
    "desk_phone_number": ("phone_number_configs", "phone_number"),
    "persistent_connection": ("persistent_connection_configs", "persistent_connection"),
}
TWINS: Final = {member: name for member, (name, _) in _TWINS.items()}
#: The member of `phone_config` that is about all channels, and a block in the entries of its list.
_WORK_LIMIT: Final = "after_contact_work_time_limit"

#: The settings of a user that nobody has configured.
NEUTRAL_PHONE_CONFIG: Final[Props] = {
    "phone_type": "SOFT_PHONE",
    "auto_accept": False,
    "after_contact_work_time_limit": 0,
    "persistent_connection": False,
}


def complete(name: str, entries: list[Any]) -> list[Any]:
    """``entries``, with a neutral entry for each allowed channel that they do not name."""
    if contains_unknown(entries):
        return entries
    named = {entry["channel"]: entry for entry in entries}
    channels = ("VOICE",) if BY_NAME[name].voice_only else CHANNELS
    return [named.get(channel, {"channel": channel, **_NEUTRAL[name]}) for channel in channels]


def same(name: str, one: list[Any], other: list[Any]) -> bool:
    """Whether a live list and a declared one mean the same settings.

    A first-callback member at its neutral value is as good as none, and so is the number of a desk phone that is not
    in use: Connect may keep or forget either.
    """
    return [_bare(entry) for entry in complete(name, one)] == [_bare(entry) for entry in complete(name, other)]


def unnamed(name: str, entries: list[Any]) -> list[Any]:
    """The neutral entries of allowed channels that a declared list does not name."""
    return [entry for entry in neutral(name) if not _entry(entries, entry["channel"])]


def is_neutral(name: str, entry: Props) -> bool:
    """Whether an entry of a live list has the same setting as a channel that was never set."""
    return bool(_bare(entry) == {"channel": entry.get("channel"), **_NEUTRAL[name]})


def without_first_callback(name: str, before: list[Any], after: list[Any]) -> list[Any]:
    """``after``, with the first-callback member of ``before`` reset where ``after`` declares it no longer.

    Leaving the member out would keep it where UpdateUserConfig merges. Reset means what holds for other contacts:
    no auto-accept, or the channel's own after-contact work.
    """
    reset: Props = {}
    voice_before, voice_after = _entry(before, "VOICE"), _entry(after, "VOICE")
    if "agent_first_callback_auto_accept" in voice_before:
        reset["agent_first_callback_auto_accept"] = False
    if "agent_first_callback_after_contact_work_config" in voice_before:
        reset["agent_first_callback_after_contact_work_config"] = voice_after.get("after_contact_work_config", {})
    return [{**reset, **entry} if entry.get("channel") == "VOICE" else entry for entry in complete(name, after)]


def _bare(entry: Props) -> Props:
    no_limit = {"after_contact_work_time_limit": 0}
    as_good_as_none: tuple[Any, ...] = (False, {}, no_limit, entry.get("after_contact_work_config"))
    unused = "phone_number" if entry.get("phone_type") == "SOFT_PHONE" else ""
    return {
        name: value
        for name, value in entry.items()
        if name != unused and (not name.startswith(_FIRST_CALLBACK) or value not in as_good_as_none)
    }


def neutral(name: str) -> list[Any]:
    """The list of a user that nobody has configured."""
    return complete(name, [])


def partial_lists(config: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What the members of `phone_config` set in the lists: entries and members of entries, no more.

    AutoAccept, phone and persistent connection are about voice; AfterContactWorkTimeLimit sets all channels
    (UpdateUserPhoneConfig: "will always set the same ACW timeouts to all channels the user handles").
    """
    lists: dict[str, list[Any]] = {}
    for member, (name, part) in _TWINS.items():
        if member in config:
            block = member == _WORK_LIMIT
            channels = CHANNELS if block else ("VOICE",)
            for entry in lists.setdefault(name, [{"channel": channel} for channel in channels]):
                entry[part] = {member: config[member]} if block else config[member]
    return lists


def filled(name: str, entries: list[Any], others: list[Any]) -> list[Any]:
    """The complete list that has the members of ``entries``, and otherwise those of ``others``."""
    return [
        {**neutral_entry, **_entry(others, neutral_entry["channel"]), **_entry(entries, neutral_entry["channel"])}
        for neutral_entry in neutral(name)
    ]


def covers(entries: list[Any], others: list[Any]) -> bool:
    """Whether ``entries`` have all members of ``others``."""
    return all(other.items() <= _entry(entries, other["channel"]).items() for other in others)


def known(props: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists that ``props`` set: complete if declared, else the part that `phone_config` sets."""
    declared = {name: complete(name, props[name]) for name in LISTS if name in props}
    return {**partial_lists(props.get("phone_config", {})), **declared}


def from_phone_config(config: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists equivalent to ``config``, for a user with no other setting."""
    return {name: filled(name, entries, []) for name, entries in partial_lists(config).items()}


def to_phone_config(lists: Mapping[str, list[Any]]) -> Props:
    """The members of `phone_config` that the VOICE entries of ``lists`` set."""
    config: Props = {}
    for member, (name, part) in _TWINS.items():
        value = _entry(lists.get(name, []), "VOICE").get(part)
        if member == _WORK_LIMIT and value is not None:
            value = value.get(member)
        if value is not None:
            config[member] = value
    return config


def _entry(entries: list[Any], channel: str) -> Props:
    return next((entry for entry in entries if entry.get("channel") == channel), {})


def effective(props: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Every list that ``props`` declare, directly or by its twin in `phone_config`, complete."""
    lists = from_phone_config(props.get("phone_config", {}))
    lists.update({name: complete(name, props[name]) for name in LISTS if name in props})
    return lists
