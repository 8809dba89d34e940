"""The engine's rules for values and differences, as rehearsals apply them. Pure: no host, no program."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.testing import UNKNOWN, Secret
from connect_users.testing.diffing import PropertyChange, changes, contains, format_path, ignore_changes, parse_path
from connect_users.testing.goals import seconds
from connect_users.testing.state import make_urn
from connect_users.testing.values import annotate_secrets, decode, encode, equal, go_format, has_secrets, reveal

SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.text("abcd", min_size=1, max_size=3), VALUES | VALUES.map(Secret), max_size=4)


@settings(deadline=None)
@given(MAPS)
def test_decoding_undoes_encoding(properties: dict[str, Any]) -> None:
    """Where secrets and unknowns are kept."""
    assert decode(encode(properties, secrets=True, unknowns=True)) == properties


@settings(deadline=None)
@given(MAPS)
def test_a_receiver_without_secrets_gets_plain_values(properties: dict[str, Any]) -> None:
    """And the engine marks them again by key."""
    plain = decode(encode(properties, secrets=False, unknowns=True))
    assert not has_secrets(plain)
    assert plain == reveal(properties)
    assert reveal(annotate_secrets(plain, properties)) == plain


@settings(deadline=None)
@given(MAPS)
def test_nothing_differs_from_itself(properties: dict[str, Any]) -> None:
    """Also where the other one is not marked secret."""
    assert equal(properties, properties)
    assert changes(properties, properties) == changes(properties, reveal(properties)) == ()


@settings(deadline=None)
@given(MAPS, MAPS)
def test_ignoring_every_key_leaves_no_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    """ignoreChanges of a whole property is always possible."""
    reset, invalid = ignore_changes(new, old, sorted(old.keys() | new.keys()))
    assert (changes(old, reset), invalid) == ((), [])


def test_a_secret_never_shows_its_value() -> None:
    """Neither alone nor within a change."""
    (change,) = changes({"p": Secret("old-value")}, {"p": Secret("new-value")})
    assert change.secret
    assert "value" not in repr(change).replace("new=", "").replace("old=", "")
    assert Secret(Secret("x")).value == "x"
    assert (Secret("x") == Secret("x"), Secret("x") == "x", Secret("x") == Secret("y")) == (True, False, False)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, ["a update"]),
        ({"a": None}, {}, []),
        ({}, {"a": []}, ["a add"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a[1] delete"]),
        ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, ['a["b.c"] update']),
        ({"a": [{"b": 1}]}, {"a": [{"b": UNKNOWN}]}, ["a[0].b update"]),
        ({"a": {"b": 1}}, {"a": [1]}, ["a update"]),
        ({"a": Secret({"b": 1})}, {"a": {"b": 2}}, ["a update"]),
        ({"__provider": "1"}, {"__provider": "2"}, ["__provider update"]),
    ],
)
def test_changes_are_found_as_the_engine_finds_them(old: Any, new: Any, expected: list[str]) -> None:
    """Lists by index, nulls as absent, secrets as a whole."""
    assert [f"{change.path} {change.kind}" for change in changes(old, new)] == expected


def test_internal_properties_can_be_left_out() -> None:
    """What is shown to a user never has `__provider`."""
    assert changes({"__provider": "1", "a": 1}, {"__provider": "2", "a": 2}, internal=False) == (
        PropertyChange("a", "update", 1, 2, False),
    )


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["b.c"].d', ("a", "b.c", "d")),
        ("a[*].b", ("a", "*", "b")),
        ('a["q\\"\\\\"]', ("a", 'q"\\')),
    ],
)
def test_paths_are_read_and_written(path: str, parts: tuple[str | int, ...]) -> None:
    """Pulumi's notation."""
    assert parse_path(path) == parts
    assert parse_path(format_path(parts)) == parts


def test_a_broken_path_is_refused() -> None:
    """With the text that was given."""
    with pytest.raises(ValueError, match=r"invalid property path: a\["):
        parse_path("a[")


def test_a_pattern_contains_what_is_below_it() -> None:
    """A star stands for any one part."""
    assert contains(("a", "*"), ("a", 0, "b"))
    assert not contains(("a", "b", "c"), ("a", "b"))
    assert not contains(("b",), ("a",))


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a.b", {"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, {"a": {"b": 1, "c": 3}}),
        ("a.b", {"a": {}}, {"a": {"b": 2}}, {"a": {}}),
        ("a[1]", {"a": [1, 2]}, {"a": [1, 3]}, {"a": [1, 2]}),
        ("a[*].b", {"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 3}, {"b": 4}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("a.*", {"a": {"x": 1}}, {"a": {"x": 2, "y": 3}}, {"a": {"x": 1}}),
        ("a.b", {"a": Secret({"b": 1})}, {"a": {"b": 2}}, {"a": {"b": Secret(1)}}),
        ("a.b", {"a": {"b": 1}}, {"a": Secret({"b": 2})}, {"a": Secret({"b": 1})}),
        ("a[9]", {"a": [1]}, {"a": [2]}, {"a": [2]}),
        ("a[1]", {"a": [1]}, {"a": [1, 2]}, None),
        ("a[*]", {"a": [1]}, {"a": [1, 2]}, None),
        ("a.b.c", {"a": {"b": {"c": 1}}}, {"a": {}}, None),
    ],
)
def test_ignored_changes_are_reset(path: str, old: Any, new: Any, expected: Any) -> None:
    """None: the engine says that it cannot ignore the change."""
    reset, invalid = ignore_changes(new, old, [path])
    assert (reset, invalid) == ((new, [path]) if expected is None else (expected, []))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("bad", "{bad}"),
        (200.0, "{200}"),
        (1.5, "{1.5}"),
        (True, "{true}"),
        (None, "{<nil>}"),
        (["a", 1.0], "{[{a} {1}]}"),
        ({"b": "x", "a": "y"}, "{map[a:{y} b:{x}]}"),
        (Secret("s"), "{&{{s}}}"),
    ],
)
def test_a_failed_check_prints_gos_form_of_the_value(value: Any, text: str) -> None:
    """Taken from the engine's own output."""
    assert go_format(value) == text


@pytest.mark.parametrize(
    ("text", "value"), [("", 0.0), ("7m", 420.0), ("1h30m", 5400.0), ("1.5s", 1.5), ("20ms", 0.02)]
)
def test_timeouts_are_gos_durations(text: str, value: float) -> None:
    """In seconds."""
    assert seconds(text) == value


def test_a_timeout_that_is_none_is_refused() -> None:
    """The engine's text."""
    with pytest.raises(ValueError, match="unable to parse customTimeout value soon"):
        seconds("soon")


def test_urns_hold_the_types_of_all_parents_but_the_stack() -> None:
    """As CreateURN in the engine."""
    stack = make_urn("dev", "p", "", "pulumi:pulumi:Stack", "p-dev")
    outer = make_urn("dev", "p", stack, "a:b:Outer", "o")
    inner = make_urn("dev", "p", outer, "a:b:Inner", "i")
    assert outer == "urn:pulumi:dev::p::a:b:Outer::o"
    assert make_urn("dev", "p", inner, "x:y:Z", "z") == "urn:pulumi:dev::p::a:b:Outer$a:b:Inner$x:y:Z::z"
