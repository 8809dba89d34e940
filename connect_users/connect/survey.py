"""Bulk reading: a refresh of many users costs a few pages instead of a call for each.

Reads come one by one, four at a time, and how many will come is not known. So the first few are described directly
(`BURST`); from then on a snapshot of the whole instance is taken once: all pages of SearchUsers and of ListUsers. A
user is answered from it only where `connect_users.core.snapshot_proof` proves it unchanged; anything else is described,
so that no drift is reported that DescribeUser has not confirmed.

- A large instance costs many pages, and a stack may hold few of its users: there, more reads are direct (half as many
  as the search has pages) before the rest of the pages is read.
- A refresh reads each resource once: a second read of the same one begins another refresh, with a snapshot of its own.
  So does any change that this process makes, and a snapshot older than `MAX_AGE`.
- Where the pages cannot be read (no permission for them), users are described one by one, and a warning says so.
- Proficiencies are in no page. Where they are declared, they are listed for each user, unless LastModifiedTime was seen
  to move with them in this instance, which is not documented: a user whose own time is, to the millisecond, that of its
  proficiencies proves it.

Cost for N users in the instance: N/500 pages of SearchUsers (N/100 where AWS refuses 500) and N/1,000 of ListUsers.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from connect_users.connect.gateway_calls import SEARCH_PAGE
from connect_users.core.errors import Cancelled, ConnectApiError
from connect_users.core.snapshot_proof import UserSnapshot, epoch, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify

#: Reads of one refresh that are described directly, whatever comes: AWS's burst.
BURST: Final = 5
#: Seconds for which a snapshot answers.
MAX_AGE: Final = 600.0


@dataclass
class _Refresh:
    """One refresh of one instance: who was read, and the snapshot once it is taken."""

    began: float
    read: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Reads that are direct; more for a large instance, whose size the first page shows.
    direct: int = BURST
    pages: Iterator[tuple[list[dict[str, Any]], int]] | None = None
    summaries: dict[str, bytes] = field(default_factory=dict)
    #: Id -> ARN, username, LastModifiedTime; None until the snapshot is whole.
    listed: dict[str, tuple[str, str, float | None]] | None = None
    #: Some LastModifiedTime of it has a fraction of a second.
    exact: bool = False
    failed: bool = False


class Survey:
    """The bulk reads of one gateway. Thread-safe."""

    def __init__(self, gateway: Gateway) -> None:
        # The gateway is the key under which its survey is found: it must be free to go.
        self._gateway = weakref.proxy(gateway)
        self._lock = threading.Lock()
        self._refreshes: dict[str, _Refresh] = {}
        self._proficiencies_move: dict[str, bool] = {}

    def find(self, instance_id: str, urn: str, user_id: str, say: Callable[[str, str], None]) -> UserSnapshot | None:
        """What bulk reads show of a user that is being read; None where it has to be described.

        Args:
            urn: of its resource.

        Raises:
            Cancelled
        """
        refresh, number = self._note(instance_id, (urn, user_id))
        if refresh.failed or (number <= BURST and refresh.listed is None):
            return None
        with refresh.lock:
            if refresh.listed is None and not refresh.failed:
                self._load(instance_id, refresh, number, say)
            if refresh.listed is None:
                return None
        return _listed(refresh, user_id)

    def everyone(self, instance_id: str, notify: Notify) -> list[UserSnapshot]:
        """All users of the instance, in the order of the listing. Reads that follow are answered from the same pages.

        Raises:
            ConnectApiError
        """
        refresh = _Refresh(time.monotonic())
        self._read_pages(instance_id, refresh, notify)
        with self._lock:
            self._refreshes[instance_id] = refresh
        users = (_listed(refresh, user_id) for user_id in refresh.listed or ())
        return [listed for listed in users if listed is not None]

    def forget(self) -> None:
        """Something was changed: what was read before may not be true any more."""
        with self._lock:
            self._refreshes.clear()

    def proficiencies_move(self, instance_id: str) -> bool:
        """Whether a user's LastModifiedTime is known to move with its proficiencies in this instance."""
        return self._proficiencies_move.get(instance_id, False)

    def learn(
        self,
        instance_id: str,
        user_modified: float | None,
        entries: Sequence[object],
        entries_modified: datetime | None,
    ) -> None:
        """Draw what can be drawn from the two times of a user that has proficiencies."""
        modified = epoch(entries_modified)
        if not entries or modified is None or user_modified is None:
            return
        if modified > user_modified:
            self._proficiencies_move[instance_id] = False
        elif modified == user_modified and modified != int(modified):
            self._proficiencies_move.setdefault(instance_id, True)

    def _note(self, instance_id: str, reading: tuple[str, str]) -> tuple[_Refresh, int]:
        """The refresh that this read belongs to, and its number in it."""
        with self._lock:
            refresh = self._refreshes.get(instance_id)
            if refresh is None or reading in refresh.read or time.monotonic() - refresh.began > MAX_AGE:
                refresh = self._refreshes[instance_id] = _Refresh(time.monotonic())
            refresh.read.add(reading)
            return refresh, len(refresh.read)

    def _load(self, instance_id: str, refresh: _Refresh, number: int, say: Callable[[str, str], None]) -> None:
        def notify(text: str) -> None:
            say("info", text)

        try:
            if refresh.pages is None:
                refresh.pages = self._gateway.search_all_users(instance_id, notify=notify)
                users, total = next(refresh.pages)
                _keep(refresh, users)
                refresh.direct = max(BURST, -(-total // SEARCH_PAGE) // 2)
            if number > refresh.direct:
                self._read_pages(instance_id, refresh, notify)
        except Cancelled:
            raise
        except ConnectApiError as error:
            refresh.failed = True
            say("warning", f"users are read one by one, since they cannot be read in bulk: {error.reason}")

    def _read_pages(self, instance_id: str, refresh: _Refresh, notify: Notify) -> None:
        with ThreadPoolExecutor(1, "connect-users-listing") as pool:
            # Each operation has a quota of its own.
            listing = pool.submit(self._listing, instance_id, notify)
            for users, _ in refresh.pages or self._gateway.search_all_users(instance_id, notify=notify):
                _keep(refresh, users)
            listed = listing.result()
        refresh.exact = any(modified is not None and not whole(modified) for _, _, modified in listed.values())
        refresh.listed = listed

    def _listing(self, instance_id: str, notify: Notify) -> dict[str, tuple[str, str, float | None]]:
        """Everybody in the listing: id -> ARN, username, LastModifiedTime."""
        return {
            user["Id"]: (user.get("Arn", ""), user.get("Username", ""), epoch(user.get("LastModifiedTime")))
            for page in self._gateway.list_users(instance_id, notify=notify)
            for user in page
        }


def _keep(refresh: _Refresh, users: list[dict[str, Any]]) -> None:
    """As text: 20,000 users take a sixth of what their dictionaries would."""
    for user in users:
        refresh.summaries[user["Id"]] = json.dumps(user, default=str).encode()


def _listed(refresh: _Refresh, user_id: str) -> UserSnapshot | None:
    entry = (refresh.listed or {}).get(user_id)
    if entry is None:
        return None
    text = refresh.summaries.get(user_id)
    arn, username, modified = entry
    return UserSnapshot(user_id, arn, username, modified, None if text is None else json.loads(text), refresh.exact)


_lock = threading.Lock()
_surveys: WeakKeyDictionary[Gateway, Survey] = WeakKeyDictionary()


def survey_of(gateway: Gateway) -> Survey:
    """The one survey of a gateway."""
    with _lock:
        if gateway not in _surveys:
            _surveys[gateway] = Survey(gateway)
        return _surveys[gateway]
