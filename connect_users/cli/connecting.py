"""The options by which a command is told how to reach an instance, one meaning for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core.arns import parse_arn
from connect_users.core.errors import ConfigurationError, WrongUsage
from connect_users.core.settings import KEYS, from_config

if TYPE_CHECKING:
    import argparse

    from connect_users.core.settings import Settings

#: What messages call by the keys of a stack's configuration -> the option here.
_OPTIONS: Final = {
    "connect-users:region, aws:region": "--region",
    "connect-users:region": "--region",
    "connect-users:profile": "--profile",
    "connect-users:endpointUrl": "--endpoint-url",
    "connect-users:emulatorState": "--emulator-state",
    "connect-users:requestsPerSecond": "--requests-per-second",
    "run pulumi up again: nothing is made twice": "run again",
    "run pulumi up again": "run again",
}


def in_options(text: str) -> str:
    """A message in the words of a command line: the errors below speak of a stack's configuration."""
    for key, option in _OPTIONS.items():
        text = text.replace(key, option)
    return text


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where the instance is (default: as the AWS CLI finds it)")
    group.add_argument("--region", metavar="REGION", help="AWS region")
    group.add_argument("--profile", metavar="NAME", help="profile of AWS's shared configuration files")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's, such as an emulator's")
    group.add_argument("--emulator-state", metavar="FILE", help="ask the embedded emulator that keeps this file")


def settings(args: argparse.Namespace) -> Settings:
    """The settings that the options say; an ARN of an instance says its region, too.

    Raises:
        WrongUsage: an option cannot be read, or the instance is in another region than the options say.
    """
    arn = parse_arn(getattr(args, "instance", None) or "")
    if arn is not None and args.region not in (None, arn.region):
        raise WrongUsage(f"--region {args.region}: the instance is in {arn.region}, says its ARN")
    given = {
        "region": args.region if arn is None else arn.region,
        "profile": args.profile,
        "endpoint_url": args.endpoint_url,
        "requests_per_second": getattr(args, "requests_per_second", None),
        "emulator": args.emulator_state is not None,
        "emulator_state": args.emulator_state,
    }
    try:
        return from_config({KEYS[field][0][0]: value for field, value in given.items()})
    except ConfigurationError as problem:
        raise WrongUsage(str(problem)) from None
