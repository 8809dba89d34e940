"""The printed policies, enforced: whatever a policy does not allow is denied, and what it is for still works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from connect_users.core.permissions import PERMISSIONS, Feature, iam_policy
from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.changes import EVERYTHING
from tests.contract.hosting import Engine, user
from tests.contract.provider.timed import TimedHost, TimedSite
from tests.models import SIGN_OUT, has

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLOW = "80000000-0000-4000-8000-000000000001"


@pytest.fixture
def site() -> Iterator[TimedSite]:
    with TimedSite() as site:
        yield site


def _allow(site: TimedSite, **wanted: Any) -> None:
    """Deny every operation of the gateway that this policy does not have."""
    document = iam_policy(seed.INSTANCE_ARN, **wanted)
    allowed = {action.partition(":")[2] for statement in document["Statement"] for action in statement["Action"]}
    for operation in {permission.operation for permission in PERMISSIONS} - allowed:
        site.emulator.faults.add(Fault(operation, "error-before", 100_000, code="AccessDeniedException", message="IAM"))


def _denied(site: TimedSite) -> set[str]:
    return {record.operation for record in site.records() if record.code == "AccessDeniedException"}


def _without(inputs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in names}


@pytest.mark.parametrize(
    ("features", "left_out", "owns"),
    [
        ([Feature.USERS, Feature.TAGS, Feature.PROFICIENCIES], (), True),
        ([Feature.USERS, Feature.TAGS], ("user_proficiencies",), True),
        ([Feature.USERS], ("user_proficiencies", "tags"), False),
    ],
    ids=["users, tags, proficiencies", "users and tags", "users alone"],
)
def test_users_live_their_whole_life_with_the_parts_that_they_use(
    features: list[Feature], left_out: tuple[str, ...], owns: bool, site: TimedSite
) -> None:
    """Made, changed, refreshed in bulk, taken over after a crash, and deleted."""
    _allow(site, features=features)
    engines = [Engine(TimedHost(site, owns=owns), f"ada{number}") for number in range(8)]
    for engine in engines:
        engine.up(user(engine.name, **_without(EVERYTHING.before, *left_out)))
    for engine in engines:
        assert engine.refresh() == "same"
        engine.up(user(engine.name, **_without(EVERYTHING.after, *left_out)))
    if owns:
        engines[0].state = None
        engines[0].up(user(engines[0].name, **_without(EVERYTHING.before, *left_out)))
    assert _denied(site) == set()
    for engine in engines:
        engine.destroy()
    # Whether quick connects are left behind is looked for, and not insisted on.
    assert _denied(site) == {"ListQuickConnects"}
    assert site.users() == {}


def test_quick_connects_go_with_their_part_alone(site: TimedSite) -> None:
    """Without the one for look-ups; also where there are so many that they are searched for."""
    engine = Engine(TimedHost(site))
    engine.up(user(delete_quick_connects=True))
    assert engine.state is not None
    config = {"QuickConnectType": "USER", "UserConfig": {"UserId": engine.state.id, "ContactFlowId": _FLOW}}
    for _ in range(7):
        site.client.create_quick_connect(InstanceId=seed.INSTANCE_ID, Name=f"{uuid4()}", QuickConnectConfig=config)
    _allow(site, features=[Feature.USERS, Feature.TAGS, Feature.QUICK_CONNECTS])
    engine.destroy()
    assert _denied(site) == set()
    assert (
        site.client.list_quick_connects(InstanceId=seed.INSTANCE_ID, QuickConnectTypes=["USER"])[
            "QuickConnectSummaryList"
        ]
        == []
    )


@pytest.mark.skipif(not has(SIGN_OUT), reason=f"this boto3 has no {SIGN_OUT}")
def test_sign_out_goes_with_its_part_alone(site: TimedSite) -> None:
    """Without it the deletion goes on, and the warning says what to grant."""
    for part, denied in ((Feature.SIGN_OUT, set()), (Feature.PROFICIENCIES, {SIGN_OUT})):
        site.emulator.faults.clear()
        host = TimedHost(site)
        engine = Engine(host)
        engine.up(user(sign_out="on_delete"))
        _allow(site, features=[Feature.USERS, Feature.TAGS, Feature.QUICK_CONNECTS, part])
        site.forget()
        engine.destroy()
        assert _denied(site) == denied
        assert site.users() == {}
        assert any("grant connect:DeleteAllEntitySessions" in text for _, text in host.said) == bool(denied)


def test_a_read_only_policy_is_enough_to_refresh(site: TimedSite) -> None:
    """One by one and in bulk; and every change is refused with the permission that it lacks."""
    host = TimedHost(site)
    engines = [Engine(host, f"ada{number}") for number in range(8)]
    for engine in engines:
        engine.up(user(engine.name, **EVERYTHING.before))
    site.forget()
    _allow(site, read_only=True)
    for engine in engines:
        assert engine.refresh() == "same"
    assert _denied(site) == set()
    with pytest.raises(HostError, match="grant connect:UpdateUserRoutingProfile"):
        engines[0].up(user(engines[0].name, **EVERYTHING.after))
