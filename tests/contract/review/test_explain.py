"""`connect-users explain` as it is run: files, stdin, names from everywhere, exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

PREVIEWS = Path(__file__).resolve().parents[2] / "data" / "previews"
CHANGE = str(PREVIEWS / "change.json")
ADA = "ada: routing Support → Sales; + security profile Admin ⚠"


@pytest.fixture
def names_file(tmp_path: Path) -> str:
    """The emulator's names, as a file for --names."""
    file = tmp_path / "names.json"
    file.write_text(
        json.dumps({"routing_profiles": seed.ROUTING_PROFILES, "security_profiles": seed.SECURITY_PROFILES}),
        encoding="utf-8",
    )
    return str(file)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An instance to ask, on a port of this machine."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator() as emulator:
        yield emulator.endpoint_url


def test_a_preview_is_explained_from_stdin(
    names_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As at the end of a pipe; without a terminal there is no colour."""
    monkeypatch.setattr("sys.stdin", io.StringIO(Path(CHANGE).read_text(encoding="utf-8")))
    assert main(["explain", "--names", names_file, "--width", "200"]) == 0
    output = capsys.readouterr().out
    assert ADA in output
    assert "\x1b" not in output


def test_names_come_from_an_instance(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Hierarchy groups by their whole path; found by alias or id."""
    for instance in (seed.INSTANCE_ALIAS, seed.INSTANCE_ID):
        place = ["--instance", instance, "--endpoint-url", endpoint, "--region", seed.REGION]
        assert main(["explain", CHANGE, "--width", "300", *place]) == 0
        captured = capsys.readouterr()
        assert ADA in captured.out
        assert "hierarchy EMEA/UK/London → AMER/US/Austin" in captured.out
        assert captured.err == ""


def test_power_is_judged_by_permissions_when_an_instance_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only of the security profiles that the preview is about, and only while permissions are to count."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator() as emulator:
        place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        client = connect(emulator)
        made = client.create_security_profile(
            InstanceId=seed.INSTANCE_ID, SecurityProfileName="Team", Permissions=["Users.View", "Users.EditPermission"]
        )["SecurityProfileId"]
        client.create_security_profile(
            InstanceId=seed.INSTANCE_ID, SecurityProfileName="Nobodys", Permissions=["Users.Edit"]
        )
        file = tmp_path / "preview.json"
        text = Path(CHANGE).read_text(encoding="utf-8").replace(seed.SECURITY_PROFILES["Admin"], made)
        file.write_text(text, encoding="utf-8")
        command = ["explain", str(file), "--width", "300", *place]
        assert main([*command, "--fail-on", "admin-gained>2"]) == 1
        captured = capsys.readouterr()
        assert "ada: routing Support → Sales; + security profile Team ⚠ (Users.EditPermission)" in captured.out
        assert "admin-gained: 3 users gain power; the limit is 2" in captured.err
        assert asked(emulator) == 4  # Agent, CallCenterManager, QualityAnalyst and Team, not Admin or Nobodys
        assert main([*command, "--fail-on", "admin-gained>2", "--power-permission", ""]) == 0
        assert asked(emulator) == 4
        assert main([*command, "--fail-on", "admin-gained>2", "--power-permission", "Queues.View, Users.V*"]) == 1


def test_permissions_that_were_given_by_hand_count_beside_those_of_the_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pulumi leaves what it does not change; what it writes is what will be."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    file, state = tmp_path / "preview.json", tmp_path / "state.json"
    with Emulator() as emulator:
        made = connect(emulator).create_security_profile(
            InstanceId=seed.INSTANCE_ID, SecurityProfileName="Team", Permissions=["Users.Edit"]
        )["SecurityProfileId"]
        place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        urn, type_ = "urn:pulumi:dev::agents::p::team", "aws:connect/securityProfile:SecurityProfile"
        team = {"urn": urn, "type": type_, "outputs": {"securityProfileId": made}}
        low, high = (
            {**team, "inputs": {"name": "Team", "permissions": [each]}} for each in ("Users.View", "Users.Edit")
        )
        user = {"urn": "urn:u", "type": "pulumi-python:dynamic/connect_users:ConnectUser"}
        new = {**user, "inputs": {"username": "ada", "security_profile_ids": [made]}}
        gains = {"op": "create", "urn": "urn:u", "newState": new}
        state.write_text(json.dumps({"deployment": {"resources": [low]}}), encoding="utf-8")
        for steps, status in (
            ([{"op": "same", "urn": urn, "oldState": low, "newState": low}], 1),
            ([{"op": "update", "urn": urn, "oldState": high, "newState": low}], 0),
            ([], 1),
        ):
            file.write_text(json.dumps({"steps": [*steps, gains]}), encoding="utf-8")
            assert main(["explain", str(file), "--fail-on", "admin-gained", "--state", str(state), *place]) == status
            assert ("Team ⚠ (Users.Edit)" in " ".join(capsys.readouterr().out.split())) == bool(status)
    file.write_text(
        json.dumps({"steps": [{"op": "update", "urn": urn, "oldState": low, "newState": high}, gains]}),
        encoding="utf-8",
    )
    assert main(["explain", str(file), "--fail-on", "admin-gained", "--state", str(state)]) == 1


def asked(emulator: Emulator) -> int:
    """How often the permissions of a security profile were asked for."""
    return sum(record.operation == "ListSecurityProfilePermissions" for record in emulator.requests)


def test_a_roster_gives_names_to_readers_and_lines_to_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But it is part of the pull request, so that its names do not let anybody pass."""
    roster = tmp_path / "our agents.csv"
    roster.write_text(
        "username,routing_profile,security_profiles\n"
        "ada,Sales,Agent|Admin\nchloe,Support,Agent\ngrace,Support,Agent|CallCenterManager\n",
        encoding="utf-8",
    )
    assert main(["explain", CHANGE, "--roster", str(roster), "--width", "300", "--fail-on", "admin-gained"]) == 1
    captured = capsys.readouterr()
    assert "ada: routing Support → Sales; + security profile Admin (a name of the roster only)" in captured.out
    assert "give --instance, --state or --names" in captured.err
    assert main(["explain", CHANGE, "--roster", str(roster), "--format", "sarif"]) == 0
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    ada = next(each for each in results if each["message"]["text"].startswith("ada:"))
    place = ada["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (roster.as_uri(), 2)


def test_what_is_deployed_decides_before_what_the_pull_request_says(tmp_path: Path) -> None:
    """It may call the security profile of administrators Helper; a file of names decides before both."""
    urn, type_, id_ = "urn:pulumi:dev::agents::p::admin", "aws:connect/securityProfile:SecurityProfile", "sp-1"
    deployed, renamed = (
        {"urn": urn, "type": type_, "inputs": {"name": name}, "outputs": {"securityProfileId": id_}}
        for name in ("Admin", "Helper")
    )
    user = {"urn": "urn:u", "type": tokens.USER, "inputs": {"username": "ada", "security_profile_ids": [id_]}}
    gains = {"op": "create", "urn": "urn:u", "newState": user}
    file, state, names = (tmp_path / f"{name}.json" for name in ("preview", "state", "names"))
    state.write_text(json.dumps({"deployment": {"resources": [deployed]}}), encoding="utf-8")
    command = ["explain", str(file), "--fail-on", "admin-gained"]
    same = {"op": "same", "urn": urn, "oldState": renamed, "newState": renamed}
    update = {"op": "update", "urn": urn, "oldState": deployed, "newState": renamed}
    for step, options, status in ((same, [], 0), (same, ["--state", str(state)], 1), (update, [], 1)):
        file.write_text(json.dumps({"steps": [step, gains]}), encoding="utf-8")
        assert main([*command, *options]) == status
    names.write_text(json.dumps({"security_profiles": {"Helper": id_}}), encoding="utf-8")
    assert main([*command, "--names", str(names)]) == 0


def test_a_log_is_attached_to_the_markdown_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a code block that it cannot close; JSON in a log of GitHub gives its runner no command."""
    log, file = tmp_path / "log.txt", tmp_path / "preview.json"
    log.write_text("```\n# Approved\n", encoding="utf-8")
    file.write_text(Path(CHANGE).read_text(encoding="utf-8").replace('"grace"', '"##[error]grace"'), encoding="utf-8")
    command = ["explain", str(file), "--log", str(log)]
    assert main([*command, "--format", "markdown"]) == 0
    assert "\n````text\n```\n# Approved\n````\n" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    output = capsys.readouterr().out
    assert "Approved" not in output
    assert "##[" not in output
    assert "##[error]grace" in {person["username"] for person in json.loads(output)["people"]}
    assert main(["explain", CHANGE, "--log", "nowhere.txt"]) == 2


def test_the_gate_exits_with_1_and_still_writes_the_review(
    names_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comment tells why; so does stderr, one line each."""
    review = tmp_path / "review.md"
    command = ["explain", CHANGE, "--names", names_file, "--format", "markdown", "--output", str(review)]
    assert main([*command, "--fail-on", "admin-gained,deletions>10,replacements>5"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith(
        "connect-users explain: admin-gained: 3 users gain power; the limit is 0 (grace, hugo, ada); 1 of them has a "
        "security profile without a known name, which counts as power"
    )
    assert "⛔ admin-gained: 3 users gain power" in review.read_text(encoding="utf-8")
    assert review.stat().st_mode & 0o777 == 0o600
    assert main([*command, "--fail-on", "deletions>10"]) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_preview_may_come_from_any_shell(tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    """PowerShell writes UTF-16 where another shell writes UTF-8."""
    file = tmp_path / "preview.json"
    file.write_text(Path(CHANGE).read_text(encoding="utf-8"), encoding=encoding)
    assert main(["explain", str(file)]) == 0
    assert capsys.readouterr().out.startswith("1 leaver, 2 replaced")


@pytest.mark.parametrize(("format_", "said"), [("text", "routing Support ? Sales"), ("json", "Support \\u2192 Sales")])
@pytest.mark.parametrize("encoding", ["cp1252", "ascii:surrogateescape"], ids=["Windows", "the locale C"])
def test_a_pipe_that_takes_no_arrows_gets_question_marks(
    names_file: str, format_: str, said: str, encoding: str
) -> None:
    """JSON stays what it is."""
    command = [sys.executable, "-c", "import sys; from connect_users.cli import main; sys.exit(main())", "explain"]
    done = subprocess.run(
        [*command, CHANGE, "--names", names_file, "--format", format_],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        text=True,
        encoding="cp1252",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


def test_one_run_writes_every_format(names_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So that an instance is asked once, and a gate that fails leaves all of them."""
    files = {name: tmp_path / f"review.{name}" for name in ("markdown", "json", "sarif", "text")}
    written = [word for name, file in files.items() for word in ("--write", f"{name}={file}")]
    assert main(["explain", CHANGE, "--names", names_file, "--fail-on", "leavers", *written]) == 1
    shown = capsys.readouterr().out
    assert files["text"].read_text(encoding="utf-8") == shown
    assert "⛔ leavers" in files["markdown"].read_text(encoding="utf-8")
    assert json.loads(files["json"].read_text(encoding="utf-8"))["gate_failures"]
    assert json.loads(files["sarif"].read_text(encoding="utf-8"))["version"] == "2.1.0"
    for wrong in ("html=x", "markdown", "markdown="):
        with pytest.raises(SystemExit):
            main(["explain", CHANGE, "--write", wrong])
        assert "is not FORMAT=FILE" in capsys.readouterr().err


def test_policies_are_judged_and_gated(names_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a file of rules."""
    rules = tmp_path / "policy.yaml"
    rules.write_text("admins_only: {usernames: [root.ops]}\nhierarchy_required: true\n", encoding="utf-8")
    command = ["explain", CHANGE, "--names", names_file, "--policy", str(rules), "--format", "json"]
    assert main(command) == 0
    violations = json.loads(capsys.readouterr().out)["policy_violations"]
    assert {"policy": "admins-only", "username": "ada"}.items() <= violations[0].items()
    assert main([*command, "--fail-on", "policy"]) == 1


def test_the_personas_of_a_roster_are_those_of_a_policy(
    names_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their file is named once, beside the policies; whoever has other security profiles is named."""
    rules, personas = tmp_path / "policy.yaml", tmp_path / "personas.yaml"
    rules.write_text("personas_only: personas.yaml\n", encoding="utf-8")
    command = ["explain", CHANGE, "--names", names_file, "--policy", str(rules), "--json"]
    for text, said in (
        (None, "personas.yaml: cannot be read"),
        ("personas: {agent: {security_profiles: Agent}}\nrules: 5\n", "personas.yaml:2: rules: is not a list"),
        ("personas: {agent: {routing_profile: Sales}}\n", "the persona agent has no security profiles"),
    ):
        if text is not None:
            personas.write_text(text, encoding="utf-8")
        assert main(command) == 2
        assert said in capsys.readouterr().err
    personas.write_text("personas:\n  agent: {security_profiles: Agent}\n  x: {security_profiles: Agent|No}\n", "utf-8")
    assert main(command) == 0
    found = {each["username"]: each["text"] for each in json.loads(capsys.readouterr().out)["policy_violations"]}
    assert found["ada"] == (
        "has the security profiles Admin and Agent, which no persona has; the personas are agent and x"
    )
    assert "chloe" not in found


def test_what_a_policy_calls_power_is_what_the_options_say(
    names_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here the profile that nearly everybody has, besides the one that is power anyway."""
    rules = tmp_path / "policy.yaml"
    rules.write_text("sign_out_required: true\n", encoding="utf-8")
    found = []
    for power in ("Admin", "Agent"):
        command = ["explain", CHANGE, "--names", names_file, "--policy", str(rules), "--json", "--power", power]
        assert main(command) == 0
        found.append({each["text"] for each in json.loads(capsys.readouterr().out)["policy_violations"]})
    assert any("has power (Admin)" in text for text in found[0])
    assert any("has power (Agent)" in text for text in found[1])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nowhere.json"], 2, "nowhere.json cannot be read"),
        ([CHANGE, "--roster", "nowhere.csv"], 2, "nowhere.csv: cannot be read"),
        ([CHANGE, "--names", "nowhere.json"], 2, "nowhere.json cannot be read"),
        ([CHANGE, "--policy", "nowhere.yaml"], 2, "nowhere.yaml cannot be read"),
        ([str(PREVIEWS / "failed.json")], 1, "username: 'fa rid' has a blank"),
        ([CHANGE, "--fail-on", "policy"], 2, "--fail-on policy needs --policy FILE"),
        (
            [CHANGE, "--state", CHANGE],
            2,
            "change.json: the JSON has no resources; it was not written by pulumi stack export",
        ),
        ([CHANGE, "--policy", CHANGE], 2, "change.json: policy: unknown rule"),
        (
            [CHANGE, "--names", CHANGE.replace("change", "state-export"), "--output", "/nowhere/x"],
            2,
            "cannot be written",
        ),
    ],
)
def test_what_goes_wrong_is_one_line(
    arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a traceback."""
    assert main(["explain", *arguments]) == status
    stderr = capsys.readouterr().err
    assert said in stderr
    assert "Traceback" not in stderr


DEEP = '{"a":' * 100_000


@pytest.mark.parametrize(
    ("option", "written", "said"),
    [
        ("--policy", "admins_only: [a]\nadmins_only: [mallory]\n", ":2: the key 'admins_only' is written twice"),
        ("--policy", "admins_only: {usernames: [a], usernames: [b]}", ":1: the key 'usernames' is written twice"),
        ("--policy", '{"no_plain_passwords": true, "no_plain_passwords": false}', "is written twice"),
        ("--policy", "? [a]\n: 1\n", ":1: a key is not a string"),
        ("--policy", "a: [", "is not YAML"),
        ("--policy", "- &a [*a]", "nested too deeply"),
        ("--policy", "[" * 100_000, "nest"),
        ("--policy", "tags_required: team", "tags_required: is not a list of strings"),
        ("--policy", "", "is not a dict of rules"),
        ("--names", DEEP, "is not a file of names: it is nested too deeply"),
        ("--names", "[]", "is not a file of names: not a dict"),
        ("--names", f'{{"x": {"9" * 5_000}}}', "is not a file of names: it has a number that is too long"),
        ("--state", f'{{"deployment": {{"resources": [{DEEP}', "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    tmp_path: Path, option: str, written: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its name; it is wrong usage, and nothing that a review found."""
    file = tmp_path / "given"
    file.write_text(written, encoding="utf-8")
    assert main(["explain", CHANGE, option, str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(file) in line
    assert said in line


def test_rules_are_texts_as_they_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML itself would make a date of one, and a number of another; a date that is none would be an error."""
    rules = tmp_path / "policy.yaml"
    rules.write_text("tags_required: [2024-13-45, 2024-01-01, 1e3, 007]\nhierarchy_required: false\n", encoding="utf-8")
    assert main(["explain", CHANGE, "--policy", str(rules), "--json"]) == 0
    violations = json.loads(capsys.readouterr().out)["policy_violations"]
    assert violations[0]["text"] == "lacks the tags 2024-13-45, 2024-01-01, 1e3, 007"
    assert {each["policy"] for each in violations} == {"tags-required"}


def test_json_is_the_same_as_its_format(capsys: pytest.CaptureFixture[str]) -> None:
    """As of all commands."""
    assert main(["explain", CHANGE, "--json"]) == 0
    output = capsys.readouterr().out
    assert main(["explain", CHANGE, "--format", "json"]) == 0
    assert output == capsys.readouterr().out
    assert json.loads(output)["schema"] == 1


def test_secrets_in_place_of_a_list_are_reviewed_with_an_instance(
    endpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody can be asked about them, and so they count as power; names are shown whatever they are."""
    state = {"urn": "urn:u", "type": "pulumi-python:dynamic/connect_users:ConnectUser"}
    old = {**state, "inputs": {"username": "a\ud800", "security_profile_ids": "[secret]"}}
    new = {**state, "inputs": {"username": "a\ud800", "security_profile_ids": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}}
    file, out = tmp_path / "preview.json", tmp_path / "review"
    file.write_text(json.dumps({"steps": [{"op": "update", "urn": "u", "oldState": old, "newState": new}]}))
    place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", endpoint, "--region", seed.REGION]
    for format_ in ("text", "markdown", "json", "sarif"):
        command = ["explain", str(file), "--fail-on", "admin-gained", "--format", format_, "--output", str(out), *place]
        assert main(command) == 1
        assert "not known yet 1" in out.read_text(encoding="utf-8")
    assert "the limit is 0 (a\ufffd)" in capsys.readouterr().err


def test_a_condition_that_nobody_knows_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The words that there are are listed."""
    with pytest.raises(SystemExit) as stopped:
        main(["explain", CHANGE, "--fail-on", "admins"])
    assert stopped.value.code == 2
    assert "'admins' is not a condition; write admin-gained, deletions" in capsys.readouterr().err
