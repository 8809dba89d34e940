"""The users of an instance, read for an import: in bulk where the API allows it. Nothing is written.

Cost for N users: the pages of `connect_users.connect.survey`, one DescribeUser for each user (no other call returns
e-mail addresses and mobile numbers) and one ListUserProficiencies, which has its own quota and so takes no extra time.
Users known from an earlier import are described only if they may have changed. Their proficiencies are listed only if
they had some, or the search finds some.
"""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from connect_users.connect.survey import survey_of
from connect_users.core import ownership, snapshot_proof
from connect_users.core.errors import InvalidRequest, ResourceNotFound
from connect_users.core.fields import ARN_KEY, TOKEN_KEY, VERIFIED_KEY
from connect_users.core.live import both_views, live_props
from connect_users.core.spec import Props, canonical
from connect_users.importing import rows

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.core.snapshot_proof import UserSnapshot
    from connect_users.importing.instance import Instance
    from connect_users.importing.selection import Selection

#: Concurrent calls. Pacing limits how many are sent per second; this limits how many wait for an answer at once.
_WORKERS: Final = 8
_SOME_PROFICIENCY: Final = {
    "ListCondition": {
        "TargetListType": "PROFICIENCIES",
        "Conditions": [
            {"NumberCondition": {"FieldName": "limit", "MinValue": 1, "ComparisonType": "GREATER_OR_EQUAL"}}
        ],
    }
}


@dataclass(frozen=True)
class LiveUser:
    """A user as it is in Connect now.

    Attributes:
        inputs: from `rows.declared`.
        computed: the outputs that are not inputs.
        owner: from its ownership tag; None without one.
        selected: False if the selection does not match the user, who was read because the roster already has it.
    """

    id: str
    username: str
    inputs: Props
    computed: Props
    owner: ownership.Owner | None = None
    live: Props = field(default_factory=dict)
    selected: bool = True


class Watcher(Protocol):
    """Reports progress."""

    def begin(self, total: int, new: int) -> None:
        """Reading starts: ``total`` users, of which ``new`` are not known from an earlier import."""

    def at(self, done: int, total: int) -> None:
        """``done`` users are read."""

    def note(self, line: str) -> None:
        """Reading waits, for the reason in ``line``."""


def read_users(
    gateway: Gateway,
    instance: Instance,
    selection: Selection,
    known: Mapping[str, tuple[Props, Props]],
    watcher: Watcher,
    users: list[LiveUser],
    always: Container[str] = frozenset(),
) -> None:
    """Read all users that match the selection.

    Args:
        known: id -> inputs and outputs of an earlier import.
        users: receives the users one by one, so that an interrupted run keeps those already read.
        always: usernames that are read even if the selection does not match them.

    Raises:
        ConnectUsersError
    """
    listed = [
        each
        for each in survey_of(gateway).everyone(instance.id, watcher.note)
        if each.username in always
        or (
            selection.takes_id(each.id)
            and selection.takes_name(each.username)
            and (each.summary is None or selection.takes(each.summary, instance.labels))
        )
    ]
    reader = _Reader(gateway, instance, selection, known, watcher)
    watcher.begin(len(listed), sum(each.id not in known for each in listed))
    with ThreadPoolExecutor(_WORKERS, "connect-users-import") as pool:
        for number, user in enumerate(pool.map(reader.read, listed), start=1):
            watcher.at(number, len(listed))
            if user is not None and (user.selected or user.username in always):
                users.append(user)


class _Reader:
    """Reads single users. Thread-safe."""

    def __init__(
        self,
        gateway: Gateway,
        instance: Instance,
        selection: Selection,
        known: Mapping[str, tuple[Props, Props]],
        watcher: Watcher,
    ) -> None:
        self._gateway = gateway
        self._instance = instance
        self._selection = selection
        self._known = known
        self._notify = watcher.note
        self._proficient = self._search_proficient() if known else None

    def _search_proficient(self) -> set[str] | None:
        """The ids of all users with proficiencies; None if the search does not say.

        AWS does not document that a search for any level finds all of them. An empty result is therefore ignored if
        an earlier import saw proficiencies.
        """
        try:
            pages = self._gateway.search_users(self._instance.id, _SOME_PROFICIENCY, notify=self._notify)
            ids = {user["Id"] for user in itertools.chain.from_iterable(pages)}
        except InvalidRequest:
            return None
        if not ids and any("user_proficiencies" in inputs for inputs, _ in self._known.values()):
            return None
        return ids

    def read(self, listed: UserSnapshot) -> LiveUser | None:
        """The user; None if it was deleted meanwhile."""
        try:
            proficiencies = self._proficiencies(listed.id)
            return self._known_user(listed, proficiencies) or self._described(listed.id, proficiencies)
        except ResourceNotFound:
            return None

    def _proficiencies(self, user_id: str) -> list[dict[str, Any]]:
        if user_id in self._known and self._proficient is not None and user_id not in self._proficient:
            inputs, _ = self._known[user_id]
            if "user_proficiencies" not in inputs:
                return []
        return self._gateway.list_user_proficiencies(self._instance.id, user_id, notify=self._notify)

    def _known_user(self, listed: UserSnapshot, proficiencies: list[dict[str, Any]]) -> LiveUser | None:
        """The user as an earlier import recorded it, if the record is proven to be current."""
        if listed.id not in self._known or listed.summary is None:
            return None
        inputs, outputs = self._known[listed.id]
        everything = {"tags": {}, "user_proficiencies": [], **inputs}
        proven = snapshot_proof.proven_outputs(listed, {**everything, **outputs}, everything, proficiencies)
        if proven is None:
            return None
        owner = ownership.owner_of(listed.summary.get("Tags") or {})
        current = rows.without_recorded(inputs)
        selected = self._selection.takes(listed.summary, self._instance.labels)
        return LiveUser(listed.id, listed.username, current, _computed(proven), owner, both_views(current), selected)

    def _described(self, user_id: str, proficiencies: list[dict[str, Any]]) -> LiveUser:
        user = self._gateway.describe_user(self._instance.id, user_id, notify=self._notify)
        live = live_props(user, proficiencies)
        owner = ownership.owner_of(user.get("Tags") or {})
        stamp = snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), time.time())
        computed: Props = {ARN_KEY: user["Arn"], **stamp}
        if live.get("directory_user_id"):
            computed["directory_user_id"] = live["directory_user_id"]
        if owner is not None:
            computed[TOKEN_KEY] = owner.token
        inputs = rows.declared(live, self._instance.names)
        selected = self._selection.takes(user, self._instance.labels)
        return LiveUser(user_id, str(user["Username"]), inputs, computed, owner, canonical(live), selected)


def _computed(outputs: Props) -> Props:
    return {name: outputs[name] for name in (ARN_KEY, TOKEN_KEY, VERIFIED_KEY, "directory_user_id") if name in outputs}
