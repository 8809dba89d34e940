"""Whom the power of a security profile reaches: everybody, a part of the hierarchy, or what has some tags.

The rules are those of "Apply hierarchy-based access control" and "Apply tag-based access control" in the Amazon Connect
Administrator Guide: a restriction is about one kind of resource; tags and hierarchy of one profile must both fit; a
group includes those below it; of a user's profiles the less restrictive counts. A restriction that cannot be read does
not count as one. Whether several tags must all fit is not documented, and taken to be so.
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.naming import Names
    from connect_users.review.steps import Resource

#: How permissions begin -> the kind of resource that they are about, in the words of the restrictions. Permissions
#: about anything else cannot make their users powerful, and count as not restricted.
_RESOURCES: Final = {"Users": "User", "SecurityProfiles": "SecurityProfile"}
#: Members of DescribeSecurityProfile; an `aws-native` resource has the same in camelCase.
TAGS, TAGGED = "AllowedAccessControlTags", "TagRestrictedResources"
GROUP, GROUPED = "AllowedAccessControlHierarchyGroupId", "HierarchyRestrictedResources"
_MEMBERS: Final = (TAGS, TAGGED, GROUP, GROUPED)
_NATIVE: Final = "aws-native:"
#: In place of a group: that of the user who has the profile, whichever it is.
OWN: Final = "[the user's own group]"
EVERYTHING: Final = "not restricted"


@dataclass(frozen=True)
class Limit:
    """One restriction: what is reached is in the hierarchy group and has the tags.

    Attributes:
        group: path (or id) of a group; `OWN`; "" for any.
    """

    group: str = ""
    tags: frozenset[tuple[str, str]] = frozenset()

    def __str__(self) -> str:
        group = "the user's own hierarchy group" if self.group == OWN else f"hierarchy {self.group}"
        where = all_of([f"{key}={value}" for key, value in sorted(self.tags)])
        return "only " + " and ".join(([group] if self.group else []) + ([f"where {where}"] if self.tags else []))

    def within(self, other: Limit) -> bool:
        """Whether it reaches nothing that another one does not."""
        inside = other.group in ("", self.group) or self.group.startswith(f"{other.group}/")
        return inside and self.tags >= other.tags


@dataclass(frozen=True)
class Reach:
    """What a security profile reaches.

    Attributes:
        limits: kind of resource (``User``) -> its limits, each of which is enough. A kind that is absent is not
            restricted.
    """

    limits: Mapping[str, frozenset[Limit]] = field(default_factory=dict)

    def of(self, permission: str) -> str:
        """What a permission reaches, in words; "" where it is not restricted."""
        return " or ".join(sorted(map(str, self._of(permission))))

    def words(self, permissions: Iterable[str], most: int) -> str:
        """Permissions and what they reach: ``Users.Edit, only hierarchy EMEA/UK``; those without a limit first."""
        groups: dict[str, list[str]] = defaultdict(list)
        for permission in sorted(permissions):
            groups[self.of(permission)].append(permission)
        texts = (", ".join(filter(None, (some(names, most), limits))) for limits, names in sorted(groups.items()))
        return "; ".join(texts)

    def is_own(self, permission: str) -> bool:
        """Whether a permission reaches the hierarchy group of the user who has the profile."""
        return any(limit.group == OWN for limit in self._of(permission))

    def wider(self, before: Reach, permissions: Iterable[str]) -> tuple[str, ...]:
        """Which of some permissions reach more than they did, in words; one that cannot be compared counts as wider."""
        found = []
        for permission in sorted(permissions):
            had, has = before._of(permission), self._of(permission)
            if had and not (has and all(any(limit.within(old) for old in had) for limit in has)):
                found.append(f"{permission}: {before.of(permission)} → {self.of(permission) or EVERYTHING}")
        return tuple(found)

    def __or__(self, other: Reach) -> Reach:
        """What either of two profiles reaches."""
        return Reach(
            {kind: self.limits[kind] | other.limits[kind] for kind in self.limits.keys() & other.limits.keys()}
        )

    def _of(self, permission: str) -> frozenset[Limit]:
        return self.limits.get(_RESOURCES.get(permission.partition(".")[0], ""), frozenset())


@dataclass(frozen=True)
class Facts:
    """What is known of a security profile beside its name and permissions.

    Attributes:
        managed: AWS made it and keeps it; None where the source does not say.
        ai_agents: names or ARNs of the AI agents that its users may use; None where the source does not say.
    """

    reach: Reach = field(default_factory=Reach)
    managed: bool | None = None
    ai_agents: tuple[str, ...] | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reviewer should know beside the reach."""
        agents = (plural(len(self.ai_agents), "AI agent"),) if self.ai_agents else ()
        return (*(("AWS-managed",) if self.managed else ()), *agents)

    def __or__(self, other: Facts) -> Facts:
        """Of two sources, or two profiles of one name: what either reaches."""
        agents = [each.ai_agents for each in (self, other) if each.ai_agents is not None]
        return Facts(
            self.reach | other.reach,
            other.managed if self.managed is None else self.managed or bool(other.managed),
            tuple(dict.fromkeys(each for several in agents for each in several)) if agents else None,
        )


def of_answer(profile: Mapping[str, Any], names: Names, ai_agents: Sequence[str] | None = None) -> Facts:
    """The facts of a ``SecurityProfile`` as DescribeSecurityProfile returns it.

    Args:
        ai_agents: those of ListSecurityProfileAIAgents; None where it was not asked.
    """
    type_ = profile.get("Type")
    managed = None if type_ is None else type_ == "AWS_MANAGED"
    return Facts(_reach(profile, names), managed, None if ai_agents is None else tuple(ai_agents))


def of_resource(resource: Resource, names: Names) -> Reach | None:
    """The reach that a security profile of a stack declares; None where its type has no words for it."""
    members = {member: resource.inputs.get(member[:1].lower() + member[1:]) for member in _MEMBERS}
    if not resource.type.startswith(_NATIVE) and all(value is None for value in members.values()):
        return None
    if members[GROUP] is UNKNOWN:
        urns = resource.depends.get(GROUP[:1].lower() + GROUP[1:], ())
        members[GROUP] = next(iter(names.of_unknown(HIERARCHY_GROUP, urns)), UNKNOWN)
    return _reach(members, names)


def _reach(profile: Mapping[str, Any], names: Names) -> Reach:
    group = profile.get(GROUP)
    named = (names.name(HIERARCHY_GROUP, group) or str(bare_id(group))) if isinstance(group, str) else ""
    group_text = OWN if group in (None, "") else named or placeholder(group)
    tags = _tags(profile.get(TAGS))
    grouped, tagged = _strings(profile.get(GROUPED)), _strings(profile.get(TAGGED)) if tags else frozenset()
    return Reach(
        {
            kind: frozenset({Limit(group_text if kind in grouped else "", tags if kind in tagged else frozenset())})
            for kind in grouped | tagged
        }
    )


def _tags(value: Any) -> frozenset[tuple[str, str]]:
    """Tags of a dict, or of CloudFormation's list of keys and values; a value that is not shown is a placeholder."""
    if isinstance(value, list):
        value = {each["key"]: each.get("value") for each in value if isinstance(each, dict) and "key" in each}
    if not isinstance(value, dict):
        return frozenset()
    return frozenset((str(key), text if isinstance(text, str) else placeholder(text)) for key, text in value.items())


def _strings(value: Any) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
