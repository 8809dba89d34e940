"""The options by which a command is told how to reach an instance, one meaning for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.settings import Settings

if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where the instance is (default: as the AWS CLI finds it)")
    group.add_argument("--region", metavar="REGION", help="AWS region")
    group.add_argument("--profile", metavar="NAME", help="profile of AWS's shared configuration files")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's, such as an emulator's")
    group.add_argument("--emulator-state", metavar="FILE", help="ask the embedded emulator that keeps this file")


def settings(args: argparse.Namespace) -> Settings:
    """The settings that the options say."""
    return Settings(
        region=args.region,
        profile=args.profile,
        endpoint_url=args.endpoint_url,
        emulator=args.emulator_state is not None,
        emulator_state=args.emulator_state,
    )
