"""Values that a preview does not know, at every depth, at both doors: nothing crashes on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.fields import FIELDS, Verdict
from connect_users.emulator import seed
from connect_users.testing.values import UNKNOWN, Secret, has_unknowns, reveal
from tests.changes import AGENT, CHANGES, plain
from tests.contract.hosting import Engine, Site, user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.doors import Host

_EVERYTHING: dict[str, Any] = {
    name: plain(change.after[name])
    for name, change in CHANGES.items()
    if name in change.after and name != "password_secret_arn"
}
_EVERYTHING |= {"on_password_change": "ignore"}
_FULL = {**user(), **_EVERYTHING, "directory_user_id": "S-1-5"}


def _holes(value: Any) -> Iterator[Any]:
    """``value`` with each of its parts made unknown, one at a time; first the whole."""
    yield UNKNOWN
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: part} for part in _holes(value[key]))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], part, *value[index + 1 :]] for part in _holes(item))


@pytest.mark.parametrize("field", [field.name for field in FIELDS if field.name in _FULL])
def test_an_unknown_part_passes_check_and_differs(field: str, host: Host) -> None:
    """At every depth of every field: check keeps it unknown, diff takes it for a change, also in the old inputs."""
    verdict = next(each.verdict for each in FIELDS if each.name == field)
    olds = host.check(user(**{field: _FULL[field]})).inputs
    for value in _holes(_FULL[field]):
        checked = host.check(user(**{field: value}), olds)
        assert checked.failures == ()
        assert has_unknowns(checked.inputs[field])
        reply = host.diff("id", olds, checked.inputs, old_inputs=olds)
        assert reply.changes is not False
        if verdict in (Verdict.REPLACE, Verdict.REPLACE_DELETE_FIRST):
            assert field in reply.replaces
        else:
            assert reply.replaces == ()


def test_a_dependent_replacement_makes_whole_properties_unknown(host: Host) -> None:
    """When something that the user depends on is replaced, deletion first, the engine asks with all of them at once."""
    news = {name: value if name == "__provider" else UNKNOWN for name, value in _FULL.items()}
    reply = host.diff("id", _FULL, news, old_inputs=_FULL)
    assert set(reply.replaces) >= {"instance_id", "username", "directory_user_id"}
    assert host.check(news).failures == ()


def test_known_parts_beside_unknown_ones_are_still_judged(host: Host) -> None:
    """Only what is not known is skipped."""
    reply = host.check(user(username=UNKNOWN, security_profile_ids=[UNKNOWN, AGENT, AGENT], tags={"aws:x": UNKNOWN}))
    text = "\n".join(reason for _, reason in reply.failures)
    assert host.worded("security_profile_ids") in text
    assert "aws:x" in text


def test_an_unknown_or_secret_username_of_a_bad_user_is_no_traceback(host: Host) -> None:
    """Problems are reported in one line each, whatever is secret or unknown."""
    for value in (UNKNOWN, Secret("ada lovelace")):
        reply = host.check(user(username=value, password=Secret("short")))
        assert reply.failures
        for _, reason in reply.failures:
            assert "\n" not in reason
            assert "short" not in reason


def test_the_password_is_a_secret_in_every_answer(engine: Engine, site: Site) -> None:
    """Check, create, update and read mark it again: an answer without the mark would turn it to plain text."""
    from tests.contract.hosting import PASSWORD

    engine.up(user())
    assert engine.state is not None
    for inputs in (user(), user(tags={"team": "b"})):
        engine.up(inputs)
        assert engine.state.inputs["password"] == Secret(PASSWORD)
        assert engine.state.outputs["password"] == Secret(PASSWORD)
    engine.refresh()
    assert engine.state.inputs["password"] == Secret(PASSWORD)
    assert engine.state.outputs["password"] == Secret(PASSWORD)
    assert PASSWORD in repr(reveal(engine.state.outputs))


def test_the_profiles_whose_loss_a_refresh_records_are_secrets_as_the_input_is(engine: Engine, site: Site) -> None:
    """They are values of an input under the name of another output, from where no mark is copied."""
    agent, admin = seed.SECURITY_PROFILES["Agent"], seed.SECURITY_PROFILES["Admin"]
    engine.up(user(security_profile_ids=Secret([agent, admin]), sign_out="on_loss"))
    assert engine.state is not None
    site.client.update_user_security_profiles(
        InstanceId=seed.INSTANCE_ID, UserId=engine.state.id, SecurityProfileIds=[agent]
    )
    engine.refresh()
    assert engine.state.outputs["lost_security_profile_ids"] == Secret([admin])
    assert engine.up(user(security_profile_ids=Secret([agent]), sign_out="on_loss")) == "update"
    assert "lost_security_profile_ids" not in engine.state.outputs
