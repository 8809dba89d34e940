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
    expect("DeleteUser", {}, answer())
    expect("DeleteUser", {}, answer(kind=""))


def test_an_answer_that_lacks_its_member_is_none() -> None:
    for lacking, message in ((answer(Users=[]), "no User"), (answer(User={}), "no Id")):
        with pytest.raises(NotAnswered, match=message):
            expect("DescribeUser", {"UserId": "u"}, lacking)


def test_a_listing_may_be_empty() -> None:
    expect("ListUsers", {"InstanceId": "i"}, answer())


@pytest.mark.parametrize(
    ("strange", "message"),
    [
        (answer(request_id=""), r"\(HTTP 200, application/json, no request id\)"),
        (answer(request_id="", kind=""), r"\(HTTP 200, no content type, no request id\)"),
        (answer(kind="text/html; charset=utf-8"), r"\(HTTP 200, text/html\)"),
        ({}, r"no request id"),
    ],
)
def test_a_page_of_another_server_is_no_answer(strange: dict[str, Any], message: str) -> None:
    """Not even of an operation that answers nothing."""
    with pytest.raises(ForeignAnswer, match=message):
        expect("DeleteUser", {}, strange)


INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/i"
#: Operation, parameters, the members of a lying answer, what is said of it.
LIES: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    (
        "DescribeUser",
        {"UserId": "u"},
        {"User": {"Id": "other"}},
        "the request was about UserId 'u', the answer is about 'other'",
    ),
    ("DescribeUser", {"UserId": f"{INSTANCE}/agent/u"}, {"User": {"Id": "other"}}, "the request was about UserId 'u'"),
    ("DescribeUser", {"UserId": "u"}, {"User": {"Id": "u", "Arn": f"{INSTANCE}/agent/other"}}, "not the ARN of 'u'"),
    ("DescribeUser", {"UserId": "u"}, {"User": {"Id": "u", "Arn": f"{INSTANCE}2/agent/u"}}, "not the ARN of 'u'"),
    ("DescribeUser", {"UserId": "u"}, {"User": {"Id": "u", "Arn": "arn:x"}}, "not the ARN of 'u'"),
    ("CreateUser", {}, {"UserId": "../../x", "UserArn": f"{INSTANCE}/agent/x"}, "'../../x', which is not an id"),
    ("CreateUser", {}, {"UserId": "u", "UserArn": f"{INSTANCE}/agent/other"}, "not the ARN of 'u'"),
    ("CreateUser", {}, {"UserId": 5, "UserArn": f"{INSTANCE}/agent/5"}, "5, which is not an id"),
    ("ListUsers", {}, {"UserSummaryList": [{"Id": "u"}, {"Id": "a/b"}]}, "'a/b', which is not an id"),
    ("SearchUsers", {}, {"Users": [{"Id": "?x"}]}, "not an id"),
    ("DescribeInstance", {}, {"Instance": {"Id": "other"}}, "the request was about InstanceId 'i'"),
    ("DescribeInstance", {}, {"Instance": {"Id": "i", "Arn": f"{INSTANCE}2"}}, "not the ARN of 'i'"),
    ("ListInstances", {}, {"InstanceSummaryList": [{"Id": "x" * 101}]}, "not an id"),
    ("ListRoutingProfiles", {}, {"RoutingProfileSummaryList": [{"Id": ""}]}, "not an id"),
    ("DescribeUserHierarchyGroup", {"HierarchyGroupId": "g"}, {"HierarchyGroup": {"Id": "h"}}, "about 'h'"),
    ("DescribeQuickConnect", {"QuickConnectId": "q"}, {"QuickConnect": {"QuickConnectId": "r"}}, "about 'r'"),
    ("GetSecretValue", {"SecretId": "connect/ada"}, {"Name": "connect/bob", "SecretString": "x"}, "'connect/bob'"),
    ("GetSecretValue", {"SecretId": "arn:a:ada"}, {"ARN": "arn:a:adam-1", "Name": "arn:a:ada"}, "'arn:a:adam-1'"),
]


@pytest.mark.parametrize(("operation", "params", "members", "message"), LIES)
def test_an_answer_about_another_thing_is_no_answer(
    operation: str, params: dict[str, str], members: dict[str, Any], message: str
) -> None:
    """It would be written to, or deleted."""
    with pytest.raises(ForeignAnswer) as raised:
        expect(operation, {"InstanceId": "i", **params}, answer(**members))
    assert message in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("operation", "params", "members"),
    [
        ("DescribeUser", {"UserId": "u"}, {"User": {"Id": "u", "Arn": f"{INSTANCE}/agent/u"}}),
        ("DescribeUser", {"InstanceId": INSTANCE, "UserId": f"{INSTANCE}/agent/u"}, {"User": {"Id": "u"}}),
        ("DescribeUser", {"UserId": "ABC"}, {"User": {"Id": "abc", "Arn": f"{INSTANCE}/agent/abc"}}),
        ("DescribeInstance", {"InstanceId": INSTANCE}, {"Instance": {"Id": "i", "Arn": INSTANCE}}),
        ("GetSecretValue", {"SecretId": "connect/ada"}, {"Name": "connect/ada", "ARN": "arn:a:connect/ada-1"}),
        ("GetSecretValue", {"SecretId": "arn:a:ada"}, {"Name": "ada", "ARN": "arn:a:ada-AbCdEf"}),
    ],
)
def test_an_answer_about_what_was_asked_for_is_one(
    operation: str, params: dict[str, str], members: dict[str, Any]
) -> None:
    """Ids and ARNs name the same things, and case is AWS's business."""
    expect(operation, {"InstanceId": "i", **params}, answer(**members))


def test_only_a_failure_inside_botocore_s_parser_is_one_of_reading() -> None:
    """A fault of ours must stay a fault of ours."""
    assert not died_reading(ValueError("never raised"))
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 // 0
    assert not died_reading(raised.value)
    with pytest.raises(ZeroDivisionError) as raised:
        exec("1 // 0", {"__name__": "botocore.parsers"})
    assert died_reading(raised.value)
