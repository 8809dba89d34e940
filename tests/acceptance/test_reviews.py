"""Reviews of what the real engine says: `explain` on its previews, and the example policy pack under it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main
from connect_users.emulator import seed
from tests.acceptance.stack import AGENT, PASSWORD, SALES, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

PACK = Path(__file__).resolve().parents[2] / "examples" / "policy-pack"
ADMIN = seed.SECURITY_PROFILES["Admin"]
OTHER_PROVIDER = f"""
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("eve", dict(props))


class Agent(Resource, module="mine", name="Agent"):
    pass


Agent(Provider(), "eve", {{"username": "eve", "securityProfileIds": ["{ADMIN}"]}})
"""


def test_a_preview_of_the_engine_is_reviewed_with_names_from_the_instance(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Joiners, leavers, movers and replacements; nothing personal, no secret, and nothing when nothing changes."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "acceptance")
    place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", stack.emulator.endpoint_url, "--region", seed.REGION]

    def explained(code: int, *more: str) -> str:
        file = tmp_path / "preview.json"
        file.write_text(stack.preview("--json", "--show-sames").text, encoding="utf-8")
        assert main(["explain", str(file), "--width", "200", *place, *more]) == code
        return capsys.readouterr().out

    stack.users = {name: user(name) for name in ("ada", "bo", "cy", "same")}
    output = explained(0)
    assert output.startswith("4 joiners\n")
    stack.up()
    assert explained(0) == "no user changes\n"
    del stack.users["bo"]
    stack.users["ada"] |= {"routing_profile_id": SALES, "security_profile_ids": [ADMIN]}
    stack.users["cy"] |= {"username": "cyd"}
    stack.users["dee"] = user("dee")
    output = explained(1, "--fail-on", "admin-gained")
    assert output.startswith("1 leaver, 1 replaced, 1 joiner, 1 mover; 1 user gains power ⚠\n")
    assert "  ada: routing Support → Sales; + security profile Admin ⚠; - security profile Agent\n" in output
    assert "  cyd: replaced (new username): username cy → cyd\n" in output
    assert PASSWORD not in output
    assert "Lovelace" not in output


def test_a_preview_that_fails_is_reviewed_with_its_reason(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, whatever the gate."""
    stack.users = {"ada": user("a da"), "bo": user("bo")}
    file = tmp_path / "preview.json"
    file.write_text(stack.preview("--json", code=255).text, encoding="utf-8")
    assert main(["explain", str(file)]) == 1
    assert "username: 'a da'" in capsys.readouterr().err


def test_secrets_that_change_are_shown_and_count_as_power(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The engine shows old and new as the same, and says what differs; of a secret that stays it says nothing."""
    names = {"first_name": "Ada", "last_name": "Lovelace", "email": {"secret": "ada@example.com"}}
    hidden = {"security_profile_ids": {"secret": [AGENT]}, "identity_info": names}
    stack.users = {"ada": user("ada", **hidden), "bo": user("bo", **hidden)}
    stack.up()
    stack.users["ada"] |= {
        "security_profile_ids": {"secret": [ADMIN]},
        "identity_info": {**names, "first_name": "Augusta", "email": {"secret": "augusta@example.com"}},
    }
    stack.users["bo"] |= {"routing_profile_id": SALES}
    file = tmp_path / "preview.json"
    file.write_text(stack.preview("--json").text, encoding="utf-8")
    assert main(["explain", str(file), "--width", "200", "--fail-on", "admin-gained"]) == 1
    captured = capsys.readouterr()
    assert "the limit is 0 (ada)" in captured.err
    assert (
        "  ada: + security profile [new secret 1]; - security profile [secret 1]; identity: first name, email"
        in captured.out
    )
    (bo,) = (line for line in captured.out.splitlines() if line.startswith("  bo: "))
    assert "security profile" not in bo


def test_the_example_pack_stops_a_preview(stack: Stack) -> None:
    """What it says, at whom; a user who keeps its rules passes."""
    pytest.importorskip("pulumi_policy", reason="pulumi-policy is not installed: pip install pulumi-policy")
    kept = {
        "hierarchy_group_id": seed.HIERARCHY_GROUPS["EMEA/UK/London"],
        "tags": {"team": "a"},
        "password": None,
        "identity_info": {"first_name": "Ada", "last_name": "Lovelace"},
        "identity_management_type": "SAML",
    }
    stack.users = {"ada": user("ada.lovelace", **kept)}
    stack.preview("--policy-pack", str(PACK))
    stack.users["bo"] = user("bo", security_profile_ids=[ADMIN])
    text = stack.preview("--policy-pack", str(PACK), code=255).text
    for said in (
        "bo has the security profile 'Admin', which only root.ops may have",
        "bo has a password in the program",
        "bo is not in a hierarchy group",
        "bo lacks the tag team",
        "bo is not named first.last",
        "bo has power (Admin) that open sessions keep; set sign_out to 'on_delete' or 'on_loss'",
    ):
        assert said in text
    assert PASSWORD not in text
    assert "ada.lovelace has" not in text


def test_a_user_who_joins_another_resource_moves_and_a_forced_replacement_is_shown_as_it_is(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the engine plans both: a deletion beside a creation, and a replacement without a reason."""
    stack.users = {"ada": user("ada"), "bo": user("bo")}
    stack.up()
    stack.users["desk-ada"] = stack.users.pop("ada") | {"routing_profile_id": SALES}
    file, names = tmp_path / "preview.json", tmp_path / "names.json"
    names.write_text(json.dumps({"security_profiles": seed.SECURITY_PROFILES}), encoding="utf-8")
    bo = stack.state()["bo"]["urn"]
    file.write_text(stack.preview("--json", "--replace", bo).text, encoding="utf-8")
    command = ["explain", str(file), "--names", str(names), "--width", "200", "--fail-on", "admin-gained,leavers"]
    assert main(command) == 0
    output = capsys.readouterr().out
    assert output.startswith("1 replaced, 1 mover")
    assert "stays the same user: resource ada becomes desk-ada" in output
    assert "  bo: replaced; the name stays, so this needs delete_before_replace: the user gets a new id" in output


def test_power_in_another_resource_does_not_pass(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dynamic one of the program itself, which makes users by its own code."""
    stack.write_program(OTHER_PROVIDER)
    file, names = tmp_path / "preview.json", tmp_path / "names.json"
    names.write_text(json.dumps({"security_profiles": seed.SECURITY_PROFILES}), encoding="utf-8")
    file.write_text(stack.preview("--json").text, encoding="utf-8")
    command = ["explain", str(file), "--names", str(names), "--width", "200", "--fail-on", "admin-gained"]
    assert main(command) == 1
    captured = capsys.readouterr()
    assert "  eve: joins: + security profile Admin ⚠; not managed by connect_users" in captured.out
    assert "the limit is 0 (eve)" in captured.err
