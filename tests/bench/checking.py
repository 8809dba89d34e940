"""CPU of check + diff of one unchanged user at either door, compared with what the dynamic host needs to decode it.

At the dynamic door, it measures the provider alone, which gets plain values; at the plugin the whole servicer, from
message to message.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from connect_users import ConnectUserProvider
from connect_users.core import spelling, tokens
from connect_users.plugin import wire
from connect_users.plugin.service import Service
from tests.bench.rows import Row, interleaved
from tests.builders import user

if TYPE_CHECKING:
    from collections.abc import Callable

#: Microseconds of CPU.
BAR = 60.0
_OUTPUTS = {"arn": "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u", "ownership_token": "0" * 24}


def rows(short: bool) -> list[Row]:
    """A row for each door."""
    given = user()
    times = 200 if short else 3000
    struct = asyncio.run(rpc.serialize_properties({**given, "__provider": "x"}, {}))

    def host() -> None:
        # Check and Diff decode two property bags each, and Check encodes one.
        for _ in range(4):
            rpc.deserialize_properties(struct, True)

    dynamic, plugin, baseline = interleaved(
        5, *(lambda work=work: _cpu(work, times) for work in (_dynamic_door(given), _plugin(given), host))
    )
    what = "check + diff of one user"
    return [
        Row(f"{what}, CPU (baseline: the host's decoding)", dynamic, baseline, "us", most=BAR),
        Row(f"{what} at the plugin, messages included, CPU (baseline: the same)", plugin, baseline, "us"),
    ]


def _dynamic_door(given: dict[str, Any]) -> Callable[[], None]:
    provider = ConnectUserProvider()
    provider.configure(ConfigureRequest(Config({}, "bench")))
    news = {**given, "__provider": "x"}
    olds = {**news, **_OUTPUTS}

    def work() -> None:
        inputs = provider.check(news, news).inputs
        provider.diff("u", olds, inputs)

    return work


def _plugin(given: dict[str, Any]) -> Callable[[], None]:
    service: Any = Service()
    urn = f"urn:pulumi:dev::bench::{tokens.PLUGIN_USER}::agent"
    # The engine sends the inputs of the program without the mark of a secret that only the plugin put there.
    news = Struct()
    news.update(spelling.theirs(given))
    inputs, outputs = wire.encode(given), wire.encode({**given, **_OUTPUTS})
    check = provider_pb2.CheckRequest(urn=urn, olds=inputs, news=news)

    def work() -> None:
        checked = service.Check(check, None).inputs
        service.Diff(provider_pb2.DiffRequest(id="u", urn=urn, olds=outputs, news=checked, old_inputs=inputs), None)

    return work


def _cpu(work: Callable[[], None], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6
