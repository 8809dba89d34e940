"""Questions of a run are asked once, off the event loop, and their answers outlive each caller."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.errors import ConfigurationError
from connect_users.program.look_ups import WORKERS, LookUpFailed, LookUps

if TYPE_CHECKING:
    from collections.abc import Coroutine


def alone(main: Coroutine[Any, Any, Any]) -> Any:
    """Run one coroutine, for ten seconds at most."""
    return asyncio.run(asyncio.wait_for(main, 10))


def test_a_look_up_is_made_once_for_all_who_wait_and_who_come_later() -> None:
    """Whoever asks it, and on another event loop, too."""
    look_ups, asked = LookUps(), []

    def answer() -> int:
        asked.append(1)
        return 7

    async def ask() -> list[int]:
        return await asyncio.gather(*(look_ups.once("q", answer, "asking") for _ in range(20)))

    assert alone(ask()) == [7] * 20
    assert alone(ask()) == [7] * 20
    assert asked == [1]


def test_more_questions_than_threads_are_all_answered() -> None:
    """The first ones all wait for each other, so they do overlap; the rest take their places."""
    look_ups, together = LookUps(), threading.Barrier(WORKERS)

    def answer(number: int) -> int:
        assert threading.current_thread() is not threading.main_thread()
        if number < WORKERS:
            together.wait(timeout=10)
        return number

    async def ask() -> list[int]:
        return await asyncio.gather(
            *(look_ups.once(number, partial(answer, number), "asking") for number in range(3 * WORKERS))
        )

    assert alone(ask()) == list(range(3 * WORKERS))


def test_who_stops_waiting_leaves_the_answer_to_the_others() -> None:
    """A part of the program may be cancelled."""
    look_ups, go_on = LookUps(), threading.Event()

    def answer() -> str:
        go_on.wait(10)
        return "answer"

    async def ask() -> str:
        first = asyncio.ensure_future(look_ups.once("q", answer, "asking"))
        second = asyncio.ensure_future(look_ups.once("q", answer, "asking"))
        await asyncio.sleep(0)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        go_on.set()
        return await second

    assert alone(ask()) == "answer"


def test_a_refusal_is_the_answer_for_everybody() -> None:
    """It is not asked again, and says what was being done only where AWS said no."""
    look_ups, asked = LookUps(), []

    def refuse() -> None:
        asked.append(1)
        raise ConfigurationError("no")

    async def ask() -> None:
        for _ in range(2):
            with pytest.raises(LookUpFailed, match=r"^no$"):
                await look_ups.once("q", refuse, "asking")

    alone(ask())
    assert asked == [1]


def test_a_fault_of_ours_is_not_hidden() -> None:
    """It is raised as it is where the answer is awaited, and the thread lives on."""
    look_ups = LookUps()

    async def ask() -> int:
        with pytest.raises(ZeroDivisionError):
            await look_ups.once("bad", lambda: 1 // 0, "asking")
        return await look_ups.once("good", lambda: 1, "asking")

    assert alone(ask()) == 1
