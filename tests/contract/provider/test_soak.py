"""Round after round of users made, changed, read and deleted: nothing is held on to.

The long form (50 rounds of 200 users) is ``python -m tests.bench.soak``.
"""

from __future__ import annotations

import threading

import pytest

from tests.bench import soak

ROUNDS = 6
#: Rounds after which pools and caches are as large as they get.
WARM = 2
#: What a process may have more: the other end of a connection may not have noticed its end yet.
SLACK = 2
#: MB; an allocator's noise. A user that is held on to takes some kB: 40 users a round would show within few rounds.
NOISE = 6.0


@pytest.mark.skipif(not soak.available(), reason="this machine has no /proc, which tells what a process holds on to")
def test_nothing_is_held_on_to() -> None:
    """Neither provider nor emulator grow in threads, files, sockets or memory.

    This process, which drives them, runs other tests, too: what gRPC still does for those is not of these rounds.
    """
    before = threading.active_count()
    rounds = list(soak.rounds(ROUNDS, 40))
    assert threading.active_count() == before
    for who in ("provider", "emulator"):
        warm, last = [round_[who] for round_ in rounds[:WARM]], rounds[-1][who]
        assert last.threads <= max(held.threads for held in warm) + SLACK, who
        assert last.files <= max(held.files for held in warm) + SLACK, who
        assert last.sockets <= max(held.sockets for held in warm) + SLACK, who
        assert last.memory <= max(held.memory for held in warm) + NOISE, who


@pytest.mark.skipif(not soak.available(), reason="this machine has no /proc, which tells what a process holds on to")
def test_what_is_held_is_reported() -> None:
    """The figures that the other test judges notice a thread, a file and some memory."""
    before = soak.held_here()
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    ballast = bytearray(b"x" * 20_000_000)
    with open(__file__, "rb"):  # noqa: PTH123 - a plain file
        after = soak.held_here()
    waiting.set()
    thread.join()
    assert (after.threads, after.files) == (before.threads + 1, before.files + 1)
    assert after.memory >= before.memory + len(ballast) / 2_000_000
