"""Names for the ids of a preview, from whatever tells them; the surest source wins.

Sources, the surest first: names that the user gives or that an instance was asked for (`Names.told`), the stack's own
``aws.connect`` resources in the preview or a state (`from_resources`), and a roster (`from_roster`), which says names
where the preview says ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.review.reading import USER_TYPE

if TYPE_CHECKING:
    from connect_users.review.steps import Resource

#: Kind of a named thing, and the input that holds its id.
ROUTING, SECURITY, HIERARCHY = "routing profile", "security profile", "hierarchy group"
INPUTS: Final = {"routing_profile_id": ROUTING, "security_profile_ids": SECURITY, "hierarchy_group_id": HIERARCHY}
_UP_TO: Final = 5  # levels of a hierarchy

#: Resource type (both pulumi_aws and pulumi_aws_native) -> kind, and the outputs that may hold the id.
TYPES: Final = {
    "aws:connect/routingProfile:RoutingProfile": (ROUTING, ("routingProfileId",)),
    "aws:connect/securityProfile:SecurityProfile": (SECURITY, ("securityProfileId",)),
    "aws:connect/userHierarchyGroup:UserHierarchyGroup": (HIERARCHY, ("hierarchyGroupId",)),
    "aws-native:connect:RoutingProfile": (ROUTING, ("routingProfileArn",)),
    "aws-native:connect:SecurityProfile": (SECURITY, ("securityProfileArn",)),
    "aws-native:connect:UserHierarchyGroup": (HIERARCHY, ("userHierarchyGroupArn",)),
}


@dataclass
class Names:
    """What is known of names.

    Attributes:
        told: kind -> id -> name.
        by_urn: URN of an ``aws.connect`` resource -> (kind, name), for ids that do not exist yet.
    """

    told: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    by_urn: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, kind: str, id_: str, name: str) -> None:
        """Name an id that has no name yet."""
        self.told[kind].setdefault(id_, name)

    def name(self, kind: str, id_: Any) -> str | None:
        """The name of an id; None when nobody tells it."""
        return self.told[kind].get(str(bare_id(id_)))

    def of_unknown(self, kind: str, urns: Iterable[str]) -> list[str]:
        """The names of things that do not exist yet, by the resources that an input depends on."""
        found = (self.by_urn.get(urn) for urn in urns)
        return [each[1] for each in found if each is not None and each[0] == kind]


def from_mapping(names: Names, document: Any) -> None:
    """Take ``{"routing_profiles": {name: id}, "security_profiles": ..., "hierarchy_groups": ...}``.

    Raises:
        ValueError: it is not that.
    """
    if not isinstance(document, Mapping):
        raise ValueError("not a map")
    for kind in (ROUTING, SECURITY, HIERARCHY):
        entries = document.get(f"{kind.replace(' ', '_')}s", {})
        if not isinstance(entries, Mapping):
            raise ValueError(f"{kind}s: not a map of names to ids")
        ids: dict[str, str] = {}
        for name, given in entries.items():
            if not isinstance(given, str):
                raise ValueError(f"{kind}s: {name}: not an id")
            id_ = str(bare_id(given))
            if ids.setdefault(id_, name) != name:
                raise ValueError(f"{kind}s: {ids[id_]} and {name} have the same id")
            names.add(kind, id_, str(name))


def from_resources(names: Names, resources: Iterable[Resource]) -> None:
    """Take the names of ``aws.connect`` resources."""
    groups: dict[str, tuple[str, str, str]] = {}
    for resource in resources:
        if resource.type not in TYPES:
            continue
        kind, keys = TYPES[resource.type]
        name = name_of(resource)
        if name is None:
            continue
        ids = [resource.outputs[key] for key in keys if isinstance(resource.outputs.get(key), str)]
        if kind == HIERARCHY:
            parent = resource.inputs.get("parentGroupId")
            above = next(iter(resource.depends.get("parentGroupId", ())), "")
            groups[resource.urn] = (
                name,
                str(bare_id(ids[0])) if ids else "",
                parent if isinstance(parent, str) else above,
            )
            continue
        names.by_urn[resource.urn] = (kind, name)
        for id_ in ids:
            names.add(kind, str(bare_id(id_)), name)
    _add_groups(names, groups)


def name_of(resource: Resource) -> str | None:
    """The name of a resource of `TYPES`, where it is told; ``aws-native`` has CloudFormation's word for it."""
    told = (props.get(key) for key in ("name", "securityProfileName") for props in (resource.inputs, resource.outputs))
    return next((name for name in told if isinstance(name, str)), None)


def _add_groups(names: Names, groups: Mapping[str, tuple[str, str, str]]) -> None:
    """Name hierarchy groups by their paths."""
    by_id = {id_: urn for urn, (_, id_, _) in groups.items() if id_}
    for urn, (name, id_, above) in groups.items():
        path = [name]
        for _ in range(_UP_TO):
            parent = groups.get(above) or groups.get(by_id.get(above, ""))
            if parent is None:
                break
            path.insert(0, parent[0])
            above = parent[2]
        names.by_urn[urn] = (HIERARCHY, "/".join(path))
        if id_:
            names.add(HIERARCHY, id_, "/".join(path))


def from_roster(
    names: Names, people: Mapping[str, Mapping[str, tuple[str, ...]]], resources: Iterable[Resource]
) -> None:
    """Take the names that a roster says of people whom the preview tells with ids.

    A name gets an id only where that follows: everybody of the preview who has the name in the roster has the id, and
    nobody else has.

    Args:
        people: username -> input -> names.
    """
    users = [
        (each, people[username])
        for each in resources
        if each.type == USER_TYPE and isinstance(username := each.inputs.get("username"), str) and username in people
    ]
    for input_, kind in INPUTS.items():
        having: dict[str, set[str]] = {}
        without: dict[str, set[str]] = defaultdict(set)
        rows = []
        for user, told_of in users:
            known = user.ids(input_)
            # Where one of several is a secret or still to come, it may be the one that is named.
            rows.append((set(told_of.get(input_, ())), set(known if len(known) == len(user.listed(input_)) else ())))
        every = {name for told, _ in rows for name in told}
        for told, ids in rows:
            if len(told) != len(ids):
                continue
            for name in every:
                if name in told:
                    having[name] = having[name] & ids if name in having else set(ids)
                else:
                    without[name] |= ids
        for name, ids in having.items():
            left = ids - without[name]
            if len(left) == 1:
                names.add(kind, left.pop(), name)
