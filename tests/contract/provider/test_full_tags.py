"""Users who carry 50 tags already, which is all that AWS allows: whether the ownership tag still finds room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, ResourceState, judged, user

if TYPE_CHECKING:
    from tests.contract.doors import Host
    from tests.contract.hosting import Engine, Site

SALES = seed.ROUTING_PROFILES["Sales"]
FULL = {f"key{number}": "x" for number in range(50)}
NO_ROOM = (
    "tags: the user would have 50 of the 50 that AWS allows, and the ownership tag connect-users:owner needs one; "
    "remove a tag in Connect, or declare in tags what is to stay (at most 49), or set connect-users:ownershipTag to "
    "false; nothing was changed"
)


def _first(count: int) -> dict[str, str]:
    return dict(list(FULL.items())[:count])


def _tags(site: Site) -> dict[str, str]:
    (live,) = site.users().values()
    return dict(live["Tags"])


def _imported(engine: Engine, site: Site, tags: dict[str, str] | None) -> dict[str, Any]:
    """A user with 50 tags in a state that knows of ``tags``, and no ownership tag."""
    made = site.client.create_user(**support.user(Tags=FULL))
    inputs = user(tags=tags)
    engine.state = ResourceState(made["UserId"], inputs, {**inputs, "arn": made["UserArn"]})
    site.forget()
    return inputs


@pytest.mark.parametrize("declared", [49, 1, 0])
def test_a_full_user_is_adopted_where_tags_are_to_go(declared: int, engine: Engine, site: Site) -> None:
    """They go first, in one request."""
    made = site.client.create_user(**support.user(Tags=FULL))
    site.forget()
    engine.up(user(adopt_existing=True, tags=_first(declared)))
    assert engine.state is not None
    assert engine.state.id == made["UserId"]
    assert site.calls().count("UntagResource") == 1
    assert site.calls().index("UntagResource") < site.calls().index("TagResource")
    tags = _tags(site)
    assert tags.pop(OWNER_KEY).startswith(engine.state.outputs["ownership_token"])
    assert tags == _first(declared)
    assert engine.up(user(adopt_existing=True, tags=_first(declared))) == "same"


def test_a_full_user_gets_other_tags_than_it_has(engine: Engine, site: Site) -> None:
    site.client.create_user(**support.user(Tags=FULL))
    other = {f"other{number}": "y" for number in range(49)}
    engine.up(user(adopt_existing=True, tags=other))
    tags = _tags(site)
    del tags[OWNER_KEY]
    assert tags == other


def test_an_adoption_that_broke_off_after_it_made_room_goes_on(engine: Engine, site: Site) -> None:
    site.client.create_user(**support.user(Tags=FULL))
    site.emulator.faults.add(Fault("TagResource", "error-before", code="AccessDeniedException"))
    with pytest.raises(HostError):
        engine.up(user(adopt_existing=True, tags=_first(49)))
    engine.up(user(adopt_existing=True, tags=_first(49)))
    assert len(_tags(site)) == 50
    assert len(site.users()) == 1


def test_a_full_user_whose_tags_are_not_declared_is_refused_with_the_ways_out(engine: Engine, site: Site) -> None:
    site.client.create_user(**support.user(Tags=FULL))
    site.forget()
    with pytest.raises(HostError) as caught:
        engine.up(user(adopt_existing=True, tags=None, routing_profile_id=SALES))
    assert NO_ROOM in judged(caught.value)
    assert _tags(site) == FULL
    assert not {"TagResource", "UntagResource", "UpdateUserRoutingProfile"} & {*site.calls()}


def test_a_user_with_room_for_one_is_adopted_in_one_request_more(engine: Engine, site: Site) -> None:
    site.client.create_user(**support.user(Tags=_first(49)))
    site.forget()
    engine.up(user(adopt_existing=True, tags=None))
    assert "UntagResource" not in site.calls()
    assert len(_tags(site)) == 50


def test_the_first_change_of_a_full_imported_user_makes_room_where_a_tag_goes(engine: Engine, site: Site) -> None:
    _imported(engine, site, FULL)
    engine.up(user(tags=_first(49)))
    assert site.calls() == ["DescribeUser", "UntagResource", "TagResource"]
    assert _tags(site).keys() == {*_first(49), OWNER_KEY}


def test_the_first_change_of_a_full_imported_user_whose_tags_are_not_declared_is_refused(
    engine: Engine, site: Site
) -> None:
    """Before anything is changed, and not after all the rest."""
    inputs = _imported(engine, site, None)
    with pytest.raises(HostError) as caught:
        engine.up({**inputs, "routing_profile_id": SALES})
    assert NO_ROOM in judged(caught.value)
    assert site.calls() == ["DescribeUser"]
    (live,) = site.users().values()
    assert live["RoutingProfileId"] != SALES


def test_tags_that_somebody_added_by_hand_count(engine: Engine, site: Site) -> None:
    """The state knows of 40, the user has 50, and two are to come."""
    _imported(engine, site, _first(40))
    with pytest.raises(HostError) as caught:
        engine.up(user(tags={**_first(40), "a": "b", "c": "d"}))
    assert "tags: the user would have 52 of the 50" in judged(caught.value)
    assert _tags(site) == FULL


@pytest.mark.parametrize("adopting", [True, False])
def test_without_the_ownership_tag_there_is_room_enough(
    adopting: bool, site: Site, untagged: Host, engine: Engine
) -> None:
    engine.host = untagged
    if adopting:
        site.client.create_user(**support.user(Tags=FULL))
    else:
        _imported(engine, site, FULL)
    engine.up(user(adopt_existing=True, tags=FULL, routing_profile_id=SALES))
    assert _tags(site) == FULL
