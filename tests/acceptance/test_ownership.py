"""A user has one owner: taking over, adopting, two stacks, and deletions that would hit somebody else's user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core.ownership import TAG_KEY, owner_of
from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, SALES, SUPPORT, skilled, user

if TYPE_CHECKING:
    from tests.acceptance.conftest import NewStack
    from tests.acceptance.stack import Stack


def test_a_forced_replacement_keeps_the_user(stack: Stack) -> None:
    """The name is taken by the old user, which is this resource's own: it is taken over and not deleted."""
    stack.users = {"ada": skilled("ada")}
    stack.up()
    before = stack.live()["ada"]
    urn = stack.state()["ada"]["urn"]
    done = stack.up(f"--target-replace={urn}")
    assert any("taken over by its replacement" in line for line in done.messages("ada"))
    after = stack.live()["ada"]
    assert after["Id"] == before["Id"]
    assert after["Tags"] != before["Tags"]
    assert after["UserProficiencies"] == before["UserProficiencies"]
    assert stack.plan() == {}
    stack.destroy()
    assert stack.live() == {}


def test_two_stacks_that_declare_the_same_user(stack: Stack, new_stack: NewStack) -> None:
    """The second is refused, and told whose the user is; its destroy leaves the user alone."""
    stack.users = {"ada": user("ada")}
    stack.up()
    before = stack.live()
    second = new_stack()
    second.emulator, second.users = stack.emulator, {"twin": user("ada", adopt_existing=True)}
    second.configure(endpointUrl=stack.emulator.endpoint_url)
    (line,) = [line for line in second.up(code=1).messages("twin") if line.startswith("error")]
    assert "creating Connect user 'ada'" in line
    assert "::ada" in line
    second.destroy()
    assert stack.live() == before


def test_a_renamed_resource_keeps_its_user_and_hands_it_to_nobody(stack: Stack, new_stack: NewStack) -> None:
    """The next up writes the tag anew; whoever has the former URN by then is refused."""
    stack.users = {"ada": user("ada")}
    stack.up()
    before = stack.live()["ada"]
    stack.calls()
    stack.users = {"countess": user("ada", opts={"aliases": [{"name": "ada"}]})}
    stack.up()
    assert stack.calls() == ["DescribeUser", "TagResource"]
    assert stack.plan() == {}
    second = new_stack()
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
    """A resource's id, inputs and outputs without the password, which is encrypted anew each time."""
    return (
        resource["id"],
        *(
            {name: value for name, value in resource[part].items() if name != "password"}
            for part in ("inputs", "outputs")
        ),
    )
