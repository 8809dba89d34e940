"""Users in the states of other tools, and how these forget them; the states are written by hand as documented."""

from __future__ import annotations

import copy
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from connect_users.core.errors import ConfigurationError
from connect_users.importing.origins import read, script, state_removal

DATA = Path(__file__).parents[1] / "data" / "origins"
INSTANCE = "00000000-0000-4000-8000-000000000001"
ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
URN = "urn:pulumi:prod::contact-center::"
AWS = f"{URN}aws:connect/user:User::"


def export() -> dict[str, Any]:
    return dict(json.loads((DATA / "stack-export.json").read_text(encoding="utf-8")))


def shown() -> dict[str, Any]:
    return dict(json.loads((DATA / "terraform-show.json").read_text(encoding="utf-8")))


def test_the_users_of_a_stack() -> None:
    """Of both of Pulumi's providers; one that is only read is not the stack's."""
    found = read(json.dumps(export()), "export.json")
    assert [user.name.rpartition("::")[2] for user in found.users] == ["ada", "bob", "eve", "nat"]
    assert found.stack == ("prod", "contact-center")
    assert found.instances == {INSTANCE: ARN}
    assert [user.place.user_id[0] for user in found.of(INSTANCE)] == ["1", "2", "3", "4"]
    assert found.of("another") == []


def test_a_state_forgets_its_users_in_commands_of_their_own() -> None:
    """One who is protected is not any more; one on whom others depend comes later."""
    found = read(json.dumps(export()), "export.json")
    left = state_removal(found, found.users)
    bob = f"{URN}acme:index:Team$aws:connect/user:User::bob"
    assert left.commands == (
        f"pulumi state unprotect --stack prod --yes '{bob}'",
        f"pulumi state delete --stack prod --yes {URN}aws-native:connect:User::nat '{bob}'",
    )
    # Ada is held by Eve, who stays for the time being.
    assert left.dependants == {
        f"{AWS}eve": (f"{URN}aws:connect/quickConnect:QuickConnect::eve",),
        f"{AWS}ada": (f"{AWS}eve",),
    }
    assert left.later == (f"pulumi state delete --stack prod --yes {AWS}eve {AWS}ada",)
    text = script(found, left)
    assert text.splitlines()[0] == "#!/bin/sh"
    assert "set -e\npulumi state unprotect" in text
    assert text.endswith(f"# pulumi state delete --stack prod --yes {AWS}eve {AWS}ada\n")


def test_only_what_depends_from_outside_holds_a_user() -> None:
    """Eve depends on Ada, and both leave; a resource that is within a user, or is deleted with it, holds it."""
    document = export()
    resources = document["deployment"]["resources"]
    quick_connect = resources.pop()
    found = read(json.dumps(document), "export.json")
    removal = state_removal(found, found.users)
    assert removal.dependants == {}
    # A state does not let go of Ada before Eve.
    *_, delete = removal.commands
    assert 0 < delete.index(f"{AWS}eve") < delete.index(f"{AWS}ada")
    one_of_them = (("parent", f"{AWS}ada"), ("deletedWith", f"{AWS}ada"))
    for key, value in (*one_of_them, ("dependencies", [f"{AWS}ada"]), ("replaceWith", [f"{AWS}ada"])):
        one = {name: quick_connect[name] for name in ("urn", "type")}
        changed = copy.deepcopy(document)
        changed["deployment"]["resources"].append({**one, key: value})
        found = read(json.dumps(changed), "export.json")
        assert list(state_removal(found, found.users).dependants) == [f"{AWS}ada"]


def test_a_user_who_is_not_imported_holds_those_on_whom_he_depends() -> None:
    document = export()
    document["deployment"]["resources"].pop()
    found = read(json.dumps(document), "export.json")
    left = state_removal(found, [user for user in found.users if not user.name.endswith("::eve")])
    assert left.dependants == {f"{AWS}ada": (f"{AWS}eve",)}


def test_the_users_of_terraform_in_modules_of_any_depth() -> None:
    found = read(json.dumps(shown()), "state.json")
    assert found.stack is None
    addresses = [user.name for user in found.users]
    assert addresses == [
        'aws_connect_user.agents["ada"]',
        "module.emea.aws_connect_user.agents[0]",
        """module.emea.module.uk["eve's"].aws_connect_user.agents""",
    ]
    (command,) = state_removal(found, found.users).commands
    assert shlex.split(command) == ["terraform", "state", "rm", *reversed(addresses)]


def test_many_users_are_several_commands() -> None:
    """A shell takes only so much at once."""
    document = export()
    ada = document["deployment"]["resources"][4]
    assert ada["urn"].endswith("::ada")
    document["deployment"]["resources"] = [{**ada, "urn": f"{AWS}agent{number}"} for number in range(450)]
    found = read(json.dumps(document), "export.json")
    commands = state_removal(found, found.users).commands
    assert [len(shlex.split(command)) - 6 for command in commands] == [200, 200, 50]


def test_nothing_of_a_state_but_names_and_ids_is_kept() -> None:
    """Neither ciphertexts nor what Terraform shows in plain."""
    for document in (export(), shown()):
        found = read(json.dumps(document), "file")
        said = f"{found} {script(found, state_removal(found, found.users))}"
        for secret in ("Sup3rSecretPhrase", "v1:", "ciphertext", "Example"):
            assert secret not in said


def test_where_a_state_has_no_arn_the_id_is_enough() -> None:
    document = export()
    for each in document["deployment"]["resources"]:
        each.pop("outputs", None)
    found = read(json.dumps(document), "export.json")
    # Cloud Control's id is the ARN.
    assert [bool(user.place.arn) for user in found.users] == [False, False, False, True]
    assert {user.place.instance_id for user in found.users} == {INSTANCE}


def _with(document: dict[str, Any], at: int, **changes: Any) -> dict[str, Any]:
    resources = document["deployment"]["resources"]
    resources[at] = {**resources[at], **changes}
    return document


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f.json is not what pulumi stack export, or terraform show -json, writes"),
        ("[1]", "f.json is not what pulumi stack export, or terraform show -json, writes"),
        ("[" * 100_000, "f.json is not what pulumi stack export, or terraform show -json, writes"),
        ('{"steps": []}', "f.json is not what pulumi stack export, or terraform show -json, writes"),
        ('{"deployment": []}', "f.json is not what pulumi stack export, or terraform show -json, writes"),
        ('{"deployment": {"manifest": {}}}', "f.json has no users of Amazon Connect"),
        ('{"deployment": {"resources": [7, {"urn": 8}]}}', "f.json has no users of Amazon Connect"),
        ('{"format_version": "1.0"}', "f.json has no users of Amazon Connect"),
        ('{"format_version": "1.2", "planned_values": {}}', "f.json is a plan; write terraform show -json without"),
        ('{"version": 4, "serial": 7, "lineage": "x", "resources": []}', "f.json is Terraform's own state file; give"),
        (
            json.dumps(_with(export(), 4, delete=True)),
            f"{AWS}ada: a replaced copy is still to be deleted; run pulumi up there first, then export again",
        ),
        (
            json.dumps(_with(export(), 4, outputs={}, id="ada")),
            f"{AWS}ada: neither its id nor its ARN identifies a user",
        ),
    ],
)
def test_what_cannot_be_read_is_reported_in_one_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text, "f.json")
    assert str(caught.value).startswith(problem)
    assert len(str(caught.value).splitlines()) == 1


def test_a_deposed_object_of_terraform_is_refused() -> None:
    document = shown()
    document["values"]["root_module"]["resources"][2]["deposed_key"] = "byebye"
    with pytest.raises(ConfigurationError, match="run terraform apply there first"):
        read(json.dumps(document), "state.json")
