"""Bad states and bad inputs: written by hand, by another release, by a broken program. Sensible ends, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.output import Unknown

from connect_users.core import plan
from connect_users.core.fields import FIELDS, Field, Kind
from connect_users.core.live import declared_view
from connect_users.core.shapes import sound
from connect_users.core.spec import canonical, contains_unknown
from connect_users.dynamic import codec
from connect_users.dynamic.provider import ConnectUserProvider
from connect_users.emulator import seed
from connect_users.testing import HostError
from connect_users.testing.values import UNKNOWN
from tests.changes import EVERYTHING
from tests.contract.hosting import OWNER_KEY, Engine, ResourceState, Site, judged, user
from tests.contract.provider.matrix_stage import declared, shown

if TYPE_CHECKING:
    from collections.abc import Callable

SALES = seed.ROUTING_PROFILES["Sales"]


def _without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda outputs: {name: value for name, value in outputs.items() if name not in names}


def _with(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda outputs: {**outputs, **changes}


#: States that mend themselves: the next up brings the user to what is declared, and destroy deletes it.
MENDED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "extra keys of another release": _with(shoe_size=44.0, nested={"of": ["another", None, 1.5]}),
    "no arn": _without("arn"),
    "an arn that is none": _with(arn="arn-of-nothing"),
    "an arn that is a number": _with(arn=5.0),
    "no routing profile": _without("routing_profile_id"),
    "a routing profile that is a list": _with(routing_profile_id=["x"]),
    "security profiles that are a text": _with(security_profile_ids="40000000"),
    "security profiles that are numbers": _with(security_profile_ids=[1.0, 2.0]),
    "an identity that is a text": _with(identity_info="Ada"),
    "a phone that is a list": _with(phone_config=[]),
    "proficiencies without keys": _with(user_proficiencies=[{"level": 3.0}, "x", None]),
    "proficiencies that were never": _without("user_proficiencies"),
    "tags that are a list": _with(tags=["team"]),
    "tags that are numbers": _with(tags={"team": 5.0}),
    "a block with other members": _with(phone_config={"colour": "red"}),
    "ids as arns": _with(routing_profile_id=f"{seed.INSTANCE_ARN}/routing-profile/{seed.ROUTING_PROFILES['Support']}"),
    "an instance as an arn": _with(instance_id=seed.INSTANCE_ARN),
    "a null": _with(hierarchy_group_id=None),
    "no password": _without("password"),
    "a password that is a number": _with(password=5.0),
}


@pytest.fixture
def live(engine: Engine) -> Engine:
    engine.up(user(**EVERYTHING.before))
    return engine


def _spoil(engine: Engine, spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> ResourceState:
    state = engine.state
    assert state is not None
    engine.state = ResourceState(state.id, spoil(state.inputs), spoil(state.outputs))
    return engine.state


@pytest.mark.parametrize("name", MENDED)
def test_a_spoiled_state_is_mended_by_the_next_up(name: str, live: Engine, site: Site) -> None:
    """Without a refresh: the same user, as declared, and the state of it whole again."""
    _spoil(live, MENDED[name])
    target = user(**{**EVERYTHING.before, "routing_profile_id": SALES}, on_password_change="ignore")
    assert live.up(target) == "update"
    assert shown(site.users()["ada"]) == declared(target)
    assert live.up(target) == "same"
    live.destroy()
    assert site.users() == {}


@pytest.mark.parametrize("name", MENDED)
def test_a_spoiled_state_can_be_refreshed_and_destroyed(name: str, live: Engine, site: Site) -> None:
    """As they are, by the id and the token alone."""
    _spoil(live, MENDED[name])
    assert live.refresh() == "same"
    live.destroy()
    assert site.users() == {}


#: States that do not say where the user is: an error on every method, and the state stays.
LOST: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no instance": _without("instance_id"),
    "an instance that is a number": _with(instance_id=5.0),
    "nothing but a name": lambda outputs: {key: outputs[key] for key in ("__provider", "username") if key in outputs},
}


@pytest.mark.parametrize("method", ["refresh", "destroy"])
@pytest.mark.parametrize("name", LOST)
def test_a_state_without_a_place_is_an_error_with_a_way_out(name: str, method: str, live: Engine, site: Site) -> None:
    """Its user is not known; pulumi state delete and adoption are the way out."""
    state = _spoil(live, LOST[name])
    with pytest.raises(HostError) as caught:
        getattr(live, method)()
    text = judged(caught.value, None)
    assert "pulumi state delete" in text
    assert live.host.worded("adopt_existing=True") in text
    assert live.state == state
    assert set(site.users()) == {"ada"}


@pytest.mark.parametrize("token", [5.0, "", "not a token", ["x"], "6a0000000123456789abcdef"])
def test_a_token_that_is_not_the_live_one_deletes_nothing(token: Any, live: Engine, site: Site) -> None:
    """Whatever its form. The tag names this resource: a refresh takes the live token over."""
    _spoil(live, _with(ownership_token=token))
    with pytest.raises(HostError) as caught:
        live.destroy()
    assert "pulumi refresh" in judged(caught.value)
    assert set(site.users()) == {"ada"}
    assert live.refresh() == "same"
    live.destroy()
    assert site.users() == {}


@pytest.mark.parametrize("value", ["", " ", "garbage", "zzzzzzzz urn", "x" * 256, "6a0000000123456789abcdef "])
def test_an_ownership_tag_that_a_person_changed_deletes_nothing(value: str, live: Engine, site: Site) -> None:
    """Not before a refresh has accepted that the tag is gone."""
    assert live.state is not None
    site.client.tag_resource(resourceArn=live.state.outputs["arn"], tags={OWNER_KEY: value})
    with pytest.raises(HostError) as caught:
        live.destroy()
    assert "pulumi refresh" in judged(caught.value)
    assert set(site.users()) == {"ada"}
    assert live.refresh() == "same"
    live.destroy()
    assert site.users() == {}


def test_tags_that_others_add_are_left_alone(live: Engine, site: Site) -> None:
    """They are drift of declared tags, found by a refresh, and nothing before it touches them."""
    assert live.state is not None
    site.client.tag_resource(resourceArn=live.state.outputs["arn"], tags={"cost-centre": "7"})
    live.up(user(**{**EVERYTHING.before, "tags": {"team": "b", "site": "x"}}))
    assert site.users()["ada"]["Tags"].items() >= {"cost-centre": "7", "team": "b", "site": "x"}.items()


def test_a_read_without_a_state_is_an_error(live: Engine) -> None:
    """`get` by the bare id: the provider has nothing else."""
    assert live.state is not None
    with pytest.raises(HostError) as caught:
        live.host.read(live.state.id, live.host.own, urn=live.urn)
    judged(caught.value, None)


# Fuzz, without gRPC: what comes over the wire can be any JSON with unknowns in it.

_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(["VOICE", "CHAT", "SAML", "replace", "arn:aws:connect:a:b:instance/i/agent/x", "SOFT_PHONE"])
    | st.builds(Unknown),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


def _shaped(field: Field) -> st.SearchStrategy[Any]:
    """Values that are nearly right: the members of the field, each of them anything at all or of its own shape."""
    if field.kind is Kind.BLOCK or field.kind is Kind.BLOCKS:
        block = st.fixed_dictionaries({}, optional={member.name: _shaped(member) for member in field.members})
        return (st.lists(block | _ANY, max_size=4) if field.kind is Kind.BLOCKS else block) | _ANY
    if field.choices:
        return st.sampled_from(field.choices) | _ANY
    return _ANY


_INPUTS = st.fixed_dictionaries(
    {}, optional={**{field.name: _shaped(field) for field in FIELDS}, "arn": _ANY, "ownership_token": _ANY}
) | st.dictionaries(st.text(max_size=8), _ANY, max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(olds=_INPUTS, news=_INPUTS)
def test_check_and_diff_never_raise(olds: dict[str, Any], news: dict[str, Any]) -> None:
    """Whatever the inputs, old or new: an answer, and every problem in one line."""
    provider = ConnectUserProvider()
    result = provider.check(olds, news)
    for failure in result.failures:
        assert failure.property == ""
        assert "\n" not in failure.reason
    provider.diff("id", olds, result.inputs)
    provider.diff("id", olds, news)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(inputs=_INPUTS)
def test_the_canonical_form_is_stable(inputs: dict[str, Any]) -> None:
    """Checked inputs that are checked again stay the same, so that nothing differs from itself."""
    provider = ConnectUserProvider()
    once = codec.decode(provider.check({}, inputs).inputs)
    twice = codec.decode(provider.check({}, codec.encode(once)).inputs)
    assert repr(once) == repr(twice)


_GOOD = canonical(codec.decode(user(**EVERYTHING.before)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=_INPUTS)
def test_any_state_can_be_worked_with(state: dict[str, Any]) -> None:
    """What cannot be read counts as never set: the way from there to good inputs, and a view of it, are known."""
    known = {name: value for name, value in state.items() if not contains_unknown(codec.decode({"a": value}))}
    sound_state = sound(codec.decode(known))
    plan.update_steps(sound_state, _GOOD)
    view = declared_view(_GOOD, sound_state)
    assert set(view) <= {field.name for field in FIELDS}


def test_unknowns_of_the_wire_are_distinguished_from_everything_else(engine: Engine) -> None:
    """The host's own decoding, which the fuzz goes around."""
    assert engine.checked(user(tags=UNKNOWN))["tags"] is UNKNOWN
