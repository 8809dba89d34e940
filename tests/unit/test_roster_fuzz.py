"""Whatever is in a roster, it is judged or refused: never another exception."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.core.references import OF_USERS
from connect_users.roster import csv_text, exports, json_text, workbook, yaml_text
from connect_users.roster.choosing import with_personas
from connect_users.roster.columns import COLUMNS
from connect_users.roster.explaining import explanations
from connect_users.roster.names import Names
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.personas import Personas, personas_of
from connect_users.roster.reading import read, read_personas
from connect_users.roster.tables import Table, UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS = [header for column in COLUMNS for header in (column.name, *column.aliases)]
ODD = ["tags.a", "tags.", "<<", "", "identity_info", "acw", "acw.voice", "auto_accept_configs", "shoe size"]
IDS = {"A": "30000000-0000-4000-8000-000000000002"}
NAMES = {kind: Names(kind, IDS) for kind in OF_USERS}
texts = st.one_of(st.text(max_size=6), st.sampled_from(["A", "ada", "yes", "5", "lang:en=5", "a=b", "VOICE", "#REF!"]))
said = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
given_by_programs = st.one_of(said, st.dates(), st.times(), st.decimals(), st.binary(max_size=2), st.just(10**400))
keys = st.one_of(st.sampled_from(["channel", "after_contact_work_config", "level", "lang:en", "voice"]), texts)

csv_parts = st.sampled_from([*HEADERS, *ODD, *',;\t\r\n"|=\\', "ada", "A", "5", "\ufeff"])


def _records(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2))
    return st.lists(st.dictionaries(st.sampled_from([*HEADERS, *ODD]), values, max_size=6), max_size=3)


def _judged(table: Table, defaults: Mapping[str, Any] | None = None) -> None:
    for kind in (None, "SAML", "CONNECT_MANAGED"):
        judged = judge(table, RosterOptions(identity_management_type=kind, names=NAMES, defaults=defaults or {}))
        assert all(isinstance(person.username, str) for person in judged.people)
        assert len({person.username for person in judged.people}) == len(judged.people)


@settings(deadline=None, max_examples=30)
@given(_records(given_by_programs), _records(given_by_programs))
def test_rows_of_a_program(rows: list[dict[str, Any]], defaults: list[dict[str, Any]]) -> None:
    with contextlib.suppress(UnreadableRoster):
        _judged(read(rows), defaults[0] if defaults else None)


@settings(deadline=None, max_examples=25)
@given(_records(said))
def test_json_and_yaml(rows: list[dict[str, Any]]) -> None:
    _judged(json_text.read(json.dumps(rows), "a.json"))
    with contextlib.suppress(UnreadableRoster):
        # Refused is "<<" with something else than a map.
        _judged(yaml_text.read(yaml.safe_dump(rows), "a.yaml"))


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from([*HEADERS, *ODD, *',;\t\r\n"|=\\', "ada", "A", "5", "\ufeff"]), max_size=24).map("".join)
)
def test_csv(text: str) -> None:
    with contextlib.suppress(UnreadableRoster):
        _judged(csv_text.read(text, "a.csv"))


@settings(deadline=None, max_examples=20)
@given(st.binary(max_size=80))
def test_workbooks(data: bytes) -> None:
    with pytest.raises(UnreadableRoster):
        workbook.read(b"PK\x03\x04" + data, "a.xlsx")


#: Headers and attributes of exports, words of their statuses, and what files of personas are made of.
EXPORTED = [
    "userPrincipalName",
    "accountEnabled",
    "mail",
    "login",
    "status",
    "userName",
    "active",
    "groups",
    "department",
]
SAID = ["ACTIVE", "DEPROVISIONED", "Suspended", "true", "False", "", "ada", "A|B", "Sales*", None, 1, True]
WORDS = ["personas", "rules", "default", "columns", "persona", "when", "a", "x-y", *EXPORTED, *HEADERS[:8]]
documents = st.recursive(
    st.one_of(st.sampled_from(SAID), st.sampled_from(WORDS), said),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
rules = st.fixed_dictionaries({"persona": st.just("a"), "when": st.dictionaries(st.sampled_from(WORDS), documents)})
files_of_personas = documents | st.fixed_dictionaries(
    {"personas": st.fixed_dictionaries({"a": documents}), "rules": st.lists(rules, max_size=2) | documents},
    optional={"default": st.just("a") | documents, "columns": st.dictionaries(st.sampled_from(HEADERS), texts)},
)


def _chosen(table: Table, personas: Personas) -> None:
    """Whoever has a persona is explained, and the reviews' table has everybody."""
    options = RosterOptions(names=NAMES, personas=personas)
    judged = judge(table, options)
    chosen = [person.username for person in judged.people if person.choice is not None]
    assert [each.person.username for each in explanations(judged, options)] == chosen
    if personas.problems:
        assert chosen == []
    else:
        assert len(with_personas(table, personas).rows) == len(table.rows)


@settings(deadline=None, max_examples=60)
@given(files_of_personas, st.lists(st.dictionaries(st.sampled_from(WORDS), documents, max_size=5), max_size=3))
def test_personas(document: Any, rows: list[dict[str, Any]]) -> None:
    """As a program's dict, and as YAML, which say the same."""
    from_yaml = personas_of(yaml_text.tree(yaml.safe_dump(document), "p.yaml"), "p.yaml")
    # An import writes an empty dict if nobody shares settings.
    assert from_yaml.problems or from_yaml.settings or document["personas"] == {}
    if isinstance(document, dict):
        personas = read_personas(document)
        assert len(personas.problems) == len(from_yaml.problems)
        with contextlib.suppress(UnreadableRoster):
            _chosen(read(rows, personas), personas)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(EXPORTED), min_size=1, max_size=4),
    st.lists(st.lists(st.sampled_from(SAID).map(str), max_size=5), max_size=4),
    st.dictionaries(st.sampled_from([*HEADERS, "active"]), st.sampled_from(EXPORTED), max_size=3),
)
def test_exports(headers: list[str], rows: list[list[str]], columns: dict[str, str]) -> None:
    text = "\n".join(",".join(line) for line in [headers, *rows])
    with contextlib.suppress(UnreadableRoster):
        table = csv_text.read(text, "a.csv")
        roster = exports.as_roster(table, columns)
        assert len(roster.rows) + len(roster.inactive) == len(table.rows)
        _judged(roster)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from([*EXPORTED, "name", "emails", "urn:x"]), documents), max_size=3))
def test_scim(users: list[Any]) -> None:
    with contextlib.suppress(UnreadableRoster):
        _judged(json_text.read(json.dumps({"schemas": [], "Resources": users}), "a.json"))
        _judged(exports.as_roster(json_text.read(json.dumps({"schemas": [], "Resources": users}), "a.json")))
