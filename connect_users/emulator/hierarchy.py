"""The agent hierarchy: up to five levels of structure, and the groups on them."""

from __future__ import annotations

from typing import Final

from connect_users.emulator import resources, user_rows
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import ApiCall, Document, Instance, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request
from connect_users.emulator.resources import ResourceType, StoredResource

LEVELS: Final = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")
#: The level of the group that SearchUserHierarchyGroups has above all others [M].
_ROOT_LEVEL: Final = "0"


@reads("DescribeUserHierarchyStructure")
def describe_structure(call: ApiCall) -> Document:
    instance = call.instance
    levels = {
        level: {**doc, "Arn": _level_arn(instance, doc), "LastModifiedRegion": instance.region}
        for level, doc in instance.doc["HierarchyStructure"].items()
    }
    return {"HierarchyStructure": levels}


def _level_arn(instance: Instance, level: Document) -> str:
    return f"{instance.arn}/agent-group-level/{level['Id']}"


@writes("UpdateUserHierarchyStructure")
def update_structure(call: ApiCall) -> None:
    """The levels replace the structure, without gaps. A level that has groups cannot be removed [M: ResourceInUse]."""
    instance = call.instance
    names = {level: item["Name"] for level, item in call.params["HierarchyStructure"].items()}
    if set(names) != set(LEVELS[: len(names)]):
        raise invalid_request("HierarchyStructure must define its levels from LevelOne on, without a gap")
    before = instance.doc["HierarchyStructure"]
    used = {group.doc["LevelId"] for _, group in resources.rows(call, "agent-group")}
    for level, doc in before.items():
        if level not in names and doc["Id"] in used:
            raise ApiError(
                "ResourceInUseException",
                f"{level} {doc['Name']} has groups",
                members={"ResourceType": "HIERARCHY_LEVEL", "ResourceId": _level_arn(instance, doc)},
            )
    levels = {}
    for level in LEVELS[: len(names)]:
        doc = before.get(level) or {"Id": new_id(), "Name": None}
        levels[level] = doc if doc["Name"] == names[level] else level_document(doc["Id"], names[level], call.now)
    instance.doc["HierarchyStructure"] = levels
    call.save_instance()


def level_document(id_: str, name: str, now: float) -> Document:
    """A level of the structure, as it is stored."""
    return {"Id": id_, "Name": name, "LastModifiedTime": now}


def _has_users_or_groups(call: ApiCall, group: StoredResource) -> bool:
    children = (other.doc.get("ParentGroupId") == group.id for _, other in resources.rows(call, "agent-group"))
    return any(children) or user_rows.count(call, "HierarchyGroupId", group.id) > 0


def _path(call: ApiCall, group: StoredResource) -> list[StoredResource]:
    """From level one down to the group itself."""
    path = [group]
    while (parent := path[0].doc.get("ParentGroupId")) is not None:
        path.insert(0, resources.get(call, "agent-group", parent))
    return path


def _group(call: ApiCall, group: StoredResource) -> Document:
    path = [] if group.doc["LevelId"] == _ROOT_LEVEL else _path(call, group)
    return {"HierarchyPath": {level: step.summary() for level, step in zip(LEVELS, path, strict=False)}}


GROUPS: Final = ResourceType(
    kind="agent-group",
    noun="UserHierarchyGroup",
    # Over all levels of an instance [D].
    quota=500,
    used=_has_users_or_groups,
    prefix="HierarchyGroup",
    members=_group,
    fields={
        "name": lambda group: [group.name],
        "parentId": lambda group: [group.doc.get("ParentGroupId") or ""],
        "levelId": lambda group: [group.doc["LevelId"]],
        "resourceID": lambda group: [group.id],
    },
)


@writes("CreateUserHierarchyGroup")
def create_group(call: ApiCall) -> Document:
    """It is one level below its parent, and the structure must define that level first [O]."""
    params = call.params
    parent = None
    if params.get("ParentGroupId") is not None:
        parent = resources.get(call, "agent-group", params["ParentGroupId"])
    depth = 0 if parent is None else len(_path(call, parent))
    level = call.instance.doc["HierarchyStructure"].get(LEVELS[depth]) if depth < len(LEVELS) else None
    if level is None:
        raise invalid_request(f"The hierarchy structure has no level {depth + 1}")
    parent_id = None if parent is None else parent.id
    doc = {"Name": params["Name"], "ParentGroupId": parent_id, "LevelId": level["Id"], "Tags": params.get("Tags", {})}
    return GROUPS.create(call, doc, unique_name=unique_name(params["Name"], parent_id))


def unique_name(name: str, parent_id: str | None) -> str:
    """Names are unique among the groups of one parent [?]."""
    return f"{parent_id or ''}/{name}"


# In place of the search that `ResourceType` registers.
@reads("SearchUserHierarchyGroups")
def search_groups(call: ApiCall) -> Document:
    """Groups with their paths. A search without criteria also returns the root, which has LevelId 0 [M]."""
    instance = call.instance
    root = StoredResource(0, "agent-group", instance.id, instance, {"Name": "Root", "LevelId": _ROOT_LEVEL})
    return GROUPS.search(call, [root])
