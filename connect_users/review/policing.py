"""Policies over a preview: judged for the users whom it makes or changes, not for those that it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.policy import Policy, Subject
from connect_users.review.building import username_of
from connect_users.review.held import Held
from connect_users.review.model import Violation
from connect_users.review.naming import SECURITY, Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.review.steps import Preview


def violations(preview: Preview, names: Names, policies: Iterable[Policy]) -> tuple[Violation, ...]:
    """Every policy that a user would not keep, in the order of the usernames."""
    known = dict(names.told[SECURITY])
    held = Held(names)
    told = []
    for step in preview.steps:
        if step.new is None or step.operation == "delete":
            continue
        untold = {id_: name or "" for id_, name in held.untold(step.new).items()}
        subject = Subject(step.new.inputs, known, untold)
        for policy in policies:
            told += [Violation(policy.name, username_of(step.new), text, step.urn) for text in policy.check(subject)]
    return tuple(sorted(told, key=lambda each: (each.username, each.policy, each.text)))
