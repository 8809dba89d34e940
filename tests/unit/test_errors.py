"""Errors: distinguished by AWS's code, one line each, with what to do, and without secrets."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectApiError,
    ConnectUsersError,
    CredentialsProblem,
    DuplicateResource,
    InvalidRequest,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    QuotaReached,
    ResourceNotFound,
    Throttled,
    Unreachable,
    WrongInstance,
)
from connect_users.core.failures import MEANINGS, meaning_of
from tests.builders import connect_model

#: AWS error code -> class; the seven of CreateUser first, then those outside the model.
_CODES: list[tuple[str, type[ConnectApiError]]] = [
    ("DuplicateResourceException", DuplicateResource),
    ("InternalServiceException", Unreachable),
    ("InvalidParameterException", InvalidRequest),
    ("InvalidRequestException", InvalidRequest),
    ("LimitExceededException", QuotaReached),
    ("ResourceNotFoundException", ResourceNotFound),
    ("ThrottlingException", Throttled),
    ("AccessDeniedException", AccessDenied),
    ("TooManyRequestsException", Throttled),
    ("ServiceQuotaExceededException", QuotaReached),
    ("ExpiredTokenException", CredentialsProblem),
    ("UnrecognizedClientException", CredentialsProblem),
    ("NoCredentials", CredentialsProblem),
    ("ConnectionFailed", Unreachable),
    ("ConditionalOperationFailedException", ConnectApiError),
]


def _error(code: str, detail: str = "", **more: Any) -> ConnectApiError:
    return meaning_of(code).error("CreateUser", code, detail, **more)


@pytest.mark.parametrize(("code", "expected"), _CODES)
def test_the_code_decides_the_class_and_the_line_says_what_to_do(code: str, expected: type[ConnectApiError]) -> None:
    error = _error(code, "It is so.", request_id="req-1", uncertain=True)
    assert type(error) is expected
    assert (error.operation, error.code, error.request_id, error.uncertain) == ("CreateUser", code, "req-1", True)
    advice = expected.advice.format(operation="CreateUser")
    assert str(error) == f"CreateUser: It is so ({code}, request req-1); {advice}"


def test_every_error_that_the_model_names_for_create_user_has_a_class_of_its_own() -> None:
    """A new one fails this test with the botocore that brings it."""
    theirs = {error["shape"] for error in connect_model()["operations"]["CreateUser"]["errors"]}
    assert theirs == {code for code, _ in _CODES[:7]}
    assert theirs <= set(MEANINGS)


def test_a_full_quota_and_a_throttled_request_are_both_429_and_not_the_same() -> None:
    """Only one of them is worth trying again."""
    shapes = connect_model()["shapes"]
    for code in ("LimitExceededException", "ThrottlingException"):
        assert shapes[code]["error"]["httpStatusCode"] == 429
    assert MEANINGS["LimitExceededException"].error is not MEANINGS["ThrottlingException"].error


def test_an_error_about_somebody_names_operation_and_user() -> None:
    error = _error("ResourceNotFoundException", uncertain=True).about("reading Connect user 'ada'")
    assert isinstance(error, ResourceNotFound)
    assert error.uncertain
    assert str(error).startswith("reading Connect user 'ada': no further explanation (CreateUser, ResourceNotFound")
    assert "); check that the ids" in str(error)


def test_the_advice_names_the_permission() -> None:
    assert "grant connect:CreateUser (" in str(_error("AccessDeniedException", "no"))


def test_aws_s_words_are_not_read_as_a_format() -> None:
    assert "{operation}" in str(_error("AccessDeniedException", "{operation} {0}"))


def test_every_error_is_one_line() -> None:
    error = _error("InvalidParameterException", "a\n b\r\n\tc ")
    assert error.detail == "a b c"
    assert str(ConfigurationError("a\nb")) == "a b"
    assert str(InvalidUser("ada", ["x\ny", "z"])) == "Connect user 'ada': x y; z"


@pytest.mark.parametrize(
    ("done", "not_tried", "expected"),
    [
        (["CreateUser"], ["B"], "done: CreateUser; failed: A; not tried: B — It is so (C); run"),
        ([], [], "done: nothing; failed: A — It is so (C); run"),
    ],
    ids=["in the middle", "at once"],
)
def test_a_partial_update_says_how_far_it_got(done: list[str], not_tried: list[str], expected: str) -> None:
    cause = ConnectApiError("A", "C", "It is so.")
    outputs = {"username": "ada"}
    error = PartialUpdate(
        "updating Connect user 'ada'", "u", outputs, done=done, failed="A", not_tried=not_tried, cause=cause
    )
    assert str(error).startswith(f"updating Connect user 'ada': {expected}")
    assert str(error).endswith(". The state holds what was done; run pulumi up to finish")
    assert (error.id, error.outputs) == ("u", outputs)
    assert error.outputs is not outputs


@pytest.mark.parametrize(
    "kind",
    [
        ConfigurationError,
        InvalidUser,
        OwnedByOther,
        WrongInstance,
        PartialUpdate,
        *dict.fromkeys(each.error for each in MEANINGS.values()),
    ],
)
def test_everything_that_can_go_wrong_is_in_one_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, ConnectUsersError)
