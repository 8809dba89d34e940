"""Whose sessions are ended, when, and that nothing waits for it: in virtual time, with the sessions of the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.changes import ADMIN, AGENT, SALES
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, Engine, run, user
from tests.contract.provider.timed import TimedHost, TimedSite
from tests.models import SIGN_OUT, has, write_model_without

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_sign_out = pytest.mark.skipif(not has(SIGN_OUT), reason=f"this boto3 has no {SIGN_OUT}")
_CALL = {"contacts": [{"channel": "VOICE", "state": "CONNECTED"}]}
_PROFILES = "UpdateUserSecurityProfiles"


@pytest.fixture
def site() -> Iterator[TimedSite]:
    with TimedSite() as site:
        yield site


@pytest.fixture
def engine(site: TimedSite) -> Engine:
    return Engine(TimedHost(site))


def _signed_in(engine: Engine, site: TimedSite, **changes: Any) -> None:
    """A user of the stack, on a call."""
    engine.up(user(engine.name, **changes))
    site.emulator.set_agents({engine.name: _CALL})
    site.forget()


def _warnings(engine: Engine) -> list[str]:
    return [text for severity, text in engine.host.said if severity == "warning"]


@needs_sign_out
@pytest.mark.parametrize("value", ["on_delete", "on_loss"])
def test_a_leaver_is_signed_out_just_before_the_deletion(value: str, engine: Engine, site: TimedSite) -> None:
    """Afterwards Connect may not know whose sessions they are."""
    _signed_in(engine, site, sign_out=value)
    engine.destroy()
    assert site.calls() == ["DescribeUser", SIGN_OUT, "DeleteUser"]
    assert site.users() == {}
    assert _warnings(engine) == []


@pytest.mark.parametrize("changes", [{}, {"sign_out": "never"}], ids=["absent", "never"])
def test_nobody_is_signed_out_unless_the_program_says_so(
    changes: dict[str, Any], engine: Engine, site: TimedSite
) -> None:
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], **changes)
    engine.up(user(security_profile_ids=[AGENT], **changes))
    assert site.emulator.agents.keys() == {"ada"}
    engine.destroy()
    assert site.calls() == [_PROFILES, "DescribeUser", "DeleteUser"]


@needs_sign_out
@pytest.mark.parametrize(
    ("before", "after", "ended"),
    [
        ([AGENT, ADMIN], [AGENT], True),
        ([ADMIN], [AGENT], True),
        ([AGENT], [AGENT, ADMIN], False),
        ([AGENT, ADMIN], [ADMIN, AGENT], False),
    ],
    ids=["taken away", "exchanged", "given", "in another order"],
)
def test_a_security_profile_that_is_taken_away_ends_the_sessions(
    before: list[str], after: list[str], ended: bool, engine: Engine, site: TimedSite
) -> None:
    """Once the profiles are written; what else changes in that update comes after it."""
    _signed_in(engine, site, security_profile_ids=before, sign_out="on_loss")
    engine.up(user(security_profile_ids=after, tags={"team": "a"}, sign_out="on_loss"))
    assert site.emulator.agents.keys() == (set() if ended else {"ada"})
    if ended:
        assert site.calls() == [_PROFILES, SIGN_OUT, "TagResource"]
    assert engine.up(user(security_profile_ids=after, tags={"team": "a"}, sign_out="on_loss")) == "same"


def test_on_delete_leaves_somebody_who_loses_a_profile_alone(engine: Engine, site: TimedSite) -> None:
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], sign_out="on_delete")
    engine.up(user(security_profile_ids=[AGENT], sign_out="on_delete"))
    assert site.calls() == [_PROFILES]


@needs_sign_out
def test_a_profile_that_somebody_gave_by_hand_counts_when_it_is_taken_away(engine: Engine, site: TimedSite) -> None:
    """The state does not know of it; the look that precedes such a change does."""
    _signed_in(engine, site, sign_out="on_loss")
    site.timer.wait(700)
    assert engine.state is not None
    site.client.update_user_security_profiles(
        InstanceId=seed.INSTANCE_ID, UserId=engine.state.id, SecurityProfileIds=[AGENT, ADMIN]
    )
    other = seed.SECURITY_PROFILES["QualityAnalyst"]
    engine.up(user(security_profile_ids=[AGENT, other], sign_out="on_loss"))
    assert site.calls() == ["DescribeUser", _PROFILES, SIGN_OUT]
    assert site.emulator.agents == {}


@needs_sign_out
def test_an_adoption_that_takes_a_profile_away_ends_the_sessions(engine: Engine, site: TimedSite) -> None:
    """Compared is what the live user has."""
    support.create(site.client, "ada", SecurityProfileIds=[AGENT, ADMIN])
    site.emulator.set_agents({"ada": _CALL})
    engine.up(user(adopt_existing=True, sign_out="on_loss"))
    assert site.emulator.agents == {}
    assert site.users()["ada"]["SecurityProfileIds"] == [AGENT]


@needs_sign_out
def test_the_old_user_of_a_replacement_is_signed_out(engine: Engine, site: TimedSite) -> None:
    """It is deleted, whoever has its place."""
    _signed_in(engine, site, sign_out="on_delete")
    engine.up(user("ada.lovelace", sign_out="on_delete"))
    assert site.calls() == ["CreateUser", "DescribeUser", SIGN_OUT, "DeleteUser"]


@needs_sign_out
def test_a_user_whose_replacement_is_forced_is_signed_out(engine: Engine, site: TimedSite) -> None:
    """It goes before the new one is made, since the name is taken."""
    _signed_in(engine, site, sign_out="on_delete")
    engine.force_replace(user(sign_out="on_delete", password="N3w-password"))
    calls = site.calls()
    assert calls.index(SIGN_OUT) == calls.index("DeleteUser") - 1
    assert calls.count(SIGN_OUT) == 1


def test_whoever_is_not_deleted_is_not_signed_out(engine: Engine, site: TimedSite) -> None:
    """One who moved to another resource, and one who is gone already."""
    _signed_in(engine, site, sign_out="on_delete")
    mover = engine.twin(name="countess", state=None)
    run({"countess": user(sign_out="on_delete")}, [mover, engine])
    assert SIGN_OUT not in site.calls()
    assert site.emulator.agents.keys() == {"ada"}
    assert mover.state is not None
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=mover.state.id)
    mover.destroy()
    assert SIGN_OUT not in site.calls()


def test_a_user_of_another_owner_is_not_signed_out(engine: Engine, site: TimedSite) -> None:
    """Nor deleted."""
    _signed_in(engine, site, sign_out="on_delete")
    assert engine.state is not None
    theirs = {OWNER_KEY: "6a0000000123456789abcdef urn:pulumi:prod::other::t::ada"}
    site.client.tag_resource(resourceArn=engine.state.outputs["arn"], tags=theirs)
    engine.destroy()
    assert site.calls() == ["DescribeUser"]
    assert site.emulator.agents.keys() == {"ada"}


@needs_sign_out
def test_a_failure_is_reported_and_blocks_nothing(engine: Engine, site: TimedSite) -> None:
    """Neither the update, which is complete, nor the deletion; the warning names what is to be granted."""
    denied = Fault(SIGN_OUT, "error-before", 2, code="AccessDeniedException", message="IAM says no")
    site.emulator.faults.add(denied)
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], sign_out="on_loss")
    after = user(security_profile_ids=[AGENT], routing_profile_id=SALES, sign_out="on_loss")
    engine.up(after)
    assert engine.up(after) == "same"
    assert site.emulator.agents.keys() == {"ada"}
    engine.destroy()
    assert site.users() == {}
    first, second = _warnings(engine)
    assert first == second
    assert "not signed out" in first
    assert "IAM says no" in first
    assert "grant connect:DeleteAllEntitySessions" in first
    assert "\n" not in first


@needs_sign_out
def test_a_user_without_a_session_is_no_warning_whatever_connect_answers(site: TimedSite) -> None:
    """AWS does not say whether it accepts that or finds nothing."""
    for number, choice in enumerate(("accepted", "not-found")):
        site.emulator.options = site.emulator.options.changed({"no_session": choice})
        engine = Engine(TimedHost(site), f"ada{number}")
        engine.up(user(engine.name, sign_out="on_delete"))
        engine.destroy()
        assert _warnings(engine) == []
    assert site.users() == {}
    assert any("finds no session" in text for _, text in engine.host.said)


def test_an_older_boto3_is_named_once_and_the_deletions_go_on(
    site: TimedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its model of Amazon Connect lacks the operation."""
    monkeypatch.setenv("AWS_DATA_PATH", str(write_model_without(SIGN_OUT, tmp_path)))
    host = TimedHost(site)
    engines = [Engine(host, name) for name in ("ada", "bob")]
    for engine in engines:
        engine.up(user(engine.name, security_profile_ids=[AGENT, ADMIN], sign_out="on_loss"))
        engine.up(user(engine.name, security_profile_ids=[AGENT], sign_out="on_loss"))
    site.forget()
    host.said.clear()
    run({}, engines)
    assert site.users() == {}
    (warning,) = (text for severity, text in host.said if severity == "warning")
    assert "needs boto3 1.44.4 or later" in warning
    assert "\n" not in warning


@needs_sign_out
def test_a_run_that_is_cancelled_before_the_sign_out_makes_both_again(site: TimedSite) -> None:
    """The state still has the profile, so that nobody keeps a session by accident."""
    engine = Engine(TimedHost(site))
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], sign_out="on_loss")
    after = user(security_profile_ids=[AGENT], sign_out="on_loss")

    def cancel(phase: str, record: Any) -> None:
        if (phase, record.operation) == ("committed", _PROFILES):
            site.timer.cancel()

    site.on_event = cancel
    with pytest.raises(HostError, match="cancelled"):
        engine.up(after)
    assert site.calls() == [_PROFILES]
    assert site.emulator.agents.keys() == {"ada"}
    assert engine.state is not None
    assert ADMIN in engine.state.outputs["security_profile_ids"]


@needs_sign_out
@pytest.mark.parametrize(("declared", "ended"), [([AGENT], True), ([AGENT, ADMIN], False)], ids=["lost", "given back"])
def test_a_loss_that_a_refresh_finds_ends_the_sessions_with_the_next_up(
    declared: list[str], ended: bool, engine: Engine, site: TimedSite
) -> None:
    """A run died between the two calls, and the refresh after it has seen that the first one was made. A profile that
    is given back is not lost."""
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], sign_out="on_loss")
    assert engine.state is not None
    ids = {"InstanceId": seed.INSTANCE_ID, "UserId": engine.state.id}
    site.client.update_user_security_profiles(**ids, SecurityProfileIds=[AGENT])
    engine.refresh()
    assert engine.refresh() == "same"
    assert engine.state.outputs["security_profile_ids"] == [AGENT]
    after = user(security_profile_ids=declared, sign_out="on_loss")
    assert engine.up(after) == "update"
    assert site.emulator.agents.keys() == (set() if ended else {"ada"})
    assert any("sessions will be ended" in text for _, text in engine.host.said) == ended
    assert engine.up(after) == "same"


def test_a_loss_that_a_refresh_finds_matters_only_with_on_loss(engine: Engine, site: TimedSite) -> None:
    _signed_in(engine, site, security_profile_ids=[AGENT, ADMIN], sign_out="on_loss")
    assert engine.state is not None
    ids = {"InstanceId": seed.INSTANCE_ID, "UserId": engine.state.id}
    site.client.update_user_security_profiles(**ids, SecurityProfileIds=[AGENT])
    engine.refresh()
    engine.up(user(security_profile_ids=[AGENT], sign_out="never"))
    assert site.emulator.agents.keys() == {"ada"}


@pytest.mark.parametrize(("value", "hint"), [("on_delet", "did you mean on_delete?"), ("always", "")])
def test_another_value_is_refused_with_those_that_there_are(value: str, hint: str, engine: Engine) -> None:
    (problem,) = (text for _, text in engine.host.check(user(sign_out=value)).failures)
    assert f"sign_out: '{value}' is not one of never, on_delete, on_loss" in problem
    assert hint in problem


def test_a_state_of_an_earlier_release_differs_from_nothing(engine: Engine) -> None:
    """Absent means never: an upgrade changes no preview."""
    engine.up(user())
    assert engine.state is not None
    assert "sign_out" not in engine.state.outputs
    assert engine.up(user()) == "same"
