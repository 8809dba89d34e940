"""Every kind of file says the same: formats, encodings, separators, and the lines that messages name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.roster.csv_text import write
from connect_users.roster.reading import read
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path

CSV = "username,routing_profile,identity_info.first_name\nada,Support,Ada\n\nbo,Sales,Chloé\n"
ROWS = [("ada", "Support", "Ada"), ("bo", "Sales", "Chloé")]
HEADERS = ("username", "routing_profile", "identity_info.first_name")
RECORDS = [
    {"username": "ada", "routing_profile": "Support", "identity_info": {"first_name": "Ada"}},
    {"username": "bo", "routing_profile": "Sales", "identity_info": {"first_name": "Chloé"}},
]
YAML = """\
- username: ada
  routing_profile: Support
  identity_info: {first_name: Ada}
- username: bo
  routing_profile: Sales
  identity_info:
    first_name: Chloé
"""


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADERS, *ROWS):
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cells(roster: Any) -> list[dict[str, Any]]:
    return [dict(row.cells) for row in read(roster).rows]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", CSV.encode()),
        ("bom.csv", CSV.encode("utf-8-sig")),
        ("crlf.csv", CSV.replace("\n", "\r\n").encode()),
        ("excel.csv", CSV.replace(",", ";").encode("utf-8-sig")),
        ("sep.csv", b"sep=;\n" + CSV.replace(",", ";").encode()),
        ("a.tsv", CSV.replace(",", "\t").encode()),
        ("unicode.txt", CSV.replace(",", "\t").encode("utf-16")),
        ("quoted.csv", CSV.replace("Ada", '"Ada"').encode()),
        ("A.CSV", CSV.encode()),
        ("a.json", json.dumps(RECORDS).encode()),
        ("a.yaml", YAML.encode()),
        ("a.yml", YAML.encode()),
        ("a.xlsx", _workbook()),
    ],
)
def test_every_format_says_the_same(tmp_path: Path, name: str, data: bytes) -> None:
    """The same people, cell by cell."""
    (tmp_path / name).write_bytes(data)
    assert _cells(tmp_path / name) == [dict(zip(HEADERS, row, strict=True)) for row in ROWS]


class Frame:
    """As pandas gives its records."""

    def to_dict(self, orient: str) -> Any:
        assert orient == "records"
        return RECORDS


class PolarsFrame:
    """As polars gives its records."""

    def to_dicts(self) -> Any:
        return RECORDS


@pytest.mark.parametrize("rows", [RECORDS, tuple(RECORDS), iter(RECORDS), Frame(), PolarsFrame()])
def test_rows_of_a_program_say_the_same(rows: Any) -> None:
    """Maps, and the frames of both libraries."""
    assert _cells(rows) == [dict(zip(HEADERS, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("blank.csv", CSV, [2, 4]),
        ("newline.csv", 'username,first name\nada,"A\nd\na"\nbo,Bo\n', [2, 5]),
        ("sep.csv", "sep=,\nusername\nada\nbo\n", [3, 4]),
        ("a.yaml", YAML, [1, 4]),
        ("a.json", '[\n {"username": "ada"},\n {\n  "username": "bo"}]', [2, 3]),
    ],
)
def test_a_row_has_the_line_that_it_starts_on(tmp_path: Path, name: str, text: str, lines: list[int]) -> None:
    """Also after blank lines and quoted line breaks."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [row.line for row in read(tmp_path / name).rows] == lines


def test_lines_may_end_as_on_an_old_macintosh(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"username;first name\rada;A\rbo;B\r")
    assert [row.cells for row in read(tmp_path / "a.csv").rows] == [
        [("username", "ada"), ("first name", "A")],
        [("username", "bo"), ("first name", "B")],
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty; the first line must name the columns"),
        ("a.csv", b"username\nada\n" + b"b" * 200_000, ":3: a cell has more than 131,072 characters"),
        ("a.csv", b'username\nada\n"bo\n', ":3: a quote is opened on this line and never closed"),
        ("a.csv", b'username\n"a"da\n', ":2: there are characters after a closing quote"),
        ("a.csv", b"username\nada\nb\xf6\n", ":3: is not UTF-8; save it as 'CSV UTF-8'"),
        ("a.json", b'"ada"', ":1: is not a list"),
        ("a.json", b'{"ada": 7}', ":1: is not a list, and 'ada' is not a person"),
        ("a.json", b'[\n{"username": "ada" "x": 1}]', ":2: is not JSON"),
        ("a.json", b'[{"username": "ada"},\n {"username": "b", "username": "c"}]', ":2: the key 'username' is written"),
        ("a.json", b'[{"username": "ada"}\n {"username": "b"}]', ":2: is not JSON: a comma"),
        ("a.json", b'[{"username": "ada"}] x', ":1: is not JSON: there are characters after the list"),
        ("a.json", b'["ada"]', ":1: is not a person"),
        ("a.yaml", b"ada", ":1: is not a list"),
        ("a.yaml", b"ada:\n  routing_profile: A\nbo: [x]", ":3: is not a list, and 'bo' is not a person"),
        ("a.yaml", b"ada: {}\nada: {}", ":2: the key 'ada' is written twice"),
        ("a.json", b'{"ada": {},\n"ada": {}}', ":2: the key 'ada' is written twice"),
        ("a.json", b'{"ada": {}\n"bo": {}}', ":2: is not JSON: a comma or the end of the dict is missing"),
        ("a.json", b'{"ada" {}}', ":1: is not JSON: a colon is missing"),
        ("a.json", b"{ada: {}}", ":1: is not JSON: a name in double quotes is missing"),
        ("a.json", b'{"users": []} x', ":1: is not JSON: there are characters after the dict"),
        ("a.json", b'{"users": [],\n"guests": [{"username": "bo"}]}', ":2: 'guests' is beside 'users'"),
        ("a.json", b'{"ada":\n{"username": "bo"}}', ":2: 'ada' has the username 'bo'; keep one of them"),
        ("a.yaml", b"- username: ada\n  username: bo", ":2: the key 'username' is written twice"),
        ("a.yaml", b"- [\n", "is not YAML"),
        ("a.json", b" \n", "is empty"),
        ("a.json", b'[\n{"username": ' + b"9" * 5000 + b"}]", ":2: has a number that is too long"),
        ("a.csv", "username\nada\n".encode("utf-16-le"), ":1: has a NUL character; save it as UTF-8 text"),
        ("a.csv", b"PK\x03\x04\x14\x00", "if it is an Excel workbook, name it .xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old or encrypted Excel workbook"),
        ("a.xlsx", b"no workbook", "is not a readable Excel workbook"),
        ("a.xls", b"", "save it as .xlsx or .csv"),
        ("agents", b"", "files without a suffix cannot be read; use one of .csv"),
        ("a.pdf", b"", "files with the suffix '.pdf' cannot be read; use one of .csv"),
    ],
)
def test_a_file_that_is_not_in_its_format_is_refused_on_one_line(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    """With its name and, where there is one, the line."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableRoster) as refused:
        read(tmp_path / name)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / name))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRoster, match="cannot be read: No such file"):
        read(tmp_path / "nobody.csv")


@pytest.mark.parametrize("rows", [7, b"username"])
def test_what_is_neither_a_path_nor_rows_is_refused(rows: Any) -> None:
    with pytest.raises(UnreadableRoster, match="pass a path or rows"):
        read(rows)


def test_yaml_keeps_what_yaml_would_make_of_a_phone_number(tmp_path: Path) -> None:
    """A number, a "no" of Norway's and a date stay what was written."""
    file = tmp_path / "a.yaml"
    file.write_text("- {username: 007, phone_number: +441632960961, tags: {country: NO}}\n", encoding="utf-8")
    assert _cells(file) == [{"username": "007", "phone_number": "+441632960961", "tags": {"country": "NO"}}]


@pytest.mark.parametrize("reader", ["CBaseLoader", "BaseLoader"])
def test_yaml_merges_maps_and_knows_null_with_and_without_libyaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    import yaml

    monkeypatch.setattr(yaml, "CBaseLoader", getattr(yaml, reader), raising=False)
    file = tmp_path / "a.yaml"
    file.write_text(
        "- &ada {username: ada, routing_profile: Support, mobile: null}\n- {<<: *ada, username: bo, last_name: '~'}\n",
        encoding="utf-8",
    )
    assert _cells(file) == [
        {"username": "ada", "routing_profile": "Support"},
        {"username": "bo", "routing_profile": "Support", "last_name": "~"},
    ]


def test_cells_beyond_the_header_are_reported_in_rows_of_a_dict_reader_too() -> None:
    """`csv.DictReader` gives them under None."""
    (row,) = read(csv.DictReader(io.StringIO("username\nada,Lovelace,,Ada\n"))).rows
    assert (row.cells, row.surplus) == ([("username", "ada")], 2)


class Array:
    """As numpy has them: `tolist` returns Python values."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def tolist(self) -> Any:
        return self._value


class Team(Enum):
    BLUE = "blue"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (dt.datetime.fromisoformat("2026-01-02"), "2026-01-02"),
        (dt.datetime.fromisoformat("2026-01-02T03:04:00+01:00"), "2026-01-02T03:04:00+01:00"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.time(0, 0, 30), "00:00:30"),
        (Decimal("30.0"), 30),
        (Decimal("30.5"), 30.5),
        (Team.BLUE, "blue"),
        ({"b", "a"}, ["a", "b"]),
        (Array(["a", "b"]), ["a", "b"]),
        (Array(True), True),
        ([Array(1), Decimal(2)], [1, 2]),
    ],
)
def test_values_of_frames_become_plain(value: Any, plain: Any) -> None:
    """A date or an array would otherwise reach Pulumi, which cannot send it."""
    assert _cells([{"username": value}]) == [{"username": plain}]


def test_rows_that_contain_themselves_are_refused() -> None:
    row: dict[str, Any] = {"username": "ada"}
    row["tags"] = [row]
    with pytest.raises(UnreadableRoster, match="row 1: tags: is nested too deeply"):
        read([row])


def test_what_is_written_is_read() -> None:
    """Separators, quotes and line breaks in cells survive."""
    from connect_users.roster import csv_text

    rows = [{"username": "a,b", "first_name": 'say "hi"'}, {"username": "c\nd", "first_name": ";"}]
    for separator in ",;\t":
        table = csv_text.read(write(["username", "first_name"], rows, separator), "a.csv")
        assert [dict(row.cells) for row in table.rows] == rows


@pytest.mark.parametrize("roster", ["", ["agents.csv", ""]], ids=["a path", "one of several"])
def test_an_empty_path_is_not_the_working_directory(
    roster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a setting of the program that is not set."""
    (tmp_path / "agents.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableRoster, match="the path is empty; give a file, a folder or a glob"):
        read(roster)
