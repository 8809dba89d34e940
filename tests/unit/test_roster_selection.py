"""`where`: the people of one site from a file of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.roster.columns import find
from connect_users.roster.reading import read
from connect_users.roster.selection import foreign_columns, select
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = [
    {"username": "ada", "email": "ada@x.org", "Site": "London ", "tags": "team=blue|floor=3", "tags.shift": "day"},
    {"username": "bo", "Site": "Austin", "tags": "team=red", "tags.shift": "night"},
    {"username": "cy", "Site": "", "tags": {"team": "blue"}, "tags.shift": "day"},
    {"username": "di", "Site": "London", "tags": "no tags at all"},
]


@pytest.mark.parametrize(
    ("where", "usernames"),
    [
        ({}, ["ada", "bo", "cy", "di"]),
        ({"site": "London"}, ["ada", "di"]),
        ({"Site": ["London", "Austin"]}, ["ada", "bo", "di"]),
        ({"tags.team": "blue"}, ["ada", "cy"]),
        ({"tags.shift": "day"}, ["ada", "cy"]),
        ({"site": "London", "tags.team": "blue"}, ["ada"]),
        ({"user login": "bo"}, ["bo"]),
    ],
)
def test_those_who_have_the_value_are_left_with_their_lines(where: dict[str, Any], usernames: list[str]) -> None:
    rows = select(read(PEOPLE), where).rows
    assert [dict(row.cells)["username"] for row in rows] == usernames
    assert [row.line for row in rows] == [["ada", "bo", "cy", "di"].index(username) + 1 for username in usernames]


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ({"site": "Lodon"}, "nobody has 'Lodon' in the column 'site'; did you mean 'London'?"),
        ({"city": "London"}, "nobody has 'London' in the column 'city'; the column is empty or missing"),
        ({"tags.team": ["green"]}, "nobody has 'green' in the column 'tags.team'; there are 'blue', 'red'"),
        ({"site": []}, "no value is named for the column 'site'"),
        ({"email": "a@b"}, "nobody has 'a@b' in the column 'email'; check the spelling"),
    ],
)
def test_a_value_that_nobody_has_is_refused(where: dict[str, Any], reason: str) -> None:
    """Or everybody of the stack would leave. The values that there are may be personal data, which is not repeated."""
    with pytest.raises(UnreadableRoster) as refused:
        select(read(PEOPLE), where)
    assert refused.value.reason == f"where: {reason}"


def test_a_column_to_select_by_may_not_be_there_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("login,status,city,city\nada,ACTIVE,London,Austin\n", encoding="utf-8")
    with pytest.raises(
        UnreadableRoster, match=r"a\.csv:1: where: two columns have the header 'city'; keep one of them"
    ):
        select(read(tmp_path / "a.csv"), {"city": "Austin"})


def test_a_column_to_select_by_need_not_be_ignored() -> None:
    assert foreign_columns({"Site": "London", "tags.team": "blue"}) == ("Site",)
    assert find("tags.team") is not None


@pytest.mark.parametrize("cell", ["tags.site", "tags", "tags of a dict"])
def test_a_value_that_is_known_later_is_refused(cell: str) -> None:
    """The person would silently be left out, and deleted."""

    async def later() -> str:
        return "london"

    site = later()
    row: dict[str, Any] = {"tags": {"site": site}} if cell == "tags of a dict" else {cell: site}
    with pytest.raises(UnreadableRoster) as refused:
        select(read([{"username": "ada", **row}, {"username": "bo", "tags.site": "london"}]), {"tags.site": "london"})
    site.close()
    assert refused.value.reason == "where: the column 'tags.site' is not known while the program runs"
