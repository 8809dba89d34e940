"""What the check says of a change that no API can make: of the password, and of identity members that are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core import plan
from connect_users.core.rules import Review
from connect_users.core.shapes import Problem
from connect_users.core.spec import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping


def review_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Review:
    """Judge the change from the old inputs to the new ones (both canonical) of a user that exists."""
    if plan.replacement(old, new) is not None:
        return Review()
    problems, warnings = [], list(_removed(old, new))
    if plan.password_changed(old, new):
        policy = new.get("on_password_change", "refuse")
        if policy == "ignore":
            warnings.append(Problem("password", "changed in the program only: no API changes it in Connect"))
        elif policy != UNKNOWN:
            problems.append(
                Problem(
                    "password",
                    "changed, but no API changes a password: reset it in Connect and set on_password_change='ignore', "
                    "or set on_password_change='replace' to delete the user and make it anew",
                )
            )
    return Review(tuple(problems), tuple(warnings))


def _removed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Problem]:
    before, after = old.get("identity_info", {}), new.get("identity_info", {})
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return [
        Problem(
            f"identity_info.{name}", "removed, but AWS documents no way to clear it: Connect may keep the old value"
        )
        for name in before
        if name not in after
    ]
