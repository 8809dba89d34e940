"""Which failed requests are sent again, and after what delay. Pure.

- Told by AWS's error *code*: a full quota (LimitExceededException) and a throttled request are both HTTP 429, and only
  one of them passes by waiting. The status decides only for codes that nobody knows: 5xx is tried again, 4xx is not.
- Delays are "full jitter": a random share of a bound that doubles from try to try.
"""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What a failure means for the next try."""

    THROTTLED = "throttled"  #: not carried out; passes by waiting, and by sending slower
    UNCERTAIN = "uncertain"  #: no definite answer: it may have been carried out
    NOT_SENT = "not sent"  #: no connection: it was certainly not carried out
    CONFLICT = "conflict"  #: another change of the same user was under way
    FINAL = "final"  #: the same request will get the same answer


#: TooManyRequestsException is what AWS's own CloudFormation handler matches; the model has ThrottlingException. The
#: others are botocore's list of throttle codes, without LimitExceededException. "429" is an answer without any code.
THROTTLE_CODES = frozenset(
    {
        "429",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequests",
        "TooManyRequestsException",
    }
)

#: In lower case: what a code that nobody knows has in it where it is one of throttling. "limit" may be a quota.
_THROTTLE_WORDS = ("throttl", "toomanyrequests", "rateexceeded")

UNCERTAIN_CODES = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceError",
        "InternalServiceException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)

CONFLICT_CODES = frozenset({"ConditionalOperationFailedException"})

#: Codes that are final whatever their status. Without this line a final code that came with a 5xx would be repeated.
FINAL_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "DuplicateResourceException",
        "InvalidParameterException",
        "InvalidRequestException",
        "LimitExceededException",
        "ResourceNotFoundException",
        "ServiceQuotaExceededException",
    }
)

#: Requests in all for a conflict. AWS does not say what triggers one (UpdateUserConfig only), so it may never pass.
CONFLICT_TRIES = 5

#: Seconds: the bound of the first delay, and the greatest bound.
BASE = {Kind.THROTTLED: 1.0, Kind.UNCERTAIN: 0.5, Kind.NOT_SENT: 0.5, Kind.CONFLICT: 0.5}
CAP = 20.0


def kind_of(code: str, status: int) -> Kind:
    """What an AWS error code means; the HTTP status counts only where the code is not known."""
    if code in FINAL_CODES:
        return Kind.FINAL
    if code in THROTTLE_CODES or any(word in code.lower() for word in _THROTTLE_WORDS):
        return Kind.THROTTLED
    if code in UNCERTAIN_CODES:
        return Kind.UNCERTAIN
    if code in CONFLICT_CODES:
        return Kind.CONFLICT
    return Kind.UNCERTAIN if status >= 500 else Kind.FINAL


def delay(kind: Kind, tries: int, jitter: float) -> float | None:
    """Seconds until the next try after `tries` failed ones, or None when there shall be none.

    Args:
        jitter: a random number from 0 to 1.
    """
    if kind is Kind.FINAL or (kind is Kind.CONFLICT and tries >= CONFLICT_TRIES):
        return None
    return jitter * min(CAP, BASE[kind] * 2.0 ** min(tries - 1, 16))
