"""Quick connects that lead to a deleted user: deleted if the program says so, else named in a warning.

DeleteUser leaves them: they count against the quota, are still offered to agents, and may disturb the replication of
the instance (API reference, DeleteUser). Contract:

- They are searched only after a user was deleted. The deletion is a success, even if a quick connect remains.
- The user of each quick connect is read once in a process (for `MAX_AGE`): one listing, which is enough if no quick
  connect leads to a user; else SearchQuickConnects (100 a page), and DescribeQuickConnect for those that its index does
  not have yet.
- A quick connect is deleted only after DescribeQuickConnect has confirmed its user. It counts as gone after two reads.
- If the credentials may not read quick connects, an info message says so once, unless the program asked to delete them.
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
    from connect_users.lifecycle.operation import Operation

#: Seconds during which the users of quick connects count as known.
MAX_AGE: Final = 300.0
#: Up to this number they are described one by one; more are searched.
_FEW: Final = 5

Config = dict[str, Any]


@dataclass(frozen=True)
class UserQuickConnect:
    """A quick connect that leads to a user."""

    id: str
    name: str


class QuickConnectsLeft(ConnectUsersError):
    """The user was deleted, but a quick connect that leads to it was not."""


@dataclass
class _Cache:
    """The users that the quick connects of one instance lead to."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    by_user: dict[str, list[UserQuickConnect]] = field(default_factory=dict)
    refused: ConnectApiError | None = None


_lock = threading.Lock()
_caches: WeakKeyDictionary[Gateway, dict[str, _Cache]] = WeakKeyDictionary()


def clean_up(op: Operation, instance_id: str, user_id: str, username: str, *, delete: bool) -> None:
    """Delete the quick connects of a deleted user, or warn about them.

    Raises:
        QuickConnectsLeft: they should be deleted, but one could not be read or deleted.
        Cancelled
    """
    try:
        left = _of_user(op, instance_id, user_id, delete=delete)
        if not delete:
            _warn(op, left)
            return
        for quick_connect in left:
            _delete(op, instance_id, user_id, quick_connect)
    except Cancelled:
        raise
    except ConnectApiError as error:
        raise QuickConnectsLeft(
            f"deleting the quick connects of Connect user '{username}': the user is deleted, but not all of its quick "
            f"connects — {error.reason}"
        ) from None


def _warn(op: Operation, left: list[UserQuickConnect]) -> None:
    if left:
        names = ", ".join(f"'{quick_connect.name}'" for quick_connect in left)
        what, them = ("quick connects", "them") if len(left) > 1 else ("quick connect", "it")
        op.say(
            "warning",
            f"left behind: {what} {names} of the deleted user; delete {them} in Connect, or set "
            "delete_quick_connects=True before the next one leaves",
        )


def _of_user(op: Operation, instance_id: str, user_id: str, *, delete: bool) -> list[UserQuickConnect]:
    with _lock:
        cache = _caches.setdefault(op.gateway, {}).setdefault(instance_id, _Cache())
    with cache.lock:
        if abs(op.now() - cache.read_at) > MAX_AGE or (delete and cache.refused):
            try:
                cache.by_user, cache.refused = _read(op, instance_id), None
            except Cancelled:
                raise
            except ConnectApiError as error:
                if delete:
                    raise
                cache.by_user, cache.refused = {}, error
                op.say("info", f"quick connects that lead to deleted users were not searched: {error.reason}")
            cache.read_at = op.now()
        return list(cache.by_user.get(user_id, ()))


def _read(op: Operation, instance_id: str) -> dict[str, list[UserQuickConnect]]:
    gateway = op.gateway
    listed = gateway.list_quick_connects(instance_id, notify=op.inform)
    names = {entry["Id"]: entry.get("Name", entry["Id"]) for entry in listed}
    configs: dict[str, Config] = {}
    if len(names) > _FEW:
        for entry in gateway.search_quick_connects(instance_id, notify=op.inform):
            configs[entry["QuickConnectId"]] = entry.get("QuickConnectConfig") or {}
    by_user: dict[str, list[UserQuickConnect]] = {}
    for id_, name in names.items():
        if id_ not in configs:
            configs[id_] = _config(op, instance_id, id_)
        by_user.setdefault(_led_to(configs[id_]), []).append(UserQuickConnect(id_, name))
    return by_user


def _config(op: Operation, instance_id: str, id_: str) -> Config:
    """The configuration of a quick connect; empty if two reads do not find it."""
    for pause in (SECOND_LOOK, 0.0):
        try:
            described = op.gateway.describe_quick_connect(instance_id, id_, notify=op.inform)
        except ResourceNotFound:
            op.wait(pause)
        else:
            return described.get("QuickConnectConfig") or {}
    return {}


def _led_to(config: Mapping[str, Any]) -> str:
    """The user that a quick connect leads to; "" if it leads to none."""
    user_id = (config.get("UserConfig") or {}).get("UserId") or ""
    return str(user_id).rpartition("/")[2]


def _delete(op: Operation, instance_id: str, user_id: str, quick_connect: UserQuickConnect) -> None:
    """Delete a quick connect, unless it is gone or leads elsewhere by now."""
    for pause in (SECOND_LOOK, 0.0):
        if _led_to(_config(op, instance_id, quick_connect.id)) != user_id:
            return
        try:
            op.gateway.delete_quick_connect(instance_id, quick_connect.id, notify=op.inform)
        except ResourceNotFound as error:
            if error.uncertain:
                break
            op.wait(pause)
        else:
            break
    else:
        return
    op.inform(f"deleted quick connect '{quick_connect.name}', which led to the deleted user")
