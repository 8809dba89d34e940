"""Room for the ownership tag on a user who has tags already."""

from __future__ import annotations

from connect_users.core.limits import TAGS_MAX
from connect_users.core.ownership import TAG_KEY
from connect_users.core.tag_rules import is_full, room_problem


def _tags(count: int) -> dict[str, str]:
    return {f"key{number}": "value" for number in range(count)}


def test_a_user_with_all_tags_but_ours_has_no_room() -> None:
    """The tags of AWS itself do not count."""
    assert not is_full(_tags(TAGS_MAX - 1))
    assert is_full(_tags(TAGS_MAX))
    assert not is_full({**_tags(TAGS_MAX - 1), "aws:cloudformation:stack-name": "x"})
    assert not is_full({**_tags(TAGS_MAX - 1), TAG_KEY: "t urn:pulumi:a::b::c::d"})


def test_tags_that_go_first_make_room_and_tags_that_come_take_it() -> None:
    full = _tags(TAGS_MAX)
    assert f"have {TAGS_MAX} of the {TAGS_MAX}" in room_problem(full, [], [])
    assert room_problem(full, ["key0"], []) == ""
    assert room_problem(full, ["key0"], ["new"])
    assert room_problem(full, ["key0", "key1"], ["new"]) == ""
    assert room_problem({**full, TAG_KEY: "t urn:pulumi:a::b::c::d"}, [], []) == ""
