"""A roster built by the plugin, for a program in YAML: joiners, movers, leavers, and the way from the Python roster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from connect_users.plugin.serve import WORKERS
from tests.acceptance.stack import PASSWORD, PROJECT, SALES
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

HEADER = "username,first_name,last_name,routing_profile,security_profiles\n"
WHERE = {"instance": seed.INSTANCE_ALIAS}
IDS = {
    "instanceId": seed.INSTANCE_ID,
    "routingProfiles": seed.ROUTING_PROFILES,
    "securityProfiles": seed.SECURITY_PROFILES,
}


class Team:
    """A stack whose program is one roster, or several."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def write(self, *usernames: str, profile: str = "Support") -> None:
        rows = "".join(f"{username},Ada,Lovelace,{profile},Agent\n" for username in usernames)
        (self.stack.folder / "team.csv").write_text(HEADER + rows, encoding="utf-8")

    def declare(self, *names: str, **properties: Any) -> None:
        names = names or ("team",)
        given = {"roster": "team.csv", "passwords": {"ada": PASSWORD}, **properties}
        resources = {name: {"type": "connect-users:UserRoster", "properties": given} for name in names}
        outputs = {"ids": f"${{{names[0]}.userIds}}", "names": f"${{{names[0]}.usernames}}"}
        project = {"name": PROJECT, "runtime": "yaml", "resources": resources, "outputs": outputs}
        (self.stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")

    def outputs(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stack.pulumi("stack", "output", "--json").text)
        return found


@pytest.fixture
def team(yaml_stack: Stack) -> Team:  # noqa: F811
    return Team(yaml_stack)


def passwords(*usernames: str) -> dict[str, str]:
    return dict.fromkeys(usernames, PASSWORD)


@pytest.mark.parametrize("where", [WHERE, IDS], ids=["instance", "ids"])
def test_people_join_move_and_leave(where: dict[str, Any], team: Team) -> None:
    """Names are looked up by the instance, or come from mappings."""
    stack = team.stack
    people = ("ada", "alan", "grace")
    team.write(*people)
    team.declare(**where, passwords=passwords(*people))
    text = stack.up().text
    assert PASSWORD not in text
    live = stack.live()
    assert set(live) == set(people)
    outputs = team.outputs()
    assert outputs["names"] == sorted(people)
    assert outputs["ids"] == {name: user["Id"] for name, user in live.items()}
    assert stack.plan() == {}
    assert PASSWORD not in json.dumps(stack.state())

    team.write("grace", "ada", profile="Sales")
    assert stack.plan() == {
        "team-guard": ("update", ["usernames"]),
        "team-ada": ("update", ["routingProfileId"]),
        "team-grace": ("update", ["routingProfileId"]),
        "team-alan": ("delete", []),
    }
    stack.up()
    assert {user["RoutingProfileId"] for user in stack.live().values()} == {SALES}
    assert set(stack.live()) == {"ada", "grace"}
    assert "unchanged" in stack.refresh().text
    stack.destroy()
    assert stack.live() == {}


def test_a_wrong_file_is_stopped_before_anybody_is_touched(team: Team) -> None:
    """Lines that cannot be read, and too many leavers; each in the preview."""
    stack = team.stack
    people = [f"agent{number}" for number in range(8)]
    team.write(*people)
    team.declare(**IDS, passwords=passwords(*people))
    stack.up()
    team.write(*people, profile="Sals")
    text = stack.preview(code=1).text
    assert "team.csv:2: routing_profile: 'Sals' is not a routing profile of this roster; did you mean 'Sales'?" in text
    assert "Traceback" not in text
    team.write("agent1")
    text = stack.preview(code=1).text
    assert "7 of the 8 people of roster 'team' would leave" in text
    assert "run once with maxDeletions=7" in text
    team.declare(**IDS, passwords=passwords(*people), maxDeletions=7)
    stack.up()
    assert set(stack.live()) == {"agent1"}


def test_people_who_cannot_be_created_are_no_crash_of_the_plugin(team: Team) -> None:
    """The roster is still being built when the engine ends its plugins."""
    people = [f"agent{number}" for number in range(12)]
    team.write(*people)
    team.declare(**IDS, passwordSecrets="nowhere/{username}", passwords=None)
    text = team.stack.up(code=1).text
    assert "creating Connect user 'agent" in text
    assert "exited prematurely" not in text


def test_two_rosters_are_built_at_the_same_time(team: Team) -> None:
    """Each has its own people, although one process builds both."""
    team.declare(**IDS, roster=None)
    project = json.loads((team.stack.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    project.pop("outputs")
    project["resources"] = {
        name: {
            "type": "connect-users:UserRoster",
            "properties": {
                **IDS,
                "rows": [
                    {
                        "username": username,
                        "first_name": "Ada",
                        "last_name": "Lovelace",
                        "routing_profile": "Support",
                        "security_profiles": ["Agent"],
                        "acw.voice": 30,
                    }
                ],
                "passwords": passwords(username),
            },
        }
        for name, username in (("blue", "ada"), ("red", "alan"))
    }
    (team.stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    team.stack.up()
    assert set(team.stack.live()) == {"ada", "alan"}
    assert {"blue-ada", "red-alan"} <= set(team.stack.state())
    assert team.stack.plan() == {}


def test_a_roster_of_python_becomes_the_plugins_and_nobody_is_touched(team: Team) -> None:
    stack = team.stack
    people = ("ada", "alan")
    team.write(*people)
    program = (
        "from connect_users import ConnectUserRoster\n"
        f"ConnectUserRoster('team', roster='team.csv', instance_id={seed.INSTANCE_ID!r},\n"
        f"    routing_profiles={seed.ROUTING_PROFILES}, security_profiles={seed.SECURITY_PROFILES},\n"
        f"    passwords={passwords(*people)})\n"
    )
    (stack.folder / "__main__.py").write_text(program, encoding="utf-8")
    (stack.folder / "Pulumi.yaml").write_text(json.dumps({"name": PROJECT, "runtime": "python"}), encoding="utf-8")
    stack.up()
    before = {name: user["Id"] for name, user in stack.live().items()}
    (stack.folder / "__main__.py").unlink()
    team.declare(**IDS, passwords=passwords(*people))
    planned = {name: operation for name, (operation, _) in stack.plan().items()}
    assert planned == {"team-guard": "update", "team-ada": "update", "team-alan": "update"}
    stack.calls()
    stack.up()
    assert sorted(stack.calls()) == ["DescribeUser", "DescribeUser", "TagResource", "TagResource"]
    assert {name: user["Id"] for name, user in stack.live().items()} == before
    assert stack.plan() == {}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"roster": None}, "roster 'team': roster or rows is missing; give one of them"),
        ({**IDS, "rows": []}, "roster 'team': roster and rows are both set; keep one of them"),
        ({}, "roster 'team': instanceId or instance is missing; give one of them"),
        (
            {**IDS, "passwords": None, "passwordSecrets": {"fn::secret": "connect/x"}},
            "passwordSecrets names one secret for everybody; write {username}",
        ),
        ({**IDS, "maxDeletions": "many"}, "maxDeletions: 'many' is neither a number of people nor a percentage"),
    ],
)
def test_arguments_that_cannot_be_used_are_one_line(properties: dict[str, Any], message: str, team: Team) -> None:
    team.write("ada")
    team.declare(**properties)
    project = json.loads((team.stack.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    given = project["resources"]["team"]["properties"]
    project["resources"]["team"]["properties"] = {key: value for key, value in given.items() if value is not None}
    (team.stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    text = team.stack.preview(code=1).text
    assert message in text
    assert "Traceback" not in text


def rosters(team: Team, after: dict[str, str] | None = None, **people: list[str]) -> None:
    """Let the program be these rosters, each with its people; ``after``: roster -> the one that it depends on."""
    team.declare(*people, **IDS)
    project = json.loads((team.stack.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    project.pop("outputs")
    for name, usernames in people.items():
        person = {"first_name": "Ada", "last_name": "L", "routing_profile": "Support", "security_profiles": ["Agent"]}
        given = project["resources"][name]["properties"]
        given.pop("roster")
        given |= {"rows": [{"username": each, **person} for each in usernames], "passwords": passwords(*usernames)}
        if after and name in after:
            project["resources"][name]["options"] = {"dependsOn": [f"${{{after[name]}}}"]}
    (team.stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")


def test_the_state_of_a_roster_has_one_provider_and_nothing_of_the_machine(team: Team) -> None:
    """One process builds the roster and makes its people, and no frame of the plugin is kept for each of them."""
    rosters(team, blue=["ada", "bo"])
    team.stack.up()
    exported = json.loads(team.stack.pulumi("stack", "export").text)["deployment"]["resources"]
    providers = [each for each in exported if each["type"] == "pulumi:providers:connect-users"]
    assert len(providers) == 1
    people = {each["urn"].rpartition("::")[2]: each for each in exported if each["type"] == "connect-users:index:User"}
    assert sorted(people) == ["blue-ada", "blue-bo"]
    for person in people.values():
        assert person["provider"] == f"{providers[0]['urn']}::{providers[0]['id']}"
        assert "stackTrace" not in person
        assert not any(person["propertyDependencies"].values())
        (guard,) = person["dependencies"]
        assert guard.endswith("::blue-guard")


def test_more_rosters_than_the_plugin_has_workers(team: Team) -> None:
    """Each waits for calls about its people."""
    names = [f"team{number}" for number in range(WORKERS + 2)]
    rosters(team, None, **{name: [f"{name}-agent"] for name in names})
    team.stack.up()
    assert len(team.stack.live()) == len(names)


def test_people_who_move_to_another_roster_do_not_leave(team: Team) -> None:
    """More than may leave, into a roster that exists and into a new one; all keep their ids."""
    stack = team.stack
    people = [f"agent{number}" for number in range(12)]
    rosters(team, blue=people[:10], red=people[10:])
    stack.up()
    ids = {name: user["Id"] for name, user in stack.live().items()}
    rosters(team, blue=people[:2], red=people[6:], green=people[2:6])
    text = stack.preview().text
    assert "8 people move away and keep their id: agent2 (to green-agent2)" in text
    assert "4 people move here and keep their id: agent6 (from blue-agent6)" in text
    assert "would leave" not in text
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids
    assert stack.plan() == {}
    rosters(team, blue=people[:2], red=people[:2])
    assert "already declared as" in stack.preview(code=1).text


def test_a_renamed_roster_of_the_plugin_still_knows_who_was_there(team: Team) -> None:
    """Without an alias, everybody moves; a truncated file is stopped all the same."""
    stack = team.stack
    people = [f"agent{number}" for number in range(14)]
    rosters(team, blue=people)
    stack.up()
    rosters(team, green=people)
    assert "14 people move here and keep their id" in stack.preview().text
    rosters(team, green=people[6:])
    assert "6 of the 14 people of roster 'green' would leave: agent0, agent1" in stack.preview(code=1).text


def test_a_roster_that_depends_on_another_one_takes_its_people(team: Team) -> None:
    """It is asked for once the other one is done, which counts them as leavers; they keep their ids all the same."""
    stack = team.stack
    people = [f"agent{number}" for number in range(8)]
    rosters(team, blue=people, red=[])
    stack.up()
    ids = {name: user["Id"] for name, user in stack.live().items()}
    rosters(team, {"red": "blue"}, blue=people[:1], red=people[1:])
    assert "7 of the 8 people of roster 'blue' would leave" in stack.preview(code=1).text
    rosters(team, {"red": "blue"}, blue=people[:4], red=people[4:])
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids


def test_people_who_are_declared_alone_afterwards_do_not_leave(team: Team) -> None:
    """More than may leave, one of them under the name that the roster gave; all keep their ids."""
    stack = team.stack
    people = [f"agent{number}" for number in range(8)]
    rosters(team, blue=people)
    stack.up()
    ids = {name: user["Id"] for name, user in stack.live().items()}
    rosters(team, blue=people[:1])
    project = json.loads((stack.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    for number, username in enumerate(people[1:]):
        project["resources"][username if number else f"blue-{username}"] = {
            "type": "connect-users:User",
            "properties": {
                "instanceId": seed.INSTANCE_ID,
                "username": username,
                "routingProfileId": seed.ROUTING_PROFILES["Support"],
                "securityProfileIds": [seed.SECURITY_PROFILES["Agent"]],
                "identityInfo": {"firstName": "Ada", "lastName": "L"},
                "password": PASSWORD,
            },
        }
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    assert "7 people move away and keep their id: agent1 (to blue-agent1), agent2 (to agent2)" in stack.preview().text
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids
    assert stack.plan() == {}


def test_without_removals_people_still_move(team: Team) -> None:
    """Only those who are declared nowhere are kept."""
    stack = team.stack
    rosters(team, blue=["ada", "bo", "cy"], red=["di"])
    stack.up()
    ids = {name: user["Id"] for name, user in stack.live().items()}
    stack.configure(removals=False)
    rosters(team, blue=["ada"], red=["di", "bo"])
    assert "1 person who would leave stays: cy;" in stack.preview().text
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids
    assert {"blue-ada", "red-bo", "blue-cy", "red-di"} <= set(stack.state())
    assert "blue-bo" not in stack.state()
