"""Answers of AWS, as botocore hands them to us."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


def aws_error(
    operation: str, code: str, status: int, message: str = "because", request_id: str = "req-1"
) -> ClientError:
    """What a client raises for an error response."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": request_id},
    }
    return ClientError(response, operation)
