"""Rosters in rehearsals: joiners, movers, leavers, and everything that stops a wrong file before it does harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pulumi
import pytest

from connect_users import ConnectInstance, ConnectUser, ConnectUserRoster
from connect_users.emulator import seed
from connect_users.testing import Rehearsal, Secret
from connect_users.testing.program import RehearsalMonitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADER = "username,first_name,last_name,routing_profile,security_profiles,hierarchy_group,acw.chat\n"
ADA = "ada,Ada,Lovelace,Support,Agent,EMEA/UK/London,30\n"
BO = "bo,Bo,Baker,Sales,Agent|CallCenterManager,AMER/US/Austin,60\n"
GRACE = "grace,Grace,Hopper,Support,Agent,EMEA/UK,\n"
FAST = {"connect-users:requestsPerSecond": "1000", "connect-users:burst": "1000"}
PASSWORD = "A-First-Passw0rd"


class Team:
    """A roster's file, and a rehearsal of a program with that roster.

    Attributes:
        options: of the roster; may be changed between runs.
        made_in_the_program: makes options that hold outputs: an output belongs to the run that it was made in.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "agents.csv"
        self.options: dict[str, Any] = {}
        self.made_in_the_program: Callable[[], dict[str, Any]] = dict
        self.rehearsal = Rehearsal(self.declare, config=FAST)

    def declare(self) -> None:
        """The program."""
        options: dict[str, Any] = {
            "instance_id": seed.INSTANCE_ID,
            "roster": self.file,
            "routing_profiles": seed.ROUTING_PROFILES,
            "security_profiles": seed.SECURITY_PROFILES,
            "hierarchy_groups": seed.HIERARCHY_GROUPS,
            "passwords": lambda _: pulumi.Output.secret(PASSWORD),
            **self.options,
            **self.made_in_the_program(),
        }
        ConnectUserRoster("agents", **options)

    def write(self, *rows: str) -> None:
        """The file, with its header."""
        self.file.write_text(HEADER + "".join(rows), encoding="utf-8")

    def up(self, *rows: str) -> dict[str, int]:
        """Write the file and deploy it; preview and up must agree."""
        self.write(*rows)
        previewed = self.rehearsal.preview().raise_for_errors().changes
        done = self.rehearsal.up().raise_for_errors().changes
        assert done == previewed
        return done

    def refused(self, *rows: str) -> str:
        """Write the file and preview it: the one error."""
        self.write(*rows)
        result = self.rehearsal.preview()
        assert result.failed
        (error,) = result.errors
        return error

    def live(self) -> set[str]:
        """The usernames in Connect."""
        emulator = self.rehearsal.emulator
        assert emulator is not None
        with emulator.store.write() as tx:
            return {row[0] for row in tx.execute("SELECT username FROM users")}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """A team without a file yet."""
    made = Team(tmp_path)
    with made.rehearsal:
        yield made


def test_joiner_mover_and_leaver(team: Team) -> None:
    """A row more is a create, a changed cell one update, a row less a delete; nothing else is touched."""
    assert team.up(ADA, BO) == {"create": 5}
    assert team.up(BO, ADA) == {"same": 5}
    assert team.up(GRACE, ADA, BO) == {"create": 1, "update": 1, "same": 4}
    step = team.rehearsal.preview().step("agents-grace")
    assert step.op == "same"
    assert team.up(ADA, BO.replace("Sales", "Support"), GRACE) == {"update": 1, "same": 5}
    assert team.rehearsal.resource("agents-bo").outputs["routing_profile_id"] == seed.ROUTING_PROFILES["Support"]
    assert team.up(ADA, GRACE) == {"delete": 1, "update": 1, "same": 4}
    assert team.live() == {"ada", "grace"}
    team.rehearsal.destroy().raise_for_errors()
    assert team.live() == set()


@pytest.mark.parametrize("form", [dict, pulumi.Output.secret], ids=["dict", "output"])
def test_passwords_are_of_those_whom_they_name(form: Any, team: Team) -> None:
    """People who exist, such as those of an import, need none, unless the program says that everybody does."""
    team.made_in_the_program = lambda: {"passwords": form({"ada": PASSWORD})}
    assert team.up(ADA) == {"create": 4}
    team.made_in_the_program = lambda: {"passwords": form({"bo": PASSWORD})}
    team.up(ADA, BO)
    assert team.up(ADA, BO) == {"same": 5}
    assert "password" not in team.rehearsal.resource("agents-ada").inputs
    assert team.live() == {"ada", "bo"}
    team.options = {"identity_management_type": "CONNECT_MANAGED"}
    assert "missing; CONNECT_MANAGED users need password" in team.refused(ADA, BO)


def test_every_bad_row_is_reported_at_once_and_nothing_is_registered(team: Team) -> None:
    """One error; not one good row is made."""
    bad = BO.replace("Sales", "Sals"), GRACE.replace("grace,", "gr ace,"), ADA
    error = team.refused(ADA, *bad)
    lines = error.splitlines()
    assert lines[0] == "roster 'agents' has 3 problems; nothing was changed:"
    assert lines[1].endswith(
        "agents.csv:3: routing_profile: 'Sals' is not a routing profile of this roster; did you mean 'Sales'?"
    )
    assert "agents.csv:4: username: " in lines[2]
    assert lines[3].endswith("agents.csv:5: username: 'ada' is on lines 2 and 5; a username may appear once")
    result = team.rehearsal.up()
    assert result.failed
    assert {step.name for step in result.steps} == {"rehearsal-dev"}
    assert not any("ConnectUser" in urn for urn in team.rehearsal.state)


def test_a_truncated_file_is_stopped_in_the_preview(team: Team) -> None:
    """With the count and how to allow it; done so, it passes."""
    rows = [ADA.replace("ada", f"ada{number}") for number in range(8)]
    assert team.up(*rows)["create"] == 11
    error = team.refused(rows[0])
    assert "7 of the 8 people of roster 'agents' would leave: ada1, ada2, ada3 and 4 more" in error
    assert error.endswith("run once with max_deletions=7")
    assert team.rehearsal.up().failed
    assert len(team.live()) == 8
    team.options["max_deletions"] = 7
    assert team.up(rows[0])["delete"] == 7
    assert team.live() == {"ada0"}


def test_leavers_are_kept_where_the_roster_says_so(team: Team) -> None:
    """They leave the stack, and stay in Connect."""
    team.options["retain_leavers"] = True
    team.up(ADA, BO)
    team.up(ADA)
    assert {state.name for state in team.rehearsal.state.values() if state.name.startswith("agents-")} == {
        "agents-guard",
        "agents-ada",
    }
    assert team.live() == {"ada", "bo"}


def test_too_few_holders_stop_the_roster(team: Team) -> None:
    team.options = {"min_holders": {"CallCenterManager": 1}, "required_holders": {"CallCenterManager": ["bo"]}}
    team.up(ADA, BO)
    error = team.refused(ADA)
    assert "min_holders: 0 people would have the security profile 'CallCenterManager', but at least 1 must" in error
    assert "required_holders: 'bo' must have the security profile 'CallCenterManager', but is not in the" in error


def test_passwords_by_username_are_secrets_of_the_state(team: Team) -> None:
    team.made_in_the_program = lambda: {"passwords": {"ada": PASSWORD, "bo": pulumi.Output.secret(PASSWORD)}}
    team.up(ADA, BO)
    for name in ("agents-ada", "agents-bo"):
        assert isinstance(team.rehearsal.resource(name).inputs["password"], Secret)


def test_passwords_by_a_pattern_are_names_in_secrets_manager(team: Team) -> None:
    """One secret a person, read when the user is made; the name is what the state has."""
    team.options["passwords"] = "connect/{username}"
    team.write(ADA)
    step = team.rehearsal.preview().raise_for_errors().step("agents-ada")
    assert step.new is not None
    assert step.new.inputs["password_secret_arn"] == "connect/ada"
    assert "password" not in step.new.inputs
    team.options["passwords"] = "connect/everybody"
    assert "passwords names one secret for everybody; write {username}" in team.refused(ADA)


def test_mappings_may_hold_outputs(team: Team) -> None:
    """An id that the program does not know while it runs arrives all the same."""
    team.made_in_the_program = lambda: {
        "routing_profiles": {name: pulumi.Output.from_input(id_) for name, id_ in seed.ROUTING_PROFILES.items()}
    }
    team.up(ADA, BO)
    assert team.rehearsal.resource("agents-ada").outputs["routing_profile_id"] == seed.ROUTING_PROFILES["Support"]


@pytest.mark.parametrize("instance", ["by id", "by look-up"])
def test_a_person_of_two_rosters_is_reported_in_the_preview(team: Team, instance: str) -> None:
    """Otherwise both pass every preview, and one fails when it is made. Another instance is another user."""
    other = team.file.with_name("others.csv")
    other.write_text(HEADER + GRACE + BO, encoding="utf-8")
    names = {"routing_profiles": seed.ROUTING_PROFILES, "security_profiles": seed.SECURITY_PROFILES}

    def program() -> None:
        options: dict[str, Any] = {**names, "hierarchy_groups": seed.HIERARCHY_GROUPS, "passwords": {}}
        if instance == "by id":
            options["instance_id"] = seed.INSTANCE_ID
        else:
            options["instance"] = ConnectInstance(seed.INSTANCE_ALIAS)
        ConnectUserRoster("agents", roster=team.file, **options)
        ConnectUserRoster("elsewhere", roster=other, **{**options, "instance_id": seed.INSTANCE_ID[::-1]})
        ConnectUserRoster("others", roster=other, **options)

    team.rehearsal.use(program)
    error = team.refused(ADA, BO)
    assert error.splitlines()[0] == "roster 'others' has 1 problem; nothing was changed:"
    assert "others.csv:3: username: 'bo' is already declared as 'agents-bo'; declare each user once" in error


def test_a_person_of_two_rosters_is_reported_where_only_a_look_up_shows_it(team: Team) -> None:
    """One roster has the instance by its id, the other one by its alias: one instance, as is known a little later."""

    def program() -> None:
        team.declare()
        ConnectUserRoster(
            "others",
            roster=[{"username": "bo", "routing_profile": "Sales", "security_profiles": "Agent"}],
            instance=ConnectInstance(seed.INSTANCE_ALIAS),
            routing_profiles=seed.ROUTING_PROFILES,
            security_profiles=seed.SECURITY_PROFILES,
        )

    team.rehearsal.use(program)
    assert "'bo' is declared as 'agents-bo' and as 'others-bo'; declare each user once" in team.refused(ADA, BO)


def test_movers_between_rosters_that_look_their_instance_up_do_not_leave(team: Team) -> None:
    """The instance is an output then; six of seven move, where one may leave."""
    rosters = {"agents": "abcdefg", "others": ""}

    def program() -> None:
        instance = ConnectInstance(seed.INSTANCE_ALIAS)
        for name, letters in rosters.items():
            ConnectUserRoster(
                name,
                roster=[
                    {"username": letter, "first_name": "A", "last_name": "B", "routing_profile": "Sales"}
                    for letter in letters
                ],
                instance=instance,
                defaults={"security_profiles": "Agent"},
                passwords=lambda _: pulumi.Output.secret(PASSWORD),
                max_deletions=1,
            )

    team.rehearsal.use(program)
    team.rehearsal.up().raise_for_errors()
    rosters.update(agents="a", others="bcdefg")
    preview = team.rehearsal.preview().raise_for_errors()
    assert "6 people move here and keep their id: b (from agents-b), c (from agents-c)" in str(preview)
    rosters.update(others="bcd")
    error = " ".join(team.rehearsal.preview().errors)
    assert "3 of the 7 people of roster 'agents' would leave: e, f, g. max_deletions allows 1" in error
    del rosters["agents"]
    rosters.update(others="x")
    error = " ".join(team.rehearsal.preview().errors)
    assert "roster 'agents' is no longer in the program, and 7 people of it would be deleted: a, b, c and 4" in error


def test_an_output_does_not_count_as_true(team: Team) -> None:
    team.made_in_the_program = lambda: {"retain_leavers": pulumi.Output.from_input(False)}
    assert team.refused(ADA) == "roster 'agents': retain_leavers is of type Output; write true or false"
    later: dict[str, Callable[[Any], Any]] = {
        "where": lambda later: {"username": later},
        "ignore_columns": lambda later: later,
        "min_holders": lambda later: {"Agent": later},
        "required_holders": lambda later: {"Agent": (later,)},
        "max_deletions": lambda later: later,
        "timezone": lambda later: later,
    }
    for argument, holding in later.items():
        team.made_in_the_program = lambda: {argument: holding(pulumi.Output.from_input("ada"))}  # noqa: B023
        text = f"roster 'agents': {argument} has an output in it, but must be known while the program runs"
        assert team.refused(ADA) == text


def declare_alone(name: str, username: str, parent: pulumi.Resource | None = None) -> None:
    ConnectUser(
        name,
        instance_id=seed.INSTANCE_ID,
        username=username,
        routing_profile_id=seed.ROUTING_PROFILES["Support"],
        security_profile_ids=[seed.SECURITY_PROFILES["Agent"]],
        identity_info={"first_name": "A", "last_name": "B"},
        password=pulumi.Output.secret(PASSWORD),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def test_people_who_are_declared_alone_under_the_name_that_they_had_do_not_leave(team: Team) -> None:
    """All of them; their ids stay. A user alone, with a roster as its parent, is nobody of a roster."""
    alone: list[str] = []

    def program() -> None:
        team.declare()
        for username in alone:
            declare_alone(f"agents-{username}", username)

    team.rehearsal.use(program)
    team.up(ADA, BO)
    alone.extend(["ada", "bo"])
    team.write()
    preview = team.rehearsal.preview().raise_for_errors()
    assert "2 people move away and keep their id: ada (to agents-ada), bo (to agents-bo)" in str(preview)


def test_a_user_beneath_a_roster_who_is_not_its_own_may_go(team: Team) -> None:
    """Or the roster of that name, which there never was, would have been removed."""
    alone = ["boss"]

    def program() -> None:
        roster = ConnectUserRoster("agents", instance_id=seed.INSTANCE_ID, roster=[])
        for username in alone:
            declare_alone("one", username, parent=roster)

    team.rehearsal.use(program)
    team.rehearsal.up().raise_for_errors()
    alone.clear()
    assert team.rehearsal.up().raise_for_errors().changes["delete"] == 1


def test_where_the_engine_does_not_answer_the_last_run_counts(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a warning."""
    rows = [ADA.replace("ada", f"ada{number}") for number in range(8)]
    team.up(*rows)

    class Refusal(grpc.RpcError):
        code = staticmethod(lambda: grpc.StatusCode.UNKNOWN)
        details = staticmethod(lambda: "no backend client is available")

    def refuse(*_: object) -> None:
        raise Refusal

    monkeypatch.setattr(RehearsalMonitor, "Invoke", refuse)
    team.write(rows[0])
    result = team.rehearsal.preview()
    assert "7 of the 8 people of roster 'agents' would leave" in " ".join(result.errors)
    assert "the engine did not return the stack's users" in str(result)
    assert "no backend client is available" in str(result)


def test_a_person_of_a_roster_who_is_declared_alone_too_is_reported(team: Team) -> None:
    def program() -> None:
        team.declare()
        ConnectUser(
            "ada",
            instance_id=seed.INSTANCE_ID,
            username="ada",
            routing_profile_id=seed.ROUTING_PROFILES["Support"],
            security_profile_ids=[seed.SECURITY_PROFILES["Agent"]],
        )

    team.rehearsal.use(program)
    assert "ada (ada): username: is already declared as 'agents-ada'; declare each user once" in team.refused(ADA, BO)


def test_a_mapping_may_be_an_output_as_a_whole(team: Team) -> None:
    """Such as another stack's; the error for a name that it lacks suggests another."""
    team.made_in_the_program = lambda: {"routing_profiles": pulumi.Output.from_input(seed.ROUTING_PROFILES)}
    team.up(ADA, BO)
    assert team.rehearsal.resource("agents-bo").outputs["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"]
    error = team.refused(ADA, BO.replace("Sales", "Sals"))
    assert error == "roster 'agents': 'Sals' is not a routing profile of this roster; did you mean 'Sales'?"


def test_somebody_without_a_password_is_named(team: Team) -> None:
    """Not the file's first line: others have one."""
    team.options = {"identity_management_type": "CONNECT_MANAGED", "passwords": {"ada": PASSWORD}}
    team.write(ADA, BO)
    (error,) = [line for line in team.refused(ADA, BO).splitlines() if "password" in line]
    assert "agents.csv:3: passwords: missing; CONNECT_MANAGED users need password" in error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instance": "emulator"}, "instance is of type str; write ConnectInstance(...)"),
        ({"instance_id": None}, "instance_id or instance is missing; give one of them"),
        ({"passwords": 7}, "passwords is of type int; write a name with {username}, a dict of passwords"),
        ({"routing_profiles": ["Support"]}, "routing_profiles is of type list; write a dict"),
        ({"defaults": ["Support"]}, "defaults is of type list; write a dict"),
        ({"where": "tags.site=london"}, "where is of type str; write a dict"),
        ({"where": {"username": 7}}, "where: 'username': 7 is neither a string nor a list of strings"),
        ({"where": {"username": [["ada"]]}}, "where: 'username': [['ada']] is neither a string nor a list of strings"),
        ({"min_holders": {7: 1}}, "min_holders: the key 7 is not a string"),
        ({"required_holders": {"Agent": None}}, "required_holders: 'Agent': None is neither a string nor a list"),
        ({"ignore_columns": [7]}, "ignore_columns: [7] is neither a string nor a list of strings"),
        ({"roster": "agents\0.csv"}, "cannot be read: embedded null"),
        ({"max_deletions": "lots"}, "max_deletions: 'lots' is neither a number of people nor a percentage"),
        ({"min_holders": {"Agent": "2"}}, "min_holders: 'Agent': '2' is not a number of people"),
        ({"min_holders": {"Agnt": 1}}, "the security profile 'Agnt', but at least 1 must; did you mean 'Agent'?"),
        ({"required_holders": {"Agent": "adda"}}, "'adda' must have the security profile 'Agent', but is not in the"),
        ({"defaults": {"username": "x"}}, "defaults.username: a username names one person, so it cannot be a default"),
        ({"defaults": {"acw.voic": 3}}, "defaults.acw.voic: no such column; did you mean acw.voice?"),
        ({"retain_leavers": "false"}, "retain_leavers is of type str; write true or false"),
        ({"require_self": 0}, "require_self is of type int; write true or false"),
        ({"identity_management_type": "SALM"}, "agents.csv: identity_management_type: 'SALM' is not one of SAML"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_line(team: Team, options: dict[str, Any], message: str) -> None:
    """What to write instead, and no traceback."""
    team.options = options
    error = team.refused(ADA)
    assert message in error
    assert "Traceback" not in error


def test_names_are_looked_up_in_the_instance(tmp_path: Path) -> None:
    """One listing for each kind; unknown names are reported with their lines, and no user is registered."""
    team = Team(tmp_path)

    def program() -> None:
        ConnectUserRoster(
            "agents",
            instance=ConnectInstance(seed.INSTANCE_ALIAS),
            roster=team.file,
            passwords=lambda _: pulumi.Output.secret(PASSWORD),
        )

    team.rehearsal.use(program)
    with team.rehearsal:
        error = team.refused(ADA, BO.replace("Sales", "Sals"))
        assert "agents.csv:3: routing_profile: " in error
        assert "no routing profile 'Sals'; did you mean 'Sales'?" in error
        error = team.refused(ADA, BO.replace("Agent|CallCenterManager", "Agent;CallCenterManager"))
        assert "no security profile 'Agent;CallCenterManager'; write | between names: 'Agent|CallCenterMana" in error
        assert team.up(ADA, BO)["create"] == 5
        ada = team.rehearsal.resource("agents-ada").outputs
        assert ada["hierarchy_group_id"] == seed.HIERARCHY_GROUPS["EMEA/UK/London"]
        assert ada["security_profile_ids"] == [seed.SECURITY_PROFILES["Agent"]]


def test_personas_of_a_program_give_people_their_settings(team: Team) -> None:
    """As a dict, which may hold outputs; the guard has who got which, and what the row has itself."""
    team.made_in_the_program = lambda: {
        "personas": {
            "personas": {"agent": {"hierarchy_group_id": pulumi.Output.from_input(seed.HIERARCHY_GROUPS["EMEA"])}},
            "rules": [{"persona": "agent", "when": {"username": "*"}}],
        }
    }
    team.up(GRACE.replace("EMEA/UK,", ","))
    assert team.rehearsal.resource("agents-grace").outputs["hierarchy_group_id"] == seed.HIERARCHY_GROUPS["EMEA"]
    marks = team.rehearsal.resource("agents-guard").inputs["personas"]
    assert marks == "grace\tagent\trouting_profile,security_profiles"


@pytest.mark.parametrize(
    ("personas", "message"),
    [
        (7, "personas is of type int; pass a path or a dict"),
        ("gone.yaml", "gone.yaml: cannot be read: No such file or directory"),
    ],
)
def test_personas_that_cannot_be_read_are_refused_in_one_line(team: Team, personas: Any, message: str) -> None:
    team.options["personas"] = personas
    assert team.refused(ADA) == f"roster 'agents': {message}"


def test_a_rehearsal_knows_who_runs_it_without_aws(tmp_path: Path) -> None:
    """The emulator answers for STS, too; AWS would not know the rehearsal's credentials."""
    team = Team(tmp_path)
    team.options = {"require_self": True}
    team.rehearsal = Rehearsal(team.declare, config=FAST, environment={"AWS_ACCESS_KEY_ID": "bo"})
    with team.rehearsal:
        team.up(ADA, BO)
        assert "require_self: 'bo' runs this stack and would lose" in team.refused(
            ADA, BO.replace("|CallCenterManager", "")
        )
