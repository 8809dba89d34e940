"""The results of ``check`` as text, JSON, GitHub's workflow commands, or SARIF 2.1.0.

Besides the problems and warnings of each roster, there are notices about people who start or leave soon.
They have no personal data except usernames.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from connect_users.cli.streams import print_json, print_line, print_problem
from connect_users.core import __version__
from connect_users.core.phrases import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from connect_users.roster.explaining import Explanation
    from connect_users.roster.people import JudgedRoster, RosterOptions
    from connect_users.roster.problems import RosterProblem


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


def text(rosters: Sequence[JudgedRoster], notices: Notices, explain: RosterOptions | None = None) -> None:
    """A line for each problem on stderr, and each roster and notice on stdout; with ``explain`` also each person."""
    for judged, coming in zip(rosters, notices, strict=True):
        for severity, problem in _all(judged):
            print_problem(_line(severity, problem))
        for line in _more(judged):
            print_problem(f"{judged.source}: {line}")
        for each in _explained(judged, explain):
            print_line(_explanation(each))
        problems = len(judged.problems) + judged.more[0]
        people = plural(len(judged.people), "person", "people")
        result = plural(problems, "problem") if problems else f"{people}, no problems"
        print_line(f"{judged.source}: {result}{_notes(judged)}")
        for problem in coming:
            print_line(_line("notice", problem))


def _explanation(each: Explanation) -> str:
    """``agents.csv:3: ada: persona sales (rule 2: department is 'Sales'); row: email; persona: routing_profile``."""
    from connect_users.roster.explaining import ORIGINS
    from connect_users.roster.tables import place

    where = f"{place(each.person.source, each.person.line)}: {each.person.username}"
    parts = [f"persona {each.choice.persona} ({each.why})"]
    for origin in ORIGINS:
        columns = [column for column, of_column in each.settings.items() if of_column == origin]
        if columns:
            parts.append(f"{origin}: {', '.join(columns)}")
    return f"{where}: {'; '.join(parts)}"


def _explained(judged: JudgedRoster, options: RosterOptions | None) -> Iterable[Explanation]:
    from connect_users.roster.explaining import explanations

    return () if options is None else explanations(judged, options)


def _notes(judged: JudgedRoster) -> str:
    """The forms of the files if they are exports, and the number of inactive accounts."""
    notes = []
    if len(judged.files) > 1:
        notes.append(plural(len(judged.files), "file"))
    for form, count in Counter(file.form for file in judged.files if file.form).items():
        notes.append(f"read as {form}" if count == len(judged.files) else f"{plural(count, 'file')} read as {form}")
    inactive = sum(len(file.inactive) for file in judged.files)
    if inactive:
        notes.append(f"{plural(inactive, 'account')} not active")
    return f" ({', '.join(notes)})" if notes else ""


def _line(severity: str, problem: RosterProblem) -> str:
    """One line of a terminal."""
    from connect_users.roster.tables import place

    level = f"{severity}: " if severity == "warning" else ""
    return f"{place(problem.source, problem.line)}: {level}{_message(problem)}"


def as_json(rosters: Sequence[JudgedRoster], notices: Notices, explain: RosterOptions | None = None) -> None:
    """One document on stdout."""
    document = {
        "rosters": [
            {
                "file": judged.source,
                "people": len(judged.people),
                "findings": [
                    {
                        "severity": severity,
                        "file": problem.source,
                        "line": problem.line or None,
                        "column": problem.column or None,
                        "username": problem.username or None,
                        "message": problem.text,
                    }
                    for severity, problem in _all(judged, coming)
                ],
                "more_problems": judged.more[0],
                "more_warnings": judged.more[1],
                "files": [
                    {"file": file.source, "form": file.form or None, "inactive": list(file.inactive)}
                    for file in judged.files
                ],
                **({"personas": [_document(each) for each in _explained(judged, explain)]} if explain else {}),
            }
            for judged, coming in zip(rosters, notices, strict=True)
        ]
    }
    print_json(document)


def _document(each: Explanation) -> dict[str, object]:
    rule = each.choice.rule
    return {
        "username": each.person.username,
        "file": each.person.source,
        "line": each.person.line,
        "persona": each.choice.persona,
        "rule": None if rule is None else rule.number,
        "matched": dict(each.choice.matched),
        "settings": each.settings,
    }


def github(rosters: Sequence[JudgedRoster], notices: Notices) -> None:
    """Annotations on the lines of a pull request (GitHub: workflow commands)."""
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
    """SARIF 2.1.0 on stdout, for code scanning, without notices about people who start or leave."""
    from connect_users.review import sarif

    rules = {"roster": "A row of a roster that Amazon Connect would refuse"}
    results = (
        sarif.result("roster", severity, _message(problem), (problem.source, problem.line or 1))
        for judged in rosters
        for severity, problem in _all(judged)
    )
    notes = [f"{judged.source}: {line}" for judged in rosters for line in _more(judged)]
    print_json(sarif.log("connect-users", __version__, rules, results, notes))


FORMATS: Final[dict[str, Callable[..., None]]] = {"text": text, "json": as_json, "github": github, "sarif": as_sarif}
#: The formats that can also show personas; their functions take the options of the rosters, too.
EXPLAINING: Final = ("text", "json")
