"""From live users to a roster and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from connect_users.core import channels
from connect_users.core.errors import ConfigurationError
from connect_users.core.fields import FIELDS, Verdict
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.core.spec import canonical
from connect_users.importing import rows
from connect_users.importing.rows import RosterNames
from tests.builders import INSTANCE_ID
from tests.strategies import users

NAMES = RosterNames(
    INSTANCE_ID,
    {
        ROUTING_PROFILE: {"id-0": "Support", "id-1": "Sales & Co, Ltd"},
        SECURITY_PROFILE: {"id-0": "Agent", "id-1": "Admin", "id-2": 'the "boss"'},
        HIERARCHY_GROUP: {"id-0": "EMEA/UK", "id-1": "AMER", "id-2": "EMEA"},
    },
)
_NEVER_RETURNED = {field.name for field in FIELDS if field.verdict in (Verdict.RECORD, Verdict.PASSWORD)}


def _live(inputs: dict[str, Any]) -> dict[str, Any]:
    """What Connect would return for a user with these inputs."""
    lists = {name: [_returned(entry) for entry in entries] for name, entries in channels.effective(inputs).items()}
    returned = {name: value for name, value in inputs.items() if name not in _NEVER_RETURNED | {"instance_id"}}
    return canonical({**returned, **lists, "phone_config": channels.to_phone_config(lists), "directory_user_id": "d-1"})


def _returned(entry: dict[str, Any]) -> dict[str, Any]:
    """After-contact work without a limit is returned as 0 seconds."""
    own = entry.get("after_contact_work_config")
    returned = {name: value for name, value in entry.items() if value != {}}
    return returned if own != {} else {**returned, "after_contact_work_config": {"after_contact_work_time_limit": 0}}


@settings(max_examples=150)
@given(users())
def test_a_roster_has_everything_that_connect_returns_for_a_user(inputs: dict[str, Any]) -> None:
    """Nothing is lost but what is neutral, names or not."""
    wanted = rows.declared(_live(inputs), NAMES)
    written = rows.write({wanted["username"]: wanted}, NAMES)
    assert written.left_out == {}
    assert written.inputs == {wanted["username"]: wanted}
    for name, entries in channels.effective(inputs).items():
        assert channels.same(name, wanted.get(name, []), [_returned(entry) for entry in entries])
    for name in ("identity_info", "tags", "user_proficiencies", "hierarchy_group_id", "security_profile_ids"):
        assert _filled(wanted.get(name)) == _filled(inputs.get(name))
    assert "directory_user_id" not in wanted


def _filled(value: Any) -> Any:
    if isinstance(value, dict) and "last_name" in value:
        return {name: item for name, item in value.items() if item} or None
    return value or None


def test_a_user_whom_a_roster_cannot_hold_is_left_out() -> None:
    """The others are in it; a blank at the end of a name is lost in any cell."""
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": "id-0", "security_profile_ids": ["id-0"]}
    people = {
        "ada": {**base, "username": "ada", "identity_info": {"first_name": "Ada "}},
        "bob": {**base, "username": "bob", "identity_info": {"first_name": "Bob"}},
        "eve": {**base, "username": "eve", "hierarchy_group_id": "id-9", "tags": {"team": "a" * 300}},
    }
    written = rows.write(people, NAMES)
    assert set(written.inputs) == {"bob"}
    assert written.left_out["ada"] == (
        "identity_info.first_name: a cell does not keep spaces around a string; declare this user outside the roster"
    )
    assert written.left_out["eve"].startswith("tags: ")


def test_one_user_whom_the_rules_refuse_keeps_nobody_else_out() -> None:
    """Even where what is wrong is a column that no line has: a desk phone of which Connect shows no number."""
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": "id-0", "security_profile_ids": ["id-0"]}
    desk = [{"channel": "VOICE", "phone_type": "DESK_PHONE"}]
    written = rows.write(
        {"ada": {**base, "username": "ada"}, "bob": {**base, "username": "bob", "phone_number_configs": desk}}, NAMES
    )
    assert set(written.inputs) == {"ada"}
    assert written.left_out == {"bob": "phone_number.voice: missing; DESK_PHONE needs it"}


def test_a_roster_that_reads_back_differently_from_its_lines_is_not_written() -> None:
    """Two lines of one name: each is fine alone."""
    ada = {"instance_id": INSTANCE_ID, "routing_profile_id": "id-0", "security_profile_ids": ["id-0"]}
    with pytest.raises(ConfigurationError, match="cannot be written"):
        rows.write({"ada": {**ada, "username": "ada"}, "Ada": {**ada, "username": "ada"}}, NAMES)


def test_names_that_a_roster_can_hold() -> None:
    """Those that are unique, and that a cell gives back as they are."""
    names = {"1": "Agent", "2": "twice", "3": "twice", "4": "a|b", "5": " blank", "6": "a/b", "7": ""}
    assert rows.writable(SECURITY_PROFILE, names) == {"1": "Agent", "6": "a/b"}
    assert rows.writable(HIERARCHY_GROUP, {"1": "EMEA/UK", "2": "EMEA/ UK"}) == {"1": "EMEA/UK"}


def test_a_user_whom_every_instance_would_refuse_does_not_change_the_identity_management_type() -> None:
    """The program says what the instance is, unless that itself refuses somebody."""
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": "id-0", "security_profile_ids": ["id-0"]}
    names = {"first_name": "A", "last_name": "B"}
    bad = {**base, "username": "bad", "identity_info": {**names, "first_name": " A"}}
    good = {**base, "username": "good", "identity_info": names}
    saml = RosterNames(INSTANCE_ID, NAMES.names, "SAML")
    written = rows.write({"bad": bad, "good": good}, saml)
    assert (set(written.left_out), written.identity_management_type) == ({"bad"}, "SAML")
    mailed = {**good, "identity_info": {**names, "email": "a@example.com"}}
    written = rows.write({"bad": bad, "good": mailed}, saml)
    assert (set(written.left_out), written.identity_management_type) == ({"bad"}, None)


def test_line_breaks_of_any_kind_stay_in_their_cell() -> None:
    """Also one that ends no line of the file itself."""
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": "id-0", "security_profile_ids": ["id-0"]}
    people = {
        name: {**base, "username": name, "identity_info": {"first_name": text}}
        for name, text in {"a": "one\ntwo", "b": "one\rtwo", "c": "one\r\ntwo", "d": "one,two\u2028three"}.items()
    }
    written = rows.write(people, NAMES)
    assert written.left_out == {}
    assert written.inputs == people


def test_the_number_of_a_desk_phone_is_kept_while_a_soft_phone_is_used() -> None:
    """It would be lost with the next user of that name."""
    phone = [{"channel": "VOICE", "phone_type": "SOFT_PHONE", "phone_number": "+442079460000"}]
    assert rows.declared({"username": "a", "phone_number_configs": phone}, NAMES)["phone_number_configs"] == phone
    bare = [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}]
    assert "phone_number_configs" not in rows.declared({"username": "a", "phone_number_configs": bare}, NAMES)


def test_an_empty_instance_is_an_empty_roster() -> None:
    """Which is a file all the same."""
    assert rows.write({}, NAMES).files.rows == "username\n"
