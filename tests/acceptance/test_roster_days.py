"""First and last days by the real engine, at both doors: a leaver by date is named, counted and deleted."""

from __future__ import annotations

import pytest

from tests.acceptance.test_plugin_roster import IDS, passwords
from tests.acceptance.test_plugin_roster import Team as PluginTeam
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture
from tests.acceptance.test_roster import Team

HEADER = "username,first_name,last_name,routing_profile,security_profiles,first_day,last_day\n"
FUTURE, PAST = "2999-12-31", "2000-01-01"


class Dated:
    """A roster whose file has days, at one of the doors."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.at_the_plugin = request.param == "plugin"
        if self.at_the_plugin:
            self.team: Team | PluginTeam = PluginTeam(request.getfixturevalue("yaml_stack"))
        else:
            self.team = Team(request.getfixturevalue("stack"))
        self.stack = self.team.stack
        self.allow("20%")

    def allow(self, most: str | int, timezone: str = "Europe/London") -> None:
        """Let so many people leave."""
        if isinstance(self.team, PluginTeam):
            people = passwords("ada", "bo", "cy")
            self.team.declare(**IDS, passwords=people, maxDeletions=most, timezone=timezone)
        else:
            self.team.option(max_deletions=most, timezone=timezone)

    def write(self, **days: tuple[str, str]) -> None:
        """Let the roster be these people: username -> first and last day."""
        rows = "".join(f"{name},Ada,L,Support,Agent,{first},{last}\n" for name, (first, last) in days.items())
        (self.stack.folder / "team.csv").write_text(HEADER + rows, encoding="utf-8")


@pytest.fixture(params=["python", "plugin"])
def dated(request: pytest.FixtureRequest) -> Dated:
    return Dated(request)


def test_somebody_joins_on_the_first_day_and_leaves_after_the_last(dated: Dated) -> None:
    stack = dated.stack
    dated.write(ada=("", ""), bo=(PAST, FUTURE), cy=(FUTURE, ""))
    stack.up()
    assert set(stack.live()) == {"ada", "bo"}

    dated.write(ada=("", ""), bo=("", PAST), cy=(PAST, ""))
    dated.allow(0)
    text = stack.preview(code=1).text
    assert "1 of the 2 people of roster 'team' would leave: bo" in text
    dated.allow("20%")
    text = stack.preview().text
    assert "warning: 1 person leaves by date: bo (last day 2000-01-01)" in text
    assert {name: change for name, (change, _) in stack.plan().items()} == {
        "team-guard": "update",
        "team-bo": "delete",
        "team-cy": "create",
    }
    stack.up()
    assert set(stack.live()) == {"ada", "cy"}
    # Bo may stay in the file, and is not named any more.
    assert stack.plan() == {}
    assert "by date" not in stack.preview().text


def test_a_zone_that_is_not_there_is_one_line(dated: Dated) -> None:
    dated.write(ada=("", ""))
    dated.allow("20%", timezone="Europe/Lodnon")
    text = dated.stack.preview(code=1).text
    assert "roster 'team': timezone: 'Europe/Lodnon' is not the name of a time zone; did you mean 'Europe/Lo" in text
    assert "Traceback" not in text
