"""The rosters of one program, each built by itself: whom the others wait for, and for how long."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from connect_users.plugin import declarations
from connect_users.plugin.declarations import RosterDeclarations

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds in which a test would fail, rather than wait for ever.
LONG = 60.0


def settling(program: RosterDeclarations, is_open: Callable[[], bool]) -> tuple[threading.Thread, threading.Event]:
    """A roster that waits for others; and what says that it has looked at least once."""
    looked = threading.Event()

    def looking() -> bool:
        looked.set()
        return is_open()

    thread = threading.Thread(target=lambda: asyncio.run(program.settle(looking)), daemon=True)
    thread.start()
    return thread, looked


def test_a_roster_waits_for_one_that_answers_its_question() -> None:
    program = RosterDeclarations({}, {}, grace=LONG)
    thread, looked = settling(program, lambda: "red" not in program.rosters)
    assert looked.wait(LONG)
    assert thread.is_alive()
    with program.expecting() as declaring, declaring():
        program.rosters.add("red")
    thread.join(LONG)
    assert not thread.is_alive()


def test_a_roster_waits_for_one_that_was_requested_and_for_no_other() -> None:
    """However long that takes: it may be reading a large file. Where one fails, nobody waits for it."""
    program = RosterDeclarations({}, {}, grace=0.0)
    expected = program.expecting()
    expected.__enter__()
    thread, _ = settling(program, lambda: True)
    assert thread.is_alive()
    assert not expected.__exit__(LookupError, LookupError(), None)
    thread.join(LONG)
    assert not thread.is_alive()


def test_nobody_waits_where_nothing_is_open_or_the_grace_is_over() -> None:
    asyncio.run(RosterDeclarations({}, {}, grace=LONG).settle(lambda: False))
    asyncio.run(RosterDeclarations({}, {}, grace=0.0).settle(lambda: True))


def test_rosters_declare_their_people_one_after_the_other() -> None:
    """Who declares somebody whom another roster has must see it."""
    program = RosterDeclarations({}, {})
    inside: list[str] = []

    def declare(name: str) -> None:
        with program.expecting() as declaring, declaring():
            inside.append(name)
            assert len(inside) == 1
            inside.remove(name)

    threads = [threading.Thread(target=declare, args=(str(number),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert inside == []
    assert program._expected == 0


def test_each_program_has_its_own() -> None:
    """By the address of the engine that runs it."""
    one = declarations.program_of("127.0.0.1:1", {"connect-users:removals": "false"}, {})
    assert declarations.program_of("127.0.0.1:1", {}, {}) is one
    assert one.stack == {"connect-users:removals": "false"}
    assert declarations.program_of("127.0.0.1:2", {}, {}) is not one
