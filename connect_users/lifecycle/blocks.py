"""Writing settings that are declared in part: the other members are sent as Connect has them.

AWS does not document whether UpdateUserIdentityInfo and UpdateUserPhoneConfig keep or clear a member that is left out,
nor whether UpdateUserConfig replaces a list or merges into it. A member that is sent with its live value is kept either
way. AWS refuses an address that belongs to a directory; that address cannot be lost. A user that CreateUser has just
made has nothing to keep: one call is enough.

UpdateUserPhoneConfig sets the after-contact work of all channels alike, and has one auto-accept and no agent-first
call-backs. If a user has settings that it cannot express, UpdateUserConfig writes the lists instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels
from connect_users.core.errors import InvalidRequest
from connect_users.core.fields import BY_NAME
from connect_users.core.live import live_props
from connect_users.core.spec import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from connect_users.core.fields import Field
    from connect_users.core.spec import Props

_IDENTITY_INFO: Final = BY_NAME["identity_info"]
_PHONE_CONFIG: Final = BY_NAME["phone_config"]
_LISTS: Final = _PHONE_CONFIG.operations[1]
#: Every user has them, so they cannot be cleared.
_NAMES: Final = ("first_name", "last_name")
#: An address that a directory owns is refused in every request.
_OF_A_DIRECTORY: Final = "email"


@dataclass(frozen=True)
class BlockWriter:
    """Writes the settings of one user, with at most one DescribeUser.

    Attributes:
        send: calls the operation of that name with its parameters, without the ids of instance and user.
        describe: returns the ``User`` of DescribeUser.
        as_made: whether CreateUser has just made the user, so that all its settings are declared.
    """

    send: Callable[[str, Props], None]
    describe: Callable[[], Mapping[str, Any]]
    as_made: bool = False

    def lists(self, lists: Mapping[str, list[Any]], declared: Collection[str]) -> None:
        """Write per-channel lists: ``declared`` ones are complete, the others are filled from the live user."""
        partial = [name for name, entries in lists.items() if name not in declared and not _is_whole(name, entries)]
        live = live_props(self.describe()) if partial and not self.as_made else {}
        filled = {name: channels.filled(name, lists[name], live.get(name, [])) for name in partial}
        self.send(_LISTS, to_wire({**lists, **filled}))

    def phone_config(self, declared: Props) -> None:
        """Write `phone_config`, with the operation that can express the user's other settings too."""
        if self.as_made:
            self._send_first(_PHONE_CONFIG, declared)
            return
        live = live_props(self.describe())
        whole = {**_kept(live, _PHONE_CONFIG), **declared}
        partial = channels.partial_lists(declared)
        kept = {
            name: channels.filled(name, partial.get(name, []), live.get(name, []))
            for name in dict.fromkeys(channels.TWINS.values())
        }
        shown = channels.from_phone_config(whole)
        if all(channels.same(name, entries, shown.get(name, [])) for name, entries in kept.items()):
            self._send_first(_PHONE_CONFIG, whole, declared)
        else:
            self.send(_LISTS, to_wire({name: kept[name] for name in partial}))

    def identity_info(self, declared: Props) -> None:
        """Write `identity_info`; if AWS refuses the whole, without a directory's address."""
        if self.as_made or _IDENTITY_INFO.by_name.keys() <= declared.keys():
            self._send_first(_IDENTITY_INFO, declared)
            return
        whole = {**_kept(live_props(self.describe()), _IDENTITY_INFO), **declared}
        without = {member: value for member, value in whole.items() if member != _OF_A_DIRECTORY or member in declared}
        self._send_first(_IDENTITY_INFO, whole, without, declared)

    def _send_first(self, field: Field, *blocks: Props) -> None:
        """Send ``blocks`` until Connect accepts one; the last is the declared one."""
        *better, last = blocks
        for block in better:
            if block != last:
                try:
                    self.send(field.operations[0], to_wire({field.name: block}))
                except InvalidRequest:
                    continue
                return
        self.send(field.operations[0], to_wire({field.name: last}))


def _kept(live: Props, field: Field) -> Props:
    return {member: value for member, value in live.get(field.name, {}).items() if value != "" and member not in _NAMES}


def _is_whole(name: str, entries: list[Any]) -> bool:
    """Whether a list is complete, so that no live value is needed."""
    field = BY_NAME[name]
    return field.voice_only and all(entry.keys() == field.by_name.keys() for entry in entries)
