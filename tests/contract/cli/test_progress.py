"""Progress on the terminal: from two seconds on, gone at the end, nothing where nobody watches."""

from __future__ import annotations

import io
import re
import threading

import pytest

from connect_users.cli.progress import Progress


class _Terminal(io.StringIO):
    """A stream that somebody may watch."""

    def __init__(self, watched: bool = True) -> None:
        super().__init__()
        self._watched = watched

    def isatty(self) -> bool:
        return self._watched


class _Clock:
    """Sleeps that end when the test says so, one after the other."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._asleep, self._awake = threading.Semaphore(0), threading.Semaphore(0)
        self._over = False

    def sleep(self, seconds: float) -> bool:
        """What `Progress` waits by."""
        self.slept.append(seconds)
        self._asleep.release()
        self._awake.acquire()
        return self._over

    def next(self, *, over: bool = False) -> None:
        """End the sleep that is under way, or begins next, and let the line be written."""
        self._asleep.acquire()
        self._over = over
        self._awake.release()


def _lines(stream: _Terminal) -> list[str]:
    """What was on the line of the terminal, one after another, without the times."""
    shown = [re.sub(r"\x1b\[\w", "", part).strip() for part in stream.getvalue().split("\r")]
    shown = [re.sub(r" ?\[[^\]]*\]", "", line) for line in shown]
    return [line for index, line in enumerate(shown) if line != (shown[index - 1] if index else None)]


def test_what_takes_long_is_counted_on_a_line_that_goes_at_the_end() -> None:
    """The bar is written over itself."""
    stream, clock = _Terminal(), _Clock()
    with Progress("reading", stream=stream, sleep=clock.sleep) as progress:
        progress.at(250, 1_000)
        clock.next()
        clock.next()
        progress.at(500, 1_000)
        clock.next()
        clock.next(over=True)
    lines = _lines(stream)
    assert any(re.match(r"reading: +25%\|.*\| 250/1000", line) for line in lines), lines
    assert any(re.match(r"reading: +50%\|.*\| 500/1000", line) for line in lines), lines
    assert lines[-1] == ""
    assert clock.slept == [2.0, 0.2, 0.2, 0.2]


def test_what_cannot_be_counted_is_shown_in_words() -> None:
    stream, clock = _Terminal(), _Clock()
    with Progress("asking", stream=stream, sleep=clock.sleep) as progress:
        progress.say("its names")
        clock.next()
        clock.next(over=True)
    assert "asking: its names" in _lines(stream)


def test_what_is_done_within_two_seconds_is_not_shown() -> None:
    stream, clock = _Terminal(), _Clock()
    with Progress("reading", stream=stream, sleep=clock.sleep) as progress:
        progress.at(1_000, 1_000)
        clock.next(over=True)
    assert stream.getvalue() == ""


def test_a_note_stays_whether_somebody_watches_or_not() -> None:
    for watched in (True, False):
        stream = _Terminal(watched)
        with Progress("reading", stream=stream) as progress:
            progress.note("5 users, 3 s")
        assert stream.getvalue() == "reading: 5 users, 3 s\n"


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_nothing_is_shown_where_nobody_watches(error: type[BaseException] | None) -> None:
    stream = _Terminal(watched=False)
    before = threading.active_count()
    try:
        with Progress("reading", stream=stream, sleep=lambda _: False) as progress:
            progress.at(1, 1_000)
            if error is not None:
                raise error
    except KeyboardInterrupt:
        pass
    assert stream.getvalue() == ""
    assert threading.active_count() == before
