"""Pacing: as fast as the quota allows, never throttled when alone, slower by itself when not, fair, and cancellable."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from connect_users.connect.pacing import FIRST_ANSWER_WAIT, MARGIN, Pacer
from connect_users.connect.transport import Transport
from connect_users.core.failures import Retry
from tests.builders_aws import aws_error
from tests.virtual_time import ServerBucket, VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.connect.pacing import Notify

#: Seconds that a request is on its way, and that AWS takes to answer.
LATENCY, ANSWER = 0.05, 0.3


def floor(requests: int, rate: float = 2.0, burst: int = 5) -> float:
    """The least seconds in which a bucket lets that many requests pass."""
    return (requests - burst) / rate


def wait_for_turn(pacer: Pacer, notify: Notify | None = None) -> Callable[[], None]:
    """A thread's work: one request, which is answered at once."""

    def work() -> None:
        if pacer.acquire("CreateUser", notify=notify) is not None:
            pacer.accepted("CreateUser")

    return work


class Fleet:
    """Threads that make `requests` calls between them, against one server bucket."""

    def __init__(self, rate: float = 2.0, burst: int = 5, seed: int = 1) -> None:
        self.time = VirtualTime()
        self.server = ServerBucket(self.time, rate, burst)
        self.random = random.Random(seed)
        self.ended: list[float] = []
        self.sent = self.refused = 0
        self.started: list[int] = []
        self.notes: list[str] = []

    def transport(self, rate: float = 2.0, burst: int = 5, timeout: float = 300.0) -> Transport:
        return Transport(Pacer(rate, burst, self.time), self.time, timeout, self.random.random)

    def request(self) -> None:
        self.sent += 1
        self.time.wait(self.latency())
        accepted = self.server.take()
        self.time.wait(ANSWER)
        if not accepted:
            self.refused += 1
            raise aws_error("CreateUser", "ThrottlingException", 429)

    def latency(self) -> float:
        return LATENCY

    def workers(self, requests: int, threads: int, transport: Transport) -> list[Callable[[], None]]:
        left = list(range(requests))

        def work() -> None:
            while left:
                self.started.append(left.pop(0))
                transport.call("CreateUser", self.request, notify=self.notes.append)
                self.ended.append(self.time.now())

        return [work] * threads


@pytest.mark.parametrize("threads", [4, 32])
@pytest.mark.parametrize("requests", [100, 400])
def test_a_lone_run_takes_the_quotas_floor_and_is_never_throttled(requests: int, threads: int) -> None:
    """At most 1.05 times the floor, every request sent once."""
    fleet = Fleet()
    fleet.time.run(fleet.workers(requests, threads, fleet.transport()))
    assert len(fleet.ended) == requests
    assert max(fleet.ended) <= 1.05 * floor(requests)
    assert (fleet.sent, fleet.refused) == (requests, 0)


@pytest.mark.parametrize("threads", [4, 32])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("opening", [0.2, 0.9])
def test_slow_first_connections_and_jitter_cause_no_throttling(threads: int, seed: int, opening: float) -> None:
    """The first requests take longer on the way (TLS), all of them up to 100 ms more or less."""

    class Uneven(Fleet):
        def latency(self) -> float:
            return (opening if self.sent <= threads else 0.02) + 0.1 * self.random.random()

    fleet = Uneven(seed=seed)
    fleet.time.run(fleet.workers(100, threads, fleet.transport()))
    assert fleet.refused == 0
    assert max(fleet.ended) <= 1.05 * floor(100)


def test_a_higher_quota_is_used() -> None:
    """20/s and burst 50, where the account has them."""
    fleet = Fleet(20.0, 50)
    fleet.time.run(fleet.workers(1000, 32, fleet.transport(20.0, 50)))
    assert max(fleet.ended) <= 1.05 * floor(1000, 20.0, 50)
    assert fleet.refused == 0


def test_a_burst_is_sent_at_once() -> None:
    """Four of five; the fifth follows within a quarter of a second of the first answer."""
    time = VirtualTime()
    pacer = Pacer(2.0, 5, time)
    moments = [pacer.acquire("CreateUser") for _ in range(4)]
    time.wait(0.3)
    pacer.accepted("CreateUser")
    moments.append(pacer.acquire("CreateUser"))
    assert moments[:4] == [0.0] * 4
    assert moments[4] == pytest.approx(0.3 + 0.4 / (2.0 * MARGIN))


def test_a_first_request_that_is_never_answered_holds_up_nobody_for_long() -> None:
    """No connection, or an answer that takes half a minute to be lost."""
    time = VirtualTime()
    pacer = Pacer(2.0, 5, time)
    moments = [pacer.acquire("CreateUser") for _ in range(6)]
    assert moments[4:] == [pytest.approx(FIRST_ANSWER_WAIT + missing / (2.0 * MARGIN)) for missing in (0.4, 1.4)]


def test_operations_do_not_hold_each_other_back() -> None:
    """AWS's quota is per operation."""
    time = VirtualTime()
    pacer = Pacer(2.0, 1, time)
    for operation in ("CreateUser", "DescribeUser", "TagResource"):
        assert pacer.acquire(operation) == 0.0


@pytest.mark.parametrize("share", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("threads", [4, 32])
def test_another_caller_that_eats_the_quota_slows_the_run_down(share: float, threads: int) -> None:
    """All calls succeed, and few requests are wasted on refusals."""
    fleet = Fleet()

    def greedy() -> None:
        while len(fleet.ended) < 100:
            # At any moment: in step with ours, it would always come when there is nothing left.
            fleet.time.wait(fleet.random.expovariate(share))
            fleet.server.take()

    fleet.time.run([*fleet.workers(100, threads, fleet.transport()), greedy])
    assert len(fleet.ended) == 100
    assert fleet.refused > 0, "the other caller was not felt: this test shows nothing"
    assert fleet.sent <= 1.3 * 100
    assert max(fleet.ended) <= 1.5 * 100 / (2.0 - share)


def test_several_processes_share_a_quota_without_knowing_of_each_other() -> None:
    """Four pacers, eight threads each: nothing fails, and the whole is little slower than one alone."""
    fleet = Fleet()
    work = [each for _ in range(4) for each in fleet.workers(100, 8, fleet.transport())]
    fleet.time.run(work)
    assert len(fleet.ended) == 400
    assert max(fleet.ended) <= 1.2 * floor(400)
    assert fleet.sent <= 1.5 * 400


def test_the_rate_recovers_when_the_other_caller_stops() -> None:
    """After the greedy caller's first minute, the run goes back to the full rate."""
    fleet = Fleet()

    def greedy() -> None:
        while fleet.time.now() < 60:
            fleet.time.wait(1.0)
            fleet.server.take()

    fleet.time.run([*fleet.workers(300, 8, fleet.transport()), greedy])
    last_minute = [moment for moment in fleet.ended if moment > max(fleet.ended) - 60]
    assert len(last_minute) >= 0.95 * 2 * 60


def test_one_round_of_refusals_slows_down_once() -> None:
    """Five requests that were under way together and were all refused are one reason, not five."""
    time = VirtualTime()
    pacer = Pacer(2.0, 5, time)
    moments = [pacer.acquire("CreateUser") or 0.0 for _ in range(4)]
    time.wait(1.0)
    for moment in moments:
        pacer.throttled("CreateUser", moment)
    first, second = pacer.acquire("CreateUser"), pacer.acquire("CreateUser")
    assert first is not None
    assert second is not None
    assert second - first == pytest.approx(1 / (2.0 * MARGIN * 0.8))


def test_the_burst_is_forgotten_after_a_refusal() -> None:
    """What is left of it was somebody else's, evidently."""
    time = VirtualTime()
    pacer = Pacer(2.0, 5, time)
    sent = pacer.acquire("CreateUser")
    assert sent == 0.0
    time.wait(0.1)
    pacer.throttled("CreateUser", sent)
    assert (pacer.acquire("CreateUser") or 0.0) >= 0.1 + 1 / 2.0


def test_callers_are_served_in_the_order_in_which_they_came() -> None:
    """No caller starves while others come and go."""
    time = VirtualTime()
    pacer = Pacer(2.0, 1, time)
    served: list[int] = []

    def caller(number: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(5):
                pacer.acquire("CreateUser")
                served.append(number)

        return work

    time.run([caller(number) for number in range(8)])
    # The first caller is through, and back in the queue, before the others come.
    assert served[1:33] == [*range(8)] * 4


def test_a_refused_request_goes_before_those_that_were_never_sent() -> None:
    """Its call is running out of time; theirs has not begun."""
    time = VirtualTime()
    pacer = Pacer(2.0, 1, time)
    served: list[str] = []

    def caller(name: str, again: bool = False, start: float = 0.0) -> Callable[[], None]:
        def work() -> None:
            time.wait(start)
            pacer.acquire("CreateUser", again=again)
            pacer.accepted("CreateUser")
            served.append(name)

        return work

    time.run([*(caller(f"new {number}") for number in range(6)), caller("refused", again=True, start=0.6)])
    assert served.index("refused") == 2


def test_cancelling_wakes_everybody_who_waits() -> None:
    """Thirty callers with minutes of queue before them return at the moment of the cancel."""
    time = VirtualTime()
    pacer = Pacer(0.1, 1, time)
    answers: list[float | None] = []

    def cancel() -> None:
        time.wait(3.0)
        time.cancel()

    ended = time.run([*[lambda: answers.append(pacer.acquire("CreateUser"))] * 31, cancel])
    assert ended == 3.0
    assert answers == [0.0, *[None] * 30]
    assert pacer.acquire("DescribeUser") is None, "nothing is sent after a cancel"


def test_those_who_left_are_not_waited_for() -> None:
    """The queue is empty afterwards, whether its callers were served or cancelled."""
    time = VirtualTime()
    pacer = Pacer(1.0, 1, time)

    def cancel() -> None:
        time.wait(1.5)
        time.cancel()

    time.run([*[wait_for_turn(pacer)] * 5, cancel])
    assert not pacer._bucket("CreateUser").queue


def test_each_caller_sleeps_once() -> None:
    """A turn is waited for, not polled for."""
    time = VirtualTime()
    pacer = Pacer(2.0, 5, time)
    time.run([wait_for_turn(pacer)] * 50)
    assert len(time.sleeps) == 46


def test_a_long_queue_is_reported_once_in_a_while() -> None:
    """A caller with 30 s before it hears of it when it starts to wait, not every second."""
    time = VirtualTime()
    pacer = Pacer(1.0, 1, time)
    notes: list[list[str]] = [[] for _ in range(30)]
    time.run([wait_for_turn(pacer, note.append) for note in notes])
    assert [len(note) for note in notes[:5]] == [0] * 5
    assert all(len(note) == 1 for note in notes[7:])
    assert notes[-1][0].startswith("waiting about 29 s to send CreateUser")


def test_a_queue_that_got_slower_is_reported_every_ten_seconds_at_most() -> None:
    """A lowered rate makes a waiting caller look again more often; it does not tell each time."""
    time = VirtualTime()
    pacer = Pacer(1.0, 1, time)
    for _ in range(8):
        time.wait(1.0)
        pacer.throttled("CreateUser", time.now())
    times: list[float] = []
    time.run([*[wait_for_turn(pacer)] * 9, wait_for_turn(pacer, lambda _: times.append(time.now()))])
    assert len(times) > 1
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 10


def test_a_refused_call_ends_before_calls_that_have_not_begun() -> None:
    """Even with a queue of many minutes, or its own time would be over before its next turn."""
    fleet = Fleet(0.1, 1)
    transport = fleet.transport(0.1, 1, timeout=60.0)
    ended: list[str] = []

    def refused_once() -> None:
        attempts = iter([aws_error("CreateUser", "ThrottlingException", 429), None])

        def send() -> None:
            if problem := next(attempts):
                raise problem

        transport.call("CreateUser", send)
        ended.append("refused once")

    def later() -> None:
        fleet.time.wait(0.01)
        transport.call("CreateUser", lambda: None)
        ended.append("later")

    fleet.time.run([refused_once, *[later] * 30])
    assert ended.index("refused once") <= 1


def test_kinds_all_reach_the_pacing_or_say_nothing_about_the_quota() -> None:
    """A connection that failed is no answer of AWS: it must not raise a lowered rate."""
    time = VirtualTime()
    pacer = Pacer(2.0, 1, time)
    transport = Transport(pacer, time, 300.0)
    pacer.throttled("CreateUser", pacer.acquire("CreateUser") or 0.0)
    lowered = pacer._bucket("CreateUser").rate
    transport._learn("CreateUser", Retry.NOT_SENT, 0.0)
    assert pacer._bucket("CreateUser").rate == lowered
    transport._learn("CreateUser", Retry.FINAL, 0.0)
    assert pacer._bucket("CreateUser").rate > lowered
