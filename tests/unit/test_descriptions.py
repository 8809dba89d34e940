"""Every input is described once: docstrings, README and the schema agree on it."""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.core import descriptions
from connect_users.core.fields import FIELDS, Field
from connect_users.program import args
from connect_users.program.user import ConnectUser
from tests.unit.readme_rows import FORMS, row

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def paths(fields: tuple[Field, ...] = FIELDS, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every field of the table, at any depth."""
    for field in fields:
        yield f"{prefix}{field.name}", field
        yield from paths(field.members, f"{prefix}{field.name}.")


def documented(owner: object, name: str) -> str:
    """What a docstring says of a member, in one line."""
    found = re.search(rf"^    {name}: (.*(?:\n {{5,}}.*)*)", inspect.getdoc(owner) or "", re.MULTILINE)
    assert found, f"{name} is not documented"
    return " ".join(found[1].split())


def test_every_field_is_described_and_nothing_else_is() -> None:
    found = dict(paths())
    assert list(descriptions.ABOUT) == list(found)
    assert list(FORMS) == [field.name for field in FIELDS]
    assert set(descriptions.BLOCKS) == {field.name for field in found.values() if field.members}
    assert set(descriptions.CHOICES) == {field.name for field in found.values() if field.choices}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_resource_documents_each_input_in_these_words(field: Field) -> None:
    assert documented(ConnectUser.__init__, field.name) == descriptions.ABOUT[field.name]


@pytest.mark.parametrize(("path", "field"), list(paths()))
def test_the_classes_of_blocks_document_each_member_in_these_words(path: str, field: Field) -> None:
    if field.members:
        name, about = descriptions.BLOCKS[field.name]
        cls = getattr(args, f"{name}Args")
        assert (inspect.getdoc(cls) or "").partition("\n")[0] == about
        for member in field.members:
            assert documented(cls, member.name) == descriptions.ABOUT[f"{path}.{member.name}"]


@pytest.mark.parametrize("name", descriptions.CHOICES)
def test_the_literals_have_the_names_of_the_choices(name: str) -> None:
    literal, _ = descriptions.CHOICES[name]
    choices = next(field.choices for _, field in paths() if field.name == name)
    assert typing.get_args(getattr(args, literal)) == choices


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_readme_gives_the_form_of_each_input_in_these_words(field: Field) -> None:
    assert [line for line in README.splitlines() if line.startswith(f"| `{field.name}`")] == [row(field)]
