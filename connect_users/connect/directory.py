"""What an instance holds, by name: where to list it, which id a name has, what an unknown name may have meant.

Everything is one of the gateway's listings, read to the last page. Names are compared as AWS does, with case. Neither
pulumi nor a cache here: `connect_users.program.instance` asks each listing once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol

from connect_users.core.arns import bare_id, parse_arn
from connect_users.core.errors import AccessDenied, ConfigurationError, ConnectUsersError
from connect_users.core.limits import ID_PATTERN
from connect_users.core.lookalikes import visible

if TYPE_CHECKING:
    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify

Entry = Mapping[str, Any]

#: Names that a message tells at most.
_SHOWN: Final = 10
#: Things that are searched for rather than described one by one: a page of the search holds 100.
_MANY: Final = 20
#: Groups whose paths are worth reading to suggest one of them.
_NEAR_GROUPS: Final = 3
_LEVELS: Final = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")


class NoSuchName(ConnectUsersError):
    """A name that nothing has, or more than one thing; the text says so, with a suggestion.

    Attributes:
        what: the text without the suggestion.
    """

    def __init__(self, what: str, suggestion: str = "") -> None:
        super().__init__(f"{what}; {suggestion}" if suggestion else what)
        self.what = what


class Fetch(Protocol):
    """All things of one kind in an instance."""

    def __call__(self, gateway: Gateway, instance_id: str, notify: Notify | None) -> Iterable[Entry]:
        """Read page by page."""


@dataclass(frozen=True)
class Kind:
    """One kind of things that have names.

    Attributes:
        name: the member of a listing that holds the name.
    """

    noun: str
    fetch: Fetch
    name: str = "Name"


ROUTING_PROFILES: Final = Kind(
    "routing profile", lambda api, id_, notify: api.list_routing_profiles(id_, notify=notify)
)
SECURITY_PROFILES: Final = Kind(
    "security profile", lambda api, id_, notify: api.list_security_profiles(id_, notify=notify)
)
HIERARCHY_GROUPS: Final = Kind(
    "hierarchy group", lambda api, id_, notify: api.list_user_hierarchy_groups(id_, notify=notify)
)
QUEUES: Final = Kind("queue", lambda api, id_, notify: api.list_queues(id_, notify=notify))
#: No type named: quick connects of all types.
QUICK_CONNECTS: Final = Kind("quick connect", lambda api, id_, notify: api.list_quick_connects(id_, (), notify=notify))
USERS: Final = Kind(
    "user", lambda api, id_, notify: chain.from_iterable(api.list_users(id_, notify=notify)), name="Username"
)


class Directory:
    """The names of one kind in one instance. Messages call the instance ``where``."""

    def __init__(self, kind: Kind, entries: Iterable[Entry]) -> None:
        self.kind = kind
        self._ids: dict[str, list[str]] = {}
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            # Queues that belong to agents have no name.
            if entry.get(kind.name):
                self._ids.setdefault(entry[kind.name], []).append(entry["Id"])
                self._entries[entry["Id"]] = entry

    @property
    def many(self) -> bool:
        """Whether a search of all of them costs less than describing those that are asked for one by one."""
        return sum(map(len, self._ids.values())) > _MANY

    def id_of(self, name: str, where: str) -> str:
        """The id that belongs to a name.

        Raises:
            NoSuchName
        """
        ids = self._ids.get(name, [])
        if len(ids) > 1:
            raise NoSuchName(f"{where} has {len(ids)} {self.kind.noun}s named '{name}' ({', '.join(ids)}); give the id")
        if not ids:
            raise NoSuchName(f"{where} has no {self.kind.noun} '{visible(name)}'", _instead(name, list(self._ids)))
        return ids[0]

    def entry(self, id_: str) -> Entry:
        """What the listing tells of one thing."""
        return self._entries[id_]

    def everything(self) -> list[Entry]:
        """All that the listing tells, in the order of the names."""
        return [self._entries[id_] for name in sorted(self._ids) for id_ in self._ids[name]]

    def ending(self, path: str) -> list[str]:
        """Of hierarchy groups: the ids of those that may be at the end of a path."""
        return [id_ for name, ids in self._ids.items() if path == name or path.endswith(f"/{name}") for id_ in ids]

    def near(self, path: str) -> list[str]:
        """Of hierarchy groups: the ids of a few whose names are like the last one of a path."""
        names = _nearest(path.rpartition("/")[2], list(self._ids), _NEAR_GROUPS)
        return [id_ for name in names for id_ in self._ids[name]][:_NEAR_GROUPS]

    def no_path(self, path: str, candidates: Sequence[str], where: str) -> NoSuchName:
        """The error for a path that is no group's; ``candidates`` are paths that it may have meant."""
        instead = _nearest(path, candidates, 1) or list(candidates[:1])
        hint = (
            f"did you mean '{visible(instead[0])}'?" if instead else "a path names every level, as in 'EMEA/UK/London'"
        )
        return NoSuchName(f"{where} has no {self.kind.noun} '{visible(path)}'", hint)


def group_path(group: Entry) -> str:
    """The path of a described hierarchy group, from level one down: ``EMEA/UK/London``."""
    levels = group.get("HierarchyPath") or {}
    return "/".join(levels[level]["Name"] for level in _LEVELS if levels.get(level))


def with_tags(tags: Mapping[str, str]) -> dict[str, Any]:
    """The ``SearchFilter`` for users that have all these tags."""
    return {"TagFilter": {"AndConditions": [{"TagKey": key, "TagValue": tags[key]} for key in sorted(tags)]}}


@dataclass(frozen=True)
class Address:
    """What is known of an instance by the way a program names it: nothing where that is an alias."""

    id: str = ""
    arn: str = ""


def address(text: object) -> Address:
    """Tell an id, an ARN and an alias apart.

    Raises:
        ConfigurationError: it cannot be any of them.
    """
    if not isinstance(text, str) or not re.fullmatch(r"arn:\S*|[^\s/:]+", text):
        raise ConfigurationError(f"{text!r} is not the id, the ARN or the alias of a Connect instance")
    if text.startswith("arn:"):
        arn = parse_arn(text)
        if arn is None or arn.resource:
            raise ConfigurationError(
                f"'{text}' is not the ARN of a Connect instance (arn:aws:connect:REGION:ACCOUNT:instance/ID)"
            )
        return Address(bare_id(text), text)
    return Address(text if ID_PATTERN.fullmatch(text) else "")


def by_alias(alias: str, region: str, instances: Iterable[Entry]) -> Entry:
    """The instance of that alias, as ListInstances tells it.

    Raises:
        NoSuchName
    """
    known = {
        each.get("InstanceAlias", ""): each for each in instances if each.get("InstanceStatus") != "CREATION_FAILED"
    }
    if alias in known:
        return known[alias]
    raise NoSuchName(
        f"no Connect instance in {region} has the alias '{alias}'; {_instead(alias, [name for name in known if name])} "
        "(connect-users:region and connect-users:profile say where to look)"
    )


def instance_id(gateway: Gateway, text: str) -> str:
    """The bare id of an instance given by id, ARN or alias.

    Raises:
        ConnectUsersError
    """
    return address(text).id or str(by_alias(text, gateway.region, gateway.list_instances())["Id"])


def searched_groups(gateway: Gateway, instance_id: str, notify: Notify | None = None) -> dict[str, Entry]:
    """Id -> the groups that the search knows, each with its path; none where it is not allowed. Its index may lag."""
    try:
        return {group["Id"]: group for group in gateway.search_user_hierarchy_groups(instance_id, notify=notify)}
    except AccessDenied:
        return {}


def described_groups(gateway: Gateway, instance_id: str, notify: Notify | None = None) -> Iterator[Entry]:
    """All hierarchy groups, each with its path.

    From SearchUserHierarchyGroups, 100 a page; only those that its index does not know (yet) are described, or all
    where the search is not allowed.
    """
    found = searched_groups(gateway, instance_id, notify)
    for listed in gateway.list_user_hierarchy_groups(instance_id, notify=notify):
        id_ = listed["Id"]
        yield found.get(id_) or gateway.describe_user_hierarchy_group(instance_id, id_, notify=notify)


def _instead(name: str, names: Sequence[str]) -> str:
    """What to take instead of a name that is not there."""
    near = _nearest(name, names, 1)
    if near:
        return f"did you mean '{visible(near[0])}'?"
    if not names:
        return "there is none"
    listed = ", ".join(f"'{visible(each)}'" for each in sorted(names)[:_SHOWN])
    if len(names) > _SHOWN:
        return f"there are {len(names)} others, the first are {listed}"
    return f"there are {listed}" if len(names) > 1 else f"there is only {listed}"


def _nearest(name: str, names: Iterable[str], most: int) -> list[str]:
    """Those of ``names`` that ``name`` may be a misspelling of, the likeliest first; another case is the likeliest."""
    folded: dict[str, list[str]] = {}
    for each in names:
        folded.setdefault(each.casefold(), []).append(each)
    near = difflib.get_close_matches(name.casefold(), folded, n=most)
    return [each for key in near for each in folded[key]][:most]
