"""AWS's time from whole seconds in headers, and two clocks that disagree."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from connect_users.core.server_clock import ServerClock, date_of

NOW = 1_700_000_000.0


def answer(moment: float) -> dict[str, Any]:
    date = format_datetime(datetime.fromtimestamp(int(moment), timezone.utc), usegmt=True)
    return {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}


def ask(clock: ServerClock, server: float, *, behind: float = 0.0, latency: float = 0.05) -> float | None:
    """A request that the server answers at a moment of its own clock, which is ahead of ours."""
    return clock.answered(answer(server), server - behind - latency, server - behind + latency)


def test_clocks_that_agree() -> None:
    """The moment of arrival is later than that of the answer, by the way back and no more."""
    assert ask(ServerClock(), NOW + 0.4) == pytest.approx(NOW + 0.45)


def test_a_moment_is_within_the_second_of_the_header() -> None:
    """Whatever the way back took."""
    assert ask(ServerClock(), NOW + 0.97) == pytest.approx(NOW + 0.999)


@pytest.mark.parametrize("behind", [30.0, 0.6, -0.6, -30.0])
def test_a_clock_that_is_wrong_is_found_out(behind: float) -> None:
    """After some answers the moment is not later than the arrival, and little earlier than the answer."""
    clock = ServerClock()
    moment: float | None = None
    for step in range(200):
        server = NOW + 3.017 * step
        moment = ask(clock, server, behind=behind)
    assert moment is not None
    assert server - 0.05 <= moment <= server + 0.05 + 1e-3


def test_the_time_of_aws_is_this_machines_until_an_answer_says_otherwise() -> None:
    """One answer tells it to a second."""
    clock = ServerClock()
    assert clock.now(NOW) == NOW
    ask(clock, NOW + 0.5)
    assert clock.now(NOW + 10.0) == NOW + 10.0
    ask(clock, NOW + 20.5, behind=7200.0)
    assert clock.now(NOW + 30.0 - 7200.0) == pytest.approx(NOW + 29.5, abs=0.6)


def test_a_clock_that_was_set_is_learnt_again() -> None:
    """What was known of the difference is void."""
    clock = ServerClock()
    ask(clock, NOW + 0.5)
    assert ask(clock, NOW + 100.5, behind=50.0) == pytest.approx(NOW + 100.0)
    assert ask(clock, NOW + 200.2) is not None


@pytest.mark.parametrize("given", [None, {}, {"ResponseMetadata": {"HTTPHeaders": {"date": "yesterday"}}}])
def test_without_a_date_there_is_no_moment(given: Any) -> None:
    """The user will be described."""
    assert date_of(given) is None
    assert ServerClock().answered(given, NOW, NOW) is None


def test_a_date_without_a_zone_is_utc() -> None:
    """As HTTP has it."""
    assert date_of({"ResponseMetadata": {"HTTPHeaders": {"date": "Tue, 14 Nov 2023 22:13:20 -0000"}}}) == NOW
