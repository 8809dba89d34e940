"""CPU of check + diff of one user, beside what the host itself spends on decoding and encoding the same properties."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime import rpc

from connect_users import ConnectUserProvider
from tests.bench.rows import Row, interleaved
from tests.builders import user

if TYPE_CHECKING:
    from collections.abc import Callable

#: Microseconds of CPU.
BAR = 150.0


def rows(short: bool) -> list[Row]:
    """One row."""
    provider = ConnectUserProvider()
    provider.configure(ConfigureRequest(Config({}, "bench")))
    news: dict[str, Any] = {**user(), "__provider": "x"}
    olds = {**news, "arn": "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u", "ownership_token": "0" * 24}
    struct = asyncio.run(rpc.serialize_properties(news, {}))
    times = 200 if short else 3000

    def ours() -> None:
        inputs = provider.check(news, news).inputs
        provider.diff("u", olds, inputs)

    def host() -> None:
        # Check and Diff decode two property bags each, and Check encodes one.
        for _ in range(4):
            rpc.deserialize_properties(struct, True)

    spent, baseline = interleaved(5, lambda: _cpu(ours, times), lambda: _cpu(host, times))
    return [Row("check + diff of one user, CPU (baseline: the host's decoding)", spent, baseline, "us", most=BAR)]


def _cpu(work: Callable[[], None], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6
