"""What a report is about: people, as they were at one time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One user; empty texts for what the user does not have, or what the source does not tell.

    Attributes:
        managed: made by a stack; None where the source cannot tell.
    """

    username: str
    routing: str = ""
    profiles: tuple[str, ...] = ()
    hierarchy: str = ""
    phone: str = ""
    managed: bool | None = None


@dataclass(frozen=True)
class Snapshot:
    """The people of a source; `source` says in words which that is."""

    source: str
    people: tuple[Entry, ...]
