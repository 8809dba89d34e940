"""The plugin on the real engine, for a program in TypeScript with the SDK that Pulumi generates."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, Stack
from tests.acceptance.test_plugin_yaml import install

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import * as pulumi from "@pulumi/pulumi";
import * as connect from "pulumi-amazon-connect-users";

const instance = connect.getInstanceOutput({ instance: "emulator" });
const ada = new connect.User("ada", {
    instanceId: instance.arn,
    username: "ada",
    password: "PASSWORD",
    routingProfileId: connect.getRoutingProfileOutput({ instanceId: instance.id, name: "Support" }).id,
    securityProfileIds: [connect.getSecurityProfileOutput({ instanceId: instance.id, name: "Agent" }).id],
    identityInfo: { firstName: "Ada", lastName: "Byron" },
    afterContactWorkConfigs: [{ channel: "VOICE", afterContactWorkConfig: { afterContactWorkTimeLimit: 30 } }],
    tags: { cost_center: "1" },
});
const again = connect.User.get("again", ada.id, { instanceId: ada.instanceId });
const grace = new connect.User("grace", {
    instanceId: ada.instanceId,
    username: pulumi.interpolate`${again.username}.${ada.identityInfo.apply(info => info?.firstName)}`,
    password: ada.password,
    identityInfo: { firstName: "Grace", lastName: "Hopper" },
    routingProfileId: ada.routingProfileId,
    securityProfileIds: ada.securityProfileIds,
});
export const arn = ada.arn;
export const ids = [ada.id, grace.id, again.id];
""".replace("PASSWORD", PASSWORD)
PACKAGE = {
    "name": PROJECT,
    "main": "index.ts",
    "dependencies": {"@pulumi/pulumi": "^3.200.0"},
    "devDependencies": {"@types/node": "^20", "typescript": "^5"},
}
CONFIG = {
    "compilerOptions": {"strict": True, "target": "es2020", "module": "commonjs", "moduleResolution": "node"},
    "files": ["index.ts"],
}


def run(stack: Stack, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=stack.folder, env=stack.environment, capture_output=True, text=True, timeout=280, check=False
    )


@pytest.fixture
def project(stack: Stack) -> Path:
    """The stack's folder as a project in TypeScript, with the SDK of the installed plugin."""
    missing = [each for each in ("pulumi-language-nodejs", "node", "npm") if shutil.which(each) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} on PATH: TypeScript programs need them")
    package = install(stack).rpartition("pulumi package add ")[2].strip()
    folder = stack.folder
    (folder / "__main__.py").unlink()
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": PROJECT, "runtime": "nodejs"}), encoding="utf-8")
    (folder / "package.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "index.ts").write_text(PROGRAM, encoding="utf-8")
    installed = run(stack, "npm", "install", "--no-audit", "--no-fund")
    if installed.returncode:
        pytest.skip(f"npm cannot install @pulumi/pulumi here: {installed.stderr[-200:]}")
    added = stack.pulumi("package", "add", package)
    assert 'from "pulumi-amazon-connect-users"' in added.text
    return folder


@pytest.mark.timeout(600)
def test_a_typed_program_declares_users(project: Path, stack: Stack) -> None:
    """All of a user's life; the compiler says what is wrong."""
    checked = run(stack, "npx", "tsc", "--noEmit")
    assert (checked.returncode, checked.stdout) == (0, "")
    stack.up()
    live = stack.live()
    assert set(live) == {"ada", "ada.Ada"}
    assert live["ada"]["Tags"]["cost_center"] == "1"
    assert live["ada.Ada"]["RoutingProfileId"] == seed.ROUTING_PROFILES["Support"]
    ids = [live[name]["Id"] for name in ("ada", "ada.Ada", "ada")]
    assert json.loads(stack.pulumi("stack", "output", "--json").text)["ids"] == ids
    assert stack.plan() == {}

    program = project / "index.ts"
    program.write_text(PROGRAM.replace('"Support"', '"Sales"'), encoding="utf-8")
    assert stack.plan() == {"ada": ("update", ["routingProfileId"]), "grace": ("update", ["routingProfileId"])}
    stack.up()
    assert {user["RoutingProfileId"] for user in stack.live().values()} == {SALES}
    stack.destroy()
    assert stack.live() == {}

    for right, wrong, message in (
        ('channel: "VOICE"', 'channel: "VOIC"', "TS2820"),
        ('firstName: "Ada"', 'firstNam: "Ada"', "TS2353"),
        ('username: "ada",', "", "TS2345"),
        ("ada.arn;", "ada.arm;", "TS2339"),
    ):
        program.write_text(PROGRAM.replace(right, wrong), encoding="utf-8")
        assert message in run(stack, "npx", "tsc", "--noEmit").stdout


ROSTERS = """
import * as pulumi from "@pulumi/pulumi";
import * as connect from "pulumi-amazon-connect-users";

const password = new pulumi.Config().requireSecret("password");
const person = { first_name: "Ada", last_name: "L", routing_profile: "Support", security_profiles: ["Agent"] };
const support = new connect.UserRoster("support", {
    roster: "team.csv",
    instance: "emulator",
    where: { "tags.site": "london" },
    defaults: { security_profiles: "Agent", "acw.voice": 30 },
    passwords: { ada: password, alan: password },
    maxDeletions: "20%",
    timezone: "Europe/London",
}, { protect: false });
const sales = new connect.UserRoster("sales", {
    rows: SALES.map(username => ({ username, ...person })),
    instance: "emulator",
    passwords: password.apply(each => ({ bo: each, alan: each })),
    minHolders: { Agent: 1 },
    requireSelf: true,
});
export const usernames = [support.usernames, sales.usernames];
export const ids = support.userIds;
"""


@pytest.mark.timeout(600)
def test_a_typed_program_declares_rosters(project: Path, stack: Stack) -> None:
    """By file and by rows; somebody moves between them and keeps the id; what is wrong is a line each."""
    stack.pulumi("config", "set", "--secret", "password", PASSWORD)
    (project / "index.ts").write_text(ROSTERS.replace("SALES", '["bo"]'), encoding="utf-8")
    header = "username,first_name,last_name,routing_profile,tags.site,last_day\n"
    ada, alan = "ada,Ada,Lovelace,Support,london,\n", "alan,Alan,Turing,Sales,london,\n"
    team = project / "team.csv"
    team.write_text(f"{header}{ada}{alan}eve,Eve,E,Support,austin,\nkurt,K,G,Support,london,2000-01-01\n", "utf-8")
    checked = run(stack, "npx", "tsc", "--noEmit")
    assert (checked.returncode, checked.stdout) == (0, "")
    assert PASSWORD not in stack.up().text
    ids = {name: user["Id"] for name, user in stack.live().items()}
    assert set(ids) == {"ada", "alan", "bo"}
    outputs = json.loads(stack.pulumi("stack", "output", "--json").text)
    assert outputs == {"usernames": [["ada", "alan"], ["bo"]], "ids": {name: ids[name] for name in ("ada", "alan")}}
    assert stack.plan() == {}

    team.write_text(f"{header}{ada}", encoding="utf-8")
    (project / "index.ts").write_text(ROSTERS.replace("SALES", '["bo", "alan"]'), encoding="utf-8")
    assert "1 person moves away and keeps the id: alan (to sales-alan)" in stack.preview().text
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids

    team.write_text(f"{header}{ada.replace('Support', 'Suport')}a b,A,B,Sales,london,soon\n", encoding="utf-8")
    text = stack.preview(code=1).text
    assert "team.csv:3: username: 'a b' has a blank" in text
    assert "team.csv:3: last_day: is not a day; write it as 2026-12-31" in text
    assert stack.live().keys() == ids.keys()
