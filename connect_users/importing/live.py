"""The users of an instance, read for an import: in bulk where the API allows it. Nothing is written.

Cost for N users: the pages of `connect_users.connect.survey`, one DescribeUser for each user (no other call returns
e-mail addresses and mobile numbers) and one ListUserProficiencies, which has its own quota and so takes no extra time.
Users of an earlier import are described only if they may have changed. Their proficiencies are listed only if they had
some, or the search finds some.
"""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
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
    from connect_users.connect.pacing import Notify
    from connect_users.core.snapshot_proof import UserSnapshot
    from connect_users.importing.instance import SourceInstance
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
        owner: from the ownership tag; None without one.
        selected: False if the selection does not match the user, who was read because the roster already has it.
    """

    id: str
    username: str
    inputs: Props
    computed: Props
    owner: ownership.Owner | None = None
    live: Props = field(default_factory=dict)
    selected: bool = True

    def as_recorded(self, inputs: Props, outputs: Props) -> LiveUser:
        """The user as an earlier import recorded it."""
        current = rows.without_recorded(inputs)
        return replace(self, inputs=current, computed=_computed(outputs), live=both_views(current))


class ReadingProgress(Protocol):
    """Reports progress."""

    def begin(self, total: int, new: int) -> None:
        """Reading starts: ``total`` users, of which ``new`` are not in an earlier import."""

    def at(self, done: int, total: int) -> None:
        """``done`` users are read."""

    def note(self, line: str) -> None:
        """Reading waits, for the reason in ``line``."""


def read_users(
    gateway: Gateway,
    instance: SourceInstance,
    selection: Selection,
    imported: Mapping[str, tuple[Props, Props]],
    progress: ReadingProgress,
    users: list[LiveUser],
    always: Container[str] = frozenset(),
) -> None:
    """Read all users that match the selection.

    Args:
        imported: id -> inputs and outputs of an earlier import.
        users: receives the users one by one, so that an interrupted run keeps those already read.
        always: usernames that are read even if the selection does not match them.

    Raises:
        ConnectUsersError
    """
    listed = [
        each
        for each in survey_of(gateway).everyone(instance.id, progress.note)
        if each.username in always
        or (
            selection.takes_id(each.id)
            and selection.takes_name(each.username)
            and (each.summary is None or selection.takes(each.summary, instance.labels))
        )
    ]
    proficient = _proficient(gateway, instance.id, imported, progress.note) if imported else None
    reader = _UserReader(gateway, instance, selection, imported, proficient, progress.note)
    progress.begin(len(listed), sum(each.id not in imported for each in listed))
    with ThreadPoolExecutor(_WORKERS, "connect-users-import") as pool:
        for number, user in enumerate(pool.map(reader.read, listed), start=1):
            progress.at(number, len(listed))
            if user is not None and (user.selected or user.username in always):
                users.append(user)


def _proficient(
    gateway: Gateway, instance_id: str, imported: Mapping[str, tuple[Props, Props]], notify: Notify
) -> set[str] | None:
    """The ids of all users with proficiencies; None if the search cannot be relied on.

    AWS does not document that a search for any level finds all of them. An empty result is therefore ignored if an
    earlier import saw proficiencies.
    """
    try:
        pages = gateway.search_users(instance_id, _SOME_PROFICIENCY, notify=notify)
        ids = {user["Id"] for user in itertools.chain.from_iterable(pages)}
    except InvalidRequest:
        return None
    return ids if ids or not any("user_proficiencies" in inputs for inputs, _ in imported.values()) else None


@dataclass(frozen=True)
class _UserReader:
    """Reads single users. Thread-safe.

    Attributes:
        proficient: the ids of all users with proficiencies; None if they are not known.
    """

    gateway: Gateway
    instance: SourceInstance
    selection: Selection
    imported: Mapping[str, tuple[Props, Props]]
    proficient: set[str] | None
    notify: Notify

    def read(self, listed: UserSnapshot) -> LiveUser | None:
        """The user; None if it was deleted meanwhile."""
        try:
            proficiencies = self._proficiencies(listed.id)
            return self._unchanged(listed, proficiencies) or self._described(listed.id, proficiencies)
        except ResourceNotFound:
            return None

    def _proficiencies(self, user_id: str) -> list[dict[str, Any]]:
        inputs, _ = self.imported.get(user_id, (None, None))
        had_none = inputs is not None and "user_proficiencies" not in inputs
        if had_none and self.proficient is not None and user_id not in self.proficient:
            return []
        return self.gateway.list_user_proficiencies(self.instance.id, user_id, notify=self.notify)

    def _unchanged(self, listed: UserSnapshot, proficiencies: list[dict[str, Any]]) -> LiveUser | None:
        """The user as an earlier import recorded it, if the record is proven to be current."""
        if listed.id not in self.imported or listed.summary is None:
            return None
        inputs, outputs = self.imported[listed.id]
        everything = {"tags": {}, "user_proficiencies": [], **inputs}
        proven = snapshot_proof.proven_outputs(listed, {**everything, **outputs}, everything, proficiencies)
        if proven is None:
            return None
        owner = ownership.owner_of(listed.summary.get("Tags") or {})
        current = rows.without_recorded(inputs)
        selected = self.selection.takes(listed.summary, self.instance.labels)
        return LiveUser(listed.id, listed.username, current, _computed(proven), owner, both_views(current), selected)

    def _described(self, user_id: str, proficiencies: list[dict[str, Any]]) -> LiveUser:
        user = self.gateway.describe_user(self.instance.id, user_id, notify=self.notify)
        live = live_props(user, proficiencies)
        owner = ownership.owner_of(user.get("Tags") or {})
        stamp = snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), time.time())
        computed: Props = {ARN_KEY: user["Arn"], **stamp}
        if live.get("directory_user_id"):
            computed["directory_user_id"] = live["directory_user_id"]
        if owner is not None:
            computed[TOKEN_KEY] = owner.token
        inputs = rows.declared(live, self.instance.names)
        selected = self.selection.takes(user, self.instance.labels)
        return LiveUser(user_id, str(user["Username"]), inputs, computed, owner, canonical(live), selected)


def _computed(outputs: Props) -> Props:
    return {name: outputs[name] for name in (ARN_KEY, TOKEN_KEY, VERIFIED_KEY, "directory_user_id") if name in outputs}
