"""What counts as an answer of AWS, and what a proxy, a sign-in page or another service gave in its stead. Pure.

Updates and deletions are answered by an empty body: of those, the request id is all that tells AWS from a page of a
proxy, which would otherwise pass for a success.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotAnswered(Exception):
    """An answer of AWS without what its operation always tells."""


class ForeignAnswer(Exception):
    """What answered is not AWS. It will answer the same again."""

    def __init__(self, told: str) -> None:
        super().__init__(f"what answered is not AWS ({told})")


def expect(answer: Any, member: str = "") -> None:
    """Refuse what AWS cannot have answered.

    Args:
        answer: as boto3 gives it.
        member: what it must have.

    Raises:
        ForeignAnswer, NotAnswered
    """
    strange = foreign(answer.get("ResponseMetadata") or {})
    if strange is not None:
        raise strange
    if member and member not in answer:
        raise NotAnswered(f"the answer has no {member}")


def foreign(meta: Mapping[str, Any]) -> ForeignAnswer | None:
    """Why an answer with this ``ResponseMetadata`` is not AWS's: it lacks a request id, or is a page for people."""
    kind = meta.get("HTTPHeaders", {}).get("content-type", "").partition(";")[0]
    request_id = meta.get("RequestId")
    if request_id and kind != "text/html":
        return None
    told = (f"HTTP {meta.get('HTTPStatusCode')}", kind or "no content type", "" if request_id else "no request id")
    return ForeignAnswer(", ".join(part for part in told if part))


def died_reading(problem: Exception) -> bool:
    """Whether botocore's own parser fell over what it was to read."""
    frame = problem.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_globals.get("__name__") == "botocore.parsers"
