"""The part of AWS STS that says who calls: GetCallerIdentity.

Protocol query: `POST /` with a form that names the operation; the answer is XML (source: the service model of sts).
The access key stands for the caller, as it stands for the account (`connect_users.emulator.callers`): a key of twelve
digits is that account's root user, and any other key is the seeded account's IAM user of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from connect_users.emulator.arns import partition
from connect_users.emulator.callers import caller

if TYPE_CHECKING:
    from connect_users.emulator.dispatcher import Request

OPERATION: Final = "GetCallerIdentity"
CONTENT_TYPE: Final = "text/xml"


def matches(request: Request) -> bool:
    """Whether a request is for this operation."""
    if request.headers.get("X-Amz-Target") is not None or (request.method, request.path) != ("POST", "/"):
        return False
    return parse_qs(request.body.decode("latin-1")).get("Action") == [OPERATION]


def answer(request: Request, request_id: str) -> bytes:
    """The body of the answer. Raises the errors (HTTP 403) of AWS's front end."""
    who = caller(request.headers.get("Authorization"), "sts")
    user = "root" if who.key == who.account else f"user/{who.key}"
    arn = f"arn:{partition(who.region)}:iam::{who.account}:{user}"
    result = f"<Arn>{escape(arn)}</Arn><UserId>{escape(who.key)}</UserId><Account>{who.account}</Account>"
    return (
        f'<{OPERATION}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<{OPERATION}Result>{result}</{OPERATION}Result>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{OPERATION}Response>"
    ).encode()
