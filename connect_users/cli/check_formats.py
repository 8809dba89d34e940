"""What ``check`` found, as text, JSON, GitHub's workflow commands, or SARIF 2.1.0.

Beside the problems and warnings of each roster, there are notices of those who start or leave soon.
None of them holds personal data: a message names a person by username only.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from connect_users.core import __version__
from connect_users.core.phrases import plural, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connect_users.roster.people import JudgedRoster, RosterProblem


#: The notices of each roster.
Notices = Sequence[Sequence["RosterProblem"]]


def _all(judged: JudgedRoster, notices: Sequence[RosterProblem] = ()) -> Iterator[tuple[str, RosterProblem]]:
    """Every problem, warning and notice of one roster, with its severity."""
    yield from (("error", problem) for problem in judged.problems)
    yield from (("warning", problem) for problem in (*judged.remarks, *judged.warnings))
    yield from (("notice", problem) for problem in notices)


def _message(problem: RosterProblem) -> str:
    """The message without the file and the line."""
    return f"{problem.column}: {problem.text}" if problem.column else problem.text


def _more(judged: JudgedRoster) -> Iterator[str]:
    """The number of problems and warnings that are not shown."""
    for count, noun in zip(judged.more, ("problem", "warning"), strict=True):
        if count:
            yield f"and {plural(count, f'more {noun}')}"


def text(rosters: Sequence[JudgedRoster], notices: Notices) -> None:
    """One line per problem on stderr, and one per roster and notice on stdout."""
    for judged, coming in zip(rosters, notices, strict=True):
        for severity, problem in _all(judged):
            print(_line(severity, problem), file=sys.stderr)
        for line in _more(judged):
            print(f"{judged.source}: {line}", file=sys.stderr)
        problems = len(judged.problems) + judged.more[0]
        people = plural(len(judged.people), "person", "people")
        print(f"{judged.source}: {plural(problems, 'problem') if problems else f'{people}, no problems'}")
        for problem in coming:
            print(_line("notice", problem))


def _line(severity: str, problem: RosterProblem) -> str:
    """One line of a terminal."""
    from connect_users.core.errors import one_line
    from connect_users.roster.tables import place

    level = f"{severity}: " if severity == "warning" else ""
    return printable(one_line(f"{place(problem.source, problem.line)}: {level}{_message(problem)}"))


def as_json(rosters: Sequence[JudgedRoster], notices: Notices) -> None:
    """One document on stdout."""
    import json

    document = {
        "rosters": [
            {
                "file": judged.source,
                "people": len(judged.people),
                "findings": [
                    {
                        "severity": severity,
                        "line": problem.line or None,
                        "column": problem.column or None,
                        "username": problem.username or None,
                        "message": problem.text,
                    }
                    for severity, problem in _all(judged, coming)
                ],
                "more_problems": judged.more[0],
                "more_warnings": judged.more[1],
            }
            for judged, coming in zip(rosters, notices, strict=True)
        ]
    }
    print(json.dumps(document, indent=2))


def github(rosters: Sequence[JudgedRoster], notices: Notices) -> None:
    """Annotations on the right lines of a pull request (GitHub: workflow commands)."""
    for judged, coming in zip(rosters, notices, strict=True):
        for severity, problem in _all(judged, coming):
            where = f"file={_property(problem.source)},line={problem.line or 1},title=connect-users check"
            print(f"::{severity} {where}::{_data(_message(problem))}")
        for line in _more(judged):
            print(f"::notice file={_property(judged.source)},title=connect-users check::{line}")


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def as_sarif(rosters: Sequence[JudgedRoster], _notices: Notices) -> None:
    """SARIF 2.1.0 on stdout, for code scanning, which does not want to know who starts or leaves."""
    import json

    from connect_users.review import sarif

    rules = {"roster": "A row of a roster that Amazon Connect would refuse"}
    results = (
        sarif.result("roster", severity, _message(problem), (problem.source, problem.line or 1))
        for judged in rosters
        for severity, problem in _all(judged)
    )
    notes = [f"{judged.source}: {line}" for judged in rosters for line in _more(judged)]
    print(json.dumps(sarif.log("connect-users", __version__, rules, results, notes), indent=2))


FORMATS: Final[dict[str, Callable[[Sequence[JudgedRoster], Notices], None]]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "sarif": as_sarif,
}
