"""The options for the connection to an instance, the same for every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

    from connect_users.core.settings import Settings

#: Words for a stack's configuration in messages -> words for a command line.
_OPTIONS: Final = {
    "connect-users:region (or the provider's region)": "--region",
    "connect-users:region": "--region",
    "connect-users:profile": "--profile",
    "connect-users:endpointUrl": "--endpoint-url",
    "connect-users:emulatorState": "--emulator-state",
    # No command has a time limit for a call.
    "connect-users:requestsPerSecond, raise connect-users:timeout,": "--requests-per-second,",
    "connect-users:requestsPerSecond": "--requests-per-second",
    "run pulumi up again: nothing is made twice": "run again",
    "run pulumi up again": "run again",
}


def in_options(text: str) -> str:
    """A message in the words of a command line. Errors use the words of a stack's configuration."""
    for key, option in _OPTIONS.items():
        text = text.replace(key, option)
    return text


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where the instance is (default: as the AWS CLI finds it)")
    group.add_argument("--region", metavar="REGION", help="AWS region")
    group.add_argument("--profile", metavar="NAME", help="profile of AWS's shared configuration files")
    group.add_argument(
        "--endpoint-url", metavar="URL", help="an endpoint to use instead of AWS's, such as an emulator's"
    )
    group.add_argument("--requests-per-second", metavar="N", help="rate of each API operation (default: 2)")
    group.add_argument("--emulator-state", metavar="FILE", help="use the embedded emulator with this state file")


def settings(args: argparse.Namespace) -> Settings:
    """The settings from the options. The ARN of an instance also has its region.

    Raises:
        WrongUsage: an option cannot be read, or the region contradicts the ARN of the instance.
    """
    from connect_users.core.arns import parse_arn
    from connect_users.core.errors import ConfigurationError, WrongUsage
    from connect_users.core.settings import KEYS, from_config

    arn = parse_arn(getattr(args, "instance", None) or "")
    if arn is not None and args.region not in (None, arn.region):
        raise WrongUsage(f"--region {args.region} contradicts the ARN of the instance, which is in {arn.region}")
    options = {
        "region": args.region if arn is None else arn.region,
        "profile": args.profile,
        "endpoint_url": args.endpoint_url,
        "requests_per_second": args.requests_per_second,
        "emulator": args.emulator_state is not None,
        "emulator_state": args.emulator_state,
    }
    try:
        return from_config({KEYS[field][0][0]: value for field, value in options.items()})
    except ConfigurationError as problem:
        raise WrongUsage(str(problem)) from None
