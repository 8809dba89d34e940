"""Files that somebody wrote to stop whoever reads them, each in a line or two, and a program that reads them.

``python -m tests.contract.roster.hostile_rosters FOLDER`` prints what is said of each, as JSON. The process may have
some 700 MB of memory and two minutes of processor time: what takes more is killed, and says nothing.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.reading import read
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Callable

_MEMORY: Final = 700 * 2**20
_SECONDS: Final = 120
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>username</t></is></c></row>'


def workbook(rows: str, more: str = "", **parts: str) -> bytes:
    """A workbook of one sheet.

    Args:
        rows: elements of the sheet's data.
        more: elements after it.
        parts: other parts, by their name without its folder and suffix (``styles``).
    """
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    types += f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/>'
    types += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEET}.sharedStrings+xml"/>'
    types += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    links = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, kind, target in (
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "styles", "styles.xml"),
            ("r3", "sharedStrings", "sharedStrings.xml"),
        )
    )
    root = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    sheet = f'<sheet name="a" sheetId="1" xmlns:r="{_OFFICE}" r:id="r1"/>'
    contents = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/workbook.xml": f"<workbook {_MAIN}><sheets>{sheet}</sheets></workbook>",
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{rows}</sheetData>{more}</worksheet>",
        "xl/styles.xml": f"<styleSheet {_MAIN}/>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}/>",
    }
    contents.update({f"xl/{name}.xml": text for name, text in parts.items()})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in contents.items():
            file.writestr(name, text)
    return target.getvalue()


def cell(place: str, value: str = "x") -> str:
    """A cell with a string."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def _many_parts() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for number in range(6_000):
            file.writestr(f"{number}.xml", "<a/>")
    return target.getvalue()


def _laughs() -> str:
    entities = "".join(f'<!ENTITY {b} "{10 * f"&{a};"}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    return f'<!DOCTYPE sst [<!ENTITY a "ha">{entities}]><sst {_MAIN}><si><t>&i;</t></si></sst>'


_MERGED = '<mergeCell ref="A1:B1"/>'
_ALIASES = "".join(f"  - &{b} [{','.join(10 * [f'*{a}'])}]\n" for a, b in zip("abcd", "bcde", strict=True))

#: Name of the file -> its contents, and what is said of it.
FILES: Final[dict[str, tuple[Callable[[], str | bytes], str]]] = {
    "rows.csv": (lambda: "username\n" + "a\n" * 1_000_000, ":100002: has more than 100,000 rows"),
    "commas.csv": (lambda: "username" + "," * 60_000_000, "has more than 2,000,000 cells"),
    "lines.csv": (lambda: "username\n" + "\n" * 60_000_000, "has more than 2,000,000 cells"),
    "tabs.tsv": (lambda: "username\tx\n" + "a\tb\n" * 15_000_000, "has more than 2,000,000 cells"),
    "columns.csv": (
        lambda: ",".join(f"c{number}" for number in range(100_000)) + "\n",
        ":1: has more than 500 columns",
    ),
    "header.csv": (lambda: f"username,{'h' * 80_000}\n" + "a,b\n" * 1_000, ":1: a header has 80,000 characters"),
    "blanks.csv": (lambda: f"username,a{' ' * 100_000}b\nx,y\n", ":1: a header has 100,002 characters"),
    "cell.csv": (lambda: f'username,tags\nx,"a=\\\\{" " * 100_000}b"\n', ":2: a cell has 100,005 characters"),
    "quote.csv": (lambda: 'username\n"' + "a" * 60_000_000, ":2: a quote is opened on this line and never closed"),
    "bytes.csv": (lambda: "username\n" + "a" * 70_000_000, "has more than 64 MB"),
    "skills.csv": (
        lambda: "username,proficiencies\n" + "".join(f"ada,lang:{number}=1\n" for number in range(90_000)),
        ":102: username: 'ada' is on lines 2 and 102; a username may appear once",
    ),
    "values.json": (lambda: "[" + "{}," * 20_000_000 + "{}]", "has more than 2,000,000 cells"),
    "rows.json": (lambda: "[" + '{"username":"a"},' * 200_000 + "{}]", "has more than 100,000 rows"),
    "deep.json": (lambda: "[" * 1_000_000, "is nested too deeply"),
    "deeper.json": (lambda: f'[{{"tags": {"[" * 200_000}{"]" * 200_000}}}]', "is nested too deeply"),
    "keys.json": (
        lambda: "[{" + ",".join(f'"k{number}": 1' for number in range(200_000)) + ', "k199999": 2}]',
        ":1: the key 'k199999' is written twice",
    ),
    "headers.json": (
        lambda: "[" + ",".join(f'{{"k{number}": 1}}' for number in range(90_000)) + "]",
        ":1: has more than 500 columns",
    ),
    "text.json": (lambda: f'[{{"username": "{"a" * 10_000_000}"}}]', ":1: username: a cell has 10,000,000 characters"),
    "aliases.yaml": (
        lambda: f"- tags:\n  - &a [{','.join(1_000 * ['x'])}]\n  - [{','.join(9_000 * ['*a'])}]\n",
        "has more than 2,000,000 cells",
    ),
    "nested.yaml": (lambda: f"- &a [x]\n{_ALIASES.replace('  -', '-')}- [[[*e]]]\n", "is nested too deeply"),
    "wide.yaml": (lambda: f"- &a [{'x,' * 1_000}]\n" + "- *a\n" * 90_000, "has more than 2,000,000 cells"),
    "merged.yaml": (
        lambda: (
            f"- &a {{{','.join(f'k{number}: x' for number in range(1_000))}}}\n- <<: [{','.join(9_000 * ['*a'])}]\n"
        ),
        "has more than 2,000,000 cells",
    ),
    "itself.yaml": (lambda: "- &a {username: *a}\n", ":1: is nested too deeply"),
    "deep.yaml": (lambda: "- " + "{a: " * 200_000, ":1: is nested too deeply"),
    "flow.yaml": (lambda: "- " + "[" * 200_000, ":1: is n"),
    "rows.yaml": (lambda: "- a\n" * 5_000_000, ":100001: has more than 100,000 rows"),
    "empty.yaml": (lambda: "[" + "[]," * 5_000_000, "has more than 100,000 rows"),
    "row.xlsx": (lambda: workbook(f'{HEADER}<row r="99999999999"/>'), "has a row beyond 1,048,576"),
    "float.xlsx": (lambda: workbook(f'{HEADER}<row r="1e12"/>'), "has a row beyond 1,048,576"),
    "column.xlsx": (lambda: workbook(f"{HEADER}<row>{cell('XFE2')}</row>"), "has a cell 'XFE2' beyond Excel's last"),
    "letters.xlsx": (lambda: workbook(f"{HEADER}<row>{cell('A' * 99 + '2')}</row>"), "beyond Excel's last"),
    "far.xlsx": (
        lambda: workbook(HEADER + "".join(f'<row r="{at}">{cell(f"XFD{at}")}</row>' for at in range(2, 300))),
        "has more than 2,000,000 cells",
    ),
    "else.xlsx": (
        lambda: workbook(HEADER + "".join(f'<row r="{at}"><x r="XFD{at}"/></row>' for at in range(2, 300))),
        "has more than 2,000,000 cells",
    ),
    "merged.xlsx": (
        lambda: workbook(
            f'{HEADER}<row r="1048576">{cell("XFD1048576")}</row>',
            f"<mergeCells>{_MERGED}</mergeCells>",
        ),
        "has more than 2,000,000 cells",
    ),
    "merges.xlsx": (
        lambda: workbook(HEADER, f"<mergeCells>{_MERGED * 300_000}</mergeCells>"),
        "has more than 250,000 formats, links or rules",
    ),
    "lines.xlsx": (lambda: workbook(HEADER + "<row/>" * 1_100_000), "has a row beyond 1,048,576"),
    "bytes.xlsx": (lambda: workbook(HEADER, " " * 200_000_000), "has more than 128 MB when unpacked"),
    "strings.xlsx": (
        lambda: workbook(HEADER, sharedStrings=f"<sst {_MAIN}>{'<si/>' * 3_000_000}</sst>"),
        "has more than 2,000,000 cells",
    ),
    "styles.xlsx": (
        lambda: workbook(HEADER, styles=f"<styleSheet {_MAIN}><cellXfs>{'<xf/>' * 300_000}</cellXfs></styleSheet>"),
        "has more than 250,000 formats, links or rules",
    ),
    "laughs.xlsx": (lambda: workbook(HEADER, sharedStrings=_laughs()), "it declares entities"),
    "parts.xlsx": (_many_parts, "has more than 5,000 parts"),
}


def _said(file: Path) -> str:
    try:
        return "; ".join(
            str(problem) for problem in judge(read(file), RosterOptions()).problems if "once" in problem.text
        )[:500]
    except UnreadableRoster as problem:
        return str(problem)


def main(folder: Path) -> None:
    """Read every file of a folder under the limits of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    for file in sorted(folder.iterdir()):
        print(json.dumps([file.name, _said(file)]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
