"""From the first preview to destroy: what is shown, what is asked of Connect, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, SALES, SUPPORT, skilled, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack


def test_a_preview_needs_neither_credentials_nor_a_request(stack: Stack) -> None:
    stack.users = {"ada": user("ada"), "bob": skilled("bob")}
    stack.configure(region=None)
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    text = stack.pulumi("preview", without=keys).text
    assert "+ 3 to create" in text
    assert stack.calls() == []


def test_a_life(stack: Stack) -> None:
    """Create, nothing to do, nothing to show, refresh, destroy: each with exactly the requests that it needs."""
    stack.users = {"ada": user("ada"), "bob": skilled("bob")}
    stack.up()
    assert sorted(stack.calls()) == ["AssociateUserProficiencies", "CreateUser", "CreateUser"]
    live = stack.live()
    ids = {name: item["id"] for name, item in stack.state().items() if name in live}
    assert ids == {name: live_user["Id"] for name, live_user in live.items()}

    assert "3 unchanged" in stack.up().text
    assert stack.plan() == {}
    assert stack.calls() == []

    stack.refresh()
    assert set(stack.calls()) <= {"DescribeUser", "ListUserProficiencies", "ListUsers", "SearchUsers"}
    assert stack.plan() == {}
    assert stack.live() == live

    stack.destroy()
    asked = [operation for operation in stack.calls() if "QuickConnect" not in operation]
    assert sorted(asked) == ["DeleteUser", "DeleteUser", "DescribeUser", "DescribeUser"]
    assert stack.live() == {}


def test_replacements(stack: Stack) -> None:
    """A new name: the new user exists before the old one goes; the same name, or a new password: the old goes first."""
    stack.users = {name: user(name) for name in ("renamed", "moved", "directed", "reset")}
    stack.up()
    before = stack.live()
    stack.users = {
        "renamed": user("renamed2"),
        "directed": user("directed", directory_user_id="corp-17"),
        "reset": user("reset", password="An0therPhrase", on_password_change="replace"),
        "moved": user("moved", instance_id=seed.INSTANCE_ARN.replace("000000000001", "000000000002")),
    }
    reasons = {
        name: set(paths) - {"identity_info.email"}
        for name, (change, paths) in stack.plan().items()
        if change == "replace"
    }
    assert reasons == {
        "renamed": {"username"},
        "directed": {"directory_user_id"},
        "reset": {"on_password_change", "password"},
        "moved": {"instance_id"},
    }
    stack.users["moved"] = user("moved")
    stack.calls()
    stack.up()
    order = [
        (record.operation, record.params.get("Username") or record.params["UserId"])
        for record in stack.emulator.requests
        if record.operation in ("CreateUser", "DeleteUser")
    ]
    position = {request: number for number, request in enumerate(order)}
    assert position["CreateUser", "renamed2"] < position["DeleteUser", before["renamed"]["Id"]]
    for name in ("directed", "reset"):
        assert position["DeleteUser", before[name]["Id"]] < position["CreateUser", name]
    assert len(order) == 6
    live = stack.live()
    assert sorted(live) == ["directed", "moved", "renamed2", "reset"]
    assert live["directed"]["DirectoryUserId"] == "corp-17"
    assert live["moved"] == before["moved"]


def test_a_changed_password_is_refused_in_the_preview(stack: Stack) -> None:
    stack.users = {"ada": user("ada")}
    stack.up()
    stack.calls()
    stack.users = {"ada": user("ada", password="An0therPhrase")}
    refused = stack.preview(code=1)
    assert "no API changes a password" in refused.text
    assert "An0therPhrase" not in refused.text
    assert PASSWORD not in refused.text
    stack.users = {"ada": user("ada", password="An0therPhrase", on_password_change="ignore")}
    accepted = stack.up()
    assert accepted.messages("ada") == ["warning: password: changed in the program only: no API changes it in Connect"]
    assert stack.calls() == []


def test_drift_is_found_shown_and_mended(stack: Stack) -> None:
    """What was changed behind Pulumi's back shows as a change back; who was deleted is made again; the rest is left."""
    stack.users = {"ada": skilled("ada", tags={"team": "red"}), "bob": user("bob"), "cem": user("cem")}
    stack.up()
    ids = {name: live_user["Id"] for name, live_user in stack.live().items()}
    ada = {"InstanceId": seed.INSTANCE_ID, "UserId": ids["ada"]}
    stack.connect.update_user_routing_profile(RoutingProfileId=SALES, **ada)
    stack.connect.update_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 1.0}], **ada
    )
    stack.connect.tag_resource(resourceArn=stack.live()["ada"]["Arn"], tags={"team": "blue", "by": "hand"})
    stack.connect.delete_user(InstanceId=seed.INSTANCE_ID, UserId=ids["bob"])
    stack.refresh()
    assert stack.plan() == {
        "ada": ("update", ["routing_profile_id", "tags.by", "tags.team", "user_proficiencies[0].level"]),
        "bob": ("create", []),
    }
    stack.calls()
    stack.up()
    assert sorted(stack.calls()) == [
        "CreateUser",
        "TagResource",
        "UntagResource",
        "UpdateUserProficiencies",
        "UpdateUserRoutingProfile",
    ]
    live = stack.live()
    assert live["ada"]["RoutingProfileId"] == SUPPORT
    assert {key: value for key, value in live["ada"]["Tags"].items() if ":" not in key} == {"team": "red"}
    assert live["cem"]["Id"] == ids["cem"]
    assert stack.plan() == {}


def test_deletions_of_what_is_gone_succeed(stack: Stack) -> None:
    """A user that somebody deleted is no obstacle to destroy."""
    stack.users = {"ada": user("ada")}
    stack.up()
    stack.connect.delete_user(InstanceId=seed.INSTANCE_ID, UserId=stack.live()["ada"]["Id"])
    stack.destroy()
    assert "ada" not in stack.state()
