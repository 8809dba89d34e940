"""What counts as proof that a user is unchanged, and what does not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from connect_users.core import ownership, snapshot_proof
from connect_users.core.fields import VERIFIED_KEY
from connect_users.core.snapshot_proof import (
    UserSnapshot,
    described,
    epoch,
    made_stamp,
    proven_outputs,
    read_stamp,
    unmoved,
    without_outdated_stamp,
)
from connect_users.core.spec import canonical, to_wire
from tests.builders import INSTANCE_ARN, user

ARN = f"{INSTANCE_ARN}/agent/u-1"
MODIFIED = 1_700_000_000.123
TAGS = ownership.tag("0" * 24, "urn:pulumi:dev::shop::x::ada")


def test_times_of_aws_have_milliseconds() -> None:
    """And none is none."""
    assert epoch(datetime.fromtimestamp(MODIFIED + 0.00004, timezone.utc)) == MODIFIED
    assert epoch(None) is None


#: Sentence, stamp, LastModifiedTime, whether it is proof.
STAMPS: list[tuple[str, object, float | None, bool]] = [
    ("read, and not changed since", "1700000000.123", MODIFIED, True),
    ("read, and changed", "1700000000.123", MODIFIED + 0.001, False),
    ("read, and a listing that lags behind", "1700000000.123", MODIFIED - 0.001, False),
    ("read, at a whole second", "1700000000.000", 1_700_000_000.0, True),
    ("made before the answer", "<1700000000.456", MODIFIED, True),
    ("made at the moment of the answer", "<1700000000.123", MODIFIED, True),
    ("changed after the answer", "<1700000000.122", MODIFIED, False),
    ("a time that may be cut off", "<1700000000.456", 1_700_000_000.0, False),
    ("no stamp", None, MODIFIED, False),
    ("no time", "1700000000.123", None, False),
    ("a stamp that is none", "<soon", MODIFIED, False),
]


@pytest.mark.parametrize(("stamp", "modified", "proof"), [row[1:] for row in STAMPS], ids=[row[0] for row in STAMPS])
def test_stamps(stamp: object, modified: float | None, proof: bool) -> None:
    """Only what can mean nothing else."""
    assert unmoved(stamp, modified, exact=False) is proof


def test_a_whole_second_is_a_time_like_any_other_where_others_have_fractions() -> None:
    """One user of a thousand is changed just then."""
    assert not unmoved("<1700000000.123", 1_700_000_000.0, exact=False)
    assert unmoved("<1700000000.123", 1_700_000_000.0, exact=True)
    assert not unmoved("<1699999999.900", 1_700_000_000.0, exact=True)


def test_how_stamps_are_made() -> None:
    """A whole second is only good once it is over for certain; without a time there is no stamp."""
    assert made_stamp(MODIFIED) == {VERIFIED_KEY: "<1700000000.123"}
    assert made_stamp(None) == {}
    assert read_stamp(MODIFIED, MODIFIED) == {VERIFIED_KEY: "1700000000.123"}
    assert read_stamp(1_700_000_000.0, 1_700_000_030.0) == {}
    assert read_stamp(1_700_000_000.0, 1_700_000_060.0) == {VERIFIED_KEY: "1700000000.000"}
    assert read_stamp(None, MODIFIED) == {}


DECLARED = canonical(
    user(
        password=None,
        phone_config={"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 30},
        user_proficiencies=[{"attribute_name": "lang", "attribute_value": "en", "level": 3}],
    )
)
OUTPUTS = {**DECLARED, "arn": ARN, "ownership_token": "0" * 24, VERIFIED_KEY: "1700000000.123"}


def _summary(**changes: Any) -> dict[str, Any]:
    settings = {name: value for name, value in DECLARED.items() if name not in ("tags", "user_proficiencies")}
    return {
        **to_wire(settings),
        "Id": "u-1",
        "Arn": ARN,
        "Tags": {"team": "Blue", **TAGS},
        "DirectoryUserId": "d-1",
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30_000},
        **changes,
    }


def _proven(
    summary: dict[str, Any] | None, outputs: dict[str, Any] = OUTPUTS, skills: Any = None, **listed: Any
) -> dict[str, Any] | None:
    found = UserSnapshot(
        **{"id": "u-1", "arn": ARN, "username": "agent-7", "modified": MODIFIED, **listed}, summary=summary
    )
    return proven_outputs(found, outputs, DECLARED, skills)


def test_a_user_that_is_what_the_state_says() -> None:
    """Its outputs are those that describing it would give: the directory's id comes with the first."""
    wanted = {**OUTPUTS, "directory_user_id": "d-1"}
    assert _proven(_summary()) == wanted
    assert _proven(_summary(), wanted) == wanted
    skills = [{"AttributeName": "lang", "AttributeValue": "en", "Level": 3.0}]
    assert _proven(_summary(), skills=skills) == wanted
    assert "directory_user_id" not in (_proven(_summary(DirectoryUserId=None)) or {"directory_user_id": ""})


@pytest.mark.parametrize("unit", [1, 1000])
def test_either_unit_of_the_channels_may_be_meant(unit: int) -> None:
    """Milliseconds are documented for PhoneConfig; for the lists nobody says."""
    lists = [
        {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30 * unit}}
        for channel in ("VOICE", "CHAT", "TASK", "EMAIL")
    ]
    assert _proven(_summary(AfterContactWorkConfigs=lists)) is not None
    declared = {"after_contact_work_configs": [{"channel": "VOICE"}]}
    readings = [user["AfterContactWorkConfigs"] for user in described({"AfterContactWorkConfigs": lists}, declared)]
    assert lists in readings


@pytest.mark.parametrize(
    ("summary", "changes"),
    [
        (None, {}),
        (_summary(), {"arn": ARN.replace("u-1", "u-2")}),
        (_summary(), {"modified": MODIFIED + 1}),
        (_summary(Tags={"team": "Blue"}), {}),
        (_summary(Tags={"team": "Blue", ownership.TAG_KEY: "1 urn:other"}), {}),
        (_summary(Tags={"team": "Red", **TAGS}), {}),
        (_summary(RoutingProfileId="other"), {}),
        (_summary(IdentityInfo={"FirstName": "Eve", "LastName": "Lovelace"}), {}),
        (_summary(PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30}), {}),
        (_summary(PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30_500}), {}),
        (_summary(), {"skills": []}),
        (_summary(), {"outputs": {**OUTPUTS, "routing_profile_id": "half-way"}}),
        (_summary(), {"outputs": {**OUTPUTS, "directory_user_id": "d-2"}}),
    ],
    ids=[
        "search does not know it",
        "of another account",
        "changed since",
        "its ownership tag is gone",
        "of another owner",
        "another tag",
        "another routing profile",
        "another name",
        "seconds where milliseconds are documented",
        "a part of a second",
        "without the proficiencies",
        "a state that says two things",
        "another directory id",
    ],
)
def test_anything_else_is_no_proof(summary: dict[str, Any] | None, changes: dict[str, Any]) -> None:
    """Then the user is described."""
    assert _proven(summary, **changes) is None


_NOW = 1_700_000_000.0
_RECENT, _FUTURE, _LONG_AGO = (ownership.new_token(_NOW + shift, "urn") for shift in (-30.0, 7200.0, -7200.0))


@pytest.mark.parametrize(
    ("token", "stamp", "age"),
    [
        (_RECENT, None, 30.0),
        (_RECENT, f"{_NOW - 1}", 30.0),
        (_LONG_AGO, f"<{_NOW - 20}", 20.0),
        (_LONG_AGO, f"<{_NOW + 5}", 0.0),
        (_FUTURE, f"<{_NOW - 20}", 20.0),
        (_FUTURE, None, 0.0),
        (_FUTURE, "<yesterday", 0.0),
        (None, f"<{_NOW - 20}", 20.0),
        (None, None, _NOW),
        (["x"], 5.0, _NOW),
    ],
    ids=[
        "the token alone",
        "a stamp of DescribeUser",
        "a machine whose clock was behind",
        "an answer of just now",
        "a machine whose clock was ahead",
        "the same, taken over",
        "a stamp that cannot be read",
        "no token",
        "nothing: long ago",
        "what is neither",
    ],
)
def test_the_age_of_a_state_is_measured_by_awss_clock_where_it_can_be(token: object, stamp: object, age: float) -> None:
    outputs = {"ownership_token": token, VERIFIED_KEY: stamp}
    known = {name: value for name, value in outputs.items() if value is not None}
    assert snapshot_proof.age(known, _NOW) == pytest.approx(age)


def test_a_user_who_has_settings_that_nobody_declares_is_not_as_made_any_more() -> None:
    """CreateUser's stamp says that the state knows everything; it goes with the first setting that is let go."""
    outputs = {**canonical(user(phone_config={"phone_type": "SOFT_PHONE"})), **made_stamp(MODIFIED)}
    assert without_outdated_stamp(outputs, outputs) is outputs
    without = {name: value for name, value in outputs.items() if name != "phone_config"}
    assert VERIFIED_KEY not in without_outdated_stamp(outputs, without)
    seen = {**outputs, **read_stamp(MODIFIED, MODIFIED + 600)}
    assert without_outdated_stamp(seen, without) is seen
