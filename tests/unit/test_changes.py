"""What a preview says of changes that no API can make."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core.changes import review_change
from connect_users.core.spec import UNKNOWN

USER: dict[str, Any] = {
    "instance_id": "i",
    "username": "ada",
    "password": "Corr3ct-horse",
    "identity_info": {"first_name": "Ada", "mobile": "+31201234567"},
}


@pytest.mark.parametrize(
    ("policy", "problems", "warnings"),
    [
        (None, 1, 0),
        ("refuse", 1, 0),
        ("ignore", 0, 1),
        ("replace", 0, 0),
        (UNKNOWN, 0, 0),
    ],
)
def test_a_changed_password_is_judged_by_its_policy(policy: Any, problems: int, warnings: int) -> None:
    """And never repeated, neither the old nor the new one."""
    new = {**USER, "password": "An0ther-horse"}
    if policy is not None:
        new["on_password_change"] = policy
    review = review_change(USER, new)
    assert (len(review.problems), len(review.warnings)) == (problems, warnings)
    assert "horse" not in str(review)


def test_an_unchanged_user_has_nothing_to_be_said_of() -> None:
    assert review_change(USER, USER) == review_change(USER, {**USER, "tags": {"team": "a"}})
    assert not review_change(USER, USER).warnings


def test_an_identity_member_that_is_removed_is_told() -> None:
    """By its path, without its value."""
    (warning,) = review_change(USER, {**USER, "identity_info": {"first_name": "Ada"}}).warnings
    assert warning.path == "identity_info.mobile"
    assert "+31" not in str(warning)


@pytest.mark.parametrize("info", ["Ada", UNKNOWN])
def test_an_identity_that_cannot_be_read_is_left_to_the_rules(info: Any) -> None:
    assert not review_change(USER, {**USER, "identity_info": info}).warnings


def test_of_a_replacement_nothing_is_said() -> None:
    """The new user gets the new password."""
    review = review_change(USER, {**USER, "username": "ada.lovelace", "password": "An0ther-horse"})
    assert (review.problems, review.warnings) == ((), ())
