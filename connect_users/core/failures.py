"""What a failed call means, by AWS's error code: the error for the user, and whether to send again. Pure.

- The code decides, never the HTTP status: a full quota (LimitExceededException) and a throttled request are both 429,
  and only one of them passes by waiting. The status counts only for codes that are not in the table: 5xx is tried
  again, 4xx is not.
- Delays are "full jitter": a random share of a bound that doubles from try to try.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from connect_users.core import errors


class Retry(Enum):
    """What a failure means for the next try."""

    THROTTLED = "throttled"  #: not carried out; passes by waiting, and by sending slower
    UNCERTAIN = "uncertain"  #: no definite answer: it may have been carried out
    NOT_SENT = "not sent"  #: no connection: it was certainly not carried out
    CONFLICT = "conflict"  #: another change of the same user was under way
    FINAL = "final"  #: the same request will get the same answer


@dataclass(frozen=True)
class CodeMeaning:
    """What a code stands for."""

    error: type[errors.ConnectApiError]
    retry: Retry = Retry.FINAL


_THROTTLED: Final = CodeMeaning(errors.Throttled, Retry.THROTTLED)
_UNCERTAIN: Final = CodeMeaning(errors.Unreachable, Retry.UNCERTAIN)

#: What AWS's codes mean, and ours for what is not an answer. Sources: botocore's Connect model; botocore's list of
#: throttle codes without LimitExceededException; TooManyRequestsException is what AWS's own CloudFormation handler
#: matches; the credential codes are those of SigV4 front ends.
_CODES: Final[dict[CodeMeaning, str]] = {
    CodeMeaning(errors.AccessDenied): "AccessDenied AccessDeniedException UnauthorizedOperation",
    CodeMeaning(errors.CredentialsProblem): (
        "AuthFailure ExpiredToken ExpiredTokenException IncompleteSignature IncompleteSignatureException "
        "InvalidAccessKeyId InvalidClientTokenId InvalidSignatureException MissingAuthenticationToken "
        "MissingAuthenticationTokenException NoCredentials NotAuthorized OptInRequired RequestExpired "
        "RequestTimeTooSkewed SignatureDoesNotMatch UnrecognizedClientException"
    ),
    CodeMeaning(errors.DuplicateResource): "DuplicateResourceException",
    CodeMeaning(errors.InvalidRequest): (
        "InvalidParameterException InvalidRequestException ParamValidationError ValidationException"
    ),
    CodeMeaning(errors.QuotaReached): "LimitExceededException ServiceQuotaExceededException",
    CodeMeaning(errors.ResourceNotFound): "ResourceNotFoundException",
    # AWS does not say what triggers one (UpdateUserConfig only), so it may never pass.
    CodeMeaning(errors.ConnectApiError, Retry.CONFLICT): "ConditionalOperationFailedException",
    # "429" is an answer without any code.
    _THROTTLED: (
        "429 BandwidthLimitExceeded PriorRequestNotComplete RequestLimitExceeded RequestThrottled "
        "RequestThrottledException SlowDown ThrottledException Throttling ThrottlingException TooManyRequests "
        "TooManyRequestsException"
    ),
    # The last one is ours, with the detail of botocore: no answer.
    _UNCERTAIN: (
        "InternalError InternalFailure InternalServerError InternalServerException InternalServiceError "
        "InternalServiceException RequestTimeout RequestTimeoutException ServiceUnavailable "
        "ServiceUnavailableException NoAnswer"
    ),
    # Ours: no connection, and an answer of somebody else.
    CodeMeaning(errors.Unreachable, Retry.NOT_SENT): "ConnectionFailed",
    CodeMeaning(errors.Unreachable): "ForeignAnswer",
}
#: Code -> what it means.
MEANINGS: Final = {code: meaning for meaning, codes in _CODES.items() for code in codes.split()}

#: In lower case: what a code that is not in the table contains where it is one of throttling. "limit" may be a quota.
_THROTTLE_WORDS: Final = ("throttl", "toomanyrequests", "rateexceeded")

#: Requests in all for a conflict.
CONFLICT_TRIES: Final = 5
#: Seconds: the bound of the first delay, and the greatest bound.
_FIRST: Final = {Retry.THROTTLED: 1.0, Retry.UNCERTAIN: 0.5, Retry.NOT_SENT: 0.5, Retry.CONFLICT: 0.5}
_CAP: Final = 20.0


def meaning_of(code: str, status: int = 0) -> CodeMeaning:
    """What an AWS error code means; the HTTP status counts only where the code is not in the table."""
    if code in MEANINGS:
        return MEANINGS[code]
    if any(word in code.lower() for word in _THROTTLE_WORDS):
        return _THROTTLED
    return _UNCERTAIN if status >= 500 else CodeMeaning(errors.ConnectApiError)


def delay(retry: Retry, tries: int, jitter: float) -> float | None:
    """Seconds until the next try after `tries` failed ones, or None when there shall be none.

    Args:
        jitter: a random number from 0 to 1.
    """
    if retry is Retry.FINAL or (retry is Retry.CONFLICT and tries >= CONFLICT_TRIES):
        return None
    return jitter * min(_CAP, _FIRST[retry] * 2.0 ** min(tries - 1, 16))
