"""Rows of users, and what a reader behind a consistency lag sees of them.

A user's document has Username, IdentityInfo, DirectoryUserId, SecurityProfileIds, RoutingProfileId, HierarchyGroupId,
Tags, LastModifiedTime, Settings and Origin (see `settings`), Proficiencies (name, value, level) and ProficienciesTime.
Passwords are checked and not kept: no operation returns one.

Consistency [D]: with a lag of L seconds, a reader sees every user as it was L seconds ago, so a new user is not found
and a change not seen. A writer refuses a user that is not found yet, and otherwise works on the newest version.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.emulator import settings
from connect_users.emulator.arns import SEEDED_INSTANCE, bare_id
from connect_users.emulator.calls import ApiCall, Document, Instance, writes
from connect_users.emulator.errors import not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from connect_users.emulator.store import Store


@dataclass(frozen=True)
class StoredUser:
    """One user as a reader or writer sees it."""

    seq: int
    id: str
    instance: Instance
    doc: Document

    @property
    def username(self) -> str:
        return str(self.doc["Username"])

    def summary(self) -> Document:
        """The entry of ListUsers."""
        return {
            "Id": self.id,
            "Arn": f"{self.instance.arn}/agent/{self.id}",
            "Username": self.username,
            "LastModifiedTime": self.doc["LastModifiedTime"],
            "LastModifiedRegion": self.instance.region,
        }


#: Strings of a user that a response has as "" if `Options.unset_strings` is "empty".
_STRINGS: Final = ("DirectoryUserId", "HierarchyGroupId")
_IDENTITY_STRINGS: Final = ("FirstName", "LastName", "Email", "SecondaryEmail", "Mobile")


def description(call: ApiCall, user: StoredUser, *, milliseconds: bool = False) -> Document:
    """A user as DescribeUser returns it. SearchUsers counts ACW in milliseconds, and leaves more out (`wire`)."""
    view = settings.view(user.doc, call.options.phone_view, milliseconds=milliseconds)
    doc = {**user.doc, **user.summary(), **view}
    if call.options.unset_strings == "left-out":
        return doc
    doc.update({name: doc[name] or "" for name in _STRINGS})
    doc["IdentityInfo"] = {**dict.fromkeys(_IDENTITY_STRINGS, ""), **doc["IdentityInfo"]}
    if "PhoneConfig" in doc:
        doc["PhoneConfig"] = {"DeskPhoneNumber": "", **doc["PhoneConfig"]}
    if "PhoneNumberConfigs" in doc:
        doc["PhoneNumberConfigs"] = [{"PhoneNumber": "", **entry} for entry in doc["PhoneNumberConfigs"]]
    return doc


def find(call: ApiCall, value: str | None = None, *, newest: bool = False) -> StoredUser:
    """The user that `UserId` (or `value`) names by id or ARN, as a reader sees it now.

    A writer starts from the `newest` document, so that no update is lost. Raises ResourceNotFoundException, also for a
    user that is too new to be seen.
    """
    instance = call.instance
    value = call.params["UserId"] if value is None else value
    row = call.tx.execute(
        "SELECT seq, id, doc, at, created_at FROM users WHERE instance_id = ? AND id = ?",
        (instance.id, bare_id(value, "agent", instance.arn)),
    ).fetchone()
    doc = None if row is None else _as_seen(call, row, call.options.consistency_lag)
    if doc is None:
        raise not_found("User", value)
    return StoredUser(row[0], row[1], instance, json.loads(row[2] if newest else doc))


#: Sequence number, id, newest document, time of the newest document (tags count, too), time of creation.
_Row = tuple[int, str, str, float, float]


def _as_seen(call: ApiCall, row: _Row, lag: float) -> str | None:
    """The document as it was `lag` seconds ago, None if the user did not exist."""
    _, id_, doc, at, created_at = row
    cutoff = call.now - lag
    if lag and created_at > cutoff:
        return None
    if not lag or at <= cutoff:
        return doc
    older = call.tx.execute(
        "SELECT doc FROM user_versions WHERE user_id = ? AND at <= ? ORDER BY at DESC LIMIT 1", (id_, cutoff)
    ).fetchone()
    # Without a version, the lag was switched on after the change, and nothing older is known.
    return doc if older is None else str(older[0])


def rows(call: ApiCall, after: int = 0, *, lag: float = 0.0, folded: str | None = None) -> Iterator[StoredUser]:
    """All users as seen `lag` seconds ago, in the order of their creation, after a sequence number.

    `folded` limits them to one username in any case, by an index. Users deleted within `lag` are still seen.
    """
    instance = call.instance
    arguments: list[object] = [instance.id, after]
    query = "SELECT seq, id, doc, at, created_at FROM users WHERE instance_id = ? AND seq > ?"
    if folded is not None:
        query += " AND folded = ?"
        arguments.append(folded)
    if lag:
        query += (
            " UNION ALL SELECT seq, id, doc, created_at, created_at FROM gone_users"
            " WHERE instance_id = ? AND seq > ? AND gone_at > ?"
        )
        arguments += [instance.id, after, call.now - lag]
    for row in call.tx.execute(f"{query} ORDER BY seq", arguments):
        doc = _as_seen(call, row, lag)
        if doc is not None:
            user = StoredUser(row[0], row[1], instance, json.loads(doc))
            if folded is None or user.username.casefold() == folded:
                yield user


def count(call: ApiCall, member: str | None = None, value: str = "") -> int:
    """How many users the instance has, or how many have `value` as or in a member of their documents."""
    query, arguments = "SELECT COUNT(*) FROM users", [call.instance.id]
    if member is not None:
        query += ", json_each(users.doc, ?) AS item"
        arguments = [f"$.{member}", call.instance.id, value]
    where = " WHERE instance_id = ?" + ("" if member is None else " AND item.value = ?")
    return int(call.tx.execute(query + where, arguments).fetchone()[0])


def name_is_taken(call: ApiCall, username: str) -> bool:
    """Whether a user has this name, or had it until too recently."""
    row = call.tx.execute(
        "SELECT 1 FROM users WHERE instance_id = ? AND username = ? UNION ALL"
        " SELECT 1 FROM gone_users WHERE instance_id = ? AND username = ? AND gone_at > ?",
        (call.instance.id, username, call.instance.id, username, call.now - call.options.name_release_delay),
    ).fetchone()
    return row is not None


def add(tx: sqlite3.Connection, instance_id: str, users: Iterable[tuple[str, float, Document]]) -> None:
    """Store new users, each `(id, time of creation, document)`, in one statement."""
    tx.executemany(
        "INSERT INTO users (instance_id, id, username, folded, created_at, at, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (instance_id, id_, doc["Username"], doc["Username"].casefold(), now, now, json.dumps(doc))
            for id_, now, doc in users
        ),
    )


def save(call: ApiCall, user: StoredUser) -> None:
    """Write a changed document back. The earlier version stays readable if there is a lag."""
    if call.options.consistency_lag or call.options.search_lag:
        call.tx.execute(
            "INSERT INTO user_versions (user_id, at, doc) SELECT id, at, doc FROM users WHERE seq = ?", (user.seq,)
        )
    call.tx.execute("UPDATE users SET doc = ?, at = ? WHERE seq = ?", (json.dumps(user.doc), call.now, user.seq))


def set_seeded(tx: sqlite3.Connection, username: str, member: str, value: object) -> None:
    """Set a member of a user of the seeded instance that no operation sets. Raises ValueError without such a user."""
    changed = tx.execute(
        "UPDATE users SET doc = json_set(doc, ?, json(?)) WHERE instance_id = ? AND username = ?",
        (f"$.{member}", json.dumps(value), SEEDED_INSTANCE, username),
    )
    if not changed.rowcount:
        raise ValueError(f"the seeded instance has no user {username!r}")


def seeded(store: Store, member: str) -> dict[str, Document]:
    """Username -> such a member, of the users of the seeded instance who have it."""
    query = "SELECT username, json_extract(doc, ?) FROM users WHERE instance_id = ? ORDER BY seq"
    with store.read() as tx:
        rows = list(tx.execute(query, (f"$.{member}", SEEDED_INSTANCE)))
    return {username: json.loads(value) for username, value in rows if value}


def updates(operation: str, *, settings: bool = True) -> Callable[[Callable[[ApiCall, StoredUser], None]], object]:
    """Register a function that changes a user's document.

    `settings` says that its LastModifiedTime changes in any case; otherwise this is `Options.modified_by` [?].
    """

    def register(change: Callable[[ApiCall, StoredUser], None]) -> object:
        def handler(call: ApiCall) -> None:
            user = find(call, newest=True)
            change(call, user)
            if settings or call.options.modified_by == "everything":
                user.doc["LastModifiedTime"] = call.now
            save(call, user)

        return writes(operation)(handler)

    return register


def remove(call: ApiCall, user: StoredUser) -> None:
    """Delete a user. Its name and its search result remain for a while if the options say so."""
    if call.options.name_release_delay or call.options.search_lag or call.options.consistency_lag:
        call.tx.execute(
            "INSERT INTO gone_users (seq, instance_id, id, username, created_at, gone_at, doc)"
            " SELECT seq, instance_id, id, username, created_at, ?, doc FROM users WHERE seq = ?",
            (call.now, user.seq),
        )
    call.tx.execute("DELETE FROM user_versions WHERE user_id = ?", (user.id,))
    call.tx.execute("DELETE FROM users WHERE seq = ?", (user.seq,))
