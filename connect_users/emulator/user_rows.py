"""Rows of users, and what a reader behind a consistency lag sees of them.

A user's document holds Username, IdentityInfo, DirectoryUserId, SecurityProfileIds, RoutingProfileId, HierarchyGroupId,
Tags, LastModifiedTime, Settings and Origin (see `settings`), Proficiencies (name, value, level) and ProficienciesTime.
Passwords are checked and forgotten: no operation reads one back (facts, section 0, finding 7).

Consistency (facts, sections 0 and 5 [D]): with a lag of L seconds, a reader sees every user as it was L seconds ago, so
a new one is not found and a change not seen; writers refuse a user that is not found yet, and else work on the newest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.emulator.arns import bare_id
from connect_users.emulator.errors import not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from connect_users.emulator.calls import Call, Document, Instance


@dataclass(frozen=True)
class User:
    """One user as a reader or writer sees it."""

    seq: int
    id: str
    instance: Instance
    doc: Document
    #: When the newest document was written (not the LastModifiedTime: tags count here, too).
    at: float

    @property
    def arn(self) -> str:
        return f"{self.instance.arn}/agent/{self.id}"

    @property
    def username(self) -> str:
        return str(self.doc["Username"])


#: Strings of a user that an answer shows as "" where `Options.unset_strings` says so.
_STRINGS: Final = ("DirectoryUserId", "HierarchyGroupId")
_NAMES: Final = ("FirstName", "LastName")
_ADDRESSES: Final = ("Email", "SecondaryEmail", "Mobile")


def shown(call: Call, user: Document, *, addresses: bool) -> Document:
    """A user as an answer shows it, its strings that are not set included or not.

    Args:
        addresses: the operation tells e-mail addresses and mobile numbers, too.
    """
    if call.options.unset_strings == "left-out":
        return user
    filled = dict(user)
    for name in _STRINGS:
        filled[name] = user.get(name) or ""
    names = (*_NAMES, *_ADDRESSES) if addresses else _NAMES
    filled["IdentityInfo"] = {**dict.fromkeys(names, ""), **user["IdentityInfo"]}
    if "PhoneConfig" in user:
        filled["PhoneConfig"] = {"DeskPhoneNumber": "", **user["PhoneConfig"]}
    if "PhoneNumberConfigs" in user:
        filled["PhoneNumberConfigs"] = [{"PhoneNumber": "", **entry} for entry in user["PhoneNumberConfigs"]]
    return filled


def find(call: Call, value: str | None = None) -> User:
    """The user that `UserId` (or `value`), an id or ARN, names, as a reader sees it now.

    Raises ResourceNotFoundException, also for a user that is too new to be seen.
    """
    row = _row(call, value)
    lag = call.options.consistency_lag
    doc = row[3]
    if lag:
        seen = _as_seen(call.tx, row[1], row[2], row[4], doc, call.now - lag)
        if seen is None:
            raise not_found("User", value or call.params["UserId"])
        doc = seen
    return User(row[0], row[1], call.instance, json.loads(doc), row[4])


def find_newest(call: Call, value: str | None = None) -> User:
    """As `find`, but with the newest document: what a writer starts from, so that no update is lost."""
    row = _row(call, value)
    lag = call.options.consistency_lag
    if lag and row[2] > call.now - lag:
        raise not_found("User", value or call.params["UserId"])
    return User(row[0], row[1], call.instance, json.loads(row[3]), row[4])


def _row(call: Call, value: str | None) -> tuple[int, str, float, str, float]:
    instance = call.instance
    given = call.params["UserId"] if value is None else value
    wanted = bare_id(given, "agent", instance.arn)
    row: tuple[int, str, float, str, float] | None = call.tx.execute(
        "SELECT seq, id, created_at, doc, at FROM users WHERE instance_id = ? AND id = ?", (instance.id, wanted)
    ).fetchone()
    if row is None:
        raise not_found("User", given)
    return row


def _as_seen(tx: sqlite3.Connection, user_id: str, created_at: float, at: float, doc: str, cutoff: float) -> str | None:
    """The document as it was at `cutoff`; None before the user was made."""
    if created_at > cutoff:
        return None
    if at <= cutoff:
        return doc
    older = tx.execute(
        "SELECT doc FROM user_versions WHERE user_id = ? AND at <= ? ORDER BY at DESC LIMIT 1", (user_id, cutoff)
    ).fetchone()
    # Without a version the lag was switched on after the change: nothing older is known.
    return doc if older is None else str(older[0])


def after(call: Call, seq: int, *, lag: float, folded: str | None = None) -> Iterator[User]:
    """All users as seen `lag` seconds ago, in the order of their creation, after a sequence number.

    `folded` narrows to one username without regard to case, by the index. Users deleted within `lag` are still seen.
    """
    instance = call.instance
    arguments: tuple[str | int, ...]
    narrow, arguments = ("", (instance.id, seq)) if folded is None else (" AND folded = ?", (instance.id, seq, folded))
    columns = "SELECT seq, id, doc, at, created_at FROM users WHERE instance_id = ? AND seq > ?"
    if not lag:
        for row in call.tx.execute(f"{columns}{narrow} ORDER BY seq", arguments):
            yield User(row[0], row[1], instance, json.loads(row[2]), row[3])
        return
    cutoff = call.now - lag
    rows = call.tx.execute(
        f"{columns}{narrow} UNION ALL SELECT seq, id, doc, created_at, created_at FROM gone_users"  # noqa: S608 - constants
        " WHERE instance_id = ? AND seq > ? AND gone_at > ? ORDER BY seq",
        (*arguments, instance.id, seq, cutoff),
    )
    for row in rows:
        doc = _as_seen(call.tx, row[1], row[4], row[3], row[2], cutoff)
        if doc is not None:
            user = User(row[0], row[1], instance, json.loads(doc), row[3])
            if folded is None or user.username.casefold() == folded:
                yield user


def count(call: Call) -> int:
    """How many users the instance has."""
    row = call.tx.execute("SELECT COUNT(*) FROM users WHERE instance_id = ?", (call.instance.id,)).fetchone()
    return int(row[0])


def name_is_taken(call: Call, username: str) -> bool:
    """Whether a user has exactly this name, or had it less than the release delay ago."""
    held = call.tx.execute(
        "SELECT 1 FROM users WHERE instance_id = ? AND username = ? UNION ALL"
        " SELECT 1 FROM gone_users WHERE instance_id = ? AND username = ? AND gone_at > ?",
        (call.instance.id, username, call.instance.id, username, call.now - call.options.name_release_delay),
    ).fetchone()
    return held is not None


def add(tx: sqlite3.Connection, instance_id: str, rows: Iterator[tuple[str, float, Document]]) -> None:
    """Store new users, each `(id, time of creation, document)`, in one statement."""
    tx.executemany(
        "INSERT INTO users (instance_id, id, username, folded, created_at, at, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (instance_id, id_, doc["Username"], doc["Username"].casefold(), now, now, json.dumps(doc))
            for id_, now, doc in rows
        ),
    )


def save(call: Call, user: User) -> None:
    """Write a changed document back; its older self stays readable where a lag is set."""
    if call.options.consistency_lag or call.options.search_lag:
        call.tx.execute(
            "INSERT INTO user_versions (user_id, at, doc) SELECT id, at, doc FROM users WHERE seq = ?", (user.seq,)
        )
    call.tx.execute("UPDATE users SET doc = ?, at = ? WHERE seq = ?", (json.dumps(user.doc), call.now, user.seq))


def remove(call: Call, user: User) -> None:
    """Delete a user; its name and search entry linger where the options say so."""
    if call.options.name_release_delay or call.options.search_lag or call.options.consistency_lag:
        call.tx.execute(
            "INSERT INTO gone_users (seq, instance_id, id, username, created_at, gone_at, doc)"
            " SELECT seq, instance_id, id, username, created_at, ?, doc FROM users WHERE seq = ?",
            (call.now, user.seq),
        )
    call.tx.execute("DELETE FROM user_versions WHERE user_id = ?", (user.id,))
    call.tx.execute("DELETE FROM users WHERE seq = ?", (user.seq,))
