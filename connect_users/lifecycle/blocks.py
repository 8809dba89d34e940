"""Writing a block of settings whole, with the live value of each member that is not declared.

AWS does not say whether UpdateUserIdentityInfo and UpdateUserPhoneConfig keep or clear a member that is left out. Sent
as it is, it is kept either way; an address that belongs to a directory is not taken, and is safe anyway. Of a user that
CreateUser made moments ago there is nothing to keep: one call does.

UpdateUserPhoneConfig sets after-contact work of all channels alike. Where it differs by channel, and is not declared,
UpdateUserConfig writes the lists that say the same as the declared members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels
from connect_users.core.errors import InvalidRequest
from connect_users.core.fields import BY_NAME
from connect_users.core.live import live_props
from connect_users.core.spec import from_wire, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify
    from connect_users.core.plan import Step
    from connect_users.core.spec import Props

#: Operation -> the input that it writes.
BLOCKS: Final = {"UpdateUserIdentityInfo": "identity_info", "UpdateUserPhoneConfig": "phone_config"}
#: Nobody is without them, so that they cannot be cleared.
_NAMES: Final = ("first_name", "last_name")
#: A directory's address is taken in no request.
_OF_A_DIRECTORY: Final = "email"
_WORK: Final = "after_contact_work_time_limit"


def needs_live(step: Step) -> bool:
    """Whether a step writes a block of which only a part is declared, so that it has to know the rest."""
    name = BLOCKS.get(step.operation)
    return name is not None and not BY_NAME[name].by_name.keys() <= _declared(step).keys()


def _declared(step: Step) -> Props:
    (wire,) = step.params.values()
    declared: Props = from_wire(BY_NAME[BLOCKS[step.operation]], wire)
    return declared


def write(
    gateway: Gateway,
    instance_id: str,
    user_id: str,
    step: Step,
    *,
    as_made: bool,
    live: Mapping[str, Any] | None,
    notify: Notify | None,
) -> None:
    """Carry out a step of one of the operations of `BLOCKS`.

    Args:
        as_made: CreateUser made the user moments ago.
        live: the user as DescribeUser showed it just now; None to ask for it where it is needed.

    Raises:
        ConnectApiError
    """
    name = BLOCKS[step.operation]
    (parameter,) = step.params
    declared = _declared(step)

    def send(block: Props) -> None:
        gateway.update_user(step.operation, instance_id, user_id, {parameter: to_wire(block)}, notify=notify)

    if as_made or not needs_live(step):
        send(declared)
        return
    shown = live_props(gateway.describe_user(instance_id, user_id, notify=notify) if live is None else live)
    told = {member: value for member, value in shown.get(name, {}).items() if value != "" and member not in _NAMES}
    whole = {**told, **declared}
    if name == "phone_config" and _WORK not in declared and _differs_by_channel(shown):
        lists = to_wire(_lists(declared, whole, shown))
        gateway.update_user("UpdateUserConfig", instance_id, user_id, lists, notify=notify)
        return
    without = {member: value for member, value in whole.items() if member != _OF_A_DIRECTORY or member in declared}
    *better, last = [block for block in (whole, without) if block != declared] + [declared]
    for block in better:
        try:
            send(block)
        except InvalidRequest:
            continue
        return
    send(last)


def _differs_by_channel(live: Props) -> bool:
    entries = channels.complete("after_contact_work_configs", live.get("after_contact_work_configs", []))
    return any(entry["after_contact_work_config"] != entries[0]["after_contact_work_config"] for entry in entries)


def _lists(declared: Props, whole: Props, live: Props) -> dict[str, list[Any]]:
    """The lists that say what ``declared`` does of voice, and of the other channels what they have."""
    touched = {channels.TWINS[member] for member in declared}
    lists = channels.from_phone_config({m: value for m, value in whole.items() if channels.TWINS[m] in touched})
    found = {}
    for name, entries in lists.items():
        told = {entry["channel"]: entry for entry in live.get(name, [])}
        found[name] = [
            # Of voice, what only lists can say (the agent's own call-backs) stays as well.
            {**told.get("VOICE", {}), **entry} if entry["channel"] == "VOICE" else told.get(entry["channel"], entry)
            for entry in entries
        ]
    return found
