"""What a failed call means, by AWS's error code: the error for the user, and whether to send again. Pure.

- The code decides, never the HTTP status: a full quota (LimitExceededException) and a throttled request are both 429,
  and only one of them passes by waiting. The status counts only for codes that are not in the table: 5xx is tried
  again, 4xx is not.
- Delays are "full jitter": a random share of a bound that doubles from try to try.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from connect_users.core import errors

if TYPE_CHECKING:
    from collections.abc import Iterable


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


_DENIED: Final = CodeMeaning(errors.AccessDenied)
_CREDENTIALS: Final = CodeMeaning(errors.CredentialsProblem)
_INVALID: Final = CodeMeaning(errors.InvalidRequest)
_QUOTA: Final = CodeMeaning(errors.QuotaReached)
_THROTTLED: Final = CodeMeaning(errors.Throttled, Retry.THROTTLED)
_UNCERTAIN: Final = CodeMeaning(errors.Unreachable, Retry.UNCERTAIN)

#: AWS's code, or ours for what is not an answer. Sources: botocore's Connect model; botocore's list of throttle codes
#: without LimitExceededException; TooManyRequestsException is what AWS's own CloudFormation handler matches; the
#: credential codes are those of SigV4 front ends. "429" is an answer without any code.
MEANINGS: Final[dict[str, CodeMeaning]] = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "AuthFailure": _CREDENTIALS,
    "ExpiredToken": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "IncompleteSignature": _CREDENTIALS,
    "IncompleteSignatureException": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "MissingAuthenticationToken": _CREDENTIALS,
    "MissingAuthenticationTokenException": _CREDENTIALS,
    "NoCredentials": _CREDENTIALS,
    "NotAuthorized": _CREDENTIALS,
    "OptInRequired": _CREDENTIALS,
    "RequestExpired": _CREDENTIALS,
    "RequestTimeTooSkewed": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "DuplicateResourceException": CodeMeaning(errors.DuplicateResource),
    "InvalidParameterException": _INVALID,
    "InvalidRequestException": _INVALID,
    "ParamValidationError": _INVALID,
    "ValidationException": _INVALID,
    "LimitExceededException": _QUOTA,
    "ServiceQuotaExceededException": _QUOTA,
    "ResourceNotFoundException": CodeMeaning(errors.ResourceNotFound),
    # AWS does not say what triggers one (UpdateUserConfig only), so it may never pass.
    "ConditionalOperationFailedException": CodeMeaning(errors.ConnectApiError, Retry.CONFLICT),
    "429": _THROTTLED,
    "BandwidthLimitExceeded": _THROTTLED,
    "PriorRequestNotComplete": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "RequestThrottled": _THROTTLED,
    "RequestThrottledException": _THROTTLED,
    "SlowDown": _THROTTLED,
    "ThrottledException": _THROTTLED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "TooManyRequests": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "InternalError": _UNCERTAIN,
    "InternalFailure": _UNCERTAIN,
    "InternalServerError": _UNCERTAIN,
    "InternalServerException": _UNCERTAIN,
    "InternalServiceError": _UNCERTAIN,
    "InternalServiceException": _UNCERTAIN,
    "RequestTimeout": _UNCERTAIN,
    "RequestTimeoutException": _UNCERTAIN,
    "ServiceUnavailable": _UNCERTAIN,
    "ServiceUnavailableException": _UNCERTAIN,
    # Ours, with the detail of botocore: no answer, no connection, an answer of somebody else, the end of the run.
    "NoAnswer": _UNCERTAIN,
    "ConnectionFailed": CodeMeaning(errors.Unreachable, Retry.NOT_SENT),
    "ForeignAnswer": CodeMeaning(errors.Unreachable),
    "Cancelled": CodeMeaning(errors.Cancelled),
}

#: In lower case: what a code that is not in the table contains where it is one of throttling. "limit" may be a quota.
_THROTTLE_WORDS: Final = ("throttl", "toomanyrequests", "rateexceeded")

#: Requests in all for a conflict.
CONFLICT_TRIES: Final = 5
#: Seconds: the bound of the first delay, and the greatest bound.
_FIRST: Final = {Retry.THROTTLED: 1.0, Retry.UNCERTAIN: 0.5, Retry.NOT_SENT: 0.5, Retry.CONFLICT: 0.5}
_CAP: Final = 20.0


def meaning_of(code: str, status: int = 0) -> CodeMeaning:
    """What an AWS error code means; the HTTP status counts only where the code is not in the table."""
    known = MEANINGS.get(code)
    if known is not None:
        return known
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


def api_error(
    operation: str,
    code: str,
    detail: str = "",
    request_id: str = "",
    *,
    uncertain: bool = False,
    secrets: Iterable[str] = (),
) -> errors.ConnectApiError:
    """The error of the tree for an AWS error code; a code that is not in the table gives the base class.

    Args:
        secrets: values that must not be repeated, should AWS's message quote one of them.
    """
    for secret in secrets:
        if secret:
            detail = detail.replace(secret, "[secret]")
    return meaning_of(code).error(operation, code, detail, request_id, uncertain=uncertain)
