"""Whatever is in a file of people, reading it ends soon, in little memory, and says in one line what is too much."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from connect_users.cli import main
from connect_users.core import limits
from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.roster import notations
from connect_users.roster.cells import BadCell
from connect_users.roster.csv_text import read as read_csv
from connect_users.roster.names import Names
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.reading import read
from connect_users.roster.tables import UnreadableRoster
from connect_users.roster.workbook import read as read_workbook
from connect_users.roster.workbook_counts import count
from tests.contract.roster import hostile_rosters
from tests.contract.roster.hostile_rosters import FILES, HEADER, cell, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process with little memory and time says of each file."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (contents, _) in FILES.items():
        data = contents()
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    command = [sys.executable, "-m", hostile_rosters.__name__, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for file in folder.iterdir():
        file.unlink()
    assert done.stderr == ""
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_within_little_memory_and_time(messages: dict[str, str], name: str) -> None:
    """In one line that says what is too much, with the place where there is one."""
    assert FILES[name][1] in messages[name]
    assert f"/{name}:" in messages[name]
    assert "\n" not in messages[name]
    assert len(messages[name]) < 2 * limits.ROSTER_MESSAGE_MAX


#: People, and columns of each, that a roster must hold.
PEOPLE, COLUMNS = 20_000, 60
_SAMPLE = 200


def _row(number: int) -> dict[str, str]:
    """A person with long values in every column."""
    person = {"username": f"agent{number:05d}@example.com", "routing_profile": "Customer service, second line"}
    person |= {"security_profiles": "Agent|CallCenterManager|QualityAnalyst", "email": f"agent{number:05d}@example.com"}
    return person | {f"tags.key-{column:02d}": f"value {column} of {number}" for column in range(COLUMNS - len(person))}


ROWS = [_row(number) for number in range(_SAMPLE)]


def _csv() -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    return target.getvalue().encode()


def _xlsx() -> bytes:
    book: Any = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.csv", _csv),
        ("a.json", lambda: json.dumps(ROWS, indent=2).encode()),
        ("a.yaml", lambda: yaml.safe_dump(ROWS).encode()),
        ("a.xlsx", _xlsx),
    ],
    ids=["csv", "json", "yaml", "xlsx"],
)
def test_twenty_thousand_people_are_far_within_the_limits(
    tmp_path: Path, name: str, written: Callable[[], bytes]
) -> None:
    """By what 200 of them take of each: bytes, cells, values between commas."""
    data = written()
    (tmp_path / name).write_bytes(data)
    table = read(tmp_path / name)
    assert len(table.rows) == _SAMPLE
    times = PEOPLE // _SAMPLE
    assert limits.ROSTER_ROWS_MAX >= PEOPLE
    assert len(data) * times < limits.ROSTER_BYTES_MAX
    assert sum(len(row.cells) for row in table.rows) * times < limits.ROSTER_CELLS_MAX
    if name == "a.xlsx":
        assert count(data, name).unpacked * times < limits.WORKBOOK_BYTES_MAX
    else:
        assert (data.count(b",") + data.count(b"{") + data.count(b"[")) * times < limits.ROSTER_CELLS_MAX


def test_a_workbook_that_is_too_large_is_not_unpacked() -> None:
    """Its part is damaged, which reading one byte of it would tell."""
    data = workbook(HEADER, " " * (limits.WORKBOOK_BYTES_MAX + 1))
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    with pytest.raises(UnreadableRoster, match="has more than 128 MB when unpacked"):
        read_workbook(data[:at] + b"\xff" * 40 + data[at + 40 :], "a.xlsx")


def test_a_workbook_with_a_false_size_does_not_evade_the_limits() -> None:
    """No more is inflated than its directory says: the rest is missing, and so the part is damaged."""
    small = workbook(HEADER + f"<row>{cell('A2', 'y' * 100_000)}</row>")
    size = (100_000).to_bytes(4, "little")[:3]
    entry = small.rindex(b"xl/worksheets/sheet1.xml") - 46
    stated = int.from_bytes(small[entry + 24 : entry + 28], "little")
    assert stated > 100_000
    lying = small[: entry + 24] + size + b"\0" + small[entry + 28 :]
    with pytest.raises(UnreadableRoster, match="is not a readable Excel workbook"):
        read_workbook(lying, "a.xlsx")


def test_a_row_at_the_very_end_of_a_sheet_and_a_false_size_do_no_harm() -> None:
    """LibreOffice writes the last row of a sheet, and many programs write a size that is not the sheet's."""
    data = workbook(
        f'{HEADER}<row r="2">{cell("A2", "ada")}</row><row r="1048576"/>',
        '<dimension ref="A1:XFD1048576"/>',
    )
    assert [dict(row.cells) for row in read_workbook(data, "a.xlsx").rows] == [{"username": "ada"}]
    assert count(data, "a.xlsx").area == 2
    # A formula makes it be read twice.
    formula = workbook(
        f'{HEADER}<row r="2"><c r="A2" t="str"><f>"ada"</f><v>ada</v></c></row>', '<dimension ref="A1:XFD1048576"/>'
    )
    assert [dict(row.cells) for row in read_workbook(formula, "a.xlsx").rows] == [{"username": "ada"}]


def test_a_device_is_read_up_to_the_limit(tmp_path: Path) -> None:
    """It has no end, and says that it has no size."""
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    with pytest.raises(UnreadableRoster, match="has more than 64 MB"):
        read(tmp_path / "a.csv")


def _bad(count: int, column: str = "acw.voice", username: str = "agent") -> str:
    lines = [f"{username}{number:05d},Support,Agent,never" for number in range(count)]
    return "\n".join([f"username,routing_profile,security_profiles,{column}", *lines])


def test_problems_are_kept_up_to_a_number_and_the_rest_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A roster whose every line is wrong says so in a few hundred kilobytes, in every format."""
    most = limits.ROSTER_PROBLEMS_MAX
    judged = judge(read_csv(_bad(most + 4_321), "a.csv"), RosterOptions())
    assert (len(judged.problems), judged.more) == (most, (4_321, 0))
    assert [problem.line for problem in judged.problems] == list(range(2, most + 2))
    file = tmp_path / "a.csv"
    file.write_text(_bad(most + 4_321), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    output = capsys.readouterr()
    assert output.err.splitlines()[-1] == f"{file}: and 4,321 more problems"
    assert output.out == f"{file}: {most + 4_321:,} problems\n"
    assert main(["check", "--json", str(file)]) == 1
    (roster,) = json.loads(capsys.readouterr().out)["rosters"]
    assert (len(roster["findings"]), roster["more_problems"], roster["more_warnings"]) == (most, 4_321, 0)
    assert main(["check", "--format", "github", str(file)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("::and 4,321 more problems")
    assert main(["check", "--format", "sarif", str(file)]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == f"{file}: and 4,321 more problems"


def test_what_is_wrong_with_the_header_is_reported_once_however_many_lines_there_are() -> None:
    """It is not among what is counted only."""
    lines = "\n".join(f"agent{number},Support" for number in range(limits.ROSTER_PROBLEMS_MAX + 10))
    judged = judge(read_csv(f"username,routing_profile\n{lines}", "a.csv"), RosterOptions())
    assert [(problem.line, problem.column) for problem in judged.problems] == [(1, "security_profiles")]
    assert judged.more == (0, 0)


def test_long_names_do_not_make_long_messages() -> None:
    """A header or a username may have thousands of characters, and a thousand lines may repeat it."""
    name = "x" * 30_000
    twice = "\n".join(f"{name},Support,Agent,never" for _ in range(1_500))
    for text in (_bad(1_500, f"tags.{'k' * 900}").replace(",never", ',"\x01"'), f"{_bad(0)}\n{twice}"):
        judged = judge(read_csv(text, "a.csv"), RosterOptions())
        shown = "".join(f"{problem}{problem.username}" for problem in (*judged.problems, *judged.warnings))
        assert len(judged.problems) == limits.ROSTER_PROBLEMS_MAX
        assert len(shown) < limits.ROSTER_PROBLEMS_MAX * 3 * limits.ROSTER_MESSAGE_MAX


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("a=b\\|c|d=e", {"a": "b|c", "d": "e"}),
        ("a=b\\\\|c=d", {"a": "b\\", "c": "d"}),
        ("a=b\\   |c=  d\\\\  ", {"a": "b ", "c": "d\\"}),
        ("a\\=b=c=d", {"a=b": "c=d"}),
        ("a=\\  ", {"a": " "}),
    ],
)
def test_escapes_are_read_in_one_pass(cell: str, meant: dict[str, str]) -> None:
    """As they always were; a cell full of them took the square of its length."""
    assert notations.tags(cell) == meant
    with pytest.raises(BadCell):
        notations.tags("\\" * 30_001)


def test_similar_names_are_looked_for_some_hundred_times_at_most() -> None:
    """Of thousands of unknown names, the others are only said to be unknown."""
    known = _Counting({f"Profile {number}": "id" for number in range(50)})
    names = Names(ROUTING_PROFILE, known)
    names.ids = known
    texts = []
    for number in range(5_000):
        with pytest.raises(NoSuchName) as refused:
            names.id_of(f"Profil {number}x")
        texts.append(str(refused.value))
    assert texts[0].startswith("'Profil 0x' is not a routing profile of this roster; did you mean 'Profile 0'?")
    assert texts[-1] == "'Profil 4999x' is not a routing profile of this roster"
    assert known.walks <= 2 * 200
    many = Names(SECURITY_PROFILE, {"Agent": "id"})
    with pytest.raises(NoSuchName, match=r"; write \| between names$"):
        many.id_of(";".join(f"Agent{number}" for number in range(10_000)))


class _Counting(dict[str, str]):
    """Counts how often all of its keys are walked through."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return super().__iter__()
