"""What the engine does with resources of the plugin: options, explicit providers, secrets, imports, its own end."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from connect_users.emulator import Emulator, Fault, seed
from tests.acceptance.processes import family, kill
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, SUPPORT
from tests.acceptance.test_plugin_yaml import TYPE, declare, in_yaml, yaml_stack  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack


def resource(inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"type": "connect-users:User", "properties": inputs, "options": options}


def write(stack: Stack, resources: dict[str, Any], **more: Any) -> None:
    project = {"name": PROJECT, "runtime": "yaml", "resources": resources, **more}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")


def test_options_of_the_engine_work_with_camel_case_paths(yaml_stack: Stack) -> None:  # noqa: F811
    write(yaml_stack, {"ada": resource(in_yaml(tags={"team": "Red"}))})
    yaml_stack.up()
    changed = in_yaml(tags={"team": "Blue"}, routingProfileId=SALES)
    write(yaml_stack, {"ada": resource(changed, ignoreChanges=["tags", "routingProfileId"])})
    assert yaml_stack.plan() == {}
    write(yaml_stack, {"ada": resource(changed, ignoreChanges=["tags.team"])})
    assert yaml_stack.plan() == {"ada": ("update", ["routingProfileId"])}
    write(yaml_stack, {"ada": resource(changed, replaceOnChanges=["routingProfileId"], deleteBeforeReplace=True)})
    assert yaml_stack.plan()["ada"][0] == "replace"
    before = yaml_stack.state()["ada"]["id"]
    yaml_stack.up()
    (ada,) = yaml_stack.live().values()
    assert ada["Id"] != before
    assert (ada["RoutingProfileId"], ada["Tags"]["team"]) == (SALES, "Blue")


def test_an_explicit_provider_has_settings_of_its_own(yaml_stack: Stack) -> None:  # noqa: F811
    """Users go where their provider says; a changed setting replaces nobody."""
    with Emulator(None) as elsewhere:
        settings: dict[str, Any] = {
            "region": seed.REGION,
            "endpointUrl": elsewhere.endpoint_url,
            "requestsPerSecond": 1000,
            "burst": 1000,
        }

        def users(**changes: Any) -> None:
            provider = {"type": "pulumi:providers:connect-users", "properties": {**settings, **changes}}
            there = in_yaml(instanceId=seed.INSTANCE_ID)
            write(
                yaml_stack,
                {
                    "there": provider,
                    "ada": resource(in_yaml()),
                    "alan": resource({**there, "username": "alan"}, provider="${there}"),
                },
            )

        elsewhere.options = yaml_stack.emulator.options
        users()
        yaml_stack.up()
        assert set(yaml_stack.live()) == {"ada"}
        assert [each.operation for each in elsewhere.requests] == ["CreateUser"]
        users(timeout=20)
        assert {name: operation for name, (operation, _) in yaml_stack.plan().items()} == {"there": "update"}
        yaml_stack.up()
        yaml_stack.destroy()
        assert yaml_stack.live() == {}


def test_secrets_are_nowhere_in_what_pulumi_writes(yaml_stack: Stack) -> None:  # noqa: F811
    """The password as always, and whatever else the program marks."""

    def secret(text: str) -> dict[str, str]:
        return {"fn::secret": text}

    info = {"firstName": secret("Augusta-marked"), "lastName": "Byron"}
    inputs = in_yaml(identityInfo=info, tags={"team": secret("Team-marked")})
    write(yaml_stack, {"ada": resource(inputs)}, outputs={"tags": "${ada.tags}"})
    said = yaml_stack.preview("--diff").text + yaml_stack.up().text + yaml_stack.refresh("--diff").text
    inputs["routingProfileId"] = SALES
    write(yaml_stack, {"ada": resource(inputs)}, outputs={"tags": "${ada.tags}"})
    said += yaml_stack.preview("--diff").text + yaml_stack.up().text
    assert yaml_stack.live()["ada"]["Tags"]["team"] == "Team-marked"
    for marked in (PASSWORD, "Augusta-marked", "Team-marked"):
        assert marked not in said
        for path in yaml_stack.files():
            assert marked.encode() not in path.read_bytes(), path


def test_a_program_imports_by_its_options_and_reads_by_get(yaml_stack: Stack) -> None:  # noqa: F811
    ids = [
        yaml_stack.connect.create_user(
            InstanceId=seed.INSTANCE_ID,
            Username=name,
            Password=PASSWORD,
            RoutingProfileId=SUPPORT,
            SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
            PhoneConfig={"PhoneType": "SOFT_PHONE"},
            IdentityInfo={"FirstName": "Ada", "LastName": "Lovelace"},
        )["UserId"]
        for name in ("ada", "alan")
    ]
    inputs = in_yaml(
        instanceId=seed.INSTANCE_ID,
        password=None,
        phoneConfig=None,
        identityInfo={"firstName": "Ada", "lastName": "Lovelace"},
    )
    imported = {"ada": resource(inputs, **{"import": f"{seed.INSTANCE_ID}:{ids[0]}"})}
    state = {"instanceId": seed.INSTANCE_ID}
    got = {
        "alan": {"type": "connect-users:User", "get": {"id": ids[1], "state": state}},
        "again": {"type": "connect-users:User", "get": {"id": f"{seed.INSTANCE_ID}:{ids[1]}"}},
    }
    outputs = {"name": "${alan.username}", "id": "${alan.id}", "arn": "${again.arn}"}
    write(yaml_stack, {**imported, **got}, outputs=outputs)
    assert yaml_stack.plan()["ada"][0] == "import"
    yaml_stack.up()
    assert yaml_stack.state()["ada"]["id"] == ids[0]
    arn = f"{seed.INSTANCE_ARN}/agent/{ids[1]}"
    stack_outputs = json.loads(yaml_stack.pulumi("stack", "output", "--json").text)
    assert stack_outputs == {"name": "alan", "id": ids[1], "arn": arn}
    yaml_stack.refresh()
    write(yaml_stack, {"ada": resource(inputs), **got}, outputs=outputs)
    assert "ada" not in yaml_stack.plan()
    yaml_stack.destroy()
    assert set(yaml_stack.live()) == {"alan"}


def test_a_file_of_ids_imports_many(yaml_stack: Stack) -> None:  # noqa: F811
    from connect_users.emulator import seed_users

    ids = seed_users(yaml_stack.emulator.store, 5)
    entries = [
        {"type": TYPE, "name": f"user{number}", "id": f"{seed.INSTANCE_ID}:{id_}"} for number, id_ in enumerate(ids)
    ]
    (yaml_stack.folder / "import.json").write_text(json.dumps({"resources": entries}), encoding="utf-8")
    declare(yaml_stack, {})
    yaml_stack.pulumi("import", "--file", "import.json", "--yes", "--protect=false", "--out", "generated.yaml")
    generated = (yaml_stack.folder / "generated.yaml").read_text(encoding="utf-8")
    (yaml_stack.folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: yaml\n{generated}", encoding="utf-8")
    assert yaml_stack.plan() == {}


def test_a_killed_engine_leaves_no_plugin_behind(yaml_stack: Stack) -> None:  # noqa: F811
    """Its call, which waits for its turn, is not sent in the middle of the next run."""
    yaml_stack.emulator.faults.add(Fault("CreateUser", "error-before", code="ThrottlingException", times=100_000))
    yaml_stack.configure(timeout=3000)
    declare(yaml_stack, {"ada": in_yaml()})
    with yaml_stack.start("up", "--yes", "--skip-preview") as process:
        while not [each for each in yaml_stack.emulator.requests if each.operation == "CreateUser"]:
            threading.Event().wait(0.05)
        plugins = [pid for pid in family(process.pid) if _is_plugin(pid)]
        assert plugins
        kill([process.pid])
        process.communicate(timeout=60)
    for _ in range(600):
        if not any(map(_is_plugin, plugins)):
            return
        threading.Event().wait(0.1)
    raise AssertionError("the plugin lives on")


def _is_plugin(pid: int) -> bool:
    return "connect_users.plugin" in family(pid).get(pid, "")
