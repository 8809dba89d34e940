"""Two states of one stack that have the same user, and a user that a program declares twice: nobody is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_users.testing import HostError
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, Engine, Site, judged, run, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.testing import ProviderProcess


def _untag(site: Site) -> None:
    """A person removes the ownership tag."""
    site.client.untag_resource(resourceArn=site.users()["ada"]["Arn"], tagKeys=[OWNER_KEY])


def test_of_two_resources_with_one_user_the_one_that_leaves_does_not_delete_it(engine: Engine, site: Site) -> None:
    """Once the tag is gone, and each was refreshed, the two states say the same of the user."""
    engine.up(user())
    twin = engine.twin(name="countess", state=None)
    twin.up(user())
    _untag(site)
    for each in (engine, twin):
        assert each.refresh() == "same"
    run({"ada": user()}, [engine, twin])
    assert twin.state is None
    assert set(site.users()) == {"ada"}
    engine.destroy()
    assert site.users() == {}


def test_of_two_halves_of_a_replacement_the_old_one_does_not_delete_the_user(engine: Engine, site: Site) -> None:
    """As above, where a run died between the two halves of a replacement that kept the user."""
    inputs = user(adopt_existing=True)
    site.client.create_user(**support.user(Username="ada"))
    engine.up(inputs)
    old = engine.twin()
    engine.state = None
    engine.up(inputs)
    _untag(site)
    for each in (engine, old):
        assert each.refresh() == "same"
    assert old.state is not None
    engine.doomed = [old.state]
    engine.up(inputs)
    assert set(site.users()) == {"ada"}
    engine.destroy()
    assert site.users() == {}


@pytest.mark.parametrize("twin_first", [False, True])
def test_what_a_run_left_behind_is_not_deleted_for_a_user_who_is_declared_twice(
    twin_first: bool, engine: Engine, site: Site
) -> None:
    """Its state was lost, and an import brought the user back as another resource."""
    engine.up(user())
    twin = engine.twin(name="countess")
    engine.state = None
    before = site.users()
    engine.host.begin_run()
    for each in (twin, engine) if twin_first else (engine, twin):
        each.checked(user())
    with pytest.raises(HostError) as caught:
        engine.step(user())
    assert "declare the user once" in judged(caught.value)
    assert twin.urn in judged(caught.value)
    assert site.users() == before


def test_without_the_tag_a_name_declared_twice_is_refused_even_where_it_may_be_adopted(
    site: Site, start: Callable[..., ProviderProcess]
) -> None:
    engine = Engine(start(ownershipTag="false"))
    twin = engine.twin(name="countess")
    with pytest.raises(HostError) as caught:
        run({"ada": user(), "countess": user(adopt_existing=True)}, [engine, twin])
    assert "declare the user once" in judged(caught.value)
    assert twin.state is None
    assert set(site.users()) == {"ada"}
