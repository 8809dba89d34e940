"""What counts as an answer of AWS, and what came from a proxy, a sign-in page or another service instead. Pure.

Updates and deletions are answered by an empty body: only the request id distinguishes AWS from
the page of a proxy, which would otherwise pass for a success.

An answer with ids has those of what was requested, in the form of ids: writes and deletions depend on them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Ids are UUIDs wherever Connect makes them; the model allows others, which must be one part of a path all the same.
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

#: Characters of a value that a message repeats.
_SHOWN: Final = 80


@dataclass(frozen=True)
class _Subject:
    """Where an answer says what it is about.

    Attributes:
        member: of the answer, an entry or a list of them; "" where the answer itself is the entry.
        id: the entry's member with the id.
        arn: the entry's member with the ARN of a user or an instance; "" where it is not used.
        parameter: that named the one thing that was asked for; "" where that is a list or was made.
    """

    member: str
    id: str = "Id"
    arn: str = ""
    parameter: str = ""


_SUBJECTS: Final = {
    "CreateUser": _Subject("", "UserId", "UserArn"),
    "DescribeUser": _Subject("User", arn="Arn", parameter="UserId"),
    "ListUsers": _Subject("UserSummaryList", arn="Arn"),
    "SearchUsers": _Subject("Users", arn="Arn"),
    "DescribeInstance": _Subject("Instance", arn="Arn", parameter="InstanceId"),
    "ListInstances": _Subject("InstanceSummaryList", arn="Arn"),
    "ListRoutingProfiles": _Subject("RoutingProfileSummaryList"),
    "ListSecurityProfiles": _Subject("SecurityProfileSummaryList"),
    "DescribeSecurityProfile": _Subject("SecurityProfile", parameter="SecurityProfileId"),
    "ListUserHierarchyGroups": _Subject("UserHierarchyGroupSummaryList"),
    "SearchUserHierarchyGroups": _Subject("UserHierarchyGroups"),
    "DescribeUserHierarchyGroup": _Subject("HierarchyGroup", parameter="HierarchyGroupId"),
    "ListQueues": _Subject("QueueSummaryList"),
    "ListQuickConnects": _Subject("QuickConnectSummaryList"),
    "SearchQuickConnects": _Subject("QuickConnects", "QuickConnectId"),
    "DescribeQuickConnect": _Subject("QuickConnect", "QuickConnectId", parameter="QuickConnectId"),
}


class NotAnswered(Exception):
    """An answer of AWS that lacks what its operation always returns."""


class ForeignAnswer(Exception):
    """What answered is not AWS. It will answer the same again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the answer is not from AWS ({reason})")


def expect(operation: str, params: Mapping[str, Any], answer: Any) -> None:
    """Refuse what AWS cannot have answered.

    Args:
        params: of the request.
        answer: as boto3 gives it.

    Raises:
        ForeignAnswer, NotAnswered
    """
    problem = foreign(answer.get("ResponseMetadata") or {})
    if problem is not None:
        raise problem
    subject = _SUBJECTS.get(operation)
    if subject is not None:
        for entry in _entries(subject, answer):
            _expect_id(subject, params, entry)
    elif operation == "GetSecretValue":
        _expect_secret(str(params["SecretId"]), answer)


def _entries(subject: _Subject, answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if not subject.member:
        yield answer
    elif not subject.parameter:
        yield from answer.get(subject.member) or ()
    elif subject.member in answer:
        yield answer[subject.member]
    else:
        raise NotAnswered(f"the answer has no {subject.member}")


def _expect_id(subject: _Subject, params: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    for member in (subject.id, subject.arn if subject.member == "" else ""):
        if member and entry.get(member) is None:
            raise NotAnswered(f"the answer has no {member}")
    id_ = entry[subject.id]
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise ForeignAnswer(f"its {subject.id} is {_shown(id_)}, which is not an id")
    wanted = bare_id(params[subject.parameter]) if subject.parameter else id_
    if not _same(id_, wanted):
        raise ForeignAnswer(
            f"the request was about {subject.parameter} {_shown(wanted)}, the answer is about {_shown(id_)}"
        )
    arn_text = entry.get(subject.arn) if subject.arn else None
    if not arn_text:
        return
    arn = parse_arn(str(arn_text))
    instance_id = bare_id(params.get("InstanceId", arn.instance_id if arn is not None else ""))
    if arn is None or not _same(arn.resource_id or arn.instance_id, id_) or not _same(arn.instance_id, instance_id):
        raise ForeignAnswer(f"its {subject.arn} is {_shown(arn_text)}, which is not the ARN of {_shown(id_)}")


def _expect_secret(wanted: str, answer: Mapping[str, Any]) -> None:
    """A password is only taken from the secret that was named: by its name, its ARN, or that without its suffix."""
    answered = answer.get("ARN" if wanted.startswith("arn:") else "Name")
    if (
        answered is not None
        and answered != wanted
        and not (wanted.startswith("arn:") and str(answered).startswith(f"{wanted}-"))
    ):
        raise ForeignAnswer(
            f"the request was about the secret {_shown(wanted)}, the answer is about {_shown(answered)}"
        )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def foreign(meta: Mapping[str, Any]) -> ForeignAnswer | None:
    """Why an answer with this ``ResponseMetadata`` is not AWS's: it lacks a request id, or is a page for people."""
    kind = meta.get("HTTPHeaders", {}).get("content-type", "").partition(";")[0]
    request_id = meta.get("RequestId")
    if request_id and kind != "text/html":
        return None
    reasons = (f"HTTP {meta.get('HTTPStatusCode')}", kind or "no content type", "" if request_id else "no request id")
    return ForeignAnswer(", ".join(part for part in reasons if part))


def died_reading(problem: Exception) -> bool:
    """Whether botocore's own parser fell over what it was to read."""
    frame = problem.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_globals.get("__name__") == "botocore.parsers"
