"""The plugin on the real engine, for programs in YAML: all of a user's life, imports, and the way between the doors."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, SUPPORT, Stack, user

TYPE = "connect-users:index:User"


def in_yaml(**changes: Any) -> dict[str, Any]:
    """The inputs of a valid user in the plugin's words; None takes one away."""
    inputs = {
        "instanceId": seed.INSTANCE_ARN,
        "username": "ada",
        "routingProfileId": SUPPORT,
        "securityProfileIds": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identityInfo": {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 30},
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def declare(stack: Stack, users: dict[str, dict[str, Any]], **more: Any) -> None:
    """Make the project one in YAML (of which JSON is a part) that declares users by their names in the stack."""
    resources = {name: {"type": "connect-users:User", "properties": inputs} for name, inputs in users.items()}
    project = {"name": PROJECT, "runtime": "yaml", "resources": resources, **more}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")


def install(stack: Stack) -> str:
    """Install the plugin into the stack's own PULUMI_HOME; what the command says."""
    done = subprocess.run(
        ["connect-users", "plugin", "install"],
        cwd=stack.root,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def yaml_stack(stack: Stack) -> Stack:
    """A stack for programs in YAML, with the plugin installed."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("no `pulumi-language-yaml` on PATH: YAML programs need Pulumi's language host")
    assert "next:" in install(stack)
    (stack.folder / "__main__.py").rename(stack.folder / "program.py")
    return stack


def test_a_user_is_made_changed_and_deleted(yaml_stack: Stack) -> None:
    """Previews name exactly what differs; what depends on the ARN stays as it is."""
    outputs = {"arn": "${ada.arn}", "user": "${ada.id}"}
    declare(yaml_stack, {"ada": in_yaml(tags={"team": "Red", "cost_center": "1"})}, outputs=outputs)
    assert yaml_stack.plan()["ada"] == ("create", [])
    text = yaml_stack.up().text
    assert "warning" not in text
    (ada,) = yaml_stack.live().values()
    assert ada["Tags"].items() >= {"team": "Red", "cost_center": "1"}.items()
    state = yaml_stack.state()["ada"]
    assert state["id"] == ada["Id"]
    assert state["outputs"]["tags"] == {"team": "Red", "cost_center": "1"}
    assert yaml_stack.plan() == {}

    changed = in_yaml(tags={"team": "Blue", "cost_center": "1"}, routingProfileId=SALES)
    declare(yaml_stack, {"ada": changed}, outputs=outputs)
    assert yaml_stack.plan() == {"ada": ("update", ["routingProfileId", "tags.team"])}
    shown = yaml_stack.preview("--diff").text
    assert '~ team: "Red" => "Blue"' in shown
    assert "firstName" not in shown
    assert "arn" not in shown.partition("Outputs:")[2]
    yaml_stack.up()
    assert yaml_stack.live()["ada"]["RoutingProfileId"] == SALES

    declare(yaml_stack, {"ada": {**changed, "username": "grace"}}, outputs=outputs)
    (operation, paths) = yaml_stack.plan()["ada"]
    assert (operation, paths) == ("replace", ["username"])
    yaml_stack.up()
    assert set(yaml_stack.live()) == {"grace"}
    yaml_stack.destroy()
    assert yaml_stack.live() == {}


def test_drift_shows_in_a_refresh_and_the_next_run_takes_it_back(yaml_stack: Stack) -> None:
    declare(yaml_stack, {"ada": in_yaml()})
    yaml_stack.up()
    assert "unchanged" in yaml_stack.refresh("--diff").text
    (ada,) = yaml_stack.live().values()
    yaml_stack.connect.update_user_routing_profile(
        InstanceId=seed.INSTANCE_ID, UserId=ada["Id"], RoutingProfileId=SALES
    )
    assert "~ routingProfileId" in yaml_stack.refresh("--diff").text
    assert yaml_stack.plan() == {"ada": ("update", ["routingProfileId"])}
    yaml_stack.up()
    assert yaml_stack.live()["ada"]["RoutingProfileId"] == SUPPORT
    yaml_stack.connect.delete_user(InstanceId=seed.INSTANCE_ID, UserId=ada["Id"])
    yaml_stack.refresh()
    assert "ada" not in yaml_stack.state()


@pytest.mark.parametrize("by", ["ids", "arn"])
def test_a_user_is_imported_by_id_and_the_generated_program_changes_nothing(by: str, yaml_stack: Stack) -> None:
    """The state keeps the bare id; the next change writes the ownership tag."""
    made = yaml_stack.connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="ada",
        Password=PASSWORD,
        RoutingProfileId=SUPPORT,
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 10},
        IdentityInfo={"FirstName": "Ada", "LastName": "Lovelace"},
        Tags={"cost_center": "1"},
    )
    id_ = {"ids": f"{seed.INSTANCE_ID}:{made['UserId']}", "arn": made["UserArn"]}[by]
    declare(yaml_stack, {})
    yaml_stack.pulumi("import", TYPE, "ada", id_, "--yes", "--protect=false", "--out", "generated.yaml")
    state = yaml_stack.state()["ada"]
    assert (state["id"], "importID" in state) == (made["UserId"], False)
    generated = (yaml_stack.folder / "generated.yaml").read_text(encoding="utf-8")
    head = f"name: {PROJECT}\nruntime: yaml\n"
    (yaml_stack.folder / "Pulumi.yaml").write_text(head + generated, encoding="utf-8")
    assert yaml_stack.plan() == {}
    (yaml_stack.folder / "Pulumi.yaml").write_text(head + generated.replace(SUPPORT, SALES), encoding="utf-8")
    assert yaml_stack.plan() == {"ada": ("update", ["routingProfileId"])}
    yaml_stack.up()
    assert "connect-users:owner" in yaml_stack.live()["ada"]["Tags"]
    yaml_stack.destroy()
    assert yaml_stack.live() == {}


def test_what_is_not_there_cannot_be_imported(yaml_stack: Stack) -> None:
    declare(yaml_stack, {})
    nobody = "99999999-0000-4000-8000-000000000000"
    text = yaml_stack.pulumi("import", TYPE, "ada", f"{seed.INSTANCE_ID}:{nobody}", "--yes", code=1).text
    assert "does not exist" in text
    text = yaml_stack.pulumi("import", TYPE, "ada", "ada", "--yes", code=1).text
    assert "use INSTANCE_ID:USER_ID or the user's ARN" in text


def test_a_failure_is_one_line_on_its_resource_and_the_next_run_finishes(yaml_stack: Stack) -> None:
    from connect_users.emulator import Fault

    declare(
        yaml_stack, {"ada": in_yaml(userProficiencies=[{"attributeName": "lang", "attributeValue": "en", "level": 3}])}
    )
    yaml_stack.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException"))
    text = yaml_stack.up(code=1).text
    assert "creating Connect user 'ada': done: CreateUser; failed: AssociateUserProficiencies" in text
    assert "Traceback" not in text
    assert PASSWORD not in text
    yaml_stack.up()
    assert len(yaml_stack.live()["ada"]["UserProficiencies"]) == 1


def test_wrong_inputs_and_settings_are_reported_in_the_plugins_words(yaml_stack: Stack) -> None:
    declare(yaml_stack, {"ada": in_yaml(phoneConfig={"phoneType": "DESK_PHONE"}, username="a b")})
    text = yaml_stack.preview(code=1).text
    assert "phoneConfig.deskPhoneNumber: missing; DESK_PHONE needs it" in text
    assert "username: 'a b' has a blank" in text
    yaml_stack.configure(timeOut="5")
    declare(yaml_stack, {"ada": in_yaml()})
    text = yaml_stack.preview(code=1).text
    assert "connect-users:timeOut: no such setting" in text
    assert "Traceback" not in text


def test_names_are_looked_up_by_functions(yaml_stack: Stack) -> None:
    def look_up(function: str, **arguments: str) -> dict[str, Any]:
        call = {"function": f"connect-users:{function}", "arguments": arguments, "return": "id"}
        return {"fn::invoke": call}

    where = {"instanceId": seed.INSTANCE_ALIAS}
    variables = {
        "support": look_up("getRoutingProfile", **where, name="Support"),
        "agent": look_up("getSecurityProfile", **where, name="Agent"),
        "london": look_up("getHierarchyGroup", **where, path="EMEA/UK/London"),
    }
    named = in_yaml(routingProfileId="${support}", securityProfileIds=["${agent}"], hierarchyGroupId="${london}")
    declare(yaml_stack, {"ada": named}, variables=variables)
    yaml_stack.up()
    assert yaml_stack.live()["ada"]["RoutingProfileId"] == SUPPORT
    variables["support"] = look_up("getRoutingProfile", **where, name="Suport")
    declare(yaml_stack, {"ada": named}, variables=variables)
    assert "has no routing profile 'Suport'; did you mean 'Support'?" in yaml_stack.preview(code=1).text


def test_from_the_dynamic_resource_to_the_plugin_and_back_nobody_is_touched(yaml_stack: Stack) -> None:
    """Only the tags are written again, since the resource's URN is a part of them."""
    python = json.dumps({"name": PROJECT, "runtime": "python"})

    def as_python(**options: Any) -> None:
        (yaml_stack.folder / "program.py").rename(yaml_stack.folder / "__main__.py")
        (yaml_stack.folder / "Pulumi.yaml").write_text(python, encoding="utf-8")
        yaml_stack.users = {"ada": user("ada", tags={"cost_center": "1"}, opts=options)}

    as_python()
    yaml_stack.up()
    before = yaml_stack.live()["ada"]

    (yaml_stack.folder / "__main__.py").rename(yaml_stack.folder / "program.py")
    declare(yaml_stack, {"ada": in_yaml(tags={"cost_center": "1"})})
    assert {name: operation for name, (operation, _) in yaml_stack.plan().items()} == {"ada": "update"}
    yaml_stack.calls()
    yaml_stack.up()
    assert yaml_stack.calls() == ["DescribeUser", "TagResource"]
    state = yaml_stack.state()["ada"]
    assert (state["type"], state["id"]) == (TYPE, before["Id"])
    assert not any("_" in name for name in (*state["inputs"], *state["outputs"]))
    assert yaml_stack.plan() == {}
    assert "unchanged" in yaml_stack.refresh().text
    assert yaml_stack.plan() == {}

    as_python(aliases=[{"type_": TYPE}])
    assert {name: operation for name, (operation, _) in yaml_stack.plan().items()} == {"ada": "update"}
    yaml_stack.calls()
    yaml_stack.up()
    assert yaml_stack.calls() == ["DescribeUser", "TagResource"]
    assert yaml_stack.plan() == {}
    after = yaml_stack.live()["ada"]
    ignored = ("Tags", "LastModifiedTime")
    assert {k: v for k, v in after.items() if k not in ignored} == {k: v for k, v in before.items() if k not in ignored}
    yaml_stack.refresh()
    yaml_stack.destroy()
    assert yaml_stack.live() == {}
