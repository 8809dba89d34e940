"""What one listing of an instance says: which id a name has, and what may have been meant by an unknown one.

Pure, but for `Listing.read`. Names are compared as AWS does, with case. `connect_users.connect.directory` reads each
listing once.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import references
from connect_users.core.misspellings import NoSuchName, did_you_mean, nearest, quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify
    from connect_users.core.references import Reference

    Entry = Mapping[str, Any]
    Read = Callable[[Gateway, str, Notify | None], Iterable[Entry]]

#: From so many things on they are searched for rather than described one by one: a page of the search holds 100.
_MANY: Final = 20
#: Groups whose paths are worth reading to suggest one of them.
_NEAR_GROUPS: Final = 3
_LEVELS: Final = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")

_READ: Final[dict[Reference, Read]] = {
    references.ROUTING_PROFILE: lambda api, id_, notify: api.list_routing_profiles(id_, notify=notify),
    references.SECURITY_PROFILE: lambda api, id_, notify: api.list_security_profiles(id_, notify=notify),
    references.HIERARCHY_GROUP: lambda api, id_, notify: api.list_user_hierarchy_groups(id_, notify=notify),
    references.QUEUE: lambda api, id_, notify: api.list_queues(id_, notify=notify),
    # No type named: quick connects of all types.
    references.QUICK_CONNECT: lambda api, id_, notify: api.list_quick_connects(id_, (), notify=notify),
    references.USER: lambda api, id_, notify: chain.from_iterable(api.list_users(id_, notify=notify)),
}


def name_member(reference: Reference) -> str:
    """The member of an entry that holds the name."""
    return "Username" if reference == references.USER else "Name"


class Listing:
    """The things of one kind in one instance.

    Args:
        where: the instance, for messages.
    """

    def __init__(self, reference: Reference, entries: Iterable[Entry], where: str) -> None:
        self._noun, self._nouns, self._where = reference.noun, reference.nouns, where
        self._ids: dict[str, list[str]] = {}
        self._entries: dict[str, Entry] = {}
        member = name_member(reference)
        for entry in entries:
            # Queues that belong to agents have no name.
            if entry.get(member):
                self._ids.setdefault(entry[member], []).append(entry["Id"])
                self._entries[entry["Id"]] = entry

    @classmethod
    def read(
        cls, gateway: Gateway, instance_id: str, reference: Reference, where: str, notify: Notify | None
    ) -> Listing:
        """Read to the last page.

        Raises:
            ConnectUsersError
        """
        return cls(reference, _READ[reference](gateway, instance_id, notify), where)

    @property
    def many(self) -> bool:
        """Whether a search of all of them costs less than describing some of them one by one."""
        return len(self._entries) > _MANY

    def id_of(self, name: str) -> str:
        """The id that belongs to a name.

        Raises:
            NoSuchName
        """
        ids = self._ids.get(name, [])
        if len(ids) > 1:
            ids_of_all = ", ".join(ids)
            raise NoSuchName(f"{self._where} has {len(ids)} {self._nouns} named '{name}' ({ids_of_all})", "give the id")
        if not ids:
            raise NoSuchName(f"{self._where} has no {self._noun} {quoted(name)}", suggestion(name, self._ids))
        return ids[0]

    def entry(self, id_: str) -> Entry:
        """One entry."""
        return self._entries[id_]

    def entries(self) -> list[Entry]:
        """All entries, in the order of the names."""
        return [self._entries[id_] for name in sorted(self._ids) for id_ in self._ids[name]]

    def ending(self, path: str) -> list[str]:
        """Of hierarchy groups: the ids of those that may be at the end of a path."""
        return [id_ for name, ids in self._ids.items() if path == name or path.endswith(f"/{name}") for id_ in ids]

    def near(self, path: str) -> list[str]:
        """Of hierarchy groups: the ids of a few whose names are like the last one of a path."""
        names = nearest(path.rpartition("/")[2], self._ids, _NEAR_GROUPS)
        return [id_ for name in names for id_ in self._ids[name]][:_NEAR_GROUPS]

    def no_path(self, path: str, candidates: Sequence[str]) -> NoSuchName:
        """The error for a path that no group has; ``candidates`` are paths that may have been meant."""
        hint = did_you_mean(path, candidates)
        if not hint:
            hint = (
                f"did you mean {quoted(candidates[0])}?"
                if candidates
                else "a path names every level, as in 'EMEA/UK/London'"
            )
        return NoSuchName(f"{self._where} has no {self._noun} {quoted(path)}", hint)


def level_names(group: Entry) -> list[str]:
    """The names of a described hierarchy group and of those above it, from level one down."""
    levels = group.get("HierarchyPath") or {}
    return [levels[level]["Name"] for level in _LEVELS if levels.get(level)]


def group_path(group: Entry) -> str:
    """The path of a described hierarchy group: ``EMEA/UK/London``."""
    return "/".join(level_names(group))
