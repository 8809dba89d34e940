"""Error responses of the emulator, with AWS's own codes, statuses and members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: HTTP statuses. The service model has those of its exceptions as `httpStatusCode`; a test compares them.
STATUS: Final[dict[str, int]] = {
    "InvalidRequestException": 400,
    "InvalidParameterException": 400,
    "MaximumResultReturnedException": 400,
    "ServiceQuotaExceededException": 402,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "DuplicateResourceException": 409,
    "ResourceInUseException": 409,
    "ConditionalOperationFailedException": 409,
    "LimitExceededException": 429,
    "ThrottlingException": 429,
    "TooManyRequestsException": 429,
    "InternalServiceException": 500,
    # Errors of AWS's front end, which are not in the service model.
    "InvalidToken": 400,
    "SerializationException": 400,
    "MalformedRequestException": 400,
    "MissingAuthenticationTokenException": 403,
    "IncompleteSignatureException": 403,
    "InvalidSignatureException": 403,
    "UnrecognizedClientException": 403,
    "ExpiredTokenException": 403,
    "UnknownOperationException": 404,
    "MethodNotAllowedException": 405,
    "RequestTimeoutException": 408,
    "LengthRequiredException": 411,
    "RequestEntityTooLargeException": 413,
    "UnsupportedOperationException": 501,
    "ServiceUnavailableException": 503,
}


class ApiError(Exception):
    """An AWS error response.

    `code` is the exception's shape name, `status` the HTTP status (by default the code's own, 500 for an unknown code).
    `members` are the exception's members other than its message.
    """

    def __init__(
        self, code: str, message: str, *, status: int | None = None, members: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = STATUS.get(code, 500) if status is None else status
        self.members = dict(members or {})


def invalid_request(message: str) -> ApiError:
    """A rule across fields, or of the identity management type, is violated (HTTP 400)."""
    return ApiError("InvalidRequestException", message)


def invalid_parameter(message: str) -> ApiError:
    """One value is outside its shape: length, range, pattern, enum (HTTP 400)."""
    return ApiError("InvalidParameterException", message)


def missing(name: str) -> ApiError:
    """A required member is missing. The wording is that of the only message seen from AWS (facts, section 3)."""
    return invalid_request(f"Required parameter missing: {name}")


def not_found(noun: str, value: str) -> ApiError:
    """The named resource does not exist in this account, region and instance (HTTP 404)."""
    return ApiError("ResourceNotFoundException", f"{noun} {value} was not found")
