"""Lists of names in messages."""

from __future__ import annotations

import pytest

from connect_users.core import phrases


@pytest.mark.parametrize(
    ("names", "both", "either"),
    [
        ([], "nobody", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a or b"),
        (["a", "b", "c"], "a, b and c", "a, b or c"),
    ],
)
def test_names_are_joined_as_in_a_sentence(names: list[str], both: str, either: str) -> None:
    assert phrases.all_of(names) == both
    assert phrases.any_of(names) == either
