"""examples/directory on the real engine: the export becomes users, and follows it, in Python and in YAML."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, SUPPORT
from tests.acceptance.test_import_languages import command
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture
from tests.contract.emulator.support import connect
from tests.contract.testing.test_example_directory import EXAMPLE, after, change_of_page, program_in_yaml

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack


def _follow(stack: Stack) -> None:
    """Everybody is made; the next export is what the page shows; up sends what the page says."""
    for name in ("people.csv", "personas.yaml"):
        shutil.copy(EXAMPLE / name, stack.folder)
    stack.up()
    assert stack.plan() == {}
    routing = {name.partition("@")[0]: user["RoutingProfileId"] for name, user in stack.live().items()}
    assert len(routing) == 11
    assert {name for name, profile in routing.items() if profile == SALES} == {"farah", "gustav", "hana", "julia"}
    people = stack.folder / "people.csv"
    people.write_text(change_of_page(people.read_text(encoding="utf-8")), encoding="utf-8")
    preview = stack.root / "preview.json"
    preview.write_text(stack.pulumi("preview", "--json").text, encoding="utf-8")
    where = ["--instance", seed.INSTANCE_ALIAS, "--endpoint-url", stack.emulator.endpoint_url, "--region", seed.REGION]
    said, _ = command(stack, "explain", str(preview), *where, "--width", "100")
    assert said == after("pulumi preview --json | connect-users explain")
    stack.calls()
    stack.up()
    changes = [name for name in stack.calls() if name.startswith(("Update", "Tag", "Untag", "Delete"))]
    assert sorted(changes) == ["DeleteUser", "TagResource", "UpdateUserConfig", "UpdateUserRoutingProfile"]
    live = stack.live()
    assert live["farah@acme.example"]["RoutingProfileId"] == SUPPORT
    assert "daniel@acme.example" not in live


def test_the_program_in_python(stack: Stack) -> None:
    stack.write_program((EXAMPLE / "__main__.py").read_text(encoding="utf-8"))
    _follow(stack)


def test_the_program_in_yaml(yaml_stack: Stack) -> None:  # noqa: F811
    stack = yaml_stack
    vault = connect(stack.emulator, service="secretsmanager")
    stack.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = stack.emulator.endpoint_url
    for row in (EXAMPLE / "people.csv").read_text(encoding="utf-8").splitlines()[1:]:
        vault.create_secret(Name=f"connect/{row.partition(',')[0]}", SecretString=PASSWORD)
    program = program_in_yaml().replace("connect-users-directory", PROJECT)
    program = program.replace("my-instance-alias", seed.INSTANCE_ALIAS)
    (stack.folder / "Pulumi.yaml").write_text(program, encoding="utf-8")
    _follow(stack)
