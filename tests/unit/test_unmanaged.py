"""Users whom nobody manages, by their tags and by what exported states hold."""

from __future__ import annotations

import pytest

from connect_users.core import ownership
from connect_users.core.unmanaged import ExportedStacks, unmanaged

INSTANCE = "arn:aws:connect:us-east-1:123456789012:instance/i"


def _urn(name: str, stack: str = "dev", project: str = "shop") -> str:
    return f"urn:pulumi:{stack}::{project}::pulumi-python:dynamic/connect_users:ConnectUser::{name}"


def _tags(urn: str) -> dict[str, str]:
    return ownership.tag("0" * 24, urn)


#: Sentence, tags of the user, is it in the state by its id, is it unmanaged (without a state, with one).
ROWS = [
    ("nobody owns it", {}, False, (True, True)),
    ("imported, not changed since", {}, True, (True, False)),
    ("tagged by other tools", {ownership.TAG_KEY: "team blue"}, False, (True, True)),
    ("tagged by other tools, in the state", {ownership.TAG_KEY: "team blue"}, True, (True, False)),
    ("of this stack", _tags(_urn("ada")), True, (False, False)),
    ("of this stack, its id is another's", _tags(_urn("ada")), False, (False, False)),
    ("no longer declared by this stack", _tags(_urn("gone")), False, (False, True)),
    ("of another stack of the project", _tags(_urn("gone", stack="prod")), False, (False, False)),
    ("of another project", _tags(_urn("gone", project="other")), False, (False, False)),
    ("of a name too long to be shown", _tags(_urn("x" * 300)), False, (False, False)),
]


@pytest.mark.parametrize(("tags", "by_id", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_who_is_unmanaged(tags: dict[str, str], by_id: bool, expected: tuple[bool, bool]) -> None:
    """A state speaks for its own stack alone."""
    outputs = {"arn": f"{INSTANCE}/agent/{'u-1' if by_id else 'other'}"}
    declared = ExportedStacks.of([(_urn("ada"), outputs)], [_urn("ada")])
    user = [("u-1", "ada", tags)]
    assert (bool(list(unmanaged(user, None))), bool(list(unmanaged(user, declared)))) == expected
