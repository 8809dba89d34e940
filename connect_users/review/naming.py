"""Names for the ids of a preview.

Names that decide what is power come from an instance or a file of names, which win, and from the stack's own
``aws.connect`` resources, as they are deployed or will be (`from_resources`). A roster (`from_roster`) also has names,
but it is part of the pull request: its names are shown, but decide nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.references import BY_FIELD, HIERARCHY_GROUP, OF_USERS, ROUTING_PROFILE, SECURITY_PROFILE

if TYPE_CHECKING:
    from connect_users.core.references import Reference
    from connect_users.review.steps import Resource

_UP_TO: Final = 5  # levels of a hierarchy

#: Resource type (both pulumi_aws and pulumi_aws_native) -> kind, and the output with the id.
_TYPES: Final = {
    "aws:connect/routingProfile:RoutingProfile": (ROUTING_PROFILE, "routingProfileId"),
    "aws:connect/securityProfile:SecurityProfile": (SECURITY_PROFILE, "securityProfileId"),
    "aws:connect/userHierarchyGroup:UserHierarchyGroup": (HIERARCHY_GROUP, "hierarchyGroupId"),
    "aws-native:connect:RoutingProfile": (ROUTING_PROFILE, "routingProfileArn"),
    "aws-native:connect:SecurityProfile": (SECURITY_PROFILE, "securityProfileArn"),
    "aws-native:connect:UserHierarchyGroup": (HIERARCHY_GROUP, "userHierarchyGroupArn"),
}


@dataclass
class Labels:
    """The known names of ids.

    Attributes:
        known: kind -> id -> name.
        in_roster: the same from a roster, only to be shown.
        by_urn: URN of an ``aws.connect`` resource -> (kind, name), for ids that do not exist yet.
    """

    known: dict[Reference, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    in_roster: dict[Reference, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    by_urn: dict[str, tuple[Reference, str]] = field(default_factory=dict)

    def add(self, kind: Reference, id_: str, name: str) -> None:
        """Name an id that has no name yet."""
        self.known[kind].setdefault(id_, name)

    def name(self, kind: Reference, id_: Any) -> str | None:
        """The name of an id; None if it is not certain."""
        return self.known[kind].get(str(bare_id(id_)))

    def roster_name(self, kind: Reference, id_: Any) -> str | None:
        """The name that a roster has for an id."""
        return self.in_roster[kind].get(str(bare_id(id_)))

    def of_unknown(self, kind: Reference, urns: Iterable[str]) -> list[str]:
        """The names of things that do not exist yet, by the resources that an input depends on."""
        sources = (self.by_urn.get(urn) for urn in urns)
        return [each[1] for each in sources if each is not None and each[0] == kind]


def from_mapping(names: Labels, document: Any) -> None:
    """Add ``{"routing_profiles": {name: id}, "security_profiles": ..., "hierarchy_groups": ...}``.

    Raises:
        ValueError: it has another form.
    """
    if not isinstance(document, Mapping):
        raise ValueError("not a dict")
    for kind in OF_USERS:
        entries = document.get(kind.argument, {})
        if not isinstance(entries, Mapping):
            raise ValueError(f"{kind.nouns}: not a dict of names to ids")
        ids: dict[str, str] = {}
        for name, value in entries.items():
            if not isinstance(value, str):
                raise ValueError(f"{kind.nouns}: {name}: not an id")
            id_ = str(bare_id(value))
            if ids.setdefault(id_, name) != name:
                raise ValueError(f"{kind.nouns}: {ids[id_]} and {name} have the same id")
            names.add(kind, id_, str(name))


def from_resources(names: Labels, resources: Iterable[Resource]) -> None:
    """Add the names of ``aws.connect`` resources. The first name of an id counts, so pass deployed ones first."""
    groups: dict[str, tuple[str, str, str]] = {}
    for resource in resources:
        kind, name, id_ = kind_of(resource), name_of(resource), id_of(resource)
        if kind is None or name is None:
            continue
        if kind == HIERARCHY_GROUP:
            parent = resource.inputs.get("parentGroupId")
            above = parent if isinstance(parent, str) else next(iter(resource.depends.get("parentGroupId", ())), "")
            groups[resource.urn] = (name, id_, above)
            continue
        names.by_urn[resource.urn] = (kind, name)
        if id_:
            names.add(kind, id_, name)
    _add_groups(names, groups)


def kind_of(resource: Resource) -> Reference | None:
    """What kind of thing that users refer to an ``aws.connect`` resource is; None for other resources."""
    return _TYPES[resource.type][0] if resource.type in _TYPES else None


def id_of(resource: Resource) -> str:
    """The id of such a resource; "" if it is not known yet."""
    value = resource.outputs.get(_TYPES[resource.type][1]) if resource.type in _TYPES else None
    return str(bare_id(value)) if isinstance(value, str) else ""


def name_of(resource: Resource) -> str | None:
    """The name of such a resource, if it is shown. ``aws-native`` has it under CloudFormation's word."""
    names = (props.get(key) for key in ("name", "securityProfileName") for props in (resource.inputs, resource.outputs))
    return next((name for name in names if isinstance(name, str)), None)


def _add_groups(names: Labels, groups: Mapping[str, tuple[str, str, str]]) -> None:
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
        names.by_urn[urn] = (HIERARCHY_GROUP, "/".join(path))
        if id_:
            names.add(HIERARCHY_GROUP, id_, "/".join(path))


def from_roster(
    names: Labels, people: Mapping[str, Mapping[str, tuple[str, ...]]], resources: Iterable[Resource]
) -> None:
    """Add the names that a roster has for the ids of people in the preview, only to be shown.

    A name gets an id only if it is clear: everybody who has the name in the roster has the id in the preview, and
    nobody else has it.

    Args:
        people: username -> input -> names.
    """
    users = [(user, people[user.username]) for user in resources if user.user and user.username in people]
    for input_, kind in BY_FIELD.items():
        rows = []
        for user, named in users:
            row, ids = {*named.get(input_, ())}, user.ids(input_)
            # Where one of several is a secret or still to come, it may be the one that is named.
            if len(ids) == len(user.listed(input_)) and len(row) == len({*ids}):
                rows.append((row, {*ids}))
        for name in sorted({name for row, _ in rows for name in row}):
            common = set.intersection(*(ids for row, ids in rows if name in row))
            common.difference_update(*(ids for row, ids in rows if name not in row))
            if len(common) == 1:
                names.in_roster[kind].setdefault(common.pop(), name)
