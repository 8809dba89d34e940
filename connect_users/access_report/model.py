"""What a report is about: people, as they were at one time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One user; empty texts for what the user does not have, or what the source does not tell.

    Attributes:
        managed: made by a stack; None where the source cannot tell.
        instance: id of the instance; "" where the source does not tell.
        unnamed: those of the profiles that are ids (or secrets) which nobody names.
    """

    username: str
    routing: str = ""
    profiles: tuple[str, ...] = ()
    hierarchy: str = ""
    phone: str = ""
    managed: bool | None = None
    instance: str = ""
    unnamed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Snapshot:
    """The people of a source; `source` says in words which that is.

    Attributes:
        people: rows; the same username may be in several instances, or twice in a roster.
        instance: id of the only instance that it can be about; "" where it may be about others.
    """

    source: str
    people: tuple[Entry, ...]
    instance: str = ""
