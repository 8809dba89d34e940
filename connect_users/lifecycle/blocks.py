"""Writing settings that are declared in part: what is not declared is sent as Connect has it.

AWS does not say whether UpdateUserIdentityInfo and UpdateUserPhoneConfig keep or clear a member that is left out, nor
whether UpdateUserConfig replaces a list or merges into it. Sent as it is, it is kept either way; an address that
belongs to a directory is not taken, and is safe anyway. Of a user that CreateUser made moments ago there is nothing to
keep: one call does.

UpdateUserPhoneConfig sets after-contact work of all channels alike, and knows one auto-accept and no call-backs of the
agent's own. Of a user whose settings it cannot say, UpdateUserConfig writes the lists instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from connect_users.core import channels
from connect_users.core.errors import InvalidRequest
from connect_users.core.fields import BY_NAME
from connect_users.core.live import live_props
from connect_users.core.spec import from_wire, to_wire, wire_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.pacing import Notify
    from connect_users.core.plan import Step
    from connect_users.core.spec import Props

_LISTS: Final = "UpdateUserConfig"
#: Operation -> the input that it writes.
_BLOCKS: Final = {"UpdateUserIdentityInfo": "identity_info", "UpdateUserPhoneConfig": "phone_config"}
OPERATIONS: Final = (*_BLOCKS, _LISTS)
#: Nobody is without them, so that they cannot be cleared.
_NAMES: Final = ("first_name", "last_name")
#: A directory's address is taken in no request.
_OF_A_DIRECTORY: Final = "email"


class Users(Protocol):
    """What of the gateway is needed here."""

    def describe_user(self, instance_id: str, user_id: str, *, notify: Notify | None = None) -> dict[str, Any]:
        """The ``User`` of DescribeUser."""

    def update_user(
        self, operation: str, instance_id: str, user_id: str, params: Mapping[str, Any], *, notify: Notify | None = None
    ) -> None:
        """Call the operation of that name."""


def write(
    gateway: Users,
    instance_id: str,
    user_id: str,
    step: Step,
    new: Mapping[str, Any],
    *,
    as_made: bool,
    live: Mapping[str, Any] | None,
    notify: Notify | None,
) -> None:
    """Carry out a step of one of `OPERATIONS`.

    Args:
        new: the declared inputs.
        as_made: CreateUser made the user moments ago, and all that was set is declared.
        live: the user as DescribeUser showed it just now; None to ask where that is needed.

    Raises:
        ConnectApiError
    """
    writing = _Writing(gateway, instance_id, user_id, as_made=as_made, live=live, notify=notify)
    if step.operation == _LISTS:
        writing.lists(
            {name: step.params[wire_name(name)] for name in channels.LISTS if wire_name(name) in step.params}, new
        )
        return
    name = _BLOCKS[step.operation]
    declared = from_wire(BY_NAME[name], step.params[wire_name(name)])
    if name == "phone_config":
        writing.phone(declared)
    else:
        writing.identity(declared)


class _Writing:
    """The write of one step; the user is described at most once."""

    def __init__(
        self,
        gateway: Users,
        instance_id: str,
        user_id: str,
        *,
        as_made: bool,
        live: Mapping[str, Any] | None,
        notify: Notify | None,
    ) -> None:
        self._gateway = gateway
        self._ids = (instance_id, user_id)
        self._as_made = as_made
        self._shown = live
        self._notify = notify

    def _live(self) -> Props:
        shown = self._shown
        return live_props(self._gateway.describe_user(*self._ids, notify=self._notify) if shown is None else shown)

    def _send(self, operation: str, params: Mapping[str, Any]) -> None:
        self._gateway.update_user(operation, *self._ids, to_wire(params), notify=self._notify)

    def lists(self, given: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Declared lists, which are complete, and what `phone_config` says of others."""
        lists = {name: from_wire(BY_NAME[name], entries) for name, entries in given.items()}
        partial = {name: entries for name, entries in lists.items() if name not in new and not _is_whole(name, entries)}
        live = self._live() if partial and not self._as_made else {}
        said = {name: channels.filled(name, entries, live.get(name, [])) for name, entries in partial.items()}
        self._send(_LISTS, {**lists, **said})

    def phone(self, declared: Props) -> None:
        """`phone_config`, by whichever operation can say what the user has beside it."""
        if self._as_made:
            self._send("UpdateUserPhoneConfig", {"phone_config": declared})
            return
        live = self._live()
        whole = {**_told(live, "phone_config"), **declared}
        said = channels.said(declared)
        kept = {
            name: channels.filled(name, said.get(name, []), live.get(name, []))
            for name in dict.fromkeys(channels.TWINS.values())
        }
        shown = channels.from_phone_config(whole)
        if all(channels.same(name, entries, shown.get(name, [])) for name, entries in kept.items()):
            self._send_either("UpdateUserPhoneConfig", "phone_config", whole, declared)
        else:
            self._send(_LISTS, {name: kept[name] for name in said})

    def identity(self, declared: Props) -> None:
        """`identity_info`; where the whole is refused, without the address of a directory."""
        if self._as_made or BY_NAME["identity_info"].by_name.keys() <= declared.keys():
            self._send("UpdateUserIdentityInfo", {"identity_info": declared})
            return
        whole = {**_told(self._live(), "identity_info"), **declared}
        without = {member: value for member, value in whole.items() if member != _OF_A_DIRECTORY or member in declared}
        self._send_either("UpdateUserIdentityInfo", "identity_info", whole, without, declared)

    def _send_either(self, operation: str, name: str, *blocks: Props) -> None:
        """The first of ``blocks`` that Connect takes; the last is what is declared."""
        *better, last = blocks
        for block in better:
            if block == last:
                continue
            try:
                self._send(operation, {name: block})
            except InvalidRequest:
                continue
            return
        self._send(operation, {name: last})


def _told(live: Props, name: str) -> Props:
    return {member: value for member, value in live.get(name, {}).items() if value != "" and member not in _NAMES}


def _is_whole(name: str, entries: list[Any]) -> bool:
    """Whether nothing of a list has to be looked up."""
    field = BY_NAME[name]
    return field.voice_only and all(entry.keys() == field.by_name.keys() for entry in entries)
