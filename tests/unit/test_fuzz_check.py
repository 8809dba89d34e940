"""Whatever a program passes: the check answers, and repeats nothing that it must not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core import plan
from connect_users.core.fields import FIELDS
from connect_users.core.rules import review
from connect_users.core.spec import UNKNOWN, canonical, contains_unknown
from tests.strategies import broken_users, garbage, users


@given(broken_users())
def test_review_never_raises_and_always_gives_one_line_texts(props: dict[str, Any]) -> None:
    found = review(props, reserved_tags=1)
    for problem in (*found.problems, *found.warnings):
        assert str(problem).isprintable(), problem
        assert problem.path
        assert 0 < len(problem.text) < 400


@given(broken_users())
def test_canonical_never_raises_and_is_idempotent(props: dict[str, Any]) -> None:
    once = canonical(props)
    assert repr_of(canonical(once)) == repr_of(once)


def repr_of(value: Any) -> Any:
    """``value`` in a form in which nan equals nan."""
    if isinstance(value, dict):
        return {key: repr_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [repr_of(item) for item in value]
    return "nan" if value != value else value


@given(broken_users(), users())
def test_a_change_to_garbage_can_be_compared(props: dict[str, Any], old: dict[str, Any]) -> None:
    new = canonical(props)
    changed = plan.changed_fields(old, new)
    assert set(changed) <= {field.name for field in FIELDS}
    plan.replacement(old, new)


@given(st.dictionaries(st.text(max_size=8), garbage, max_size=4))
def test_a_user_of_nothing_but_garbage_misses_its_required_inputs(props: dict[str, Any]) -> None:
    paths = {problem.path for problem in review(props).problems}
    assert {field.name for field in FIELDS if field.required and field.name not in props} <= paths


def _nested() -> Any:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    return deep


@pytest.mark.parametrize("value", [_nested(), -(10**5_000)], ids=["nesting without end", "a number of 5,000 digits"])
def test_what_python_itself_cannot_show_is_a_problem_and_no_crash(value: Any) -> None:
    for field in FIELDS:
        for part in (value, [value], {"x": value, **{member.name: value for member in field.members}}):
            props = {field.name: part}
            canonical(props)
            assert any(problem.path.startswith(field.name) for problem in review(props).problems), field.name


@given(users())
def test_valid_users_have_no_problems(props: dict[str, Any]) -> None:
    assert review(props, reserved_tags=1).problems == ()


@given(st.data(), users())
def test_a_valid_user_of_whom_parts_are_unknown_has_no_problems(data: st.DataObject, props: dict[str, Any]) -> None:
    """Whatever part of a user is not known yet, at any depth, the preview does not fail on it."""
    partly = _with_unknowns(data.draw, props)
    assert review(partly).problems == ()
    changed = plan.changed_fields(props, canonical(partly))
    assert {name for name, value in partly.items() if contains_unknown(value)} <= set(changed)


def _with_unknowns(draw: Any, value: Any) -> Any:
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: UNKNOWN if draw(st.booleans()) else _with_unknowns(draw, value[key])}
    if isinstance(value, list) and value:
        return [UNKNOWN if draw(st.booleans()) else _with_unknowns(draw, value[0]), *value[1:]]
    return UNKNOWN
