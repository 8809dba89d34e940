"""Everybody in an instance, read for an import: in bulk as far as that goes, nothing written.

Cost for N users: the pages of `connect_users.connect.survey`, and for each user one DescribeUser, which alone tells
e-mail addresses and mobile numbers, beside one ListUserProficiencies, which has a quota of its own and so takes no
time more. Of users whose state is known from an earlier import, only those are described who may have changed, and
proficiencies are listed only of those who had some, or have by the search.
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
    from connect_users.core.snapshot_proof import Listed
    from connect_users.importing.instance import Instance
    from connect_users.importing.selection import Selection

#: Calls under way at a time: the pacing decides how many are sent, this how much waiting for answers overlaps.
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
    """A user as it is now.

    Attributes:
        inputs: `rows.declared`.
        computed: the outputs that are no inputs.
        owner: what its ownership tag says; None without one.
        selected: False of one who is read for another reason than the selection.
    """

    id: str
    username: str
    inputs: Props
    computed: Props
    owner: ownership.Owner | None = None
    live: Props = field(default_factory=dict)
    selected: bool = True


class Watcher(Protocol):
    """Is told how far the reading is."""

    def begin(self, total: int, new: int) -> None:
        """So many users will be read; so many of them are not known from an earlier import."""

    def at(self, done: int, total: int) -> None:
        """So many are read."""

    def note(self, line: str) -> None:
        """A wait has begun."""


def read_users(
    gateway: Gateway,
    instance: Instance,
    selection: Selection,
    known: Mapping[str, tuple[Props, Props]],
    watcher: Watcher,
    found: list[LiveUser],
    also: Container[str] = frozenset(),
) -> None:
    """All users that the selection takes.

    Args:
        also: usernames of those who are read although the selection does not take them.
        known: id -> inputs and outputs of an earlier import.
        found: gets them, one by one: whoever interrupts this has those who were read.

    Raises:
        ConnectUsersError
    """
    listed = [
        each
        for each in survey_of(gateway).everyone(instance.id, watcher.note)
        if each.username in also
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
            if user is not None and (user.selected or user.username in also):
                found.append(user)


class _Reader:
    """Reads one user after the other. Thread-safe."""

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
        self._skilled = self._who_is_skilled() if known else None

    def _who_is_skilled(self) -> set[str] | None:
        """The ids of all who have proficiencies; None where the search cannot tell.

        That a search for any level finds everybody is not documented: where it finds nobody, although somebody had
        proficiencies, it is not believed.
        """
        try:
            pages = self._gateway.search_users(self._instance.id, _SOME_PROFICIENCY, notify=self._notify)
            found = {user["Id"] for user in itertools.chain.from_iterable(pages)}
        except InvalidRequest:
            return None
        if not found and any("user_proficiencies" in inputs for inputs, _ in self._known.values()):
            return None
        return found

    def read(self, listed: Listed) -> LiveUser | None:
        """The user; None where it is gone by now."""
        try:
            proficiencies = self._proficiencies(listed.id)
            return self._known_user(listed, proficiencies) or self._described(listed.id, proficiencies)
        except ResourceNotFound:
            return None

    def _proficiencies(self, user_id: str) -> list[dict[str, Any]]:
        if user_id in self._known and self._skilled is not None and user_id not in self._skilled:
            inputs, _ = self._known[user_id]
            if "user_proficiencies" not in inputs:
                return []
        return self._gateway.list_user_proficiencies(self._instance.id, user_id, notify=self._notify)

    def _known_user(self, listed: Listed, proficiencies: list[dict[str, Any]]) -> LiveUser | None:
        """The user as an earlier import has it, where that is proven still to be true."""
        if listed.id not in self._known or listed.summary is None:
            return None
        inputs, outputs = self._known[listed.id]
        everything = {"tags": {}, "user_proficiencies": [], **inputs}
        proven = snapshot_proof.proven_outputs(listed, {**everything, **outputs}, everything, proficiencies)
        if proven is None:
            return None
        owner = ownership.owner_of(listed.summary.get("Tags") or {})
        told = rows.told(inputs)
        selected = self._selection.takes(listed.summary, self._instance.labels)
        return LiveUser(listed.id, listed.username, told, _computed(proven), owner, both_views(told), selected)

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
