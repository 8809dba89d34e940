"""The verdict table, line by line; the order of calls; what a creation sends."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core import plan, steps
from connect_users.core.fields import BY_NAME, FIELDS, Verdict
from connect_users.core.ownership import TAG_KEY
from connect_users.core.plan import Replacement
from connect_users.core.spec import UNKNOWN, canonical
from tests.builders import INSTANCE_ID, user
from tests.changes import ALL_CHANGES, Change, plain
from tests.unit.plan_rows import ACW, LIMIT, OTHERS_OFF, PASSWORDS, PHONE_ROWS, ROWS, VOICE_ON, Calls, skill
from tests.unit.readme_rows import on_change


def _calls(planned: tuple[steps.Step, ...]) -> Calls:
    return [(step.operation, step.params) for step in planned]


@pytest.mark.parametrize(("sentence", "field", "before", "after", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_verdict_of(sentence: str, field: str, before: Any, after: Any, expected: Calls | Replacement) -> None:
    """What a change of one input leads to."""
    old, new = canonical(user(**{field: before})), canonical(user(**{field: after}))
    if isinstance(expected, Replacement):
        assert plan.replacement(old, new) == expected
    else:
        assert plan.replacement(old, new) is None
        assert (plan.changed_fields(old, new) == ()) == (
            sentence.startswith("reordered") or "no longer changes" in sentence
        )
        planned = plan.update_steps(old, new)
        assert _calls(planned) == expected
        assert all(step.fields == (field,) for step in planned)


def test_every_input_has_one_verdict_and_a_row_here() -> None:
    """A new field fails this test until somebody has decided what its change does."""
    assert {field.name for field in FIELDS} == {row[1] for row in ROWS}
    for field in FIELDS:
        assert isinstance(field.verdict, Verdict), field.name
        assert bool(field.operations) == (field.verdict in (Verdict.UPDATE, Verdict.UPDATE_DIFFERENCE)), field.name


def test_the_plan_makes_exactly_the_calls_of_the_table_of_fields() -> None:
    """Each operation that the table names for an input is called in a row of that input, and no other is."""
    called: dict[str, set[str]] = {field.name: set() for field in FIELDS}
    for _, name, _, _, expected in ROWS:
        called[name].update(() if isinstance(expected, Replacement) else dict(expected))
    for before, after in (row[1:3] for row in PHONE_ROWS):
        for step in plan.update_steps(user(**before), user(**after)):
            # What moved to the other form is said there.
            for name in after.keys() & step.fields:
                called[name].add(step.operation)
    assert called == {field.name: set(field.operations) for field in FIELDS}


def test_the_documentation_says_in_which_order_a_user_is_replaced() -> None:
    for sentence, name, _, _, expected in ROWS:
        if isinstance(expected, Replacement):
            text = on_change(BY_NAME[name])
            assert text.startswith("replaced"), sentence
            assert ("deleted first" in text) == expected.delete_first, sentence


@pytest.mark.parametrize(
    ("before", "after", "expected"), [row[1:] for row in PHONE_ROWS], ids=[row[0] for row in PHONE_ROWS]
)
def test_phone_block_and_lists(before: dict[str, Any], after: dict[str, Any], expected: Calls) -> None:
    """A setting that is said in the other form is the same setting."""
    planned = plan.update_steps(user(**before), user(**after))
    assert _calls(planned) == expected
    named = {name for props in (before, after) for name in props}
    assert all(set(step.fields) <= named and step.fields for step in planned)


@pytest.mark.parametrize("change", ALL_CHANGES.values(), ids=ALL_CHANGES)
def test_a_change_needs_the_calls_of_the_table(change: Change) -> None:
    """Of everything at once: one call each, in an order that never exceeds a quota."""
    before = canonical(user(**plain(change.before)))
    after = canonical(user(**{**plain(change.before), **plain(change.after)}))
    assert tuple(step.operation for step in plan.update_steps(before, after)) == change.calls


def test_the_ownership_tag_rides_along_with_the_other_tags() -> None:
    """One TagResource call, whether other tags differ or not."""
    owner = {TAG_KEY: "token urn"}
    assert _calls(plan.update_steps(user(), user(), owner)) == [("TagResource", {"tags": owner})]
    planned = plan.update_steps(user(tags={}), user(tags={"a": "1"}), owner)
    assert _calls(planned) == [("TagResource", {"tags": {"a": "1", **owner}})]


@pytest.mark.parametrize(
    ("before", "after", "policy", "replaces"), [row[1:] for row in PASSWORDS], ids=[row[0] for row in PASSWORDS]
)
def test_password(before: str | None, after: Any, policy: str | None, replaces: bool) -> None:
    """A user is deleted for a new password only where the program says so."""
    old, new = user(password=before), user(password=after, on_password_change=policy)
    assert plan.replacement(old, new) == (Replacement(("password",), True) if replaces else None)


def test_a_new_name_frees_the_order_even_beside_a_new_password() -> None:
    """The old user may go last as soon as the new one is called otherwise."""
    new = user(username="agent-8", password="Battery-Staple-2", on_password_change="replace", directory_user_id="d")
    found = plan.replacement(user(), new)
    assert found == Replacement(("username", "directory_user_id", "password"), delete_first=False)


def test_an_unknown_instance_counts_as_another_one() -> None:
    """The instance itself may be about to be replaced."""
    assert plan.replacement(user(), user(instance_id=UNKNOWN)) == Replacement(("instance_id",), delete_first=False)


def test_unknown_values_count_as_changed_at_any_depth() -> None:
    """A preview must show what may change."""
    unknown = [{"channel": "VOICE", ACW: {LIMIT: UNKNOWN}}]
    new = user(after_contact_work_configs=unknown, tags={"team": UNKNOWN}, hierarchy_group_id=UNKNOWN)
    assert plan.changed_fields(user(), new) == ("hierarchy_group_id", "after_contact_work_configs", "tags")


def test_only_inputs_are_compared() -> None:
    """The outputs hold more than the inputs, directory_user_id among it."""
    state = user(arn="arn:x", ownership_token="t", directory_user_id="computed")
    assert plan.changed_fields(state, user()) == ()
    assert plan.changed_fields(state, user(tags=None)) == ("tags",)


def test_create_sends_complete_lists_and_no_empty_ones() -> None:
    """CreateUser gets what is declared, in AWS's words; TagMap and friends must not be empty."""
    props = user(
        identity_info={},
        phone_config={"phone_type": "SOFT_PHONE"},
        auto_accept_configs=VOICE_ON,
        user_proficiencies=[skill("en", 3)],
        tags={},
        adopt_existing=True,
        on_password_change="ignore",
        arn="arn:x",
    )
    assert plan.create_request(props) == {
        "InstanceId": INSTANCE_ID,
        "Username": "agent-7",
        "RoutingProfileId": props["routing_profile_id"],
        "SecurityProfileIds": props["security_profile_ids"],
        "Password": "Correct-Horse-1",
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *OTHERS_OFF],
    }


def test_create_keeps_the_keys_of_tags_as_they_are() -> None:
    """Tag keys are the user's words, not AWS's."""
    assert plan.create_request(user(tags={"cost_centre": "7"}))["Tags"] == {"cost_centre": "7"}


def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next_one() -> None:
    """The state that a failure leaves behind leads to the steps that were not done, and to no other."""
    old = user(
        hierarchy_group_id="g",
        phone_config={"auto_accept": True},
        user_proficiencies=[skill("en", 3), skill("fr", 1)],
        tags={"a": "1"},
    )
    new = user(
        routing_profile_id="r",
        phone_config={"auto_accept": False},
        user_proficiencies=[skill("en", 4), skill("de", 5)],
        tags={"b": "1"},
    )
    owner = {TAG_KEY: "token urn"}
    planned = plan.update_steps(old, new, owner)
    state = old
    for done, step in enumerate(planned, start=1):
        state = steps.after(state, step, new)
        left = plan.update_steps(state, new, owner if done < len(planned) else None)
        assert left == planned[done:]
    assert state == canonical(new)
    assert steps.after(state, steps.Tag(owner), new) == state


def test_what_a_directory_owns_is_sent_only_where_it_changes() -> None:
    """Connect takes no request that has it."""
    before = {"first_name": "Ada", "last_name": "Byron", "secondary_email": "a@example.com"}

    def blocks(**changes: str) -> list[Any]:
        old, new = (
            {"identity_info": info, "identity_management_type": "EXISTING_DIRECTORY"}
            for info in (before, {**before, **changes})
        )
        return [step.params["IdentityInfo"] for step in plan.update_steps(old, new)]

    assert blocks(secondary_email="b@example.com") == [{"SecondaryEmail": "b@example.com"}]
    assert blocks(last_name="Lovelace") == [{"LastName": "Lovelace", "SecondaryEmail": "a@example.com"}]
    only_names = {"first_name": "Ada", "last_name": "Byron"}
    old = {"identity_info": {**only_names, "email": "a@example.com"}, "identity_management_type": "EXISTING_DIRECTORY"}
    assert plan.update_steps(old, {**old, "identity_info": only_names}) == ()
