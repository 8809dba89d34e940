"""The emulator in its own process, with counts of its requests and its CPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.bench.meter import ROOT, Usage, cpu_of, with_emulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

#: Made-up credentials, and nothing of this machine's AWS.
AWS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def environment() -> dict[str, str]:
    """The environment of every contestant: nothing of the machine's Pulumi and AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_"))}
    return {**kept, **AWS, "PYTHONPATH": str(ROOT)}


class EmulatorProcess:
    """`connect-users emulator` in memory, without a quota of users. A context manager.

    Args:
        throttle: ``RATE/BURST`` of each operation; "" for none.
        latency: seconds added to each request.
    """

    def __init__(self, throttle: str = "", latency: float = 0.0) -> None:
        self._options = [*(["--throttle", throttle] if throttle else []), "--latency", str(latency)]
        self._process: subprocess.Popen[str] | None = None
        self.endpoint_url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", "import sys; from connect_users.cli import main; sys.exit(main())"]
        process = subprocess.Popen(
            [*command, "emulator", "--users-quota", "none", *self._options],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._process = process
        assert process.stdout is not None
        self.endpoint_url = process.stdout.readline().removeprefix("listening on ").strip()
        assert self.endpoint_url, "the emulator did not start"
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def watch(self, work: Callable[[], Usage]) -> Usage:
        """What ``work`` cost, with the emulator's part in it."""
        self.forget()
        before = cpu_of(self.pid)
        usage = work()
        spent = cpu_of(self.pid) - before
        return with_emulator(usage, spent, sum(self.requests().values()))

    def forget(self) -> None:
        """Count requests from here on."""
        self._side_port("DELETE")

    def requests(self) -> Counter[str]:
        """Requests by operation since `watch` began."""
        return Counter(record["operation"] for record in self._side_port("GET"))

    def create_span(self) -> float:
        """Seconds from the first to the last CreateUser that was carried out."""
        started = [
            record["started"]
            for record in self._side_port("GET")
            if record["operation"] == "CreateUser" and record["status"] == 200
        ]
        return max(started) - min(started) if started else 0.0

    def _side_port(self, method: str) -> list[dict[str, Any]]:
        asked = urllib.request.Request(f"{self.endpoint_url}/_emulator/requests", method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found: list[dict[str, Any]] = json.load(answer) if method == "GET" else []
        return found
