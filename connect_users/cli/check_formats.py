"""What ``check`` found, as text, JSON, GitHub's workflow commands, or SARIF 2.1.0.

Nothing personal is in any of them: messages are the rules', and a person is named by username.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

from connect_users._version import __version__
from connect_users.core.errors import one_line
from connect_users.review import sarif
from connect_users.review.text import printable
from connect_users.roster.tables import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connect_users.roster.people import Judged, RosterProblem


def _all(judged: Judged) -> Iterator[tuple[str, RosterProblem]]:
    """Everything that was found in one roster, with its severity."""
    yield from (("error", problem) for problem in judged.problems)
    yield from (("warning", problem) for problem in (*judged.remarks, *judged.warnings))


def _said(problem: RosterProblem) -> str:
    """The message without its place."""
    return f"{problem.column}: {problem.text}" if problem.column else problem.text


def text(found: Sequence[Judged]) -> None:
    """One line for each problem on stderr; one for each roster on stdout."""
    for judged in found:
        for severity, problem in _all(judged):
            where = place(problem.source, problem.line)
            line = f"{where}: {_said(problem)}" if severity == "error" else f"{where}: warning: {_said(problem)}"
            print(printable(one_line(line)), file=sys.stderr)
        people, problems = len(judged.people), len(judged.problems)
        if problems:
            print(f"{judged.source}: {problems} problem{'s' if problems > 1 else ''}")
        else:
            print(f"{judged.source}: {people} {'person' if people == 1 else 'people'}, no problems")


def as_json(found: Sequence[Judged]) -> None:
    """One document on stdout."""
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
                    for severity, problem in _all(judged)
                ],
            }
            for judged in found
        ]
    }
    print(json.dumps(document, indent=2))


def github(found: Sequence[Judged]) -> None:
    """Annotations on the right lines of a pull request (GitHub: workflow commands)."""
    for judged in found:
        for severity, problem in _all(judged):
            where = f"file={_property(problem.source)},line={problem.line or 1},title=connect-users check"
            print(f"::{severity} {where}::{_data(_said(problem))}")


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def as_sarif(found: Sequence[Judged]) -> None:
    """SARIF 2.1.0 on stdout, for code scanning."""
    rules = {"roster": "A row of a roster that Amazon Connect would refuse"}
    results = (
        sarif.result("roster", severity, _said(problem), (problem.source, problem.line or 1))
        for judged in found
        for severity, problem in _all(judged)
    )
    print(json.dumps(sarif.log("connect-users", __version__, rules, results), indent=2))


FORMATS: Final[dict[str, Callable[[Sequence[Judged]], None]]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "sarif": as_sarif,
}
