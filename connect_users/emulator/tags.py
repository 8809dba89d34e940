"""Tags of users, instances and everything in them (facts, section 2, Tags)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast, get_args

from connect_users.emulator import paging, resources, user_rows
from connect_users.emulator.arns import ConnectArn, Kind
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import ApiError, invalid_parameter, invalid_request
from connect_users.emulator.search import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Per resource; `aws:*` tags do not count, but they cannot be created here (section 2 [D]).
_LIMIT: Final = 50
#: SearchResourceTags gives up after so many (section 2 [M]).
_SEARCH_LIMIT: Final = 1000
#: SearchResourceTags$ResourceTypes [M] -> kinds here; the other types of that list have no resource here.
_RESOURCE_TYPES: Final[dict[str, Kind | None]] = {
    "agent": "agent",
    "routing-profile": "routing-profile",
    "standard-queue": "queue",
    "security-profile": "security-profile",
    "operating-hours": "operating-hours",
    "transfer-destination": "transfer-destination",
    "agent-state": None,
    "prompt": None,
    "contact-flow": None,
    "flow-module": None,
    "metric": None,
}


def checked(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags of a new resource or a changed one; at most 50."""
    if len(tags) > _LIMIT:
        raise invalid_request(f"A resource can have at most {_LIMIT} tags")
    return dict(tags)


def _target(call: Call) -> tuple[Document, Callable[[], None]]:
    """The document whose `Tags` the ARN means, and how to save it.

    Whether a change of a user's tags moves LastModifiedTime is `Options.modified_by` [?].
    """
    text, arn = _arn(call)
    if arn.kind is None:
        return call.instance.doc, lambda: _save_instance(call)
    if arn.kind == "agent":
        user = user_rows.find_newest(call, text)
        if call.options.modified_by == "everything":
            user.doc["LastModifiedTime"] = call.now
        return user.doc, lambda: user_rows.save(call, user)
    if arn.kind not in get_args(Kind) or arn.kind == "predefined-attribute":
        raise invalid_parameter(f"{text!r} is not the ARN of a resource with tags")
    resource = resources.get(call, cast("Kind", arn.kind), text)
    return resource.doc, lambda: resources.save(call, resource)


def _arn(call: Call) -> tuple[str, ConnectArn]:
    """The request's ARN, whose instance becomes the call's."""
    text: str = call.params["resourceArn"]
    arn = ConnectArn.parse(text)
    call.params["InstanceId"] = f"{text.partition('/')[0]}/{arn.instance_id}"
    return text, arn


def _save_instance(call: Call) -> None:
    call.tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (json.dumps(call.instance.doc), call.instance.id))


@writes("TagResource")
def tag_resource(call: Call) -> None:
    """Keys that exist get the new value (section 2)."""
    doc, save = _target(call)
    doc["Tags"] = checked({**doc["Tags"], **call.params["tags"]})
    save()


@writes("UntagResource")
def untag_resource(call: Call) -> None:
    """Unknown keys are ignored (section 2 [I])."""
    doc, save = _target(call)
    gone = set(call.params["tagKeys"])
    doc["Tags"] = {key: value for key, value in doc["Tags"].items() if key not in gone}
    save()


@reads("ListTagsForResource")
def list_tags(call: Call) -> Result:
    """All tags at once."""
    text, arn = _arn(call)
    if arn.kind == "agent":
        return {"tags": user_rows.find(call, text).doc["Tags"]}
    return {"tags": _target(call)[0]["Tags"]}


@reads("SearchResourceTags")
def search_resource_tags(call: Call) -> Result:
    """Keys and values in use, not resources (section 2 [M])."""
    wanted = _kinds(call.params.get("ResourceTypes") or list(_RESOURCE_TYPES))
    condition = call.params.get("SearchCriteria", {}).get("TagSearchCondition", {})
    found: set[tuple[str, str]] = set()
    for text in _tag_documents(call, wanted):
        found.update(json.loads(text).items())
    rows = sorted(
        (key, value)
        for key, value in found
        if matches(key, condition.get("tagKey"), condition.get("tagKeyComparisonType"))
        and matches(value, condition.get("tagValue"), condition.get("tagValueComparisonType"))
    )
    if len(rows) > _SEARCH_LIMIT:
        raise ApiError("MaximumResultReturnedException", f"More than {_SEARCH_LIMIT} tags were found")
    start = paging.cursor(call, "SearchResourceTags")
    page = paging.page(call, start, list(enumerate(rows, 1))[start.after :])
    return {"Tags": [{"key": key, "value": value} for key, value in page.rows], "NextToken": page.next_token}


def _kinds(types: list[str]) -> list[Kind]:
    for name in types:
        if name not in _RESOURCE_TYPES:
            raise invalid_parameter(f"ResourceTypes: {name!r} is not one of {', '.join(sorted(_RESOURCE_TYPES))}")
    return [kind for name in types if (kind := _RESOURCE_TYPES[name]) is not None]


def _tag_documents(call: Call, kinds: list[Kind]) -> list[str]:
    texts: list[tuple[str]] = []
    for kind in kinds:
        if kind == "agent":
            query = "SELECT DISTINCT json_extract(doc, '$.Tags') FROM users WHERE instance_id = ?"
            texts += call.tx.execute(query, (call.instance.id,)).fetchall()
        else:
            query = "SELECT DISTINCT json_extract(doc, '$.Tags') FROM resources WHERE instance_id = ? AND kind = ?"
            texts += call.tx.execute(query, (call.instance.id, kind)).fetchall()
    return [text for (text,) in texts]
