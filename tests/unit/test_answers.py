"""What counts as an answer of AWS."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core.answers import ForeignAnswer, NotAnswered, died_reading, expect


def answer(request_id: str = "req-1", kind: str = "application/json", **members: Any) -> dict[str, Any]:
    """An answer as boto3 gives it."""
    meta = {"HTTPStatusCode": 200, "RequestId": request_id, "HTTPHeaders": {"content-type": kind}}
    return {"ResponseMetadata": meta, **members}


def test_an_empty_answer_with_a_request_id_is_an_answer() -> None:
    """Of updates and deletions; their content type may be missing."""
    expect(answer())
    expect(answer(kind=""))


def test_an_answer_that_lacks_its_member_is_none() -> None:
    expect(answer(User={}), "User")
    with pytest.raises(NotAnswered, match="no User"):
        expect(answer(Users=[]), "User")


@pytest.mark.parametrize(
    ("strange", "told"),
    [
        (answer(request_id=""), r"\(HTTP 200, application/json, no request id\)"),
        (answer(request_id="", kind=""), r"\(HTTP 200, no content type, no request id\)"),
        (answer(kind="text/html; charset=utf-8"), r"\(HTTP 200, text/html\)"),
        ({}, r"no request id"),
    ],
)
def test_a_page_of_another_server_is_no_answer(strange: dict[str, Any], told: str) -> None:
    """Not even of an operation that answers nothing."""
    with pytest.raises(ForeignAnswer, match=told):
        expect(strange)


def test_only_a_failure_inside_botocore_s_parser_is_one_of_reading() -> None:
    """A fault of ours must stay a fault of ours."""
    assert not died_reading(ValueError("never raised"))
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 // 0
    assert not died_reading(raised.value)
    with pytest.raises(ZeroDivisionError) as raised:
        exec("1 // 0", {"__name__": "botocore.parsers"})
    assert died_reading(raised.value)
