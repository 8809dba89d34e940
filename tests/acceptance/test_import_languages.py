"""An instance that exists, as a program in another language than Python: after the import, nothing changes."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.tokens import AWS_USER, NATIVE_USER
from connect_users.emulator import Options, seed, seed_users
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, STACK, Stack

if TYPE_CHECKING:
    from tests.acceptance.conftest import NewStack

DATA = Path(__file__).parents[1] / "data" / "origins"
PEOPLE = 12
#: Tags that YAML reads as something else where they are not quoted.
ODD = {"cost: @x": "A=b /c", "yes": "no", "é": "ü +1", "1": "0x1f", "fn:x": "", "-": "- @a:"}

#: In Pulumi's YAML a dollar sign begins a reference.
ODD_NAMES: Any = {
    "FirstName": "$${a} $b ${agents-agent00002.id}",
    "LastName": 'O\'Neil "\\n" #1: {x}',
    "Email": "o@example.com",
}


def command(stack: Stack, *args: str, code: int = 0) -> tuple[str, str]:
    """Run ``connect-users``: stdout and stderr."""
    done = subprocess.run(
        ["connect-users", *args], cwd=stack.folder, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def where(stack: Stack) -> list[str]:
    """Options that lead to the emulator."""
    address = ["--endpoint-url", stack.emulator.endpoint_url, "--region", seed.REGION]
    return [*address, "--requests-per-second", "1000"]


def fill(stack: Stack) -> list[str]:
    """People, one of them with settings per channel, proficiencies and odd tags."""
    stack.emulator.options = Options(users_quota=None)
    ids = seed_users(stack.emulator.store, PEOPLE)
    one: Any = {"InstanceId": seed.INSTANCE_ID, "UserId": ids[0]}
    stack.connect.associate_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 3}], **one
    )
    stack.connect.update_user_config(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}],
        AfterContactWorkConfigs=[{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}],
        **one,
    )
    stack.connect.tag_resource(resourceArn=f"{seed.INSTANCE_ARN}/agent/{ids[0]}", tags=ODD)
    stack.connect.update_user_identity_info(IdentityInfo=ODD_NAMES, **one)
    stack.calls()
    return ids


def named(stack: Stack) -> None:
    """Give the project that was written the name that the stack has."""
    project = stack.folder / "Pulumi.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(f"name: {seed.INSTANCE_ALIAS}-users", f"name: {PROJECT}"), encoding="utf-8")


def next_commands(said: str) -> list[str]:
    """What the command tells to run."""
    lines = said.partition("next,")[2].splitlines()[1:]
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("  "), lines)]


def follow(stack: Stack, said: str) -> None:
    """Run what the output says, word for word, except the preview at its end."""
    *commands, last = next_commands(said)
    assert last == "pulumi preview"
    for line in commands:
        shell(stack, line)


def shell(stack: Stack, line: str) -> None:
    """Run a command as a user would, in the stack's folder."""
    done = subprocess.run(
        line, shell=True, cwd=stack.folder, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def fresh(stack: Stack) -> Stack:
    """A stack without a program."""
    for name in ("__main__.py", "Pulumi.yaml"):
        (stack.folder / name).unlink()
    return stack


@pytest.fixture
def fresh_yaml(fresh: Stack) -> Stack:
    """One for a program in YAML."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("no `pulumi-language-yaml` on PATH: YAML programs need Pulumi's language host")
    return fresh


def taken_over(stack: Stack, *options: str) -> list[str]:
    """Import as the output says: nobody is touched, nothing changes. Returns the options that name the instance."""
    fill(stack)
    before = stack.live()
    instance = ["--instance", seed.INSTANCE_ALIAS, *where(stack)]
    said, _ = command(stack, "import", *instance, "--out", ".", *options)
    named(stack)
    stack.calls()
    follow(stack, said)
    assert stack.calls() == []
    assert stack.live() == before
    assert stack.plan() == {}
    return instance


def test_a_roster_in_yaml(fresh_yaml: Stack) -> None:
    """A second run leaves the program alone, a mover is one update, and they may all go."""
    stack = fresh_yaml
    instance = taken_over(stack, "--language", "yaml")
    assert not (stack.folder / "__main__.py").exists()
    assert "agent00001" not in (stack.folder / "Pulumi.yaml").read_text(encoding="utf-8")
    assert "unchanged" in stack.refresh("--diff").text
    assert stack.plan() == {}
    again, _ = command(stack, "import", *instance, "--out", ".")
    assert "nothing has changed" in again

    # A joiner has a password, and nobody else needs one.
    project, roster = (stack.folder / name for name in ("Pulumi.yaml", "agents.csv"))
    with project.open("a", encoding="utf-8") as program:
        program.write(f'      passwords: {{ joiner: "{PASSWORD}" }}\n')
    imported = roster.read_text(encoding="utf-8")
    roster.write_text(f"{imported}joiner,Sales,Agent,Jo,Iner\n", encoding="utf-8")
    assert stack.plan() == {"agents-guard": ("update", ["usernames"]), "agents-joiner": ("create", [])}
    roster.write_text(imported, encoding="utf-8")
    lines = imported.splitlines()
    lines[2] = lines[2].replace("Sales", "Support")
    roster.write_text("\n".join(lines), encoding="utf-8")
    assert stack.plan() == {"agents-agent00002": ("update", ["routingProfileId"])}
    stack.up()
    command(stack, "import", *instance, "--out", ".", "--check")
    stack.destroy()
    assert stack.live() == {}


def test_each_person_in_yaml(fresh_yaml: Stack) -> None:
    """Odd names and tags are what they are; who came since is to be added, and only he."""
    stack = fresh_yaml
    instance = taken_over(stack, "--language", "yaml", "--each")
    stack.connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="joiner",
        Password=PASSWORD,
        RoutingProfileId=SALES,
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        IdentityInfo={"FirstName": "Jo", "LastName": "Iner"},
    )
    again, _ = command(stack, "import", *instance, "--out", ".")
    assert "  agents-joiner:\n    type:" in again
    assert "agent00001" not in again

    project = stack.folder / "Pulumi.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(f'"{seed.ROUTING_PROFILES["Support"]}"', f'"{SALES}"', 1), encoding="utf-8")
    (moved,) = stack.plan().values()
    assert moved == ("update", ["routingProfileId"])
    stack.up()
    stack.destroy()
    assert set(stack.live()) == {"joiner"}


def test_into_a_program_in_yaml_that_exists(fresh_yaml: Stack) -> None:
    """What it declares is imported as it is live; the roster's guard alone is made, which costs nothing."""
    stack = fresh_yaml
    fill(stack)
    before = stack.live()
    command(stack, "plugin", "install")
    one = before["agent00002"]
    roster = "username,routing_profile,security_profiles\nagent00003,Support,Agent\n"
    (stack.folder / "team.csv").write_text(roster, encoding="utf-8")
    user = {
        "instanceId": seed.INSTANCE_ID,
        "username": "agent00002",
        "routingProfileId": one["RoutingProfileId"],
        "securityProfileIds": one["SecurityProfileIds"],
        "phoneConfig": {"afterContactWorkTimeLimit": 30},
        "tags": one["Tags"],
    }
    resources = {
        "team": {
            "type": "connect-users:UserRoster",
            "properties": {"roster": "team.csv", "instance": seed.INSTANCE_ALIAS},
        },
        "agent00002": {"type": "connect-users:User", "properties": user},
    }
    project = {"name": PROJECT, "runtime": "yaml", "resources": resources}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    stack.preview("--import-file", "skeleton.json")
    (stack.folder / "preview.json").write_text(stack.preview("--json").text, encoding="utf-8")
    instance = ("--instance", seed.INSTANCE_ALIAS, *where(stack), "--select", "username=agent0000[23]")
    said, _ = command(stack, "import", *instance, "--into", "skeleton.json", "--preview", "preview.json")
    assert "2 people matched" in said
    shell(stack, said.partition("next: ")[2])
    assert stack.live() == before
    assert stack.plan() == {
        "team-guard": ("create", []),
        "team-agent00003": ("update", ["routingProfileId"]),
    }


def test_a_roster_with_personas_in_yaml(fresh_yaml: Stack) -> None:
    """A second run changes nothing; a changed persona is an update of those who have it, and of the guard of none."""
    stack = fresh_yaml
    instance = taken_over(stack, "--language", "yaml", "--personas")
    again, _ = command(stack, "import", *instance, "--out", ".")
    assert "nothing has changed" in again
    _limit_chats(stack)
    plan = stack.plan()
    limit = "afterContactWorkConfigs[0].afterContactWorkConfig.afterContactWorkTimeLimit"
    assert plan == dict.fromkeys(plan, ("update", [limit]))
    assert 1 < len(plan) < PEOPLE
    stack.up()
    command(stack, "import", *instance, "--out", ".", "--check")


def test_a_roster_with_personas_in_python(fresh: Stack) -> None:
    instance = taken_over(fresh, "--personas")
    _limit_chats(fresh)
    plan = fresh.plan()
    limit = "after_contact_work_configs[0].after_contact_work_config.after_contact_work_time_limit"
    assert plan == dict.fromkeys(plan, ("update", [limit]))
    assert 1 < len(plan) < PEOPLE
    fresh.up()
    command(fresh, "import", *instance, "--out", ".", "--check")


def _limit_chats(stack: Stack) -> None:
    """Change one line of the personas: the after-contact work of the chats of one of them."""
    personas = stack.folder / "personas.yaml"
    text = personas.read_text(encoding="utf-8")
    personas.write_text(text.replace("acw.chat: 30", "acw.chat: 45", 1), encoding="utf-8")


def test_each_person_in_python(fresh: Stack) -> None:
    """With the dynamic provider, for which nothing has to be installed."""
    taken_over(fresh, "--each")
    assert "ConnectUser(" in (fresh.folder / "__main__.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "tools"), [("typescript", ("nodejs", "npm")), ("go", ("go", "go"))])
@pytest.mark.parametrize("options", [(), ("--each",), ("--personas",)], ids=["roster", "each", "personas"])
@pytest.mark.timeout(1500)
def test_a_program_with_a_generated_sdk(
    language: str, tools: tuple[str, str], options: tuple[str, ...], fresh: Stack
) -> None:
    """It compiles, and nothing changes."""
    for name in (f"pulumi-language-{tools[0]}", tools[1]):
        if shutil.which(name) is None:
            pytest.skip(f"no `{name}` on PATH")
    if language == "go":
        if not os.environ.get("CONNECT_USERS_GO"):
            pytest.skip("compiling Pulumi's SDK for Go takes minutes: set CONNECT_USERS_GO=1")
        for name in ("GOCACHE", "GOMODCACHE"):
            done = subprocess.run(["go", "env", name], capture_output=True, text=True, check=True)
            fresh.environment[name] = done.stdout.strip()
    taken_over(fresh, "--language", language, *options)
    if language == "go":
        shell(fresh, "go vet ./...")


def run_script(stack: Stack, script: Path) -> set[str]:
    """Run the commands in a stack; the names of the users of AWS's providers whom it still has."""
    shell(stack, f"sh {script}")
    resources = json.loads(stack.pulumi("stack", "export").text)["deployment"]["resources"]
    return {each["urn"].rpartition("::")[2] for each in resources if each["type"] in (AWS_USER, NATIVE_USER)}


def test_users_move_from_the_stack_of_another_provider(new_stack: NewStack) -> None:
    """That stack forgets them, protected ones too, by the commands that were written; nobody is touched."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("no `pulumi-language-yaml` on PATH: YAML programs need Pulumi's language host")
    old, new = new_stack(), new_stack()
    for name in ("__main__.py", "Pulumi.yaml"):
        (new.folder / name).unlink()
    text = (
        (DATA / "stack-export.json").read_text(encoding="utf-8").replace("prod::contact-center", f"{STACK}::{PROJECT}")
    )
    for number, username in enumerate(("ada", "bob", "eve", "nat"), start=1):
        made = new.connect.create_user(
            InstanceId=seed.INSTANCE_ID,
            Username=username,
            Password=PASSWORD,
            RoutingProfileId=SALES,
            SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
            PhoneConfig={"PhoneType": "SOFT_PHONE"},
            IdentityInfo={"FirstName": username, "LastName": "Example"},
        )
        text = text.replace(f"{number}0000000-0000-4000-8000-00000000000{number}", made["UserId"])
    document = json.loads(text)
    fresh_state = json.loads(old.pulumi("stack", "export").text)["deployment"]
    document["deployment"] |= {name: fresh_state[name] for name in ("manifest", "secrets_providers")}
    (old.root / "made.json").write_text(
        re.sub(r'"ciphertext": "[^"]*"', f'"plaintext": {json.dumps(json.dumps(PASSWORD))}', json.dumps(document)),
        encoding="utf-8",
    )
    old.pulumi("stack", "import", "--file", str(old.root / "made.json"))
    export = new.root / "export.json"
    old.pulumi("stack", "export", "--file", str(export))
    before = new.live()

    to = ("--endpoint-url", new.emulator.endpoint_url, "--requests-per-second", "1000", "--out", ".")
    said, _ = command(new, "import", "--from-stack", str(export), *to, "--language", "yaml")
    named(new)
    follow(new, said)
    assert new.plan() == {}
    script = new.folder / "forget.sh"
    new.calls()
    assert run_script(old, script) == {"ada", "eve", "lea"}
    # Lea was only read; a quick connect depended on Eve, and Eve on Ada.
    old.pulumi("state", "delete", "--yes", f"urn:pulumi:{STACK}::{PROJECT}::aws:connect/quickConnect:QuickConnect::eve")
    later = script.read_text(encoding="utf-8").splitlines()[-1]
    script.write_text(later.removeprefix("# "), encoding="utf-8")
    assert run_script(old, script) == {"lea"}
    assert new.calls() == []
    assert new.live() == before
