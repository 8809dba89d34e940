"""`connect-users emulator`: an Amazon Connect on a loopback port, until it is stopped.

It prints exactly `listening on http://127.0.0.1:PORT` once clients can connect, and serves until SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import math
import signal
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Final

from connect_users.core.errors import WrongUsage
from connect_users.core.misspellings import suggestion

if TYPE_CHECKING:
    from connect_users.emulator import Options

#: Options with a choice of values: name -> the values, and the help.
_CHOICES: Final = {
    "identity_management_type": (
        ("CONNECT_MANAGED", "SAML", "EXISTING_DIRECTORY"),
        "identity management type of the seeded instance (default: that of the state file, else CONNECT_MANAGED)",
    ),
    "update_user_config": (("merge", "replace"), "what UpdateUserConfig does with channels that a list leaves out"),
    "update_identity_info": (("clear", "keep"), "what UpdateUserIdentityInfo does with members that are left out"),
    "phone_view": (
        ("both", "as-written"),
        "how phone settings are returned: in both forms, or in the form in which they were written",
    ),
    "unset_strings": (
        ("left-out", "empty"),
        'how an unset string of a user is returned; empty: as "", as in an example of the AWS CLI',
    ),
    "modified_by": (
        ("settings", "everything"),
        "what changes LastModifiedTime: settings only, or tags and proficiencies as well",
    ),
    "agent_rows": (("id", "arn"), "how the results of GetMetricDataV2 name agents"),
    "idle_days": (("left-out", "zero"), "how GetMetricDataV2 answers days on which an agent was not online"),
    "unknown_agents": (("left-out", "not-found"), "what GetMetricDataV2 does with agents that do not exist"),
    "no_session": (
        ("accepted", "not-found"),
        "what DeleteAllEntitySessions answers for a user without a session",
    ),
}
_QUOTAS: Final = {
    "users_quota": "users per instance (default 500; none: unlimited)",
    "proficiencies_quota": "proficiencies per user (default 10; none: unlimited)",
    "instances_quota": "instances per region (default 2; none: unlimited)",
}
_SECONDS: Final = {
    "consistency_lag": ("--lag", "seconds until a new user can be found and a change is visible"),
    "search_lag": ("--search-lag", "the same for SearchUsers alone"),
    "name_release_delay": ("--name-release-delay", "seconds until a deleted user's name is free again"),
    "latency": ("--latency", "seconds added to every request"),
}
#: Seconds between two checks whether to stop: not every platform interrupts a wait for a signal.
_POLL: Final = 0.5
_LAST_PORT: Final = 65_535


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Run an Amazon Connect on this machine, for boto3, the AWS CLI or any SDK, until it is stopped."
    )
    parser.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--state", metavar="FILE", help="SQLite file to keep everything in (default: memory)")
    parser.add_argument(
        "--every-region",
        action="store_true",
        help="put the seeded instance into every region (default: us-east-1 only)",
    )
    for name, (choices, help_) in _CHOICES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", choices=choices, help=help_)
    for name, help_ in _QUOTAS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=_quota, default=argparse.SUPPRESS, metavar="N", help=help_
        )
    for name, (flag, help_) in _SECONDS.items():
        parser.add_argument(flag, dest=name, type=_seconds, metavar="S", help=help_)
    parser.add_argument(
        "--username-limit", type=_count, metavar="N", help="length of the longest username (default 64)"
    )
    parser.add_argument(
        "--throttle", metavar="RATE/BURST", help="requests per second and burst of each operation (AWS's default: 2/5)"
    )
    parser.add_argument(
        "--throttle-operation",
        action="append",
        default=[],
        metavar="OPERATION=RATE/BURST",
        help="a different rate for one operation (none: no throttling); may be repeated",
    )
    parser.add_argument("--seed-users", type=_count, default=0, metavar="N", help="add users agent00001 to agent<N>")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text)


def _quota(text: str) -> int | None:
    return None if text.lower() == "none" else _count(text)


def _port(text: str) -> int:
    port = _count(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{port} is not a port; use 0 (any free port) to {_LAST_PORT}")
    return port


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Serve until stopped.

    Raises:
        WrongUsage: options, a port or a file cannot be used.
    """
    from connect_users.emulator import Emulator, seed_users
    from connect_users.emulator.store import usable

    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        emulator = Emulator(args.state, _options(args), port=args.port)
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    with closing(emulator):
        try:
            with usable(args.state):
                seed_users(emulator.store, args.seed_users)
            emulator.start()
        except ValueError as error:
            raise WrongUsage(str(error)) from None
        except OSError as error:
            raise WrongUsage(f"port {args.port} on 127.0.0.1 cannot be used: {error.strerror or error}") from None
        print(f"listening on {emulator.endpoint_url}", flush=True)
        while not stopped.wait(_POLL):
            pass
    return 0


def _options(args: argparse.Namespace) -> Options:
    from connect_users.emulator import Options
    from connect_users.emulator.calls import CONNECT

    values = {
        name: value
        for name in (*_CHOICES, *_SECONDS, "every_region", "username_limit", "throttle")
        if (value := getattr(args, name)) is not None
    }
    values.update({name: getattr(args, name) for name in _QUOTAS if hasattr(args, name)})
    rates: dict[str, str | None] = {}
    for text in args.throttle_operation:
        operation, equals, rate = text.partition("=")
        if not equals:
            raise ValueError(f"--throttle-operation {text!r}: write OPERATION=RATE/BURST")
        if operation not in CONNECT:
            hint = suggestion(operation, CONNECT)
            raise ValueError(f"--throttle-operation {text!r}: {operation} is not emulated; {hint}")
        rates[operation] = None if rate.lower() == "none" else rate
    return Options().changed({**values, "throttles": rates})
