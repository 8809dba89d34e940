"""README says what the code does: the configuration keys, snippets that compile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connect_users.core.settings import KEYS, NAMESPACE
from connect_users.roster.columns import COLUMNS, Column
from connect_users.roster.proficiency_rows import MEMBERS

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")

ROSTERS = (Path(__file__).resolve().parents[2] / "examples" / "roster" / "README.md").read_text(encoding="utf-8")
COLUMNS_SECTION = ROSTERS.partition("\n## Columns\n")[2].partition("\n## ")[0]


def test_the_columns_of_one_proficiency_are_documented() -> None:
    """They are no columns of their own: the three together are one of `proficiencies`."""
    (row,) = [line for line in COLUMNS_SECTION.splitlines() if "`attribute_name`" in line and line.startswith("|")]
    headers = {name.replace(" ", "_") for name in re.findall(r"[a-z]+(?:[_ ][a-z]+)*", row)}
    assert {name for name in MEMBERS if name.startswith(("attribute", "level"))} <= headers


def test_every_configuration_key_is_documented() -> None:
    """Ours, and no others."""
    ours = {key for keys, _ in KEYS.values() for key in keys if key.startswith(NAMESPACE)}
    assert ours <= set(re.findall(r"connect-users:[a-zA-Z]+", README))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_column_of_a_roster_is_documented(column: Column) -> None:
    """By its name or another of its headers, or by the channels after the first."""
    word, _, channel = column.name.rpartition(".")
    documented = set(re.findall(r"`([^`]+)`", COLUMNS_SECTION))
    short = {f".{channel}"} if f"{word}.voice" in documented else set()
    assert documented & {column.name, *column.aliases, *short}


def test_the_two_commands_are_in_the_first_screen() -> None:
    """A newcomer sees them without scrolling."""
    first = "\n".join(README.splitlines()[:25])
    assert "make demo" in first
    assert "make test" in first


@pytest.mark.parametrize("snippet", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_snippets_are_python(snippet: str) -> None:
    """A snippet that does not compile helps nobody."""
    compile(snippet, "README.md", "exec")
