"""The names of a roster that no mapping has, asked of the instance: one question for all of them.

A name that does not exist is told with every line that has it, and fails the program before anything of the roster is
registered. In a preview without credentials they are unknown, as for every look-up (`connect_users.program.runs`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import pulumi

from connect_users.connect import directory
from connect_users.connect.directory import NoSuchName
from connect_users.roster.names import LookUp, NameKind, told

if TYPE_CHECKING:
    from pulumi import Output

    from connect_users.program.instance import ConnectInstance

#: Kind and name -> what is wrong with it.
Missing = Mapping[tuple[NameKind, str], str]

_LISTED: Final = {
    NameKind.ROUTING_PROFILE: directory.ROUTING_PROFILES,
    NameKind.SECURITY_PROFILE: directory.SECURITY_PROFILES,
}


class InstanceNames:
    """Collects the names while the roster is judged; they are asked for once the program's body has ended.

    Attributes:
        tell: the text of the error for names that do not exist.
    """

    def __init__(self, roster: str, instance: ConnectInstance) -> None:
        self._roster = roster
        self._instance = instance
        self._ids: dict[tuple[NameKind, str], Output[str]] = {}
        self.tell: Callable[[Missing], str] = lambda missing: "; ".join(missing.values())

    def look_up(self, kind: NameKind) -> LookUp:
        """How names of a kind become outputs."""

        def output(name: str) -> Output[str]:
            key = (kind, name)
            if key not in self._ids:
                self._ids[key] = self._found.apply(lambda found: found[key])
            return self._ids[key]

        return output

    @property
    def found(self) -> Output[Any] | None:
        """Resolves when every name is found; None when nothing was asked."""
        return self._found if self._ids else None

    @functools.cached_property
    def _found(self) -> Output[dict[tuple[NameKind, str], str]]:
        return self._instance._ask(("roster", self._roster), self._find_all)  # noqa: SLF001 - the package's own

    async def _find_all(self, place: Any) -> dict[tuple[NameKind, str], str]:
        found: dict[tuple[NameKind, str], str] = {}
        missing: dict[tuple[NameKind, str], str] = {}
        for kind, name in self._ids:
            try:
                if kind is NameKind.HIERARCHY_GROUP:
                    found[kind, name] = await place.group(name)
                else:
                    found[kind, name] = await place.find(_LISTED[kind], name)
            except NoSuchName as problem:
                missing[kind, name] = told(kind, name, problem)
        if missing:
            raise pulumi.RunError(self.tell(missing))
        return found
