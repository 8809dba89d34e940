"""Rosters by the real engine: the example's life, and what stops a wrong file before anything is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

EXAMPLE = Path(__file__).parents[2] / "examples" / "roster"
#: Waves of three, so that this small team is registered in several.
PROGRAM = f"""
import json
from pathlib import Path

from connect_users import ConnectUserRoster
from connect_users.program import roster as roster_component

roster_component._WAVE = 3
ConnectUserRoster(
    "team",
    instance_id="{seed.INSTANCE_ID}",
    roster="team.csv",
    routing_profiles={seed.ROUTING_PROFILES},
    security_profiles={seed.SECURITY_PROFILES},
    passwords=lambda _: "A-First-Passw0rd",
    **json.loads(Path("options.json").read_text()),
)
"""
HEADER = "username,first_name,last_name,routing_profile,security_profiles\n"
JOAN = "joan.clarke,Joan,Clarke,joan@example.com,Support,Agent,EMEA/UK/London,30,120,lang:en=5,london,cards\n"


@pytest.fixture
def team(stack: Stack) -> Team:
    return Team(stack)


class Team:
    """A stack whose program is one roster."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        stack.write_program(PROGRAM)
        self.option()

    def option(self, **options: Any) -> None:
        """Set the roster's options."""
        (self.stack.folder / "options.json").write_text(json.dumps(options), encoding="utf-8")

    def write(self, *usernames: str) -> None:
        """Let the roster be these people."""
        rows = "".join(f"{username},Ada,Lovelace,Support,Agent\n" for username in usernames)
        (self.stack.folder / "team.csv").write_text(HEADER + rows, encoding="utf-8")

    def __call__(self, count: int) -> list[str]:
        """Usernames."""
        return [f"agent{number:02}" for number in range(count)]


def test_the_example_from_joiner_to_leaver(stack: Stack) -> None:
    """What its README shows: a sorted file is no change, a changed row is one call."""
    for name in ("__main__.py", "agents.csv"):
        shutil.copy(EXAMPLE / name, stack.folder)
    file = stack.folder / "agents.csv"
    stack.up()
    assert len(stack.live()) == 8
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(header + "".join(sorted(rows, reverse=True)), encoding="utf-8")
    assert stack.plan() == {}

    moved = [row.replace("Support", "Sales") if row.startswith("alan") else row for row in rows]
    stayed = [row for row in moved if not row.startswith("tim")]
    file.write_text(header + "".join([*stayed, JOAN]), encoding="utf-8")
    assert stack.plan() == {
        "agents-guard": ("update", ["usernames"]),
        "agents-alan.turing": ("update", ["routing_profile_id"]),
        "agents-joan.clarke": ("create", []),
        "agents-tim.lee": ("delete", []),
    }
    shown = stack.preview("--diff").changes()
    assert shown["agents-alan.turing"] == {
        f'~ routing_profile_id: "{seed.ROUTING_PROFILES["Support"]}" => "{seed.ROUTING_PROFILES["Sales"]}"'
    }
    stack.calls()
    stack.up()
    changes = [call for call in stack.calls() if not call.startswith(("List", "Describe", "Search"))]
    assert sorted(changes) == ["AssociateUserProficiencies", "CreateUser", "DeleteUser", "UpdateUserRoutingProfile"]
    assert stack.plan() == {}
    stack.destroy()
    assert stack.live() == {}


def test_a_renamed_roster_with_an_alias_makes_nobody_again(team: Team) -> None:
    """As the example's README says: only the tags change; and the guard still knows who was there."""
    stack = team.stack
    team.write(*team(8))
    stack.up()
    options = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="team")])'
    stack.write_program(f"import pulumi\n{PROGRAM}".replace('"team",', f'"people", {options},'))
    plan = stack.plan()
    assert plan.pop("people-guard") == ("update", ["roster"])
    assert plan == {f"people-{username}": ("update", []) for username in team(8)}
    team.write("joiner", *team(1))
    assert "7 of the 8 people of roster 'people' would leave" in stack.preview(code=1).text


def test_a_truncated_file_touches_nobody_even_without_a_preview(team: Team) -> None:
    """The guard fails first: no joiner is made, no mover moved, no leaver deleted; then it is done as it says."""
    stack = team.stack
    team.write(*team(10))
    stack.up()
    stack.calls()
    team.write("joiner", *team(4))
    for command in (stack.preview, stack.up):
        outcome = command(code=1)
        assert "6 of the 10 people of roster 'team' would leave: agent04, agent05, agent06 and 3 more" in outcome.text
        assert "run once with max_deletions=6" in outcome.text
    assert stack.calls() == []
    assert set(stack.live()) == set(team(10))
    team.option(max_deletions=6)
    stack.up()
    assert set(stack.live()) == {"joiner", *team(4)}
    team.option()
    assert stack.plan() == {"team-guard": ("update", ["max_deletions"])}


def test_a_bad_row_registers_nothing_of_the_roster(team: Team) -> None:
    """Every problem, and no call."""
    team.write("ada", "b b", "ada")
    outcome = team.stack.up(code=1)
    assert "roster 'team' has 2 problems; nothing was changed:" in outcome.text
    assert "team.csv:3: username: 'b b' has a blank" in outcome.text
    assert "team.csv:4: username: 'ada' is on lines 2 and 4" in outcome.text
    assert team.stack.calls() == []


def test_leavers_that_are_retained_stay_in_connect(team: Team) -> None:
    team.option(retain_leavers=True)
    team.write("ada", "bo")
    team.stack.up()
    team.write("ada")
    team.stack.up()
    assert set(team.stack.live()) == {"ada", "bo"}
    assert "team-bo" not in team.stack.state()


def test_a_refresh_and_the_next_preview_find_nothing(team: Team) -> None:
    """The guard is remembered as it was, or the next run would not know who was there."""
    team.write(*team(7))
    team.stack.up()
    before = team.stack.state()["team-guard"]["inputs"]
    team.stack.refresh()
    assert team.stack.state()["team-guard"]["inputs"] == before
    assert team.stack.plan() == {}


def test_one_who_cannot_be_made_does_not_keep_the_others_waiting(team: Team) -> None:
    """With --continue-on-error, the waves after the one that fails are made, too."""
    stack = team.stack
    _make_a_stranger(team, "agent02")
    team.write(*team(11))
    outcome = stack.up("--continue-on-error", code=1)
    assert "agent02" in outcome.text
    assert set(stack.live()) == set(team(11))
    assert "team-agent02" not in stack.state()
    assert {f"team-{username}" for username in team(11)} - set(stack.state()) == {"team-agent02"}


def test_leavers_of_a_run_that_failed_count_again(team: Team) -> None:
    """The guard of that run is saved, its deletions were never reached: the state tells, in previews and in `up`."""
    stack = team.stack
    twenty = team(20)
    team.write(*twenty)
    stack.up()
    _make_a_stranger(team, "taken")
    team.write(*twenty[5:], "taken")
    assert "taken" in stack.up(code=1).text
    assert len(stack.live()) == 21
    team.write(*twenty[9:], "taken")
    for command in (stack.preview, stack.up):
        outcome = command(code=1)
        assert "9 of the 20 people of roster 'team' would leave: agent00, agent01, agent02 and 6 more" in outcome.text
    team.write(*twenty[5:])
    stack.up()
    assert set(stack.live()) == {*twenty[5:], "taken"}
    # Those who are gone, and the one who was never made, count no more.
    team.write(*twenty[10:])
    stack.up()
    assert set(stack.live()) == {*twenty[10:], "taken"}
    assert stack.plan() == {}


def test_a_roster_that_loses_everybody_is_stopped(team: Team) -> None:
    """Of five, whom the default would let go one by one; a number allows it."""
    stack = team.stack
    team.write(*team(5))
    stack.up()
    team.write()
    team.option(max_deletions="100%")
    for command in (stack.preview, stack.up):
        outcome = command(code=1)
        assert "5 of the 5 people of roster 'team' would leave" in outcome.text
        assert "run once with max_deletions=5" in outcome.text
    team.option(max_deletions=5)
    stack.up()
    assert stack.live() == {}


def test_a_roster_taken_out_of_the_program_is_stopped_by_another_one(team: Team) -> None:
    """`pulumi destroy` is not."""
    stack = team.stack
    team.write(*team(3))
    other = PROGRAM.partition("ConnectUserRoster(\n")[2].replace('"team"', '"night"').replace("team.csv", "night.csv")
    (stack.folder / "night.csv").write_text(f"{HEADER}owl,Ada,Lovelace,Support,Agent\n", encoding="utf-8")
    stack.write_program(f"{PROGRAM}ConnectUserRoster(\n{other}")
    stack.up()
    stack.write_program(PROGRAM.replace('"team"', '"night"').replace("team.csv", "night.csv"))
    for command in (stack.preview, stack.up):
        outcome = command(code=1)
        assert "roster 'team' is no longer in the program, and 3 people of it would be deleted: agent00" in outcome.text
    assert set(stack.live()) == {"owl", *team(3)}
    stack.destroy()
    assert stack.live() == {}


def test_movers_between_two_rosters_are_said_to_move(team: Team) -> None:
    """They are leavers of neither: here all but one of seven, where five might leave."""
    stack = team.stack
    team.write(*team(7))
    other = PROGRAM.partition("ConnectUserRoster(\n")[2].replace('"team"', '"night"').replace("team.csv", "night.csv")
    stack.write_program(f"{PROGRAM}ConnectUserRoster(\n{other}")
    night = stack.folder / "night.csv"
    night.write_text(HEADER, encoding="utf-8")
    stack.up()
    night.write_text(HEADER + "".join(f"{name},A,L,Support,Agent\n" for name in team(7)[1:]), encoding="utf-8")
    team.write("agent00")
    outcome = stack.preview()
    names = "agent01 (to night-agent01), agent02 (to night-agent02), agent03 (to night-agent03) and 3 more"
    assert outcome.messages("team-guard") == [f"6 people move away and keep their id: {names}"]
    names = "agent01 (from team-agent01), agent02 (from team-agent02), agent03 (from team-agent03) and 3 more"
    assert outcome.messages("night-guard") == [f"6 people move here and keep their id: {names}"]


def test_a_renamed_roster_without_an_alias_still_knows_who_was_there(team: Team) -> None:
    stack = team.stack
    team.write(*team(8))
    stack.up()
    stack.write_program(PROGRAM.replace('"team",', '"people",'))
    assert "8 people move here and keep their id: agent00 (from team-agent00)" in stack.preview().text
    team.write("joiner", *team(1))
    assert "7 of the 8 people of roster 'people' would leave" in stack.preview(code=1).text


def _make_a_stranger(team: Team, username: str) -> None:
    team.stack.connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username=username,
        Password="A-First-Passw0rd",
        IdentityInfo={"FirstName": "A", "LastName": "Stranger"},
        RoutingProfileId=seed.ROUTING_PROFILES["Sales"],
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
    )
