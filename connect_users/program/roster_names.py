"""The names of a roster without an id in an argument, looked up in the instance, all together.

A name that does not exist is reported with every line that has it, and fails the program before anything of the roster
is registered. In a preview without credentials the ids are unknown, as in every look-up
(`connect_users.program.look_ups`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import Reference
from connect_users.roster.names import LookUp, clearer

if TYPE_CHECKING:
    from pulumi import Output

    from connect_users.connect.directory import Directory
    from connect_users.program.instance import ConnectInstance

#: Kind and name -> the problem.
Missing = Mapping[tuple[Reference, str], NoSuchName]


class InstanceNames:
    """Collects the names while the roster is judged; they are looked up once the program's body has ended.

    Attributes:
        error_text: from the names that do not exist to the error.
    """

    def __init__(self, roster: str, instance: ConnectInstance) -> None:
        self._roster = roster
        self._instance = instance
        self._ids: dict[tuple[Reference, str], Output[str]] = {}
        self.error_text: Callable[[Missing], str]

    def look_up(self, reference: Reference) -> LookUp:
        """A function from names of a kind to outputs."""

        def output(name: str) -> Output[str]:
            key = (reference, name)
            if key not in self._ids:
                self._ids[key] = self._all_ids.apply(lambda ids: ids[key])
            return self._ids[key]

        return output

    @property
    def all_ids(self) -> Output[Any] | None:
        """Resolves once every name is looked up; None if there are no names to look up."""
        return self._all_ids if self._ids else None

    @functools.cached_property
    def _all_ids(self) -> Output[dict[tuple[Reference, str], str]]:
        return self._instance._ask(("roster", self._roster), self._find_all)  # noqa: SLF001 - the package's own

    async def _find_all(self, directory: Directory) -> dict[tuple[Reference, str], str]:
        await directory.id()  # an instance that does not exist is one problem, not one of each cell
        ids: dict[tuple[Reference, str], str] = {}
        missing: dict[tuple[Reference, str], NoSuchName] = {}
        for reference, name in self._ids:
            try:
                ids[reference, name] = await directory.find(reference, name)
            except NoSuchName as problem:
                missing[reference, name] = clearer(reference, name, problem)
        if missing:
            raise pulumi.RunError(self.error_text(missing))
        return ids
