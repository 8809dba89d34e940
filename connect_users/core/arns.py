"""ARNs of Amazon Connect: their parts, and the bare id that every API takes."""

from __future__ import annotations

from typing import Any, NamedTuple

from connect_users.core.patterns import pattern

#: A partition, as a pattern rather than a list: botocore knows eight (aws, aws-cn, aws-us-gov, aws-eusc, four of
#: aws-iso), and the next one must not wait for a release of ours.
PARTITION = r"aws(?:-[a-z0-9]+)*"
_ARN = pattern(r"arn:([^:\s]*):connect:([^:\s]*):([^:\s]*):instance/([^:/\s]+)(?:/([^:/\s]+)/([^:/\s]+))?")


class Arn(NamedTuple):
    """An ARN of Amazon Connect: of an instance (`resource` "") or of something in it."""

    partition: str
    region: str
    account: str
    instance_id: str
    resource: str = ""
    resource_id: str = ""


def parse_arn(text: str) -> Arn | None:
    """The parts of an Amazon Connect ARN; None when ``text`` is not one."""
    match = _ARN.fullmatch(text)
    return None if match is None else Arn(*match.groups(default=""))


def bare_id(value: Any) -> Any:
    """The id at the end of an ARN; anything else as it is."""
    if isinstance(value, str) and value.startswith("arn:"):
        arn = parse_arn(value)
        return value if arn is None else arn.resource_id or arn.instance_id
    return value
