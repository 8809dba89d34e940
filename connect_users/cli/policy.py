"""``connect-users policy``: print the IAM policy that the package needs for one instance. Calls nothing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from connect_users.core.errors import WrongUsage
from connect_users.core.permissions import COMMANDS, Feature, iam_policy

if TYPE_CHECKING:
    import argparse

#: The command line's words for the parts of the package that can be left out of an IAM policy.
PARTS = {
    "users": Feature.USERS,
    "tags": Feature.TAGS,
    "proficiencies": Feature.PROFICIENCIES,
    "look-ups": Feature.LOOKUPS,
    "quick-connects": Feature.QUICK_CONNECTS,
    "reviews": Feature.REVIEWS,
    "sign-out": Feature.SIGN_OUT,
}

#: Needed by the live service (the handler of CloudFormation's AWS::Connect::User calls it), but reported as
#: INVALID_ACTION by IAM Access Analyzer, and so by the console's policy editor (seen in 2026).
UNKNOWN_ACTION = "connect:UpdateUserConfig"
NOTE = (
    f"connect-users policy: IAM Access Analyzer may report {UNKNOWN_ACTION} as an invalid action because it does not "
    "know it yet; keep it, the settings per channel need it"
)


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Print the IAM policy, as JSON, with exactly the actions that this package calls, limited to one Connect "
        "instance. Attach it to the role that runs Pulumi."
    )
    parser.add_argument("--instance-arn", required=True, metavar="ARN", help="ARN of the Connect instance")
    parser.add_argument(
        "--read-only", action="store_true", help="only what preview, refresh, import and check need, without passwords"
    )
    parser.add_argument(
        "--for",
        nargs="+",
        choices=sorted(COMMANDS),
        default=[],
        dest="commands",
        metavar="COMMAND",
        help=f"only what these commands call: {', '.join(sorted(COMMANDS))} (default: all). 'preview' is for Pulumi's "
        "previews and refreshes, 'up' for everything that Pulumi does",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=sorted(PARTS),
        default=sorted(PARTS),
        metavar="PART",
        help=f"parts of the package that you use: {', '.join(sorted(PARTS))} (default: all). Users who get tags, "
        "such as the ownership tag, need 'tags'",
    )
    parser.add_argument(
        "--security-profiles",
        nargs="+",
        default=[],
        metavar="ID",
        help="the only security profiles that the role may give to users (default: any)",
    )
    parser.add_argument(
        "--password-secrets",
        nargs="+",
        default=[],
        metavar="ARN",
        help="secrets of AWS Secrets Manager for password_secret_arn (default: none). A secret with its own KMS key "
        "also needs kms:Decrypt on that key",
    )
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")


def run(args: argparse.Namespace) -> int:
    """Print it.

    Raises:
        WrongUsage: an argument is not an ARN or an id.
    """
    features = [PARTS[part] for part in args.only]
    if args.password_secrets:
        features.append(Feature.PASSWORDS)
    try:
        document = iam_policy(
            args.instance_arn,
            read_only=args.read_only,
            features=features,
            commands=args.commands,
            security_profile_ids=args.security_profiles,
            password_secret_arns=args.password_secrets,
        )
    except ValueError as problem:
        raise WrongUsage(str(problem)) from None
    print(json.dumps(document, indent=2), flush=True)
    if any(UNKNOWN_ACTION in statement["Action"] for statement in document["Statement"]):
        print(NOTE, file=sys.stderr)
    return 0
