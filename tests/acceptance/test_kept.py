"""What a changed file leaves alone, on the real engine: emptied cells, dropped columns, users who are gone or full."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest

from connect_users.emulator import seed
from tests.acceptance.stack import AGENT, SALES, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

PROGRAM = f"""
from connect_users import ConnectUserRoster

ConnectUserRoster(
    "team",
    instance_id="{seed.INSTANCE_ID}",
    roster="team.csv",
    routing_profiles={seed.ROUTING_PROFILES},
    security_profiles={seed.SECURITY_PROFILES},
    passwords=lambda _: "A-First-Passw0rd",
)
"""
HEADER = "username,first_name,last_name,routing_profile,security_profiles"
ADA = "ada,Ada,Lovelace,Support,Agent"
SETTINGS = ("PhoneConfig", "AfterContactWorkConfigs", "AutoAcceptConfigs", "IdentityInfo")


def _write(stack: Stack, columns: str, cells: str) -> None:
    stack.write_program(PROGRAM)
    (stack.folder / "team.csv").write_text(f"{HEADER}{columns}\n{ADA}{cells}\n", encoding="utf-8")


def _settings(stack: Stack) -> dict[str, Any]:
    (live,) = stack.live().values()
    return {name: live.get(name) for name in SETTINGS}


@pytest.mark.parametrize(
    ("columns", "cells", "mode"),
    [
        pytest.param(",acw,auto_accept,mobile", ",,,", "merge", id="emptied cells"),
        pytest.param("", "", "replace", id="dropped columns"),
        pytest.param(",acw,auto_accept,mobile", ",,yes,", "replace", id="some of them emptied"),
    ],
)
def test_an_emptied_cell_or_a_dropped_column_changes_nothing_in_connect(
    columns: str, cells: str, mode: Literal["merge", "replace"], stack: Stack
) -> None:
    """Not even to 0 s of after-contact work, which means without an end; and the preview says that it is kept."""
    stack.emulator.options = replace(stack.emulator.options, update_user_config=mode, update_identity_info="clear")
    _write(stack, ",acw,auto_accept,mobile", ",120,yes,+441632960961")
    stack.up()
    before = _settings(stack)
    assert before["PhoneConfig"]["AfterContactWorkTimeLimit"] == 120
    _write(stack, columns, cells)
    messages = " ".join(stack.preview().messages("team-ada"))
    assert "phone_config.after_contact_work_time_limit" in messages
    assert "no longer declared, so Connect keeps the current value" in messages
    stack.calls()
    stack.up()
    assert stack.calls() == []
    assert _settings(stack) == before
    assert stack.plan() == {}
    stack.refresh()
    assert stack.plan() == {}


def test_a_channel_that_its_list_names_no_longer_is_warned_of_in_words(stack: Stack) -> None:
    """There the list is complete, and the API has no other way."""
    columns = ",acw.voice,acw.chat"
    _write(stack, columns, ",30,60")
    stack.up()
    _write(stack, columns, ",30,")
    (warning,) = [line for line in stack.preview().messages("team-ada") if line.startswith("warning")]
    assert warning.endswith("is reset: after-contact work of CHAT becomes unlimited (0)")
    stack.up()
    work = {entry["Channel"]: entry["AfterContactWorkConfig"] for entry in _settings(stack)["AfterContactWorkConfigs"]}
    assert work["VOICE"] == {"AfterContactWorkTimeLimit": 30}
    assert work["CHAT"] == {"AfterContactWorkTimeLimit": 0}
    before = _settings(stack)
    _write(stack, columns, ",,")
    assert "becomes unlimited" not in stack.preview().text
    stack.up()
    assert _settings(stack) == before, "of a list that is left out whole, nothing is reset"


def test_a_user_who_is_gone_is_an_error_and_made_again_after_a_refresh(stack: Stack) -> None:
    stack.users = {"ada": user("ada")}
    stack.up()
    made = stack.live()["ada"]["Id"]
    # The user is of yesterday for Connect and for the state.
    stack.connect.delete_user(InstanceId=seed.INSTANCE_ID, UserId=made)
    stack.users = {"ada": user("ada", routing_profile_id=SALES)}
    text = stack.up(code=1).text
    assert f"updating Connect user 'ada': user {made} is gone from Connect; somebody deleted it there" in text
    assert "pulumi refresh" in text
    stack.refresh()
    stack.up()
    assert stack.live()["ada"]["RoutingProfileId"] == SALES


def test_a_user_with_50_tags_is_adopted_where_one_is_to_go(stack: Stack) -> None:
    tags = {f"key{number}": "x" for number in range(50)}
    stack.connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="ada",
        Password="A-First-Passw0rd",
        IdentityInfo={"FirstName": "Ada", "LastName": "Lovelace"},
        RoutingProfileId=seed.ROUTING_PROFILES["Support"],
        SecurityProfileIds=[AGENT],
        Tags=tags,
    )
    stack.users = {"ada": user("ada", adopt_existing=True)}
    text = stack.up(code=1).text
    assert "the ownership tag connect-users:owner needs one; remove a tag in Connect, or declare in tags" in text
    assert stack.live()["ada"]["Tags"] == tags
    del tags["key7"]
    stack.users = {"ada": user("ada", adopt_existing=True, tags=tags)}
    stack.up()
    assert stack.live()["ada"]["Tags"].items() > tags.items()
    assert stack.plan() == {}


@pytest.mark.parametrize("written", ["FALSE", "false"])
def test_fifty_tags_of_a_roster_are_fine_where_the_ownership_tag_is_off(written: str, stack: Stack) -> None:
    """However the setting is written, as for users without a roster."""
    tags = {f"key{number}": "x" for number in range(50)}
    stack.configure(ownershipTag=written)
    _write(stack, ",tags", f",{'|'.join(f'{key}={value}' for key, value in tags.items())}")
    stack.up()
    assert stack.live()["ada"]["Tags"] == tags
    stack.configure(ownershipTag=None)
    assert "50 given; AWS allows at most 49 beside the ownership tag" in stack.preview(code=1).text
