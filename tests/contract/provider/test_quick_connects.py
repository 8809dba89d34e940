"""Quick connects that lead to leavers: deleted or named, by the calls that it takes and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.errors import Cancelled
from connect_users.emulator import Fault, seed
from connect_users.lifecycle import delete
from connect_users.lifecycle.life import one_line
from connect_users.lifecycle.quick_connects import QuickConnectsLeft
from tests.contract.provider.refreshing import Crew, Person
from tests.contract.provider.timed import TimedSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.emulator import Phase, RequestRecord

_FLOW = "80000000-0000-4000-8000-000000000001"


@pytest.fixture
def crew() -> Iterator[Crew]:
    with TimedSite() as site:
        yield Crew(site)


def _connect(crew: Crew, name: str, person: Person | None) -> str:
    """A quick connect to a user, or to a number."""
    config: dict[str, Any] = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+442079460000"}}
    if person is not None:
        config = {"QuickConnectType": "USER", "UserConfig": {"UserId": person.id, "ContactFlowId": _FLOW}}
    made = crew.site.client.create_quick_connect(InstanceId=seed.INSTANCE_ID, Name=name, QuickConnectConfig=config)
    return str(made["QuickConnectId"])


def _names(crew: Crew) -> set[str]:
    entries = crew.site.client.list_quick_connects(InstanceId=seed.INSTANCE_ID)["QuickConnectSummaryList"]
    return {entry["Name"] for entry in entries} - set(seed.QUICK_CONNECTS)


def _leave(crew: Crew, *people: Person) -> dict[str, int]:
    for person in people:
        delete.delete(crew.operation(person.name), person.id, person.outputs)
    return {
        operation: count
        for operation, count in _all_calls(crew).items()
        if operation not in ("DescribeUser", "DeleteUser", "DescribeInstance")
    }


def _all_calls(crew: Crew) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in crew.site.records():
        counts[record.operation] = counts.get(record.operation, 0) + 1
    crew.site.forget()
    return counts


def _warnings(crew: Crew) -> list[str]:
    return [text for severity, text in crew.said if severity == "warning"]


def test_without_quick_connects_to_users_one_listing_is_all(crew: Crew) -> None:
    """However many leave."""
    people = [crew.make(name) for name in ("ada", "bob", "eve")]
    _connect(crew, "taxi", None)
    crew.site.forget()
    assert _leave(crew, *people) == {"ListQuickConnects": 1}
    assert crew.said == []


def test_a_warning_names_those_that_are_left(crew: Crew) -> None:
    """They are found out once; nothing is deleted that nobody asked to delete."""
    ada, bob = crew.make("ada"), crew.make("bob")
    for name, person in (("Ada", ada), ("Ada again", ada), ("Bob", bob)):
        _connect(crew, name, person)
    crew.site.forget()
    assert _leave(crew, ada, bob) == {"ListQuickConnects": 1, "DescribeQuickConnect": 3}
    first, second = _warnings(crew)
    assert "'Ada'" in first
    assert "'Ada again'" in first
    assert "delete_quick_connects=True" in first
    assert "'Bob'" in second
    assert _names(crew) == {"Ada", "Ada again", "Bob"}


def test_those_of_the_leaver_are_deleted(crew: Crew) -> None:
    """And nobody else's; each is looked at before it goes, since it may have been given to somebody else."""
    ada, bob = crew.make("ada", delete_quick_connects=True), crew.make("bob")
    for name, person in (("Ada", ada), ("Ada again", ada), ("Bob", bob)):
        _connect(crew, name, person)
    crew.site.forget()
    assert _leave(crew, ada) == {"ListQuickConnects": 1, "DescribeQuickConnect": 5, "DeleteQuickConnect": 2}
    assert _names(crew) == {"Bob"}
    assert _warnings(crew) == []


def test_many_are_searched_for(crew: Crew) -> None:
    """A hundred take one page instead of a hundred descriptions; those that the index does not know are described."""
    ada = crew.make("ada", delete_quick_connects=True)
    others = [crew.make(f"user{number}") for number in range(8)]
    for number, person in enumerate([ada, *others]):
        _connect(crew, f"to {number}", person)
    crew.site.forget()
    assert _leave(crew, ada) == {
        "ListQuickConnects": 1,
        "SearchQuickConnects": 1,
        "DescribeQuickConnect": 1,
        "DeleteQuickConnect": 1,
    }
    assert _names(crew) == {f"to {number}" for number in range(1, 9)}


def test_a_deletion_that_failed_half_way_is_finished_by_the_next(crew: Crew) -> None:
    """The user is gone already then."""
    ada = crew.make("ada", delete_quick_connects=True)
    _connect(crew, "Ada", ada)
    crew.site.emulator.faults.add(Fault("DeleteQuickConnect", "error-before", code="AccessDeniedException", status=403))
    with pytest.raises(QuickConnectsLeft, match=r"'ada'.*connect:DeleteQuickConnect"):
        _leave(crew, ada)
    assert crew.site.users() == {}
    _leave(crew, ada)
    assert _names(crew) == set()


def test_without_the_right_to_look_users_leave_all_the_same(crew: Crew) -> None:
    """It is said once, not as a warning for each."""
    people = [crew.make(name) for name in ("ada", "bob")]
    crew.site.emulator.faults.add(
        Fault("ListQuickConnects", "error-before", code="AccessDeniedException", status=403, times=9)
    )
    crew.site.forget()
    assert _leave(crew, *people) == {"ListQuickConnects": 1}
    ((severity, text),) = crew.said
    assert severity == "info"
    assert "ListQuickConnects" in text


def test_a_user_who_is_not_deleted_keeps_them(crew: Crew) -> None:
    """One that was taken over by another stack is not ours to clean up after."""
    ada = crew.make("ada", delete_quick_connects=True)
    _connect(crew, "Ada", ada)
    tag = {"connect-users:owner": f"{'0' * 24} urn:pulumi:other::shop::t::ada"}
    crew.site.client.tag_resource(resourceArn=ada.outputs["arn"], tags=tag)
    crew.site.forget()
    assert _leave(crew, ada) == {}
    assert _names(crew) == {"Ada"}


def test_a_run_that_is_cancelled_while_it_looks_says_whom_it_deleted(crew: Crew) -> None:
    """Nothing of the deletion is left to do but to look."""
    ada = crew.make("ada")

    def cancel(phase: Phase, record: RequestRecord) -> None:
        if (phase, record.operation) == ("committed", "DeleteUser"):
            crew.site.timer.cancel()

    crew.site.on_event = cancel
    said = r"^deleting Connect user 'ada': cancelled before it was sent"
    with pytest.raises(Cancelled, match=said), one_line("deleting Connect user 'ada'"):
        delete.delete(crew.operation(ada.name), ada.id, ada.outputs)


def test_a_search_that_was_refused_is_not_taken_for_none(crew: Crew) -> None:
    """Each leaver whose quick connects are to be deleted has them searched, whatever became of those before."""
    ada, (bob, eve) = crew.make("ada"), [crew.make(name, delete_quick_connects=True) for name in ("bob", "eve")]
    _connect(crew, "Eve", eve)
    crew.site.emulator.faults.add(
        Fault("ListQuickConnects", "error-before", code="AccessDeniedException", status=403, times=2)
    )
    _leave(crew, ada)
    with pytest.raises(QuickConnectsLeft):
        _leave(crew, bob)
    _leave(crew, eve)
    assert _names(crew) == set()
