"""Pulumi's own resource options, and what other resources see of a user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.acceptance.stack import AGENT, SALES, SUPPORT, skilled, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

#: Above a user, a resource that is replaced when its `key` changes, deleted first; below, one that the user feeds.
PROGRAM_WITH_DEPENDENTS = """
import json
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from connect_users import ConnectUser


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("id", {**props, "made": f"made of {props.get('key')}"})

    def diff(self, id, olds, news):
        changed = [key for key in news if not key.startswith("__") and olds.get(key) != news[key]]
        return DiffResult(bool(changed), ["key"] if "key" in changed else [], delete_before_replace=True)

    def update(self, id, olds, news):
        return UpdateResult({**news, "made": olds["made"]})


class Thing(Resource):
    made: pulumi.Output[str]

    def __init__(self, name, **props):
        super().__init__(Provider(), name, {"made": None, **props})


declared = json.loads(Path("users.json").read_text())
above = Thing("above", key=declared["key"])
ada = ConnectUser(
    "ada",
    **declared["ada"],
    tags=above.made.apply(lambda made: {"by": made}),
    security_profile_ids=above.made.apply(lambda _: [declared["profile"]]),
    user_proficiencies=above.made.apply(lambda _: []),
)
Thing("below", user=ada.id, username=ada.username, arn=ada.arn, profile=ada.routing_profile_id)
pulumi.export("arn", ada.arn)
"""


def test_what_others_take_of_a_user_stays_known(stack: Stack) -> None:
    """A change of one input changes no resource that is fed with others, neither in the preview nor in the run."""
    stack.write_program(PROGRAM_WITH_DEPENDENTS)
    given = {name: value for name, value in user("ada").items() if name != "security_profile_ids"}
    stack.users = {"key": "1", "profile": AGENT, "ada": given}  # type: ignore[dict-item]
    stack.up()
    stack.users["ada"] = {**given, "phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 5}}
    preview = stack.preview("--diff")
    assert preview.changes() == {"ada": {"~ after_contact_work_time_limit: 30 => 5"}}
    assert "outputs" not in preview.text
    stack.calls()
    assert "~ 1 updated" in stack.up().text
    assert stack.calls() == ["UpdateUserPhoneConfig"]

    # What the user depends on is replaced, deleted first: whole inputs are unknown to the engine's questions.
    stack.users["key"] = "2"  # type: ignore[assignment]
    assert {name: change for name, (change, _) in stack.plan().items()} == {
        "above": "replace",
        "ada": "update",
    }
    stack.up()
    assert stack.calls() == ["TagResource"]


#: What a new ownership tag changes in a user.
_TAGGED = {"Tags", "LastModifiedTime"}


def test_ignore_changes_replace_on_changes_aliases_and_protect(stack: Stack) -> None:
    """Options of the engine are honoured as for any other resource."""
    stack.users = {
        "ignored": user("ignored"),
        "forced": user("forced"),
        "old-name": skilled("aliased"),
        "kept": user("kept"),
    }
    stack.up()
    live = stack.live()
    stack.users = {
        "ignored": user("ignored", routing_profile_id=SALES, opts={"ignore_changes": ["routing_profile_id"]}),
        "forced": user("forced", routing_profile_id=SALES, opts={"replace_on_changes": ["routing_profile_id"]}),
        "new-name": skilled("aliased", opts={"aliases": [{"name": "old-name"}]}),
        "kept": user("kept", opts={"retain_on_delete": True}),
    }
    plan = stack.plan()
    assert plan.pop("forced")[0] == "replace"
    # Of the renamed one the ownership tag, and nothing else.
    assert plan == {"new-name": ("update", [])}
    stack.calls()
    stack.up()
    assert stack.plan() == {}
    made = stack.live()
    assert made["ignored"]["RoutingProfileId"] == SUPPORT
    assert made["forced"]["RoutingProfileId"] == SALES
    # A new user, as the preview said; the old one went first, because the name was taken.
    assert made["forced"]["Id"] != live["forced"]["Id"]
    assert stack.calls().count("DeleteUser") == 1
    assert {key: value for key, value in made["aliased"].items() if key not in _TAGGED} == {
        key: value for key, value in live["aliased"].items() if key not in _TAGGED
    }

    stack.users = {name: inputs for name, inputs in stack.users.items() if name != "kept"}
    stack.up()
    assert stack.live()["kept"]["Id"] == live["kept"]["Id"]
    assert "kept" not in stack.state()


def test_the_preview_of_a_plan_is_what_runs(stack: Stack) -> None:
    """``--save-plan`` and ``--plan`` accept users."""
    stack.users = {"ada": user("ada")}
    stack.preview("--save-plan=plan.json")
    plan = json.loads((stack.folder / "plan.json").read_text(encoding="utf-8"))
    assert any(urn.endswith("::ada") for urn in plan["resourcePlans"])
    stack.up("--plan=plan.json")
    assert sorted(stack.live()) == ["ada"]


def test_protected_users_and_targets_are_the_engines_to_keep(stack: Stack) -> None:
    """Nobody protected is deleted or replaced; a target leaves everybody else as they are; a timeout is accepted."""
    stack.users = {
        "kept": user("kept", opts={"protect": True}),
        "ada": user("ada", opts={"custom_timeouts": {"create": "7m", "delete": "1h30m"}}),
        "bob": user("bob"),
    }
    stack.up()
    live = stack.live()
    urns = {name: record["urn"] for name, record in stack.state().items()}
    stack.users = {
        "kept": user("renamed", opts={"protect": True}),
        "ada": user("ada", routing_profile_id=SALES),
        "bob": user("bob", routing_profile_id=SALES),
    }
    assert "unable to replace resource" in stack.up(f"--target={urns['kept']}", code=1).text
    stack.calls()
    stack.up(f"--target={urns['ada']}")
    assert stack.calls() == ["UpdateUserRoutingProfile"]
    assert stack.live()["bob"] == live["bob"]
    assert "it is protected" in stack.destroy(code=1).text
    assert stack.live()["kept"] == live["kept"]
    stack.pulumi("state", "unprotect", urns["kept"], "--yes")
    stack.destroy()
    assert stack.live() == {}
