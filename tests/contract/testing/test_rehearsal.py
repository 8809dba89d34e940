"""Rehearsals of ConnectUsers: what they do in the emulator, refuse, remember and print."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi import Alias, CustomTimeouts, ResourceOptions
from pulumi.runtime.mocks import MockMonitor

from connect_users import ConnectUser
from connect_users.emulator import Emulator, Fault, seed
from connect_users.testing import UNKNOWN, Rehearsal, RehearsalError, Secret, Stack
from connect_users.testing.program import BUSY_SPINS, REST_SECONDS, Resting
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    Rehearse = Callable[..., Rehearsal]

PASSWORD = "Never-Shown-1!"
SALES = seed.ROUTING_PROFILES["Sales"]
SKILLS = [{"attribute_name": "lang", "attribute_value": "en", "level": 3}]


def user(name: str = "ada", opts: ResourceOptions | None = None, **changes: Any) -> ConnectUser:
    """Declare a user."""
    inputs: dict[str, Any] = {
        "instance_id": seed.INSTANCE_ARN,
        "username": name,
        "password": pulumi.Output.secret(PASSWORD),
        "identity_info": {"first_name": "Ada", "last_name": "Byron"},
        "routing_profile_id": seed.ROUTING_PROFILES["Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        **changes,
    }
    return ConnectUser(name, **inputs, opts=opts)


def steps(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    """The steps of an update that must succeed, without those that change nothing."""
    result = rehearsal.up().raise_for_errors()
    return [(step.op, step.name) for step in result.steps if step.op != "same"]


def calls(emulator: Emulator) -> list[str]:
    """What was asked of the emulator since the last time, quick connects aside."""
    found = [record.operation for record in emulator.requests if "QuickConnect" not in record.operation]
    emulator.requests.clear()
    return found


def test_a_life_is_shown_first_and_costs_what_it_must(connect_rehearsal: Rehearse, connect_emulator: Emulator) -> None:
    """Preview, up, nothing to do, a change, a rename, a leaver; a dependent comes after and goes before."""
    profile = seed.ROUTING_PROFILES["Support"]

    def program(username: str = "ada", routing: str = profile) -> None:
        ada = user("ada", username=username, routing_profile_id=routing)
        user("bob", tags=ada.id.apply(lambda id_: {"boss": id_}))
        pulumi.export("boss", ada.id)

    rehearsal = connect_rehearsal(program)
    preview = rehearsal.preview().raise_for_errors()
    assert (preview.changes, calls(connect_emulator)) == ({"create": 3}, [])
    assert preview.outputs == {"boss": UNKNOWN}
    bob = preview.step("bob").new
    assert bob is not None
    assert bob.inputs["tags"] is UNKNOWN

    result = rehearsal.up().raise_for_errors()
    assert result.outputs["boss"] == rehearsal.resource("ada").id
    assert rehearsal.resource("bob").outputs["tags"] == {"boss": result.outputs["boss"]}
    calls(connect_emulator)
    assert (steps(rehearsal), calls(connect_emulator)) == ([], [])

    rehearsal.use(lambda: program(routing=SALES))
    step = rehearsal.preview().step("ada")
    assert [(change.path, change.old, change.new) for change in step.diff] == [("routing_profile_id", profile, SALES)]
    assert steps(rehearsal) == [("update", "ada")]
    assert calls(connect_emulator) == ["UpdateUserRoutingProfile"]

    rehearsal.use(lambda: program("countess", SALES))
    assert steps(rehearsal) == [("replace", "ada"), ("update", "bob"), ("delete-replaced", "ada")]
    made = [operation for operation in calls(connect_emulator) if operation in ("CreateUser", "DeleteUser")]
    assert made == ["CreateUser", "DeleteUser"]
    rehearsal.use(lambda: None)
    assert steps(rehearsal) == [("delete", "bob"), ("delete", "ada")]


def test_a_user_whose_name_stays_is_deleted_before_the_new_one_is_made(
    connect_rehearsal: Rehearse, connect_emulator: Emulator
) -> None:
    rehearsal = connect_rehearsal(user)
    rehearsal.up().raise_for_errors()
    calls(connect_emulator)
    rehearsal.use(lambda: user(directory_user_id="corp-17"))
    assert rehearsal.preview().step("ada").replace_keys == ("directory_user_id",)
    assert steps(rehearsal) == [("replace", "ada")]
    assert calls(connect_emulator)[-2:] == ["DeleteUser", "CreateUser"]


def test_drift_and_deletions_are_found_by_refresh(connect_rehearsal: Rehearse, connect_emulator: Emulator) -> None:
    """The state gets what is live; the next preview takes it back, or makes the user again."""
    # Who was made moments ago and is not found may only be late: the provider waits that long.
    config = {"connect-users:timeout": "0.5"}
    rehearsal = connect_rehearsal(lambda: [user("ada"), user("bob"), user("cem")], config=config)
    rehearsal.up().raise_for_errors()
    client = connect(connect_emulator)
    ids = {name: rehearsal.resource(name).id for name in ("ada", "bob")}
    client.update_user_routing_profile(InstanceId=seed.INSTANCE_ID, UserId=ids["ada"], RoutingProfileId=SALES)
    client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=ids["bob"])
    refreshed = rehearsal.refresh().raise_for_errors()
    assert refreshed.changes == {"same": 2, "update": 1, "delete": 1}
    assert [change.path for change in refreshed.step("ada").diff] == ["routing_profile_id"]
    assert steps(rehearsal) == [("update", "ada"), ("create", "bob")]
    assert rehearsal.destroy().raise_for_errors().changes == {"delete": 4}
    assert not rehearsal.state


OPTIONS: dict[str, Callable[[ConnectUser], ResourceOptions]] = {
    "protect": lambda _: ResourceOptions(protect=True),
    "aliases": lambda _: ResourceOptions(aliases=[Alias(name="former")]),
    "ignore_changes": lambda _: ResourceOptions(ignore_changes=["tags"]),
    "replace_on_changes": lambda _: ResourceOptions(replace_on_changes=["tags"]),
    "delete_before_replace": lambda _: ResourceOptions(delete_before_replace=True),
    "custom_timeouts": lambda _: ResourceOptions(custom_timeouts=CustomTimeouts(create="7m")),
    "deleted_with": lambda other: ResourceOptions(deleted_with=other),
}
if hasattr(MockMonitor, "RegisterStackTransform"):  # Older mock monitors refuse them themselves.
    OPTIONS["transforms"] = lambda _: ResourceOptions(transforms=[lambda args: None])


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_is_not_played_is_refused_in_one_line(connect_rehearsal: Rehearse, option: str) -> None:
    """In the preview as in the update, and nothing is made of that resource."""

    def program() -> None:
        user("bob", OPTIONS[option](user("ada")))

    rehearsal = connect_rehearsal(program)
    for result in (rehearsal.preview(), rehearsal.up()):
        (error,) = result.errors
        assert error.startswith(f"a rehearsal does not play {option}: ")
        assert "\n" not in error
        assert "bob" not in {step.name for step in result.steps}


@pytest.mark.parametrize(
    ("program", "what"),
    [
        (lambda: pulumi.ComponentResource("a:b:C", "c", {}, remote=True), "remote components"),
        (lambda: pulumi.CustomResource("a:b:C", "c", {}, ResourceOptions(import_="x")), "import_"),
        (lambda: pulumi.CustomResource("a:b:C", "c", {}, ResourceOptions(id="x")), "reading a resource that exists"),
        (lambda: pulumi.runtime.invoke("a:b:ask", {}), "the function a:b:ask"),
    ],
)
def test_what_else_a_rehearsal_cannot_do_is_refused(
    connect_rehearsal: Rehearse, program: Callable[[], object], what: str
) -> None:
    (error,) = connect_rehearsal(program).preview().errors
    assert error.startswith(f"a rehearsal does not play {what}: run the program on the real engine")


def test_a_user_who_is_made_in_part_is_kept_and_completed(
    connect_rehearsal: Rehearse, connect_emulator: Emulator
) -> None:
    """The failure names the user; nothing that comes after is started; the next run updates."""
    fault = Fault("AssociateUserProficiencies", "error-before", 9, code="InvalidParameterException", message="no")
    connect_emulator.faults.add(fault)

    def program() -> None:
        ada = user(user_proficiencies=SKILLS)
        user("bob", ResourceOptions(depends_on=[ada]))

    rehearsal = connect_rehearsal(program)
    result = rehearsal.up()
    with pytest.raises(RehearsalError, match="'ada'"):
        result.raise_for_errors()
    assert result.step("ada").failed
    assert rehearsal.resource("ada").failed
    assert "bob" not in {state.name for state in rehearsal.state.values()}
    connect_emulator.faults.clear()
    assert steps(rehearsal) == [("update", "ada"), ("create", "bob")]
    assert not rehearsal.resource("ada").failed


def test_a_failed_deletion_is_tried_again(connect_rehearsal: Rehearse, connect_emulator: Emulator) -> None:
    """After a rename the new user is the state's; the old one waits."""
    rehearsal = connect_rehearsal(user)
    rehearsal.up().raise_for_errors()
    connect_emulator.faults.add(Fault("DeleteUser", "error-before", 9, code="AccessDeniedException"))
    rehearsal.use(lambda: user(username="countess"))
    assert "deleting Connect user 'ada'" in rehearsal.up().errors[0]
    assert rehearsal.resource("ada").outputs["username"] == "countess"
    urn = rehearsal.resource("ada").urn

    def program() -> None:
        user(username="countess")
        read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": "dev"})
        pulumi.export("name", read.value["outputs"][urn]["outputs"]["username"])

    connect_emulator.faults.clear()
    rehearsal.use(program)
    assert rehearsal.preview().raise_for_errors().outputs == {"name": "countess"}
    assert steps(rehearsal) == [("delete-replaced", "ada")]


def test_no_secret_is_shown_anywhere(connect_rehearsal: Rehearse, tmp_path: Path) -> None:
    """Not in results, texts, JSON, messages or the file of the state, which only its owner can read."""
    file = tmp_path / "state" / "rehearsal.json"
    hush = pulumi.Config

    def program() -> None:
        pin = hush().require_secret("pin")
        pulumi.log.warn(f"said {pulumi.runtime.get_config('rehearsal:pin')}")
        user(identity_info={"first_name": pin, "last_name": "Byron"})
        pulumi.export("pin", pin)

    rehearsal = connect_rehearsal(program, config={"pin": Secret("Hushname")}, state=file)
    results = [rehearsal.preview(), rehearsal.up(), rehearsal.up(), rehearsal.refresh()]
    texts = [file.read_text(), *(f"{it.render()}{it!r}{it.as_preview()}" for it in results)]
    for text in texts:
        assert PASSWORD not in text
        assert "Hushname" not in text
    assert file.stat().st_mode & 0o777 == 0o600
    assert results[1].outputs == {"pin": Secret("Hushname")}
    assert [message.message for message in results[1].diagnostics] == ["said [secret]"]
    again = connect_rehearsal(program, config={"pin": Secret("Hushname")}, state=file)
    assert again.resource("ada").inputs["password"] == Secret(PASSWORD)
    assert again.up().raise_for_errors().changes == {"same": 2}
    file.write_text("{}")
    with pytest.raises(ValueError, match="is not the state of a rehearsal"):
        connect_rehearsal(program, state=file)


def test_a_secret_that_is_a_part_of_another_one_leaves_nothing_of_it(connect_rehearsal: Rehearse) -> None:
    config = {"name": Secret("Hush"), "full": Secret("Hushname-of-Ada")}
    rehearsal = connect_rehearsal(
        lambda: pulumi.log.warn(f"said {pulumi.runtime.get_config('rehearsal:full')}"), config=config
    )
    assert [message.message for message in rehearsal.up().diagnostics] == ["said [secret]"]


@pytest.mark.parametrize("declared", ["day: 2026-11-20", "day: {default: 2026-11-20}"])
def test_a_date_in_a_configuration_is_the_string_that_pulumi_makes_of_it(
    connect_rehearsal: Rehearse, tmp_path: Path, declared: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\nconfig:\n  {declared}\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  shop:since: 2026-11-19T10:00:00Z\n", encoding="utf-8")
    program = "import pulumi\nread = pulumi.Config().require\npulumi.export('days', [read('day'), read('since')])\n"
    (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
    result = connect_rehearsal(tmp_path).up().raise_for_errors()
    assert result.outputs == {"days": ["2026-11-20", "2026-11-19T10:00:00Z"]}


def test_the_text_reads_like_pulumis(connect_rehearsal: Rehearse) -> None:
    """Its first line says what it is; a name that is used twice is an error under its resource."""

    def program() -> None:
        user(routing_profile_id=SALES)
        team = pulumi.ComponentResource("my:mod:Team", "team")
        user(opts=ResourceOptions(parent=team), username="bob")

    rehearsal = connect_rehearsal(user)
    rehearsal.up().raise_for_errors()
    rehearsal.use(program)
    lines = rehearsal.preview().render(width=60).splitlines()
    assert lines[:2] == [
        "REHEARSAL of rehearsal/dev: no Pulumi engine, nothing is deployed",
        "Previewing update (dev):",
    ]
    assert f'      ~ routing_profile_id: "{seed.ROUTING_PROFILES["Support"]}" => "{SALES}"' in lines
    assert "    + my:mod:Team team: (create)" in lines
    assert any(line.startswith("            password            : [secret]") for line in lines)
    assert lines[-4:] == ["Resources:", "    + 2 to create", "    ~ 1 to update", "    3 changes. 1 unchanged"]
    rehearsal.use(lambda: [user(), user(username="other")])
    urn = rehearsal.resource("ada").urn
    text = rehearsal.preview().render()
    assert f"error: Duplicate resource URN '{urn}'; try giving it a unique name" in text
    assert text.endswith("    1 error")


def test_a_program_knows_its_names_and_leaves_no_trace(tmp_path: Path) -> None:
    """Settings, configuration, working directory, modules and environment are as before, also after a failure."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig:\n  note:\n    default: from-project\n")
    (project / "Pulumi.prod.yaml").write_text("config:\n  shop:note: from-stack\n  shop:key:\n    secure: AAAA\n")
    (project / "helper.py").write_text("NOTE = 'before'\n")
    (project / "__main__.py").write_text(
        "import os, pulumi, helper\n"
        "names = [pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run()]\n"
        "pulumi.export('names', [*names, pulumi.Config().require('note'), pulumi.Config().get('key')])\n"
        "pulumi.export('seen', [os.getcwd(), os.environ['TOLD'], helper.NOTE])\n"
        "os.environ['LEFT'] = 'behind'\n"
        "if helper.NOTE == 'broken by now':\n    raise ValueError('boom')\n"
    )

    def surroundings() -> tuple[object, ...]:
        return pulumi.get_project(), pulumi.get_stack(), dict(os.environ), list(sys.path), Path.cwd()

    before = surroundings()
    with Rehearsal(project, stack="prod", emulator=False, environment={"TOLD": "yes"}) as rehearsal:
        outputs = rehearsal.preview().raise_for_errors().outputs
        assert outputs["names"] == ["shop", "prod", True, "from-stack", None]
        assert outputs["seen"] == [str(project), "yes", "before"]
        (project / "helper.py").write_text("NOTE = 'broken by now'\n")
        (error,) = rehearsal.up().errors
        assert error.startswith("Program failed with an unhandled exception:\n")
        assert error.rstrip().endswith("ValueError: boom")
    assert surroundings() == before
    assert "helper" not in sys.modules
    with pytest.raises(FileNotFoundError, match="there is no Pulumi program at"):
        Rehearsal(tmp_path / "nowhere")


def test_an_error_that_is_only_logged_fails_nothing(connect_rehearsal: Rehearse) -> None:
    """As under Pulumi 3.260; `raise_for_errors` raises it all the same."""
    result = connect_rehearsal(lambda: pulumi.log.error("a logged error", user())).up()
    assert (result.ok, result.errors) == (True, ("a logged error",))
    assert result.diagnostics[0].urn.endswith("::ada")
    with pytest.raises(RehearsalError, match="a logged error"):
        result.raise_for_errors()


def test_other_resources_are_made_up(connect_rehearsal: Rehearse) -> None:
    """Their outputs are their inputs; the id is known after `up` only."""

    def program() -> None:
        thing = pulumi.CustomResource("some:index:Thing", "thing", {"size": 3})
        user(tags=thing.id.apply(lambda id_: {"thing": id_}))

    rehearsal = connect_rehearsal(program)
    assert rehearsal.preview().raise_for_errors().changes == {"create": 3}
    rehearsal.up().raise_for_errors()
    thing = rehearsal.resource("thing")
    assert (thing.outputs, rehearsal.resource("ada").outputs["tags"]) == ({"size": 3}, {"thing": thing.id})
    assert steps(rehearsal) == []


def test_leavers_may_be_kept(connect_rehearsal: Rehearse, connect_emulator: Emulator) -> None:
    """`retain_on_delete`, which rosters use, is played."""
    rehearsal = connect_rehearsal(lambda: user(opts=ResourceOptions(retain_on_delete=True)))
    rehearsal.up().raise_for_errors()
    calls(connect_emulator)
    assert rehearsal.destroy().raise_for_errors().changes == {"delete": 2}
    assert calls(connect_emulator) == []


def test_a_loop_that_waits_by_asking_again_and_again_rests_until_there_is_news() -> None:
    """As `wait_for_rpcs` of older SDKs does: the provider needs the core. No machine is too slow for this."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Resting() as selector:
        selector.register(ours, selectors.EVENT_READ)
        began = time.monotonic()
        assert not any(selector.select(0) for _ in range(BUSY_SPINS + 20))
        assert time.monotonic() - began >= 20 * REST_SECONDS
        theirs.send(b"news")
        assert [key.fileobj for key, _ in selector.select(0)] == [ours]


class _Interrupted(Stack):
    """A stack whose commands are interrupted while they run."""

    process: subprocess.Popen[str]

    def start(self, *args: str, without: tuple[str, ...] = (), **options: Any) -> subprocess.Popen[str]:
        def interrupted(*_: Any, **__: Any) -> Any:
            raise KeyboardInterrupt

        self.process = super().start(*args, without=without, **options)
        self.process.communicate = interrupted  # type: ignore[method-assign]
        return self.process


def test_an_interrupted_test_leaves_no_pulumi_behind(tmp_path: Path) -> None:
    """The command is in a process group of its own, so a Ctrl-C at the terminal does not reach it."""
    (tmp_path / "project").mkdir()
    command = tmp_path / "pulumi"
    command.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n", encoding="utf-8")
    command.chmod(0o755)
    stack = _Interrupted(tmp_path, environment={"PATH": str(tmp_path)})
    with pytest.raises(KeyboardInterrupt):
        stack.up()
    try:
        assert stack.process.wait(60) == -signal.SIGKILL
    finally:
        stack.process.kill()


def test_a_test_on_the_real_engine_is_skipped_where_there_is_no_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason; nothing of Pulumi is needed for that."""
    (tmp_path / "test_it.py").write_text("def test_it(connect_stack):\n    connect_stack('infra')\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd=tmp_path)
    assert "1 skipped" in done.stdout
    assert "no `pulumi` on PATH: this needs the Pulumi CLI" in done.stdout
