"""Pages of thousands of users are taken as the JSON that they are.

botocore's parser looks at every member of every user by its model, which would be a sixth of what a refresh of many
users costs. The two listings that are read in bulk have no member that needs it but one time; other answers, errors and
what is not JSON are still read by botocore.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from mypy_boto3_connect.client import ConnectClient

#: Operation -> the member of its answer that holds the users.
LISTINGS: Final = {"SearchUsers": "Users", "ListUsers": "UserSummaryList"}
_TIME: Final = "LastModifiedTime"


def take_as_json(client: ConnectClient) -> None:
    """Make the client read its bulk listings so."""
    for operation, member in LISTINGS.items():
        client.meta.events.register(f"before-parse.connect.{operation}", partial(_read, member))


def _read(member: str, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Put the users of a page into the answer, and leave the rest of the page to botocore."""
    try:
        page = json.loads(response_dict["body"])
    except ValueError:
        return
    users = page.get(member) if isinstance(page, dict) else None
    if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
        return
    if response_dict["status_code"] != 200:
        return
    del page[member]
    for user in users:
        if user.get(_TIME) is not None:
            user[_TIME] = _moment(user[_TIME])
    customized_response_dict[member] = users
    response_dict["body"] = json.dumps(page).encode()


def _moment(value: Any) -> datetime:
    """A time as the protocol has it, seconds since 1970; botocore's reading of any other form."""
    return datetime.fromtimestamp(value, timezone.utc) if isinstance(value, (int, float)) else parse_timestamp(value)
