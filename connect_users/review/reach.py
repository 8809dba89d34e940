"""Whom the power of a security profile reaches: everybody, a part of the hierarchy, or resources with some tags.

The rules are those of "Apply hierarchy-based access control" and "Apply tag-based access control" in the Amazon Connect
Administrator Guide: a restriction applies to one kind of resource; tags and hierarchy of one profile must both match; a
group includes the groups below it; the least restrictive of a user's profiles counts. A restriction that cannot be read
does not count. Whether all of several tags must match is not documented; this module assumes so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.phrases import all_of, plural, some
from connect_users.core.references import HIERARCHY_GROUP
from connect_users.core.spec import UNKNOWN
from connect_users.review.hidden import placeholder
from connect_users.review.users import tags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.naming import Labels
    from connect_users.review.steps import Resource

#: Prefix of permissions -> their kind of resource, in the words of the restrictions. Other permissions cannot make
#: their users powerful, and count as not restricted.
_RESOURCES: Final = {"Users": "User", "SecurityProfiles": "SecurityProfile"}
#: Members of DescribeSecurityProfile; an `aws-native` resource has the same in camelCase.
TAGS, TAGGED = "AllowedAccessControlTags", "TagRestrictedResources"
GROUP, GROUPED = "AllowedAccessControlHierarchyGroupId", "HierarchyRestrictedResources"
_MEMBERS: Final = (TAGS, TAGGED, GROUP, GROUPED)
_NATIVE: Final = "aws-native:"
#: Replaces a group: the group of the user who has the profile.
OWN: Final = "[the user's own group]"
EVERYTHING: Final = "not restricted"


@dataclass(frozen=True)
class Restriction:
    """One restriction: it reaches resources that are in the hierarchy group and have the tags.

    Attributes:
        group: path (or id) of a group; `OWN`; "" for any.
    """

    group: str = ""
    tags: frozenset[tuple[str, str]] = frozenset()

    def __str__(self) -> str:
        group = "the user's own hierarchy group" if self.group == OWN else f"hierarchy {self.group}"
        where = all_of([f"{key}={value}" for key, value in sorted(self.tags)])
        return "only " + " and ".join(([group] if self.group else []) + ([f"where {where}"] if self.tags else []))

    def within(self, other: Restriction) -> bool:
        """Whether another limit reaches everything that this one reaches."""
        inside = other.group in ("", self.group) or self.group.startswith(f"{other.group}/")
        return inside and self.tags >= other.tags


@dataclass(frozen=True)
class Reach:
    """The reach of a security profile.

    Attributes:
        limits: kind of resource (``User``) -> its limits, each of which is enough. A missing kind is not restricted.
    """

    limits: Mapping[str, frozenset[Restriction]] = field(default_factory=dict)

    def of(self, permission: str) -> str:
        """The reach of a permission, in words; "" if it is not restricted."""
        return " or ".join(sorted(map(str, self._of(permission))))

    def words(self, permissions: Iterable[str], most: int) -> str:
        """Permissions and their reach: ``Users.Edit, only hierarchy EMEA/UK``; those without a limit come first."""
        groups: dict[str, list[str]] = defaultdict(list)
        for permission in sorted(permissions):
            groups[self.of(permission)].append(permission)
        texts = (", ".join(filter(None, (some(names, most), limits))) for limits, names in sorted(groups.items()))
        return "; ".join(texts)

    def is_own(self, permission: str) -> bool:
        """Whether a permission reaches the hierarchy group of the user who has the profile."""
        return any(limit.group == OWN for limit in self._of(permission))

    def wider(self, before: Reach, permissions: Iterable[str]) -> tuple[str, ...]:
        """The permissions that reach more than before, in words. If it cannot be compared, it counts as wider."""
        lines = []
        for permission in sorted(permissions):
            had, has = before._of(permission), self._of(permission)
            if had and not (has and all(any(limit.within(old) for old in had) for limit in has)):
                lines.append(f"{permission}: {before.of(permission)} → {self.of(permission) or EVERYTHING}")
        return tuple(lines)

    def __or__(self, other: Reach) -> Reach:
        """The reach of either of two profiles."""
        return Reach(
            {kind: self.limits[kind] | other.limits[kind] for kind in self.limits.keys() & other.limits.keys()}
        )

    def _of(self, permission: str) -> frozenset[Restriction]:
        return self.limits.get(_RESOURCES.get(permission.partition(".")[0], ""), frozenset())


@dataclass(frozen=True)
class ProfileFacts:
    """The facts of a security profile besides its name and permissions.

    Attributes:
        managed: whether AWS created and manages it; None if it is not known.
        ai_agents: names or ARNs of the AI agents that its users may use; None if they are not known.
    """

    reach: Reach = field(default_factory=Reach)
    managed: bool | None = None
    ai_agents: tuple[str, ...] | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """Facts for a reviewer besides the reach."""
        agents = (plural(len(self.ai_agents), "AI agent"),) if self.ai_agents else ()
        return (*(("AWS-managed",) if self.managed else ()), *agents)

    def __or__(self, other: ProfileFacts) -> ProfileFacts:
        """The facts of two sources, or of two profiles with one name: what either reaches."""
        agents = [each.ai_agents for each in (self, other) if each.ai_agents is not None]
        return ProfileFacts(
            self.reach | other.reach,
            other.managed if self.managed is None else self.managed or bool(other.managed),
            tuple(dict.fromkeys(each for several in agents for each in several)) if agents else None,
        )


def of_answer(profile: Mapping[str, Any], names: Labels, ai_agents: Sequence[str] | None = None) -> ProfileFacts:
    """The facts of a ``SecurityProfile`` as DescribeSecurityProfile returns it.

    Args:
        ai_agents: from ListSecurityProfileAIAgents; None if it was not called.
    """
    type_ = profile.get("Type")
    managed = None if type_ is None else type_ == "AWS_MANAGED"
    return ProfileFacts(_reach(profile, names), managed, None if ai_agents is None else tuple(ai_agents))


def of_resource(resource: Resource, names: Labels) -> Reach | None:
    """The reach that a security profile of a stack declares; None if its type cannot express it."""
    members = {member: resource.inputs.get(member[:1].lower() + member[1:]) for member in _MEMBERS}
    if not resource.type.startswith(_NATIVE) and all(value is None for value in members.values()):
        return None
    if members[GROUP] is UNKNOWN:
        urns = resource.depends.get(GROUP[:1].lower() + GROUP[1:], ())
        members[GROUP] = next(iter(names.of_unknown(HIERARCHY_GROUP, urns)), UNKNOWN)
    return _reach(members, names)


def _reach(profile: Mapping[str, Any], names: Labels) -> Reach:
    group = profile.get(GROUP)
    named = (names.name(HIERARCHY_GROUP, group) or str(bare_id(group))) if isinstance(group, str) else ""
    group_text = OWN if group in (None, "") else named or placeholder(group)
    tags = _tags(profile.get(TAGS))
    grouped, tagged = _strings(profile.get(GROUPED)), _strings(profile.get(TAGGED)) if tags else frozenset()
    return Reach(
        {
            kind: frozenset(
                {Restriction(group_text if kind in grouped else "", tags if kind in tagged else frozenset())}
            )
            for kind in grouped | tagged
        }
    )


def _tags(value: Any) -> frozenset[tuple[str, str]]:
    """The tags; a hidden value is a placeholder."""
    tags = tags_of(value)
    pairs = tags.items() if isinstance(tags, dict) else ()
    return frozenset((str(key), text if isinstance(text, str) else placeholder(text)) for key, text in pairs)


def _strings(value: Any) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
