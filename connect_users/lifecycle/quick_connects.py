"""Quick connects that lead to a user who is gone: deleted where the program says so, else named in a warning.

DeleteUser leaves them: they count against the quota, are still offered to agents, and may disturb the replication of
the instance (API reference, DeleteUser). Contract:

- They are looked for after a user was deleted, and only then; the user is gone whatever becomes of them.
- Which user each leads to is found out once in a process (for `MAX_AGE`): one listing, and nothing more where no quick
  connect leads to a user; else SearchQuickConnects (100 a page), and DescribeQuickConnect for those that its index does
  not know yet.
- One is deleted only after DescribeQuickConnect has confirmed where it leads, and believed gone after two looks.
- Without the right to look, a deletion that did not ask for more says so once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from connect_users.core.errors import Cancelled, ConnectApiError, ConnectUsersError, ResourceNotFound
from connect_users.lifecycle.observe import SECOND_LOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.lifecycle.apply import Operation

#: Seconds for which it is believed where quick connects lead to.
MAX_AGE: Final = 300.0
#: As many are described one by one; more are searched for.
_FEW: Final = 5

Config = dict[str, Any]


@dataclass(frozen=True)
class Pointer:
    """A quick connect that leads to a user."""

    id: str
    name: str


class QuickConnectsLeft(ConnectUsersError):
    """The user was deleted, and a quick connect that leads to it was not."""


@dataclass
class _Cache:
    """Where the quick connects of one instance lead."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    by_user: dict[str, list[Pointer]] = field(default_factory=dict)
    refused: ConnectApiError | None = None


_lock = threading.Lock()
_caches: WeakKeyDictionary[Gateway, dict[str, _Cache]] = WeakKeyDictionary()


def clean_up(op: Operation, instance_id: str, user_id: str, username: str, *, delete: bool) -> None:
    """Delete the quick connects of a user that is gone, or warn of them.

    Raises:
        QuickConnectsLeft: one could not be looked for or deleted, although it was to be.
        Cancelled
    """
    try:
        pointers = _pointers(op, instance_id, user_id, delete=delete)
        if not delete:
            _warn(op, pointers)
            return
        for pointer in pointers:
            _delete(op, instance_id, user_id, pointer)
    except Cancelled:
        raise
    except ConnectApiError as error:
        raise QuickConnectsLeft(
            f"deleting the quick connects of Connect user '{username}': the user is deleted, but not all of its quick "
            f"connects — {error.reason}"
        ) from None


def _warn(op: Operation, pointers: list[Pointer]) -> None:
    if pointers:
        names = ", ".join(f"'{pointer.name}'" for pointer in pointers)
        what, them = ("quick connects", "them") if len(pointers) > 1 else ("quick connect", "it")
        op.say(
            "warning",
            f"left behind: {what} {names} of the deleted user; delete {them} in Connect, or set "
            "delete_quick_connects=True before the next one leaves",
        )


def _pointers(op: Operation, instance_id: str, user_id: str, *, delete: bool) -> list[Pointer]:
    with _lock:
        cache = _caches.setdefault(op.gateway, {}).setdefault(instance_id, _Cache())
    with cache.lock:
        if abs(op.now() - cache.read_at) > MAX_AGE or (delete and cache.refused):
            cache.by_user, cache.refused = {}, None
            try:
                cache.by_user = _read(op, instance_id)
            except Cancelled:
                raise
            except ConnectApiError as error:
                if delete:
                    raise
                cache.refused = error
                op.say("info", f"quick connects that lead to deleted users were not looked for: {error.reason}")
            cache.read_at = op.now()
        return list(cache.by_user.get(user_id, ()))


def _read(op: Operation, instance_id: str) -> dict[str, list[Pointer]]:
    gateway = op.gateway
    names = {entry["Id"]: entry.get("Name", entry["Id"]) for entry in gateway.list_quick_connects(instance_id)}
    configs: dict[str, Config] = {}
    if len(names) > _FEW:
        for entry in gateway.search_quick_connects(instance_id, notify=op.inform):
            configs[entry["QuickConnectId"]] = entry.get("QuickConnectConfig") or {}
    by_user: dict[str, list[Pointer]] = {}
    for id_, name in names.items():
        if id_ not in configs:
            configs[id_] = _config(op, instance_id, id_)
        by_user.setdefault(_led_to(configs[id_]), []).append(Pointer(id_, name))
    return by_user


def _config(op: Operation, instance_id: str, id_: str) -> Config:
    """What a quick connect is; nothing for one that is not found at the second look either."""
    for pause in (SECOND_LOOK, 0.0):
        try:
            described = op.gateway.describe_quick_connect(instance_id, id_, notify=op.inform)
        except ResourceNotFound:
            op.wait(pause)
        else:
            return described.get("QuickConnectConfig") or {}
    return {}


def _led_to(config: Mapping[str, Any]) -> str:
    """The user that a quick connect leads to; "" for none."""
    user_id = (config.get("UserConfig") or {}).get("UserId") or ""
    return str(user_id).rpartition("/")[2]


def _delete(op: Operation, instance_id: str, user_id: str, pointer: Pointer) -> None:
    """Delete one, unless it is gone or leads elsewhere by now."""
    for pause in (SECOND_LOOK, 0.0):
        if _led_to(_config(op, instance_id, pointer.id)) != user_id:
            return
        try:
            op.gateway.delete_quick_connect(instance_id, pointer.id, notify=op.inform)
        except ResourceNotFound as error:
            if error.uncertain:
                break
            op.wait(pause)
        else:
            break
    else:
        return
    op.inform(f"deleted quick connect '{pointer.name}', which led to the deleted user")
