"""A rehearsal in the form of `pulumi preview --json`: what reads the engine's previews reads it; no secret is in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi

from connect_users import ConnectUser
from connect_users.emulator import Emulator, seed
from connect_users.review.building import review
from connect_users.review.naming import Labels
from connect_users.review.reading import read_preview
from connect_users.testing import Rehearsal

if TYPE_CHECKING:
    from pathlib import Path


def user(name: str, **changes: Any) -> None:
    """A user; two secrets, one of them inside a block."""
    inputs: dict[str, Any] = {
        "instance_id": seed.INSTANCE_ARN,
        "username": name,
        "password": "Sup3rSecretPhrase",
        "routing_profile_id": seed.ROUTING_PROFILES["Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "identity_info": {"first_name": pulumi.Output.secret("Hushname"), "last_name": "Example"},
        "user_proficiencies": [{"attribute_name": "lang", "attribute_value": "en", "level": 3}],
        **changes,
    }
    ConnectUser(name, **inputs)


def test_a_rehearsed_preview_reads_as_one_of_the_engine(tmp_path: Path) -> None:
    """Who leaves, moves, joins and is replaced; secrets by their signs, whole numbers as such."""

    def before() -> None:
        for name in ("ada", "bo", "cy"):
            user(name)

    def after() -> None:
        user("ada", routing_profile_id=seed.ROUTING_PROFILES["Sales"])
        user("cy", directory_user_id="other")
        user("dee")

    with Emulator() as emulator:
        with Rehearsal(before, state=tmp_path / "state.json", emulator=emulator) as rehearsal:
            rehearsal.up().raise_for_errors()
        with Rehearsal(after, state=tmp_path / "state.json", emulator=emulator) as rehearsal:
            text = json.dumps(rehearsal.preview().as_preview())
    assert "Sup3rSecretPhrase" not in text
    assert "Hushname" not in text
    assert '"[secret]"' in text
    assert '"level": 3,' in text.replace("}", ",")
    reviewed = review(read_preview(text), Labels())
    assert {person.username: person.action for person in reviewed.people} == {
        "ada": "moves",
        "bo": "leaves",
        "cy": "replaced",
        "dee": "joins",
    }
    assert next(person for person in reviewed.people if person.username == "cy").reasons == ("directory_user_id",)
    assert reviewed.errors == ()


def test_a_rehearsal_that_fails_says_why() -> None:
    """As the engine's diagnostics do."""
    with Rehearsal(lambda: user("a b")) as rehearsal:
        read = read_preview(json.dumps(rehearsal.preview().as_preview()))
    assert any("username: 'a b'" in error for error in read.errors)
