"""An Amazon Connect that runs on a laptop, for boto3, the AWS CLI or any other SDK.

Routes, parsing and validation come from botocore's service model (`wire`, `validate`). The behaviour is hand-written,
and each rule names its source: [M] service model, [D] documentation, [O] observed, [I] inference, [?] not documented,
so a choice. `seed` documents what a new emulator contains, `admin` the side port, `faults` the failures that can be
injected, `options` everything else. Start reading at `dispatcher`, which shows the way of a request, and `users`.

This folder imports nothing of the package: it knows AWS, not our client.

    with Emulator() as emulator:
        client = boto3.client("connect", endpoint_url=emulator.endpoint_url, region_name="us-east-1", ...)
        client.list_users(InstanceId=seed.INSTANCE_ID)
"""

from __future__ import annotations

from connect_users.emulator.faults import Fault, FaultKind, Faults
from connect_users.emulator.options import Options, Throttle
from connect_users.emulator.records import Phase, RequestRecord
from connect_users.emulator.runner import Emulator, embedded
from connect_users.emulator.seed import seed_users
from connect_users.emulator.store import UnusableState

__all__ = [
    "Emulator",
    "Fault",
    "FaultKind",
    "Faults",
    "Options",
    "Phase",
    "RequestRecord",
    "Throttle",
    "UnusableState",
    "embedded",
    "seed_users",
]
