"""The instance of ``--instance``: the look-ups of commands, each made once, with progress on the terminal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from connect_users.cli.progress import Progress
from connect_users.connect.connection import gateway_for
from connect_users.connect.directory import AnswerCache, Directory
from connect_users.connect.survey import survey_of
from connect_users.core.errors import ResourceNotFound
from connect_users.core.references import OF_USERS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from connect_users.connect.gateway import Gateway
    from connect_users.core.references import Reference
    from connect_users.core.settings import Settings
    from connect_users.review.naming import Labels
    from connect_users.roster.names import LookUp

T = TypeVar("T")


class LiveInstance:
    """An instance by its id, ARN or alias.

    Raises:
        ConnectUsersError: it does not exist, or a call failed. The methods raise it, too.
    """

    def __init__(self, instance: str, settings: Settings) -> None:
        self._name = instance
        self.gateway = gateway_for(settings)
        self._cache = AnswerCache(lambda: self.gateway)
        self._directory = Directory(instance, self._once)
        self.id = asyncio.run(self._directory.id())

    async def _once(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        with Progress(what):
            return await self._cache.once(key, ask, what)

    @property
    def arn(self) -> str:
        """The ARN."""
        return asyncio.run(self._directory.arn())

    @property
    def identity_management_type(self) -> str:
        """``SAML``, ``CONNECT_MANAGED`` or ``EXISTING_DIRECTORY``."""
        return asyncio.run(self._directory.fact("IdentityManagementType"))

    def look_up(self, reference: Reference) -> LookUp:
        """The look-up from names of a kind to ids."""
        return lambda name: asyncio.run(self._directory.find(reference, name))

    def labels(self, reference: Reference) -> dict[str, str]:
        """Id -> name, or path, of everything of a kind."""
        return asyncio.run(self._directory.labels(reference))

    def add_names(self, names: Labels) -> None:
        """Add the names of its profiles and groups."""
        for reference in OF_USERS:
            for id_, label in self.labels(reference).items():
                names.add(reference, id_, label)

    def people(self) -> list[dict[str, Any]]:
        """All users as SearchUsers returns them. Users that are too new for the search are described."""
        users = []
        with Progress(f"reading the users of Connect instance '{self._name}'") as progress:
            for listed in survey_of(self.gateway).everyone(self.id, progress.say):
                try:
                    users.append(dict(listed.summary or self.gateway.describe_user(self.id, listed.id)))
                except ResourceNotFound:
                    continue
        return users
