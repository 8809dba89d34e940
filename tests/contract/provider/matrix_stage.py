"""How the rows of the matrix are played: what each operation starts from, does, and must end with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from connect_users.core import limits, ownership
from connect_users.emulator import seed
from tests.changes import ADMIN, AGENT, EVERYTHING, SALES, proficiency
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, PASSWORD, Engine, ResourceState, Site, run, user
from tests.models import SIGN_OUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FLOW = "80000000-0000-4000-8000-000000000001"


def _channel(seconds: int) -> dict[str, Any]:
    config = {"after_contact_work_time_limit": seconds}
    return {"after_contact_work_configs": [{"channel": "VOICE", "after_contact_work_config": config}]}


class Play:
    """One operation on one site: `prepare`, then `act` (again, where it failed), then `judge`."""

    def __init__(self, operation: str, site: Site, engine: Engine) -> None:
        self.site = site
        self.engine = engine
        self._operation = operation
        self._inputs: dict[str, Any] = {}
        self._made_id = ""
        self._deletes = operation.startswith("delete")
        self._led_to_the_user: set[str] = set()
        self._led_elsewhere: set[str] = set()
        self._leaver: Engine | None = None

    def prepare(self) -> None:
        """Bring about what the operation starts from, and somebody else's user beside it."""
        bystander = support.create(self.site.client, "bystander", Tags={"of": "somebody else"})
        getattr(self, "_" + "_".join(self._operation.split()).replace("-", "_"))()
        self.bystander = self.site.described(bystander)
        self.site.forget()

    def act(self) -> None:
        """Do it, as the engine would."""
        if self._operation == "refresh":
            assert self.engine.refresh() == "same"
        elif self._deletes:
            self.engine.destroy()
        elif self._operation == "forced replacement":
            self.engine.force_replace(self._inputs)
        elif self._leaver is not None:
            self._leaver.host = self.engine.host
            run({self.engine.name: self._inputs}, [self.engine, self._leaver])
        else:
            self.engine.up(self._inputs)

    def judge(self) -> None:
        """Exactly the declared user, as declared; the state names it; nobody else's user was touched."""
        if self._operation.endswith("with sign-out"):
            self._judge_sign_out()
        users = self.site.users()
        assert users.pop("bystander") == self.bystander
        state = self.engine.state
        if self._deletes:
            assert users == {}
            assert state is None
            assert self._quick_connects() & self._led_elsewhere == self._led_elsewhere
            assert not self._quick_connects() & self._led_to_the_user
            return
        assert self._leaver is None or self._leaver.state is None
        assert set(users) == {self._inputs["username"]}
        (live,) = users.values()
        assert state is not None
        assert state.id == live["Id"]
        assert not self._made_id or live["Id"] == self._made_id, "the user was made again"
        assert shown(live) == declared(self._inputs)
        assert live["Tags"][OWNER_KEY].startswith(state.outputs["ownership_token"])
        assert not state.failed
        assert not self.engine.doomed
        assert self.engine.up(self._inputs) == "same"

    def _judge_sign_out(self) -> None:
        """It was tried after the last change of security profiles, and before the deletion."""
        calls = self.site.calls()
        if not self._deletes:
            assert _last(calls, SIGN_OUT) > _last(calls, "UpdateUserSecurityProfiles")
        elif "DeleteUser" in calls:
            assert 0 <= _last(calls, SIGN_OUT) < _last(calls, "DeleteUser")

    # What each operation starts from.

    def _create(self) -> None:
        self._inputs = user(tags={"team": "a"})

    def _create_with_proficiencies(self) -> None:
        self._inputs = user(user_proficiencies=[proficiency("en", 3)])

    def _create_with_a_password_from_Secrets_Manager(self) -> None:  # noqa: N802 - the operation's name
        vault = self.site.client_of("secretsmanager")
        arn = vault.create_secret(Name=f"ada-{uuid4()}", SecretString=PASSWORD)["ARN"]
        self._inputs = user(password=None, password_secret_arn=arn)

    def _update(self) -> None:
        self._live(user(**EVERYTHING.before))
        self._inputs = user(**EVERYTHING.after)

    def _update_of_per_channel_lists(self) -> None:
        self._live(user(**_channel(10)))
        self._inputs = user(**_channel(20))

    def _update_of_a_part_of_a_block(self) -> None:
        """Of a user who was seen since it was made, with an address that the program does not declare any more."""
        self._live(user())
        assert self.engine.refresh() == "same"
        names = {"first_name": "Ada", "last_name": "Lovelace"}
        self._inputs = user(identity_info=names)

    def _first_change_of_an_imported_user(self) -> None:
        self._live(user())
        state = self.engine.state
        assert state is not None
        self.site.client.untag_resource(resourceArn=state.outputs["arn"], tagKeys=[OWNER_KEY])
        del state.outputs["ownership_token"]
        self._inputs = user(routing_profile_id=SALES)

    def _refresh(self) -> None:
        self._inputs = user(**EVERYTHING.before)
        self._live(self._inputs)

    def _delete(self) -> None:
        self._live(user(**EVERYTHING.before))

    def _delete_with_sign_out(self) -> None:
        self._live(user(sign_out="on_delete"))

    def _less_power_with_sign_out(self) -> None:
        self._live(user(security_profile_ids=[AGENT, ADMIN], sign_out="on_loss"))
        self._inputs = user(security_profile_ids=[AGENT], sign_out="on_loss")

    def _delete_with_quick_connects(self) -> None:
        """One leads to the user, one to somebody else; they are looked for by a process that never did."""
        for id_ in self._quick_connects():
            self.site.client.delete_quick_connect(InstanceId=seed.INSTANCE_ID, QuickConnectId=id_)
        state = self._live(user(**EVERYTHING.before, delete_quick_connects=True))
        bystander = self.site.users()["bystander"]["Id"]
        self._led_to_the_user = {self._quick_connect(state.id)}
        self._led_elsewhere = {self._quick_connect(bystander)}

    def _quick_connect(self, user_id: str) -> str:
        config = {"QuickConnectType": "USER", "UserConfig": {"UserId": user_id, "ContactFlowId": _FLOW}}
        arguments = {"InstanceId": seed.INSTANCE_ID, "Name": f"to-{uuid4()}", "QuickConnectConfig": config}
        return str(self.site.client.create_quick_connect(**arguments)["QuickConnectId"])

    def _quick_connects(self) -> set[str]:
        listed = self.site.client.list_quick_connects(InstanceId=seed.INSTANCE_ID, QuickConnectTypes=["USER"])
        return {entry["Id"] for entry in listed["QuickConnectSummaryList"]}

    def _first_change_of_a_renamed_user(self) -> None:
        """A stack was renamed, say: the state is as it was, the URN is not."""
        self._live(user())
        self.engine.name = "countess"
        self._inputs = user(routing_profile_id=SALES)

    def _more_power_for_a_user_of_long_ago(self) -> None:
        self._aged(self._live(user()), 40_000_000)
        self._inputs = user(security_profile_ids=[AGENT, ADMIN])

    def _make_again_what_a_crash_left_behind(self) -> None:
        self._live(user(**EVERYTHING.before))
        self.engine.state, self._made_id = None, ""
        self._inputs = user(user_proficiencies=[proficiency("en", 3)])

    def _move_to_another_resource(self) -> None:
        """The resource that has the user is not declared any more, and deleted in the same run."""
        self._live(user(**EVERYTHING.before))
        self._leaver = self.engine.twin()
        self.engine.name, self.engine.state = "countess", None
        self._inputs = user(**EVERYTHING.before, routing_profile_id=SALES)

    def _adopt(self) -> None:
        self._live(user(**EVERYTHING.before))
        state, self.engine.state = self.engine.state, None
        assert state is not None
        self.site.client.untag_resource(resourceArn=state.outputs["arn"], tagKeys=[OWNER_KEY])
        self._inputs = user(**EVERYTHING.after, adopt_existing=True)

    def _forced_replacement(self) -> None:
        """Of a user who was made some time ago, so that nobody waits for Connect to show it."""
        self._aged(self._live(user()), 3600)
        self._made_id = ""
        self._inputs = user(password="N3w-password")

    def _aged(self, state: ResourceState, seconds: int) -> None:
        """Make the user of a state, and its tag, some seconds older."""
        made = ownership.made_at(state.outputs["ownership_token"]) - seconds
        token = ownership.new_token(made, self.engine.urn)
        state.outputs.update(ownership_token=token, verified_at=f"<{made:.3f}")
        self.site.client.tag_resource(resourceArn=state.outputs["arn"], tags=ownership.tag(token, self.engine.urn))

    def _rename(self) -> None:
        self._live(user(**EVERYTHING.before))
        self._made_id = ""
        self._inputs = user("ada.lovelace", user_proficiencies=[proficiency("en", 3)])

    def _live(self, inputs: Mapping[str, Any]) -> ResourceState:
        self.engine.up(inputs)
        assert self.engine.state is not None
        self._made_id = self.engine.state.id
        return self.engine.state


def _last(operations: Sequence[str], operation: str) -> int:
    """Where an operation was last; -1 for nowhere."""
    return max((index for index, each in enumerate(operations) if each == operation), default=-1)


def shown(live: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a live user that the matrix is about."""
    work = {
        each["Channel"]: each["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"]
        for each in live.get("AfterContactWorkConfigs", [])
    }
    return {
        "routing": live["RoutingProfileId"],
        "security": set(live["SecurityProfileIds"]),
        "hierarchy": live.get("HierarchyGroupId"),
        "identity": {key: live["IdentityInfo"][key] for key in ("FirstName", "LastName", "Email")},
        "work": {channel: seconds for channel, seconds in work.items() if seconds},
        "proficiencies": live["Proficiencies"],
        "tags": {key: value for key, value in live["Tags"].items() if key != OWNER_KEY},
    }


def declared(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same, from inputs, by a translation that the package has no part in."""
    identity = inputs["identity_info"]
    flat = inputs.get("phone_config", {}).get("after_contact_work_time_limit")
    work = {} if flat is None else dict.fromkeys(limits.CHANNELS, flat)
    for entry in inputs.get("after_contact_work_configs", []):
        work[entry["channel"]] = entry["after_contact_work_config"]["after_contact_work_time_limit"]
    return {
        "routing": inputs["routing_profile_id"],
        "security": set(inputs["security_profile_ids"]),
        "hierarchy": inputs.get("hierarchy_group_id"),
        "identity": {
            "FirstName": identity["first_name"],
            "LastName": identity["last_name"],
            # One that is declared no longer stays.
            "Email": identity.get("email", "ada@example.com"),
        },
        "work": work,
        "proficiencies": {
            (entry["attribute_name"], entry["attribute_value"]): entry["level"]
            for entry in inputs.get("user_proficiencies", [])
        },
        "tags": inputs.get("tags", {}),
    }
