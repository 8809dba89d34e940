"""People who are in two files of one call of ``connect-users check``.

A user of one instance belongs to one roster: of two stacks that have it, the second one fails when it makes the user.
The files may be of different instances, which nobody has said here; so it is a warning, with both places.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.roster.people import Judged, RosterProblem
from connect_users.roster.tables import place

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_two_files(found: Iterable[Judged]) -> list[Judged]:
    """The same, with a remark at everybody who is in an earlier file, too. The same file twice is nothing."""
    first: dict[str, RosterProblem] = {}
    told = []
    for judged in found:
        remarks = list(judged.remarks)
        for person in judged.people:
            here = RosterProblem(judged.source, person.line, "username", "", person.username)
            other = first.setdefault(person.username, here)
            if Path(other.source).absolute() != Path(judged.source).absolute():
                where = place(other.source, other.line)
                text = f"{person.username!r} is in {where}, too; a user of one instance belongs to one roster"
                remarks.append(replace(here, text=text))
        told.append(replace(judged, remarks=tuple(remarks)))
    return told
