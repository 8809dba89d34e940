"""How many tags a program may declare: 50 by AWS, less the one that is ours, wherever it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from connect_users import ConnectUser, ConnectUserRoster, Provider
from connect_users.cli import main
from connect_users.emulator import seed
from connect_users.testing import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROFILE = seed.ROUTING_PROFILES["Support"]
AGENT = seed.SECURITY_PROFILES["Agent"]


def _tags(count: int) -> dict[str, str]:
    return {f"key{number}": "x" for number in range(count)}


def _user(count: int, opts: pulumi.ResourceOptions | None) -> None:
    ConnectUser(
        "ada",
        instance_id=seed.INSTANCE_ID,
        username="ada",
        routing_profile_id=PROFILE,
        security_profile_ids=[AGENT],
        tags=_tags(count),
        opts=opts,
    )


def _roster(count: int, opts: pulumi.ResourceOptions | None) -> None:
    row = {"username": "ada", "routing_profile_id": PROFILE, "security_profile_ids": [AGENT], "tags": _tags(count)}
    ConnectUserRoster("agents", instance_id=seed.INSTANCE_ID, roster=[row], opts=opts)


#: Sentence, the stack's configuration, what an explicit provider says, how many tags fit.
CASES: list[tuple[str, dict[str, str], bool | str | None, int]] = [
    ("the tag is ours by default", {}, None, 49),
    ("the stack switches it off", {"connect-users:ownershipTag": "false"}, None, 50),
    ("case does not count, as for the provider", {"connect-users:ownershipTag": "FALSE"}, None, 50),
    ("an explicit provider switches it off", {}, False, 50),
    ("an explicit provider switches it on", {"connect-users:ownershipTag": "false"}, True, 49),
    ("an explicit provider takes the stack's", {"connect-users:ownershipTag": "False"}, "nothing", 50),
]


@pytest.mark.parametrize("declare", [_user, _roster])
@pytest.mark.parametrize(("config", "owns", "most"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_preview_knows_how_many_tags_fit(
    config: dict[str, str], owns: bool | str | None, most: int, declare: Callable[..., None]
) -> None:
    """One less where a tag is ours, reported before any registration; no preview passes what a check refuses."""

    def errors(count: int) -> list[str]:
        def program() -> None:
            opts = None
            if owns is not None:
                settings: dict[str, Any] = {} if owns == "nothing" else {"ownership_tag": owns}
                opts = pulumi.ResourceOptions(provider=Provider("explicit", **settings))
            declare(count, opts)

        with Rehearsal(program, emulator=False, config=config) as rehearsal:
            return list(rehearsal.preview().errors)

    assert errors(most) == []
    (error,) = errors(most + 1)
    assert f"{most + 1} given; AWS allows at most {most}" in error
    assert "in the inputs of Connect users" in error or "roster 'agents' has " in error, "the program reports it"


@pytest.mark.parametrize("declare", [_user, _roster])
def test_a_setting_that_cannot_be_read_is_reported_once_and_in_one_line(declare: Callable[..., None]) -> None:
    def program() -> None:
        declare(1, None)

    config = {"connect-users:ownershipTag": "maybe"}
    with Rehearsal(program, emulator=False, config=config) as rehearsal:
        (error,) = rehearsal.preview().errors
    assert 'connect-users:ownershipTag: "maybe" is neither true nor false' in error


def test_a_setting_that_is_not_known_yet_refuses_nothing() -> None:
    """The check of the user tells, once it is known."""

    def program() -> None:
        later = pulumi.Output.from_input(False)
        _user(50, pulumi.ResourceOptions(provider=Provider("explicit", ownership_tag=later)))

    with Rehearsal(program, emulator=False) as rehearsal:
        assert not rehearsal.preview().errors


def test_a_file_is_checked_for_the_stack_that_it_is_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "agents.csv"
    tags = "|".join(f"{key}={value}" for key, value in _tags(50).items())
    file.write_text(f"username,routing_profile,security_profiles,tags\nada,Support,Agent,{tags}\n")
    assert main(["check", str(file)]) == 1
    assert "50 given; AWS allows at most 49 beside the ownership tag" in capsys.readouterr().err
    assert main(["check", "--no-ownership-tag", str(file)]) == 0
