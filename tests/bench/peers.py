"""``python -m tests.bench.peers create|read loop|pool COUNT ENDPOINT``: a script with boto3, for comparison.

Default retries, one client, one thread or `WORKERS`. Prints the number of users that it failed to create or read.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import seed
from tests.bench import users
from tests.bench.emulation import environment
from tests.bench.meter import ROOT, Usage, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.bench.emulation import EmulatorProcess

#: As many as the dynamic provider host has.
WORKERS: Final = 4
KINDS: Final = ("loop", "pool")


def run(job: str, kind: str, count: int, emulator: EmulatorProcess) -> Usage:
    """Run a script of that kind; what it cost.

    Args:
        job: ``create`` or ``read``.
    """
    command = [sys.executable, "-m", "tests.bench.peers", job, kind, str(count), emulator.endpoint_url]
    printed = ""

    def work() -> Usage:
        nonlocal printed
        usage, printed = measure(command, cwd=ROOT, env=environment())
        return usage

    usage = emulator.watch(work)
    return Usage(**{**vars(usage), "failed": int(printed.split()[-1])})


def main(job: str, kind: str, count: int, endpoint: str) -> int:
    """The script."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    client = boto3.client("connect", endpoint_url=endpoint, config=Config(max_pool_connections=WORKERS))

    def attempt(call: Callable[[], Any]) -> bool:
        try:
            call()
        except ClientError:
            return False
        return True

    def create(number: int) -> bool:
        return attempt(lambda: client.create_user(**users.request(number)))

    def read(user_id: str) -> bool:
        return attempt(lambda: client.describe_user(InstanceId=seed.INSTANCE_ID, UserId=user_id))

    def each(work: Callable[[Any], bool], items: Iterable[Any]) -> int:
        if kind == "loop":
            return sum(not work(item) for item in items)
        with ThreadPoolExecutor(WORKERS) as pool:
            return sum(not done for done in pool.map(work, items))

    if job == "create":
        failed = each(create, range(count))
    else:
        pages = client.get_paginator("list_users").paginate(InstanceId=seed.INSTANCE_ID)
        failed = each(read, [user["Id"] for page in pages for user in page["UserSummaryList"]][:count])
    print(failed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
