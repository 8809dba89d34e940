"""Error responses of the emulator, with AWS's own codes, statuses and members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final = {
    400: "InvalidRequestException InvalidParameterException SerializationException MalformedRequestException"
    " MaximumResultReturnedException",
    402: "ServiceQuotaExceededException",
    403: "AccessDeniedException MissingAuthenticationTokenException IncompleteSignatureException"
    " InvalidSignatureException UnrecognizedClientException ExpiredTokenException",
    404: "ResourceNotFoundException UnknownOperationException",
    409: "DuplicateResourceException ResourceInUseException ConditionalOperationFailedException",
    411: "LengthRequiredException",
    429: "LimitExceededException ThrottlingException TooManyRequestsException",
    500: "InternalServiceException",
    501: "UnsupportedOperationException",
    503: "ServiceUnavailableException",
}
#: The HTTP status of each code. A test compares those that the service model has with its `httpStatusCode`.
STATUS: Final = {code: status for status, codes in _CODES.items() for code in codes.split()}


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
    """A required member is missing. The wording is that of the only message seen from AWS."""
    return invalid_request(f"Required parameter missing: {name}")


def not_found(noun: str, value: str) -> ApiError:
    """The named resource does not exist in this account, region and instance (HTTP 404)."""
    return ApiError("ResourceNotFoundException", f"{noun} {value} was not found")
