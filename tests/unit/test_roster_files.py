"""A roster in several files: which they are, and that the file in which somebody stands means nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import limits
from connect_users.roster import days
from connect_users.roster.people import JudgedRoster, RosterOptions, judge
from connect_users.roster.reading import read, read_personas
from connect_users.roster.selection import select
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "username,routing_profile_id,security_profile_ids,team\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rosters of different formats, beside what a folder may have, too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "a.csv").write_text(f"{HEADER}ada,r1,s1,x\nbo,r1,s1,y\n", encoding="utf-8")
    (tmp_path / "people" / "b.yaml").write_text(
        "- {username: cy, routing_profile_id: r1, security_profile_ids: s1, team: x}\n", encoding="utf-8"
    )
    (tmp_path / "people" / "README.md").write_text("People of all sites.", encoding="utf-8")
    (tmp_path / "people" / "~$a.xlsx").write_bytes(b"lock of Excel")
    (tmp_path / "people" / ".hidden.csv").write_text("no,roster\n", encoding="utf-8")
    (tmp_path / "people" / "old").mkdir()
    (tmp_path / "people" / "old" / "c.csv").write_text(f"{HEADER}di,r1,s1,x\n", encoding="utf-8")
    return tmp_path


def _judged(roster: Any, **terms: Any) -> JudgedRoster:
    return judge(read(roster), RosterOptions(ignore_columns=("team",), **terms))


@pytest.mark.parametrize(
    ("roster", "usernames"),
    [
        ("people", ["ada", "bo", "cy"]),
        ("people/", ["ada", "bo", "cy"]),
        ("people/*.csv", ["ada", "bo"]),
        ("people/**/*.csv", ["ada", "bo", "di"]),
        (["people/a.csv", "people/b.yaml"], ["ada", "bo", "cy"]),
        (("people/b.yaml", "people/old"), ["cy", "di"]),
        (["people", "people/a.csv"], ["ada", "bo", "cy"]),
    ],
)
def test_a_folder_a_glob_or_a_list_is_one_roster(folder: Path, roster: Any, usernames: list[str]) -> None:
    judged = _judged(roster)
    assert list(map(str, judged.problems)) == []
    assert [person.username for person in judged.people] == usernames


def test_a_path_object_names_a_folder_too(folder: Path) -> None:
    assert [person.username for person in _judged(folder / "people").people] == ["ada", "bo", "cy"]


def test_the_file_in_which_somebody_stands_changes_nobody(folder: Path) -> None:
    before = {person.username: person.inputs for person in _judged("people").people}
    (folder / "people" / "a.csv").write_text(f"{HEADER}bo,r1,s1,y\n", encoding="utf-8")
    (folder / "people" / "z.csv").write_text(f"{HEADER}ada,r1,s1,x\n", encoding="utf-8")
    assert {person.username: person.inputs for person in _judged("people").people} == before


def test_somebody_in_two_files_is_reported_with_both_places(folder: Path) -> None:
    (folder / "people" / "z.csv").write_text(f"\n{HEADER}ada,r1,s1,x\n", encoding="utf-8")
    assert [str(each) for each in _judged("people").problems] == [
        "people/z.csv:3: username: 'ada' is in people/a.csv:2 and in people/z.csv:3; a username may appear once"
    ]


def test_two_spellings_of_a_name_in_two_files_are_a_warning(folder: Path) -> None:
    (folder / "people" / "z.csv").write_text(f"{HEADER}Ada,r1,s1,x\n", encoding="utf-8")
    judged = _judged("people")
    assert "people/a.csv:2: username: 'ada' differs from 'Ada' in people/z.csv:2 only in case" in map(
        str, judged.remarks
    ) or "people/z.csv:2: username: 'Ada' differs from 'ada' in people/a.csv:2 only in case" in map(str, judged.remarks)


def test_problems_name_their_file_and_line_and_come_file_by_file(folder: Path) -> None:
    (folder / "people" / "a.csv").write_text("username,routing_profil,team\nada,r1,x\n", encoding="utf-8")
    (folder / "people" / "b.yaml").write_text("- {username: cy, routing_profile_id: [], team: x}\n", encoding="utf-8")
    problems = [str(each) for each in _judged("people", defaults={"shoe": 1}).problems]
    assert [each.split(": ")[0] for each in problems] == sorted(each.split(": ")[0] for each in problems)
    assert "people/a.csv:1: routing_profil: no such column; did you mean routing_profile?" in problems
    assert "people: defaults.shoe: no such column" in problems
    assert any(each.startswith("people/b.yaml:1: routing_profile") for each in problems)


def test_people_are_selected_from_all_files(folder: Path) -> None:
    table = select(read("people"), {"team": "x"})
    assert [dict(row.cells)["username"] for row in table.rows] == ["ada", "cy"]
    with pytest.raises(UnreadableRoster) as refused:
        select(read("people"), {"team": "z"})
    assert str(refused.value) == "people: where: nobody has 'z' in the column 'team'; there are 'x', 'y'"


def test_the_same_header_may_be_another_column_in_an_export(folder: Path) -> None:
    """``mail`` of one file is Entra ID's, and an unknown header of the other."""
    (folder / "people" / "b.yaml").unlink()
    entra = f"{HEADER.replace('username', 'userPrincipalName,mail')}cy@example.com,cy@example.com,r1,s1,x\n"
    (folder / "people" / "c.csv").write_text(entra, encoding="utf-8")
    judged = _judged("people")
    assert list(map(str, judged.problems)) == []
    emails = [person.inputs.get("identity_info") for person in judged.people]
    assert emails == [None, None, {"email": "cy@example.com"}]


@pytest.mark.parametrize("file", ["people/personas.yaml", "./people/old/../personas.yaml"])
def test_the_personas_may_be_in_the_folder(folder: Path, file: str) -> None:
    (folder / "people" / "personas.yaml").write_text("personas: {a: {}}\ndefault: a\n", encoding="utf-8")
    personas = read_personas(file)
    judged = judge(read("people", personas), RosterOptions(personas=personas, ignore_columns=("team",)))
    assert list(map(str, judged.problems)) == []
    assert {person.choice and person.choice.persona for person in judged.people} == {"a"}


@pytest.mark.parametrize(
    ("roster", "message"),
    [
        ("people/old/*.yaml", "people/old/*.yaml: has no rosters; a roster's name ends with one of .csv "),
        ("nowhere", "nowhere: files without a suffix cannot be read; use one of .csv "),
        (["people/a.csv", "people/z.csv"], "people/z.csv: cannot be read: No such file or directory"),
        (["people/a.csv", {"username": "ada"}], "row 1: is not a person; "),
    ],
)
def test_what_names_no_roster_is_refused(folder: Path, roster: Any, message: str) -> None:
    with pytest.raises(UnreadableRoster) as refused:
        read(roster)
    assert str(refused.value).startswith(message)


def test_people_in_a_format_that_is_not_read_do_not_go_unnoticed(folder: Path) -> None:
    (folder / "people" / "c.ods").write_bytes(b"PK")
    with pytest.raises(UnreadableRoster, match=r"people/c\.ods: files with the suffix '\.ods' cannot be read"):
        read("people")


def test_a_name_with_a_star_in_it_is_a_file(folder: Path) -> None:
    (folder / "people" / "a.csv").rename(folder / "people" / "[a]*.csv")
    assert len(read("people/[a]*.csv").rows) == 2


def test_all_files_together_have_a_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROSTER_ROWS_MAX", 2)
    with pytest.raises(UnreadableRoster) as refused:
        read("people/**/*.csv")
    assert str(refused.value) == "people/old/c.csv: has more than 2 rows; split it"


def test_days_decide_over_all_files_who_is_there(folder: Path) -> None:
    """Somebody who changes files with a day is one person at two times; who has left needs no persona any more."""
    today = dt.date(2026, 11, 27)
    header = HEADER.replace("team", "first_day,last_day,team")
    (folder / "people" / "a.csv").write_text(
        f"{header}ada,r1,s1,,2026-11-30,x\nbo,r1,s1,,2026-11-26,gone\n", encoding="utf-8"
    )
    (folder / "people" / "z.csv").write_text(f"{header}ada,r2,s1,2026-12-01,,x\n", encoding="utf-8")
    rules = [{"persona": "a", "when": {"team": "x"}}]
    personas = read_personas({"personas": {"a": {"last_day": "2027-01-01"}}, "rules": rules})

    def judged(day: dt.date) -> JudgedRoster:
        return judge(read("people"), RosterOptions(personas=personas, today=lambda: day))

    assert list(map(str, judged(today).problems)) == []
    assert {person.username: person.source for person in judged(today).people} == {
        "ada": "people/a.csv",
        "cy": "people/b.yaml",
    }
    later = {person.username: person.inputs["routing_profile_id"] for person in judged(dt.date(2026, 12, 1)).people}
    assert later == {"ada": "r2", "cy": "r1"}
    assert judged(dt.date(2027, 1, 2)).people == ()
    places = [(place[0], place[1]) for place in days.coming(judged(today).dated, today, 7)]
    assert places == [("people/a.csv", 3), ("people/z.csv", 2)]


@pytest.mark.parametrize(
    "text", [f"{HEADER}ada,r1,s1,x\n", '[{"username": "ada"}, ' + '{"username": "bo"}, ' * 20 + "]"]
)
def test_the_text_of_a_file_in_place_of_its_path_is_refused_and_not_repeated(text: str) -> None:
    """The system itself would quote all of it, since no file has so long a name."""
    for reader in (read, read_personas):
        with pytest.raises(UnreadableRoster) as refused:
            reader(text)
        assert str(refused.value) == "roster: is not a path; pass the path of a file, not its text"


def test_a_path_that_the_system_refuses_is_one_line() -> None:
    """As a folder that may not be listed; here, a path that is too long."""
    with pytest.raises(UnreadableRoster, match="cannot be read: File name too long"):
        read("people/" * 2_000 + "a.csv")
