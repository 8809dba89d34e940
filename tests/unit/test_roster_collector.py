"""The garbage collector's thresholds while a roster is registered, and afterwards."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from connect_users.roster_collector import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def usual() -> Iterator[tuple[int, int, int]]:
    """The thresholds of this process, which every test gives back."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield before
    gc.set_threshold(*before)


def test_it_looks_less_often_until_the_end() -> None:
    """Only the youngest generation's threshold is another."""
    patience = Patience()
    first, *others = gc.get_threshold()
    assert first > 700
    assert others == [10, 10]
    patience.end()
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_rosters_in_any_order_leave_the_usual(order: tuple[int, int]) -> None:
    patiences = [Patience(), Patience()]
    for number in order:
        patiences[number].end()
    assert gc.get_threshold() == (700, 10, 10)


def test_what_the_program_sets_meanwhile_stays() -> None:
    patience = Patience()
    gc.set_threshold(5_000, 7, 7)
    patience.end()
    assert gc.get_threshold() == (5_000, 7, 7)


@pytest.mark.parametrize("threshold", [0, 10_000_000])
def test_a_collector_that_is_off_or_more_patient_stays_so(threshold: int) -> None:
    gc.set_threshold(threshold, 10, 10)
    patience = Patience()
    assert gc.get_threshold()[0] == threshold
    patience.end()
    assert gc.get_threshold()[0] == threshold
