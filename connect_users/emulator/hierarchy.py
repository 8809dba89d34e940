"""The agent hierarchy: up to five levels of structure, and the groups on them (facts, section 2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from connect_users.emulator import paging, resources
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request
from connect_users.emulator.listing import list_kind
from connect_users.emulator.search import Field, Predicate, all_tags, criteria, everything, only

if TYPE_CHECKING:
    from connect_users.emulator.calls import Instance
    from connect_users.emulator.resources import Resource

LEVELS: Final = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")
#: Over all levels of an instance (section 4 [D]).
_QUOTA: Final = 500
#: The invisible foundation that SearchUserHierarchyGroups shows [M].
_ROOT_LEVEL: Final = "0"

_FIELDS: Final[dict[str, Field]] = {
    "name": lambda group: [group.name],
    "parentId": lambda group: [group.doc.get("ParentGroupId") or ""],
    "levelId": lambda group: [group.doc["LevelId"]],
    "resourceID": lambda group: [group.id],
}


@reads("DescribeUserHierarchyStructure")
def describe_structure(call: Call) -> Result:
    """The levels that are defined."""
    instance = call.instance
    levels = {
        level: {**doc, "Arn": _level_arn(instance, doc), "LastModifiedRegion": instance.region}
        for level, doc in instance.doc["HierarchyStructure"].items()
    }
    return {"HierarchyStructure": levels}


def _level_arn(instance: Instance, doc: Document) -> str:
    return f"{instance.arn}/agent-group-level/{doc['Id']}"


@writes("UpdateUserHierarchyStructure")
def update_structure(call: Call) -> None:
    """The given levels replace the structure, without gaps; one that has groups cannot go [M: ResourceInUse]."""
    instance = call.instance
    given = {level: item for level, item in call.params["HierarchyStructure"].items() if item is not None}
    if set(given) != set(LEVELS[: len(given)]):
        raise invalid_request("HierarchyStructure must define its levels from LevelOne on, without a gap")
    before = instance.doc["HierarchyStructure"]
    used = {group.doc["LevelId"] for _, group in resources.after(call, "agent-group")}
    for level, old in before.items():
        if level not in given and old["Id"] in used:
            raise ApiError(
                "ResourceInUseException",
                f"{level} {old['Name']} has groups",
                members={"ResourceType": "HIERARCHY_LEVEL", "ResourceId": _level_arn(instance, old)},
            )
    instance.doc["HierarchyStructure"] = {
        level: _level(given[level]["Name"], before.get(level), call.now) for level in LEVELS if level in given
    }
    call.tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (json.dumps(instance.doc), instance.id))


def _level(name: str, before: Document | None, now: float) -> Document:
    if before is not None and before["Name"] == name:
        return before
    id_ = new_id() if before is None else before["Id"]
    return level_document(id_, name, now)


def level_document(id_: str, name: str, now: float) -> Document:
    """A level of the structure, as it is kept."""
    return {"Id": id_, "Name": name, "LastModifiedTime": now}


@writes("CreateUserHierarchyGroup")
def create_group(call: Call) -> Result:
    """On the level below its parent, which the structure must define first (section 2 [O])."""
    params = call.params
    parent = None
    if params.get("ParentGroupId") is not None:
        parent = resources.get(call, "agent-group", params["ParentGroupId"])
    depth = 0 if parent is None else _depth(call, parent)
    level = call.instance.doc["HierarchyStructure"].get(LEVELS[depth]) if depth < len(LEVELS) else None
    if level is None:
        raise invalid_request(f"The hierarchy structure has no level {depth + 1}")
    doc = {
        "Name": params["Name"],
        "ParentGroupId": None if parent is None else parent.id,
        "LevelId": level["Id"],
        "Tags": params.get("Tags", {}),
    }
    group = resources.add(
        call,
        "agent-group",
        new_id(),
        doc,
        quota=_QUOTA,
        unique_name=unique_name(params["Name"], parent.id if parent else None),
    )
    return {"HierarchyGroupId": group.id, "HierarchyGroupArn": group.arn}


def unique_name(name: str, parent_id: str | None) -> str:
    """Names are unique among the groups of one parent [?]."""
    return f"{parent_id or ''}/{name}"


def _depth(call: Call, group: Resource) -> int:
    return len(_path(call, group))


def _path(call: Call, group: Resource) -> list[Resource]:
    """From level one down to the group itself."""
    path = [group]
    while (parent := path[0].doc.get("ParentGroupId")) is not None:
        path.insert(0, resources.get(call, "agent-group", parent))
    return path


@reads("DescribeUserHierarchyGroup")
def describe_group(call: Call) -> Result:
    """With the path from level one."""
    group = resources.get(call, "agent-group", call.params["HierarchyGroupId"])
    return {"HierarchyGroup": _described(call, group)}


def _described(call: Call, group: Resource) -> Document:
    path = zip(LEVELS, _path(call, group), strict=False)
    return {
        **group.doc,
        **group.summary(),
        "HierarchyPath": {level: step.summary() for level, step in path},
    }


@reads("ListUserHierarchyGroups")
def list_groups(call: Call) -> Result:
    """Summaries of all levels, in the order of creation."""
    return list_kind(call, "ListUserHierarchyGroups", "agent-group", "UserHierarchyGroupSummaryList")


@reads("SearchUserHierarchyGroups")
def search_groups(call: Call) -> Result:
    """Groups with their paths; a search without criteria shows the root with LevelId 0, too [M]."""
    start = paging.cursor(call, "SearchUserHierarchyGroups")
    given = call.params.get("SearchCriteria")
    wanted = criteria(given, _FIELDS)
    filtered = _filter((call.params.get("SearchFilter") or {}).get("AttributeFilter"))
    found = [
        (seq, _described(call, group))
        for seq, group in resources.after(call, "agent-group")
        if wanted(group) and filtered(group)
    ]
    if given is None and filtered is everything:
        arn = call.instance.arn
        root = {"Id": call.instance.id, "Arn": f"{arn}/agent-group/{call.instance.id}", "Name": "Root"}
        found.insert(0, (0, {**root, "LevelId": _ROOT_LEVEL, "HierarchyPath": {}}))
    rows = found if call.params.get("NextToken") is None else [row for row in found if row[0] > start.after]
    page = paging.page(call, start, rows, total=len(found))
    return {
        "UserHierarchyGroups": page.rows,
        "NextToken": page.next_token,
        "ApproximateTotalCount": len(found),
    }


def _filter(given: Document | None) -> Predicate:
    if given is None:
        return everything
    name, value = only(given, "AttributeFilter")
    if name == "TagCondition":
        parts = [[value]]
    else:
        ands = [value] if name == "AndCondition" else value
        parts = [part.get("TagConditions") or [] for part in ands]
    predicates = [all_tags(part, lambda group: group.doc["Tags"]) for part in parts]
    return lambda group: any(predicate(group) for predicate in predicates)


@writes("DeleteUserHierarchyGroup")
def delete_group(call: Call) -> None:
    """Only without agents and without groups below it (section 2)."""
    group = resources.get(call, "agent-group", call.params["HierarchyGroupId"])
    children = any(other.doc.get("ParentGroupId") == group.id for _, other in resources.after(call, "agent-group"))
    if (
        children
        or call.tx.execute(
            "SELECT 1 FROM users WHERE instance_id = ? AND json_extract(doc, '$.HierarchyGroupId') = ? LIMIT 1",
            (group.instance.id, group.id),
        ).fetchone()
    ):
        raise resources.in_use(group)
    resources.remove(call, group)
