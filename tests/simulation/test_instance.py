"""The simulated instance answers as the emulator does: random calls on both, under every habit."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from connect_users.connect.session import Clients
from connect_users.core.settings import Settings
from connect_users.core.spec import to_wire
from connect_users.emulator import Emulator, Options
from connect_users.emulator.errors import ApiError
from connect_users.emulator.seed import INSTANCE_ID
from tests.simulation.clock import Clock
from tests.simulation.events import VALUES
from tests.simulation.instance import EPOCH, Habits, Instance
from tests.simulation.wire import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

HABITS = (
    Habits(),
    Habits(lag=20.0, search_lag=60.0, release=30.0),
    Habits(merges=False, clears=False, moves=True),
    Habits(empty=True, search_lag=40.0),
)
CALLS = 160
_OFTEN = {"create_user": 6, "describe_user": 3, "search_users": 3}
NAMES = ("ada", "Ada", "bob")


def _options(habits: Habits, clock: Clock) -> Options:
    return Options(
        consistency_lag=habits.lag,
        search_lag=habits.search_lag,
        name_release_delay=habits.release,
        update_user_config="merge" if habits.merges else "replace",
        update_identity_info="clear" if habits.clears else "keep",
        modified_by="everything" if habits.moves else "settings",
        unset_strings="empty" if habits.empty else "left-out",
        clock=lambda: EPOCH + clock.now,
    )


class _Both:
    """The instance and the emulator; users are known by the order in which they were made."""

    def __init__(self, clock: Clock, habits: Habits, client: Any) -> None:
        self._instance = Instance(clock, habits)
        self._client = client
        #: Pairs of the ids of one user.
        self.users: list[tuple[str, str]] = []

    def call(self, method: str, user: int, params: dict[str, Any]) -> tuple[Any, Any]:
        """The two answers, without what only one of them can have."""
        return self._answer(0, method, user, params), self._answer(1, method, user, params)

    def _answer(self, side: int, method: str, user: int, params: dict[str, Any]) -> Any:
        target = getattr(self._instance if side == 0 else self._client, method)
        id_ = self.users[user][side] if self.users else "c0000000-0000-4000-8000-000000000000"
        arn = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}/agent/{id_}"
        places = {"UserId": id_, "EntityId": id_, "resourceArn": arn}
        try:
            answer = target(**{name: places.get(name, value) for name, value in params.items()})
        except ApiError as error:
            return error.code
        except ClientError as error:
            return error.response["Error"]["Code"]
        if method == "create_user":
            if side == 0:
                self.users.append((answer["UserId"], ""))
            else:
                self.users[-1] = (self.users[-1][0], answer["UserId"])
        return self._plain({name: value for name, value in answer.items() if name != "ResponseMetadata"}, side)

    def _plain(self, value: Any, side: int) -> Any:
        """With the numbers of users in place of their ids, and without directory ids, which are random."""
        if isinstance(value, dict):
            return {name: self._plain(item, side) for name, item in value.items() if name != "DirectoryUserId"}
        if isinstance(value, list):
            return [self._plain(item, side) for item in value]
        for number, ids in enumerate(self.users):
            if isinstance(value, str) and ids[side] and value.endswith(ids[side]):
                return f"user {number}"
        return value


@pytest.fixture(params=HABITS, ids=lambda habits: ",".join(map(str, dataclasses.astuple(habits))))
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Clock, _Both]]:
    clock = Clock()
    with Emulator(None, _options(request.param, clock)) as emulator:
        settings = Settings(endpoint_url=emulator.endpoint_url, region="us-east-1")
        yield clock, _Both(clock, request.param, Clients(settings, embedded=True).connect)


def _params(method: str, chance: random.Random) -> dict[str, Any]:
    """Random parameters of a method; places of ids are filled in by `_Both`."""

    def wire(name: str) -> dict[str, Any]:
        value = chance.choice(VALUES[name])
        return to_wire({name: value}) if value else {}

    user: dict[str, Any] = {"InstanceId": INSTANCE_ID, "UserId": ""}
    pairs = [{"AttributeName": "lang", "AttributeValue": chance.choice(("en", "fr", "xx"))} for _ in range(2)]
    proficiencies = pairs[: chance.randint(1, 2)]
    levels = [{**pair, "Level": chance.randint(1, 5)} for pair in proficiencies]
    tags = {f"k{chance.randrange(60)}": "v" for _ in range(chance.choice((1, 2, 30)))}
    new = {"InstanceId": INSTANCE_ID, "Username": chance.choice(NAMES), "Password": "Corr3ct-horse"}
    for name in ("routing_profile_id", "security_profile_ids", "identity_info", "phone_config", "tags"):
        new |= wire(name)
    info, phone, work = wire("identity_info"), wire("phone_config"), wire("after_contact_work_configs")
    condition = {"FieldName": "Username", "Value": chance.choice(NAMES), "ComparisonType": "EXACT"}
    search = chance.choice(({}, {"SearchCriteria": {"StringCondition": condition}}))
    config = {"PhoneType": "SOFT_PHONE", **phone.get("PhoneConfig", {})}
    by_method: dict[str, dict[str, Any]] = {
        "create_user": new,
        "delete_all_entity_sessions": {"InstanceId": INSTANCE_ID, "EntityId": "", "EntityType": "USER"},
        "list_users": {"InstanceId": INSTANCE_ID, "MaxResults": 1000},
        "search_users": {"InstanceId": INSTANCE_ID, "MaxResults": 100, **search},
        "list_user_proficiencies": {**user, "MaxResults": 100},
        "update_user_routing_profile": {**user, **wire("routing_profile_id")},
        "update_user_security_profiles": {**user, **wire("security_profile_ids")},
        "update_user_hierarchy": {**user, **wire("hierarchy_group_id")},
        "update_user_identity_info": {**user, **info},
        "update_user_phone_config": {**user, "PhoneConfig": config},
        "update_user_config": {**user, **(work or {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]})},
        "associate_user_proficiencies": {**user, "UserProficiencies": levels},
        "update_user_proficiencies": {**user, "UserProficiencies": levels},
        "disassociate_user_proficiencies": {**user, "UserProficiencies": proficiencies},
        "tag_resource": {"resourceArn": "", "tags": tags},
        "untag_resource": {"resourceArn": "", "tagKeys": sorted(tags)[:40]},
    }
    return by_method.get(method, user)


def test_the_instance_describes_itself_as_the_emulator_does(both: tuple[Clock, _Both]) -> None:
    """As far as the product reads it; nobody has a quick connect of their own."""
    _, sides = both
    instance = {"InstanceId": INSTANCE_ID}
    one, other = sides.call("describe_instance", 0, instance)
    assert one["Instance"].items() <= other["Instance"].items()
    one, other = sides.call("list_quick_connects", 0, {**instance, "QuickConnectTypes": ["USER"], "MaxResults": 100})
    assert one == other


def test_the_instance_answers_as_the_emulator_does(both: tuple[Clock, _Both]) -> None:
    """Every method that the simulation has, refusals included."""
    clock, sides = both
    chance = random.Random(str(sides.users))
    methods = sorted(set(METHODS.values()) - {"describe_instance", "list_quick_connects"})
    weights = [_OFTEN.get(method, 1) for method in methods]
    answered = 0
    for _ in range(CALLS):
        (method,) = chance.choices(methods, weights)
        user = chance.randrange(len(sides.users)) if sides.users else 0
        params = _params(method, chance)
        one, other = sides.call(method, user, params)
        assert one == other, f"{method} {params}"
        answered += not isinstance(one, str)
        clock.sleep(chance.choice((0.25, 1.0, 10.0, 45.0)))
    assert answered > CALLS / 3, "most calls were refused"
