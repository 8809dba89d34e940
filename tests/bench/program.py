"""``python -m tests.bench.program connect_users|bare COUNT``: prints the CPU seconds of a program under mocks."""

from __future__ import annotations

import sys
import time
from typing import Any

import pulumi

from connect_users import ConnectUser
from tests.bench.bare import Bare, BareUser, Stateful
from tests.builders import user


class Mocks(pulumi.runtime.Mocks):
    """Every resource exists."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Outputs are the inputs."""
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        """No functions."""
        return {}, None


def declare(kind: str, count: int) -> None:
    """The program."""
    for number in range(count):
        inputs = {key: value for key, value in user(username=f"agent{number}").items() if key != "password"}
        if kind == "bare":
            BareUser(Bare(), f"agent{number}", inputs)
        else:
            ConnectUser(f"agent{number}", **inputs)
    if kind != "bare":
        BareUser(Stateful(), "foreign", {})


def main() -> None:
    """Run it under the SDK's mocks."""
    pulumi.runtime.set_mocks(Mocks())
    start = time.process_time()
    run = pulumi.runtime.test(lambda: declare(sys.argv[1], int(sys.argv[2])))  # type: ignore[no-untyped-call]
    run()
    print(time.process_time() - start)


if __name__ == "__main__":
    main()
