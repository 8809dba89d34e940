"""A user has one owner: taking over, adopting, moving, forced replacements, two stacks, and deletions that would hit
somebody else's user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from connect_users.core.ownership import TAG_KEY, new_token, owner_of, tag
from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, SALES, SUPPORT, skilled, user

if TYPE_CHECKING:
    from tests.acceptance.conftest import NewStack
    from tests.acceptance.outcome import Outcome
    from tests.acceptance.stack import Stack

NEW_PASSWORD: Final = "An0therSecretPhrase"
ADMIN: Final = seed.SECURITY_PROFILES["Admin"]


def _replace(stack: Stack, how: str, code: int = 0) -> Outcome:
    """Force the replacement of ada; ``--replace`` and a taint are all that a run of its own can do."""
    urn = stack.state()["ada"]["urn"]
    if how == "state taint":
        stack.pulumi("state", "taint", urn, "--yes")
        return stack.up(code=code)
    return stack.up(f"--replace={urn}", code=code)


def _aged(stack: Stack) -> None:
    """Make ada, live and in the state, one of long ago."""
    exported = json.loads(stack.pulumi("stack", "export").text)
    (ada,) = (each for each in exported["deployment"]["resources"] if each["urn"].endswith("::ada"))
    token = new_token(1_600_000_000, ada["urn"])
    ada["outputs"].update(ownership_token=token, verified_at="<1600000000.123")
    _import_state(stack, exported)
    stack.connect.tag_resource(resourceArn=ada["outputs"]["arn"], tags=tag(token, ada["urn"]))


def _import_state(stack: Stack, exported: dict[str, Any]) -> None:
    file = stack.root / "exported.json"
    file.write_text(json.dumps(exported), encoding="utf-8")
    stack.pulumi("stack", "import", "--force", "--file", str(file))


@pytest.mark.parametrize("mode", ["refuse", "ignore", "replace"])
@pytest.mark.parametrize("how", ["--replace", "state taint"])
def test_a_forced_replacement_makes_a_user_with_the_new_password(stack: Stack, how: str, mode: str) -> None:
    """The name is taken by the old user, which is this resource's own: it goes first. Nothing says that it was kept."""
    stack.users = {"ada": skilled("ada", on_password_change=mode)}
    stack.up()
    before = stack.live()["ada"]
    stack.calls()
    stack.users = {"ada": skilled("ada", on_password_change=mode, password=NEW_PASSWORD)}
    _replace(stack, how)
    made = [each.params["Password"] for each in stack.emulator.requests if "Password" in each.params]
    assert made, "CreateUser was asked with the new password"
    after = stack.live()["ada"]
    assert after["Id"] != before["Id"]
    assert stack.state()["ada"]["id"] == after["Id"]
    assert after["UserProficiencies"] == before["UserProficiencies"]
    assert stack.calls().count("DeleteUser") == 1
    assert stack.plan() == {}
    stack.destroy()
    assert stack.live() == {}


@pytest.mark.parametrize("how", ["--replace", "state taint", "replace_on_changes"])
def test_a_forced_replacement_of_a_user_who_is_in_use_is_refused_in_one_line(stack: Stack, how: str) -> None:
    """Until delete_before_replace is set: then the engine deletes it first. The state holds what it held before."""
    stack.users = {"ada": user("ada", on_password_change="ignore")}
    stack.up()
    _aged(stack)
    live, kept = stack.live(), _readable(stack.state()["ada"])
    options = {"replace_on_changes": ["routing_profile_id"]} if how == "replace_on_changes" else {}
    news = user("ada", on_password_change="ignore", password=NEW_PASSWORD, routing_profile_id=SALES)
    stack.users = {"ada": {**news, "opts": {**options}}}
    done = stack.up(code=1) if how == "replace_on_changes" else _replace(stack, how, code=1)
    (line,) = [line for line in done.messages("ada") if line.startswith("error")]
    assert "delete_before_replace=True" in line
    assert stack.live() == live
    assert _readable(stack.state()["ada"]) == kept
    stack.users = {"ada": {**news, "opts": {**options, "delete_before_replace": True}}}
    if how == "replace_on_changes":
        stack.up()
    else:
        _replace(stack, "--replace")
    after = stack.live()["ada"]
    assert after["Id"] != live["ada"]["Id"]
    assert after["RoutingProfileId"] == SALES
    assert stack.plan() == {}


def test_a_user_moves_between_resources_of_one_stack(stack: Stack) -> None:
    """Without an alias, as between two rosters: the id stays, the old resource leaves it alone and says so."""
    stack.users = {"ada": user("ada"), "bob": user("bob")}
    stack.up()
    before = stack.live()["ada"]["Id"]
    stack.calls()
    stack.users = {"countess": user("ada", routing_profile_id=SALES), "bob": user("bob")}
    done = stack.up()
    assert any("moved to" in line for line in done.messages("ada"))
    assert not any(line.startswith("error") for line in done.messages("ada"))
    calls = stack.calls()
    assert "DeleteUser" not in calls
    assert calls.count("CreateUser") == 1
    live = stack.live()["ada"]
    assert (live["Id"], live["RoutingProfileId"]) == (before, SALES)
    assert sorted(name for name, each in stack.state().items() if "ConnectUser" in each["type"]) == ["bob", "countess"]
    assert stack.plan() == {}
    stack.destroy()
    assert stack.live() == {}


TWICE = """
import pulumi
from connect_users import ConnectUser

before = []
for name in {order}:
    # Not known in the preview, so that only the run can see that both have one name.
    hidden = pulumi.Output.from_input("ada").apply(lambda it: it if not pulumi.runtime.is_dry_run() else pulumi.UNKNOWN)
    # One after the other, in this order.
    options = pulumi.ResourceOptions(depends_on=list(before))
    before.append(ConnectUser(name, **{{**{inputs}, "username": hidden}}, opts=options))
"""


def test_a_name_that_is_declared_twice_is_refused_whichever_comes_first(stack: Stack) -> None:
    """Also where no preview sees it: the one that has the user keeps it, and nothing is written for the other one."""
    inputs = user("ada")
    stack.write_program(TWICE.format(order=["ada", "twin"], inputs=inputs))
    done = stack.up(code=1)
    (line,) = [line for line in done.messages("twin") if line.startswith("error")]
    assert "declare the user once" in line
    assert "::ada" in line
    before = stack.live()
    assert "twin" not in stack.state()
    stack.write_program(TWICE.format(order=["twin", "ada"], inputs=inputs))
    done = stack.up(code=1)
    assert any("::" in line and line.startswith("error") for name in ("ada", "twin") for line in done.messages(name))
    live = stack.live()
    assert live["ada"]["Id"] == before["ada"]["Id"]


def test_a_state_from_a_backup_loses_no_leaver(stack: Stack) -> None:
    """Its token is an older one of the same user: the leaver is refused, a refresh says so and corrects it."""
    stack.users = {"ada": user("ada")}
    stack.up()
    backup = json.loads(stack.pulumi("stack", "export").text)
    (ada,) = (each for each in backup["deployment"]["resources"] if each["urn"].endswith("::ada"))
    later = tag(new_token(2_000_000_000, ada["urn"]), ada["urn"])
    stack.connect.tag_resource(resourceArn=ada["outputs"]["arn"], tags=later)
    _import_state(stack, backup)
    stack.users = {}
    (line,) = [line for line in stack.up(code=1).messages("ada") if line.startswith("error")]
    assert "pulumi refresh" in line
    assert set(stack.live()) == {"ada"}
    assert any("newer than the state" in line for line in stack.refresh().messages("ada"))
    stack.up()
    assert stack.live() == {}


def test_a_leaver_whose_tag_was_overwritten_is_not_lost(stack: Stack) -> None:
    """By tag automation, say: refused until a refresh has accepted it, as where the tag was removed."""
    stack.users = {"ada": user("ada")}
    stack.up()
    stack.connect.tag_resource(resourceArn=stack.live()["ada"]["Arn"], tags={TAG_KEY: "team-blue"})
    stack.users = {}
    (line,) = [line for line in stack.up(code=1).messages("ada") if line.startswith("error")]
    assert "names no resource" in line
    assert set(stack.live()) == {"ada"}
    stack.refresh()
    stack.up()
    assert stack.live() == {}


def test_no_power_is_given_to_a_user_that_another_stack_adopted(stack: Stack, new_stack: NewStack) -> None:
    """The tag was removed by hand, and the other stack adopted the user; with a refresh in between, and without."""
    stack.users = {"ada": user("ada")}
    stack.up()
    _aged(stack)
    stack.connect.untag_resource(resourceArn=stack.live()["ada"]["Arn"], tagKeys=[TAG_KEY])
    other = new_stack(name="other")
    other.emulator, other.users = stack.emulator, {"bbb": user("ada", adopt_existing=True)}
    other.configure(endpointUrl=stack.emulator.endpoint_url)
    other.up()
    before = stack.live()
    stack.users = {"ada": user("ada", security_profile_ids=[ADMIN])}
    for refreshed in (False, True):
        if refreshed:
            assert any("::bbb" in line for line in stack.refresh().messages("ada"))
        (line,) = [line for line in stack.up(code=1).messages("ada") if line.startswith("error")]
        assert "::bbb" in line
        assert stack.live() == before
    other.destroy()
    assert stack.live() == {}


def test_two_stacks_that_declare_the_same_user(stack: Stack, new_stack: NewStack) -> None:
    """The second is refused, with the name of the owner; its destroy leaves the user alone."""
    stack.users = {"ada": user("ada")}
    stack.up()
    before = stack.live()
    second = new_stack(name="second")
    second.emulator, second.users = stack.emulator, {"twin": user("ada", adopt_existing=True)}
    second.configure(endpointUrl=stack.emulator.endpoint_url)
    (line,) = [line for line in second.up(code=1).messages("twin") if line.startswith("error")]
    assert "creating Connect user 'ada'" in line
    assert "::ada" in line
    second.destroy()
    assert stack.live() == before


def test_a_renamed_resource_keeps_its_user_and_hands_it_to_nobody(stack: Stack, new_stack: NewStack) -> None:
    """The next up writes the tag again; whoever has the former URN by then is refused."""
    stack.users = {"ada": user("ada")}
    stack.up()
    before = stack.live()["ada"]
    stack.calls()
    stack.users = {"countess": user("ada", opts={"aliases": [{"name": "ada"}]})}
    stack.up()
    assert stack.calls() == ["DescribeUser", "TagResource"]
    assert stack.plan() == {}
    second = new_stack(name="second")
    second.emulator, second.users = stack.emulator, {"ada": user("ada", routing_profile_id=SALES)}
    second.configure(endpointUrl=stack.emulator.endpoint_url)
    (line,) = [line for line in second.up(code=1).messages("ada") if line.startswith("error")]
    assert "::countess" in line
    second.destroy()
    live = stack.live()["ada"]
    assert (live["Id"], live["RoutingProfileId"]) == (before["Id"], SUPPORT)
    stack.destroy()
    assert stack.live() == {}


def test_a_stranger_is_adopted_only_when_asked(stack: Stack) -> None:
    """Without adopt_existing the error says how; with it the user is brought to what is declared, and kept."""
    made = stack.connect.create_user(
        Username="ada",
        Password=PASSWORD,
        InstanceId=seed.INSTANCE_ID,
        RoutingProfileId=SALES,
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
        IdentityInfo={"FirstName": "Ada", "LastName": "L"},
        Tags={"by": "hand"},
    )
    stack.users = {"ada": user("ada")}
    (line,) = [line for line in stack.up(code=1).messages("ada") if line.startswith("error")]
    assert "adopt_existing=True" in line
    stack.users = {"ada": user("ada", adopt_existing=True)}
    stack.calls()
    stack.up()
    assert "CreateUser" in stack.calls()
    live = stack.live()["ada"]
    assert live["Id"] == made["UserId"]
    assert live["RoutingProfileId"] == SUPPORT
    assert live["IdentityInfo"]["LastName"] == "Lovelace"
    assert live["Tags"]["by"] == "hand"
    assert stack.plan() == {}


def test_a_user_without_its_tag_is_not_deleted(stack: Stack) -> None:
    """Who removed the tag may have taken the user over by hand; a refresh accepts that the tag is gone."""
    stack.users = {"ada": user("ada")}
    stack.up()
    arn = stack.live()["ada"]["Arn"]
    stack.connect.untag_resource(resourceArn=arn, tagKeys=[TAG_KEY])
    (line,) = [line for line in stack.destroy(code=1).messages("ada") if line.startswith("error")]
    assert "pulumi refresh" in line
    assert "ada" in stack.live()
    stack.refresh()
    stack.users["ada"]["routing_profile_id"] = SALES
    stack.up()
    owner = owner_of(stack.live()["ada"]["Tags"])
    assert owner is not None
    assert owner.token == stack.state()["ada"]["outputs"]["ownership_token"]
    stack.destroy()
    assert stack.live() == {}


def test_wrong_account_is_an_error_and_keeps_the_state(stack: Stack, new_stack: NewStack) -> None:
    """Where even the instance is not found, nobody is believed deleted: refresh and destroy fail, the state stays."""
    stack.users = {"ada": user("ada")}
    stack.up()
    kept = _readable(stack.state()["ada"])
    with stack.emulator.store.write() as tx:
        tx.execute("UPDATE instances SET account = '999999999999'")
    for command in (stack.refresh, stack.destroy):
        (line,) = [line for line in command(code=1).messages("ada") if line.startswith("error")]
        assert "check the account of the credentials and the region" in line
        assert _readable(stack.state()["ada"]) == kept


def _readable(resource: dict[str, Any]) -> tuple[Any, ...]:
    """A resource's id, inputs and outputs without the password, which is encrypted again each time."""
    return (
        resource["id"],
        *(
            {name: value for name, value in resource[part].items() if name != "password"}
            for part in ("inputs", "outputs")
        ),
    )
