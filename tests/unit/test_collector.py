"""Garbage collections become rare in large programs that Pulumi runs and while rosters register, and nowhere else."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from connect_users.engine import collector as counting
from connect_users.engine.collector import MANY, RARELY, RareCollections, count_user, run_by_pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator

#: As Pulumi 3.260 starts a program.
_COMMAND = ["/venv/bin/python", "-u", "/usr/bin/pulumi-language-python-exec", "--monitor", "127.0.0.1:1", "."]


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python's own settings, before and after; no user was declared yet."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    monkeypatch.setattr(counting, "_declared", 0)
    yield
    gc.set_threshold(*before)


def _declare(users: int) -> int:
    for _ in range(users):
        count_user()
    return gc.get_threshold()[2]


def test_a_program_of_many_users_collects_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the hundredth on; young objects are collected as before."""
    monkeypatch.setattr("sys.orig_argv", _COMMAND)
    assert _declare(MANY - 1) == 10
    assert _declare(1) == RARELY
    assert gc.get_threshold()[:2] == (700, 10)


def test_other_processes_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests and the Automation API, whose process goes on after the program."""
    monkeypatch.setattr("sys.orig_argv", ["python", "deploy.py", "pulumi-language"])
    assert _declare(MANY) == 10


@pytest.mark.parametrize("threshold", [0, 25])
def test_settings_of_the_program_itself_stay(monkeypatch: pytest.MonkeyPatch, threshold: int) -> None:
    """Whoever has set the collector has a reason."""
    monkeypatch.setattr("sys.orig_argv", _COMMAND)
    gc.set_threshold(700, 10, threshold)
    assert _declare(MANY) == threshold


def test_a_collector_that_is_off_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not be asked anyway."""
    monkeypatch.setattr("sys.orig_argv", _COMMAND)
    gc.disable()
    try:
        assert _declare(MANY) == 10
    finally:
        gc.enable()


def test_pulumis_command_line_is_known_by_its_script() -> None:
    """Wherever Python and the script are; an argument of that name further on is somebody else's."""
    assert run_by_pulumi(_COMMAND)
    assert run_by_pulumi(["python3", "/opt/pulumi-language-python-exec", "."])
    assert not run_by_pulumi(["python", "deploy.py", "a", "b", "c", "pulumi-language-python-exec"])
    assert not run_by_pulumi([])


def test_it_looks_less_often_until_the_end() -> None:
    """Only the youngest generation's threshold is another."""
    roster = RareCollections()
    first, *others = gc.get_threshold()
    assert first > 700
    assert others == [10, 10]
    roster.end()
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_rosters_in_any_order_leave_the_usual(order: tuple[int, int]) -> None:
    rosters = [RareCollections(), RareCollections()]
    for number in order:
        rosters[number].end()
    assert gc.get_threshold() == (700, 10, 10)


def test_what_the_program_sets_meanwhile_stays() -> None:
    roster = RareCollections()
    gc.set_threshold(5_000, 7, 7)
    roster.end()
    assert gc.get_threshold() == (5_000, 7, 7)


@pytest.mark.parametrize("threshold", [0, 10_000_000])
def test_a_collector_that_is_off_or_more_patient_stays_so(threshold: int) -> None:
    gc.set_threshold(threshold, 10, 10)
    roster = RareCollections()
    assert gc.get_threshold()[0] == threshold
    roster.end()
    assert gc.get_threshold()[0] == threshold
