"""Programs in a rehearsal: functions, files, projects; what they are told, and that they leave no trace."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

import pulumi
import pytest
from pulumi import ResourceOptions
from pulumi.runtime.mocks import MockMonitor

from connect_users.testing import Rehearsal, Secret
from tests.contract.programs.toy import Toy
from tests.contract.programs.toys import PROGRAMS, Toys


def test_a_program_is_told_its_names_configuration_and_whether_it_is_a_preview(toys: Toys) -> None:
    """As under the engine, with secret keys known as such."""
    seen: list[tuple[object, ...]] = []

    def program() -> None:
        config = pulumi.Config()
        seen.append((pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization(), pulumi.runtime.is_dry_run()))
        seen.append((config.require("plain"), pulumi.Config("other").get("key")))
        pulumi.export("secret", config.require_secret("hidden"))

    config = {"plain": "p", "other:key": "o", "hidden": Secret("h1dden")}
    rehearsal = toys.rehearse(program, project="proj", stack="prod", organization="org", config=config)
    assert rehearsal.preview().outputs == {"secret": Secret("h1dden")}
    rehearsal.up()
    assert seen == [("proj", "prod", "org", True), ("p", "o"), ("proj", "prod", "org", False), ("p", "o")]


def test_the_sdk_is_left_as_it_was(toys: Toys) -> None:
    """Settings, configuration, event loop and environment; also after a program that failed."""

    def program() -> None:
        Toy("a", fail="create")
        raise ValueError("boom")

    pulumi.runtime.set_config("mine:key", "before")
    before = (pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run(), dict(os.environ), list(sys.path))
    rehearsal = toys.rehearse(program, environment={"TOY_HOME": "x"})
    rehearsal.preview()
    rehearsal.up()
    after = (pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run(), dict(os.environ), list(sys.path))
    assert after == before
    assert pulumi.runtime.get_config("mine:key") == "before"
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("rehearsal-program")]


def test_a_rehearsal_runs_inside_a_running_event_loop(toys: Toys) -> None:
    """The program has a loop of its own."""
    rehearsal = toys.rehearse(lambda: Toy("a"))

    async def main() -> int:
        return rehearsal.up().changes["create"]

    assert asyncio.run(main()) == 2


def test_independent_resources_are_created_four_at_a_time(toys: Toys) -> None:
    """As many as the host has threads; the steps are told in the order of the program all the same."""
    names = [f"t{number}" for number in range(4)]
    rehearsal = toys.rehearse(lambda: [Toy(name, meet=4) for name in names])
    result = rehearsal.up().raise_for_errors()
    assert [step.name for step in result.steps][1:] == names
    assert sorted(toys.calls()) == [f"create {name}" for name in names]


def test_registrations_are_decided_in_the_order_of_the_program(toys: Toys) -> None:
    """Which of several bad resources stops a preview is not chance."""
    rehearsal = toys.rehearse(lambda: [Toy(f"bad{number}", size=101 + number) for number in range(20)])
    for _ in range(5):
        assert [message.urn.rpartition("::")[2] for message in rehearsal.preview().diagnostics] == ["bad0"]


def test_calls_in_flight_are_finished_when_another_fails(toys: Toys) -> None:
    """Their resources are in the state."""

    def program() -> None:
        Toy("slow", delay=0.2)
        Toy("bad", fail="create")

    rehearsal = toys.rehearse(program)
    assert rehearsal.up().errors == ("create refused",)
    assert rehearsal.resource("slow").id in toys.records()


def test_ctrl_c_waits_for_what_is_under_way_and_keeps_it(toys: Toys) -> None:
    """As the engine does; nothing new is started, and the next run goes on."""

    def program() -> None:
        first = Toy("first")
        # Long enough for the signal to arrive on a machine that is busy.
        slow = Toy("slow", delay=3.0, opts=ResourceOptions(depends_on=[first]))
        first.arn.apply(lambda _: os.kill(os.getpid(), signal.SIGINT))
        Toy("after", opts=ResourceOptions(depends_on=[slow]))

    rehearsal = toys.rehearse(program)
    with pytest.raises(KeyboardInterrupt):
        rehearsal.up()
    assert {state.id for state in rehearsal.state.values()} >= toys.records().keys()
    assert "after" not in {state.name for state in rehearsal.state.values()}
    names = ("first", "slow", "after")
    rehearsal.use(lambda: [Toy(name, delay=3.0) if name == "slow" else Toy(name) for name in names])
    rehearsal.up().raise_for_errors()
    assert len(toys.records()) == len(names)


def test_a_project_directory_is_run_as_the_language_host_runs_it(toys: Toys, tmp_path: Path) -> None:
    """Its directory, its modules, its name and its configuration; the host works in it, too."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig:\n  note:\n    default: from-project\n")
    (project / "Pulumi.prod.yaml").write_text("config:\n  shop:note: from-stack\n  shop:key:\n    secure: AAAA\n")
    (project / "toy.py").write_text((PROGRAMS / "toy.py").read_text())
    (project / "__main__.py").write_text(
        "import os, pulumi\nfrom toy import Toy\n"
        "Toy('a', note=pulumi.Config().require('note'), tell=True)\n"
        "pulumi.export('cwd', os.getcwd())\n"
    )
    before = Path.cwd()
    rehearsal = toys.rehearse(project, stack="prod", environment={"TOY_HOME": "home"})
    result = rehearsal.up().raise_for_errors()
    told = rehearsal.resource("a").outputs["told"]
    assert (told["directory"], told["project"], told["home"]) == (str(project), "shop", "home")
    assert (result.outputs["cwd"], rehearsal.resource("a").inputs["note"]) == (str(project), "from-stack")
    assert [message.message.partition(" ")[0] for message in result.diagnostics] == ["shop:key"]
    assert (Path.cwd(), "toy" in sys.modules) == (before, False)
    (project / "__main__.py").write_text("from toy import Toy\nToy('a', note='edited')\n")
    assert [change.new for change in rehearsal.preview().step("a").diff if change.path == "note"] == ["edited"]
    assert toys.rehearse(project, stack="dev").config["shop:note"] == "from-project"


def test_a_file_is_a_program(toys: Toys, tmp_path: Path) -> None:
    """With the name that is given; a directory without a program is refused."""
    file = tmp_path / "main.py"
    file.write_text("import pulumi\npulumi.export('project', pulumi.get_project())\n")
    assert toys.rehearse(file, project="named").preview().outputs == {"project": "named"}
    with pytest.raises(FileNotFoundError, match="there is no Pulumi program at"):
        Rehearsal(tmp_path / "empty")


def test_the_state_file_survives_and_shows_no_secret(toys: Toys, tmp_path: Path) -> None:
    """Only its owner can read it; another file is refused."""
    file = tmp_path / "state" / "rehearsal.json"

    def program() -> None:
        Toy("a", note="x", password=pulumi.Output.secret("s3cret-in-file"), items=[1, {"k": None}])

    toys.rehearse(program, state=file).up().raise_for_errors()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "s3cret-in-file" not in file.read_text()
    assert "for rehearsals only" in file.read_text()
    toys.calls()
    again = toys.rehearse(program, state=file)
    assert again.resource("a").inputs["password"] == Secret("s3cret-in-file")
    assert (again.up().changes, toys.calls()) == ({"same": 2}, [])
    file.write_text("{}")
    with pytest.raises(ValueError, match="is not the state of a rehearsal"):
        toys.rehearse(program, state=file)


def test_resources_without_a_provider_are_made_up(toys: Toys) -> None:
    """Outputs are inputs, a random password is a secret, the id is known after `up` only."""

    def program() -> None:
        made = pulumi.CustomResource("some:index:Thing", "thing", {"size": 3})
        password = RandomPassword("first", {"length": 24, "result": None})
        Toy("a", note=made.id, password=password.result)

    rehearsal = toys.rehearse(program)
    assert rehearsal.preview().ok
    rehearsal.up().raise_for_errors()
    a = rehearsal.resource("a")
    assert (a.inputs["note"], rehearsal.resource("thing").outputs) == (rehearsal.resource("thing").id, {"size": 3.0})
    assert a.inputs["password"] == rehearsal.resource("first").outputs["result"]
    assert isinstance(a.inputs["password"], Secret)
    assert rehearsal.up().changes == {"same": 4}


class RandomPassword(pulumi.CustomResource):
    """As pulumi_random's, which is not installed."""

    result: pulumi.Output[str]

    def __init__(self, name: str, props: dict[str, object]) -> None:
        super().__init__("random:index/randomPassword:RandomPassword", name, props)


def test_mocks_answer_for_everything_else(toys: Toys) -> None:
    """The SDK's own interface, called for a creation and not in a preview."""
    created: list[str] = []

    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
            created.append(args.name)
            return "id-1", {**args.inputs, "extra": "e"}

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
            return {"answer": args.args["question"]}, None

    def program() -> None:
        pulumi.CustomResource("some:index:Thing", "thing", {"size": 3})
        pulumi.export("answer", pulumi.runtime.invoke("some:index:ask", {"question": "q"}).value["answer"])

    rehearsal = toys.rehearse(program, mocks=Mocks())
    assert (rehearsal.preview().outputs, created) == ({"answer": "q"}, [])
    rehearsal.up().raise_for_errors()
    assert (rehearsal.resource("thing").outputs, created) == ({"extra": "e", "size": 3.0}, ["thing"])
    assert "a rehearsal has no answer for some:index:ask" in toys.rehearse(program).preview().errors[0]


def test_what_a_rehearsal_leaves_out_is_said(toys: Toys) -> None:
    """Transforms and hooks are not run; remote components and imports are refused."""

    def transformed() -> None:
        Toy("a", opts=ResourceOptions(transforms=[lambda args: None]))

    def everywhere() -> None:
        pulumi.runtime.register_resource_transform(lambda args: None)

    if hasattr(MockMonitor, "RegisterStackTransform"):  # older mock monitors refuse them
        for program in (transformed, everywhere):
            (message,) = toys.rehearse(program).preview().diagnostics
            assert message.message.startswith("A rehearsal does not run transforms")
    imported = toys.rehearse(lambda: Toy("a", opts=ResourceOptions(import_="x")))
    assert "cannot import" in imported.preview().errors[0]
    remote = toys.rehearse(lambda: pulumi.ComponentResource("a:b:C", "c", {}, remote=True))
    assert "remote component" in remote.preview().errors[0]
