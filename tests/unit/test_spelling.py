"""camelCase and snake_case: only our own words are turned, and turning back gives what was."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core import spelling
from connect_users.core.fields import FIELDS, Field
from connect_users.core.spelling import camel, ours, theirs
from connect_users.plugin import names

if TYPE_CHECKING:
    from collections.abc import Iterator


def values(field: Field) -> st.SearchStrategy[Any]:
    """Anything of the shape of a field."""
    if field.members:
        block = st.fixed_dictionaries({}, optional={member.name: values(member) for member in field.members})
        return st.one_of(block, st.lists(block, max_size=2))
    # Keys that look like our words are a user's own all the same.
    keys = st.sampled_from(["instance_id", "instanceId", "team", "cost center", "firstName"])
    return st.one_of(st.text(max_size=5), st.dictionaries(keys, st.text(max_size=3)))


USERS = st.fixed_dictionaries({}, optional={field.name: values(field) for field in FIELDS})


@given(USERS)
def test_turning_back_gives_what_was(props: dict[str, Any]) -> None:
    turned = theirs(props)
    assert ours(turned) == ours(props) == props
    assert not any("_" in key for key in turned)


def test_names_within_blocks_and_their_lists_are_turned() -> None:
    spelled = {"identityInfo": {"firstName": "Ada"}, "autoAcceptConfigs": [{"autoAccept": True}]}
    turned = {"identity_info": {"first_name": "Ada"}, "auto_accept_configs": [{"auto_accept": True}]}
    assert (ours(spelled), theirs(turned)) == (turned, spelled)


def test_names_that_nobody_knows_keep_their_spelling() -> None:
    assert ours({"routingProfileIds": 1, "my_own": 2}) == {"routingProfileIds": 1, "my_own": 2}


def test_of_one_name_in_both_spellings_one_counts_whatever_the_order() -> None:
    assert ours({"instanceId": "b", "instance_id": "a"}) == ours({"instance_id": "a", "instanceId": "b"})


@pytest.mark.parametrize("name", sorted(spelling.OURS))
def test_every_name_is_turned_in_texts(name: str) -> None:
    assert names.worded(f"{name}: missing; see identity_info.{name}") == (
        f"{camel(name)}: missing; see identityInfo.{camel(name)}"
    )


def _messages() -> Iterator[str]:
    """The strings with blanks in the modules of the life, without their docstrings."""
    package = Path(spelling.__file__).parents[1]
    for file in itertools.chain(*((package / folder).glob("*.py") for folder in ("core", "connect", "lifecycle"))):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        docstrings = [node.value for node in nodes if isinstance(node, ast.Expr)]
        for node in nodes:
            if isinstance(node, ast.Constant) and node not in docstrings and " " in str(node.value):
                yield str(node.value)


def test_no_message_of_the_life_has_a_name_in_pythons_spelling_at_the_plugin() -> None:
    """Neither an input nor an option of Pulumi. Values keep their spelling."""
    left = {word for text in _messages() for word in re.findall(r"(?<![\w.])[a-z]+(?:_[a-z]+)+", names.worded(text))}
    assert left == {"on_delete", "on_loss"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "set adopt_existing=True, or on_password_change='ignore'",
            "set adoptExisting=true, or onPasswordChange='ignore'",
        ),
        (
            "auto_accept_configs[0].auto_accept: 'auto_accept' is no",
            "autoAcceptConfigs[0].autoAccept: 'auto_accept' is no",
        ),
        ("creating Connect user 'first_name': no", "creating Connect user 'first_name': no"),
        ("tags.instance_id: reserved", "tags.instance_id: reserved"),
        ("the user's instance_id isn't one, nor the group's", "the user's instanceId isn't one, nor the group's"),
        (
            "problems:\n  a b.csv:1: x: first_name, ignore_columns",
            "problems:\n  a b.csv:1: x: first_name, ignoreColumns",
        ),
        ("row 2: security_profiles: no identity_info.email", "row 2: security_profiles: no identity_info.email"),
        ("my_instance_id, instance_id_2, x-instance_id", "my_instance_id, instance_id_2, x-instance_id"),
    ],
)
def test_what_somebody_gave_keeps_its_spelling_in_texts(text: str, shown: str) -> None:
    assert names.worded(text) == shown


@pytest.mark.parametrize(
    ("path", "key", "whole"),
    [
        ("", "tags", "tags"),
        ("tags", "team", "tags.team"),
        ("tags", "cost center", 'tags["cost center"]'),
        ("tags", "a.b", 'tags["a.b"]'),
        ("tags", 'say "x"', 'tags["say \\"x\\""]'),
        ("tags", "", 'tags[""]'),
    ],
)
def test_paths_are_in_the_engines_form(path: str, key: str, whole: str) -> None:
    assert names.step(path, key) == whole


@pytest.mark.parametrize("junk", ["a string", 5, None, [["instance_id"]], [5]])
def test_what_is_no_block_stays_as_it_is(junk: object) -> None:
    for turn in (ours, theirs):
        assert list(turn({"identity_info": junk}).values()) == [junk]
