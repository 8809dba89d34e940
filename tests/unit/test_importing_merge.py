"""What an instance changed, put into a roster that somebody edited: every case, and that nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core.live import both_views
from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.importing import merging, rows
from connect_users.importing.merging import MergeResult, merge
from connect_users.importing.rows import RosterNames
from connect_users.roster import csv_text
from tests.builders import INSTANCE_ID

NAMES = RosterNames(
    INSTANCE_ID,
    {
        ROUTING_PROFILE: {"id-0": "Support", "id-1": "Sales", "id-2": "Gold"},
        SECURITY_PROFILE: {"id-0": "Agent"},
    },
)


def _ada(routing: str = "id-0", **changes: Any) -> dict[str, Any]:
    """The inputs of one user, canonical."""
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": routing, "security_profile_ids": ["id-0"]}
    return {**base, "username": "ada", **changes}


def _merge(text: str, last: dict[str, Any] | None, now: dict[str, Any] | None) -> MergeResult:
    def by_name(inputs: dict[str, Any] | None) -> dict[str, Any]:
        return {} if inputs is None else {"ada": inputs}

    return merge(text, by_name(last), by_name(now), by_name(None if now is None else both_views(now)), NAMES)


HEADERS = "User Login;note to self;routing profile name;security_profiles;adopt_existing"
ROSTER = f"sep=;\n{HEADERS}\n\nada;;{{}};Agent;yes\n"
IGNORED = ROSTER.replace("note to self", "delete_quick_connects")


@pytest.mark.parametrize(
    ("roster", "last", "now", "expected"),
    [
        ("Support", "id-0", "id-0", MergeResult()),
        ("Support", "id-0", "id-1", MergeResult("Sales")),
        ("Sales", "id-0", "id-0", MergeResult(pending=("ada",))),
        ("Sales", "id-0", "id-1", MergeResult()),
        ("Gold", "id-0", "id-1", MergeResult(conflicts=("ada",))),
        ("Sales", None, "id-0", MergeResult(conflicts=("ada",))),
        ("Support", "id-0", None, MergeResult("")),
        ("Sales", "id-0", None, MergeResult(conflicts=("ada",))),
        ("Sales", None, None, MergeResult(pending=("ada",))),
        ("", None, "id-1", MergeResult("new")),
        ("", "id-1", "id-1", MergeResult(pending=("ada",))),
        ("", "id-0", "id-1", MergeResult(conflicts=("ada",))),
    ],
    ids=[
        "nothing",
        "only the instance",
        "only the roster",
        "both, to the same",
        "both",
        "both, and nobody knows what was before",
        "a user who was deleted",
        "a user who was deleted, and whose line was edited",
        "a joiner",
        "a user who was made",
        "a leaver",
        "a leaver who was changed",
    ],
)
def test_who_changed_what(roster: str, last: str | None, now: str | None, expected: MergeResult) -> None:
    """Seen from what both come from."""
    empty, filled = IGNORED[: IGNORED.index("ada")], IGNORED.format
    text = filled(roster) if roster else empty
    found = _merge(text, _ada(last) if last else None, _ada(now) if now else None)
    wanted = {None: None, "": empty, "new": f"{empty}ada;;Sales;Agent;\n"}.get(expected.text, filled(expected.text))
    assert found == MergeResult(wanted, expected.pending, expected.conflicts)


def test_only_cells_that_differ_change() -> None:
    """Tags that have a column of their own stay in it; what has none gets one."""
    text = "username,tags.team,routing_profile,security_profiles,tags\nbob,,Support,Agent,\nada,red,Support,Agent,a=b\n"
    last = _ada(tags={"team": "red", "a": "b"})
    now = _ada(tags={"team": "blue", "a": "c", "x": "y"}, identity_info={"first_name": "A, B"})
    bob = _ada(username="bob")
    merged = merge(text, {"ada": last, "bob": bob}, {"ada": now, "bob": bob}, {"ada": now, "bob": bob}, NAMES)
    assert merged.text == (
        "username,tags.team,routing_profile,security_profiles,tags,identity_info.first_name\n"
        "bob,,Support,Agent,,\n"
        'ada,blue,Support,Agent,a=c|x=y,"A, B"\n'
    )


def test_days_of_people_stay_as_they_are() -> None:
    """They are not of the instance; also a day that is past leaves the line to the instance."""
    text = "username,first_day,last_day,routing_profile,security_profiles\nada,2026-01-01,2026-02-01,Support,Agent\n"
    assert _merge(text, _ada(), _ada("id-1")).text == text.replace("Support", "Sales")
    assert _merge(text, _ada(), _ada()) == MergeResult()


def test_what_the_consoles_columns_say_is_compared_by_what_it_means() -> None:
    """One limit of after-contact work stands for four channels; it gives way when they part."""
    text = "username,routing_profile,security_profiles,ACW timeout (seconds)\nada,Support,Agent,30\n"

    def limits(**changed: int) -> list[dict[str, Any]]:
        found = {"CHAT": 30, "EMAIL": 30, "TASK": 30, "VOICE": 30, **changed}
        return [
            {"channel": channel, "after_contact_work_config": {"after_contact_work_time_limit": limit}}
            for channel, limit in found.items()
        ]

    last = _ada(after_contact_work_configs=limits())
    assert _merge(text, last, last) == MergeResult()
    moved = _merge(text, last, {**last, "routing_profile_id": "id-1"})
    assert moved.text == text.replace("Support", "Sales")
    parted = _merge(text, last, _ada(after_contact_work_configs=limits(CHAT=60)))
    assert parted.text is not None
    assert (
        merging.differing_inputs(_ada(phone_config={"after_contact_work_time_limit": 30}), both_views(last), last) == []
    )
    ((_, *cells),) = [line.split(",") for line in parted.text.splitlines()[1:]]
    assert cells == ["Support", "Agent", "", "60", "30", "30", "30"]


def test_cells_that_a_spreadsheet_would_run_are_guarded_where_they_are_written() -> None:
    """Lines that follow nobody keep theirs as a person wrote them, and both are read as the same."""
    text = "username,routing_profile,security_profiles,tags.x,mobile\nbob,Support,Agent,,+441632960000\n"
    text += "ada,Support,Agent,'=1,'+441632960961\n"
    mobile = {"mobile": "+441632960961"}
    last, bob = (
        _ada(identity_info=mobile, tags={"x": "=1"}),
        _ada(username="bob", identity_info={"mobile": "+441632960000"}),
    )
    assert (
        merge(text, {"ada": last, "bob": bob}, {"ada": last, "bob": bob}, {"ada": last, "bob": bob}, NAMES)
        == MergeResult()
    )
    now = _ada(identity_info={"mobile": "+441632960962", "first_name": "@SUM(1)|cmd"}, tags={"x": "-1"})
    merged = merge(text, {"ada": last, "bob": bob}, {"ada": now, "bob": bob}, {"ada": now, "bob": bob}, NAMES)
    assert merged.text == (
        "username,routing_profile,security_profiles,tags.x,mobile,identity_info.first_name\n"
        "bob,Support,Agent,,+441632960000,\n"
        "ada,Support,Agent,'-1,'+441632960962,'@SUM(1)|cmd\n"
    )


def test_a_roster_whose_columns_cannot_say_it_is_left_alone() -> None:
    """Two columns for one thing: merged is only what can be read back."""
    text = "username,routing_profile,routing_profile_id,security_profiles\nada,Support,id-0,Agent\n"
    last = _ada()
    assert _merge(text, last, last) == MergeResult()
    found = _merge(text, last, _ada("id-9"))
    assert found.text == "username,routing_profile,routing_profile_id,security_profiles\nada,,id-9,Agent\n"
    quoted = "username,username,routing_profile,security_profiles\nada,ada,Support,Agent\n"
    assert _merge(quoted, last, _ada("id-1")).problems


@pytest.mark.parametrize(
    "text", ["", "nonsense\n1\n", 'username,routing_profile\n"ada,Support\n', "routing_profile\nx\n"]
)
def test_a_roster_that_cannot_be_read_is_left_alone(text: str) -> None:
    """And it is said what is wrong with it."""
    found = _merge(text, _ada(), _ada("id-1"))
    assert found.text is None
    assert found.problems


def test_a_grid_is_the_text_again() -> None:
    """With Excel's first line, separators, quotes and empty lines."""
    text = 'sep=;\na;"b;c"\n\n1;"2\n3"\n'
    assert csv_text.Grid.of(text).text() == text
    assert rows.table_text([]) == "username\n"
