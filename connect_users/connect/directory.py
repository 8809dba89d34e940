"""`Directory`: one instance, and what is in it by name. Programs, commands, imports and the plugin look names up here.

Each listing, search and description is a question to Connect that is asked once, to its last page, and only when it is
needed. `AskOnce` decides where the answers are kept, on which thread a question is asked, and what a failure becomes.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from connect_users.connect.listings import Listing, group_path, name_member
from connect_users.core.arns import parse_arn
from connect_users.core.errors import AccessDenied, ConfigurationError, ConnectApiError, WrongInstance
from connect_users.core.limits import ID_PATTERN
from connect_users.core.misspellings import NoSuchName, suggestion
from connect_users.core.references import HIERARCHY_GROUP, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.listings import Entry
    from connect_users.connect.pacing import Notify
    from connect_users.core.references import Reference

T = TypeVar("T")


class AskOnce(Protocol):
    """Asks a question when its answer is needed for the first time."""

    async def __call__(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        """The answer.

        Args:
            what: is being done, for the error: ``listing queues of ...``.
        """


class Answers:
    """The answers that are kept so far, by the keys of their questions. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def complete(self) -> dict[Hashable, Future[Any]]:
        """The answers that are there already."""
        with self._lock:
            return {key: answer for key, answer in self._answers.items() if answer.done()}

    def forget(self, answers: Mapping[Hashable, Future[Any]]) -> None:
        """Drop these answers, but not newer ones of the same keys: whoever needs them asks again."""
        with self._lock:
            for key, answer in answers.items():
                if self._answers.get(key) is answer:
                    del self._answers[key]

    async def or_again(self, look_up: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of a look-up. Of a name that earlier answers do not have, Connect is asked again: the program may
        have created it since.

        Raises:
            NoSuchName, ConnectUsersError
        """
        earlier = self.complete()
        try:
            return await look_up()
        except NoSuchName:
            if not earlier:
                raise
            self.forget(earlier)
            return await look_up()


class AnswerCache(Answers):
    """An `AskOnce` that keeps the answers as long as it lives. Thread-safe: two who need one answer cause one question.

    Args:
        gateway: connects; called for each question.
    """

    def __init__(self, gateway: Callable[[], Gateway]) -> None:
        super().__init__()
        self._gateway = gateway

    async def once(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        """The answer to a question. It blocks the calling thread.

        Raises:
            ConnectUsersError: it is not kept, so the next call asks again.
        """
        with self._lock:
            answer = self._answers.get(key)
            mine = answer is None
            if answer is None:
                answer = self._answers[key] = Future()
        if mine:
            try:
                answer.set_result(ask(self._gateway()))
            except Exception as error:
                with self._lock:
                    del self._answers[key]
                answer.set_exception(error.about(what) if isinstance(error, ConnectApiError) else error)
        result: T = answer.result()
        return result


class InstanceAddress(NamedTuple):
    """The id and the ARN in what a program calls an instance; both are empty for an alias."""

    id: str = ""
    arn: str = ""


def address(text: object) -> InstanceAddress:
    """Recognise an id, an ARN or an alias.

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
        return InstanceAddress(arn.instance_id, text)
    return InstanceAddress(text if ID_PATTERN.fullmatch(text) else "")


class Directory:
    """One instance, and what is in it.

    Args:
        instance: its id, ARN or alias.
        once: answers the question of a key.
        notify: is called when a wait begins that a person would notice.
    """

    def __init__(self, instance: object, once: AskOnce, notify: Notify | None = None) -> None:
        self._instance = instance
        self._once = once
        self._notify = notify
        self.where = f"Connect instance '{instance}'"

    async def id(self) -> str:
        """The bare id."""
        return address(self._instance).id or str((await self._by_alias())["Id"])

    async def arn(self) -> str:
        """The ARN."""
        return address(self._instance).arn or await self.fact("Arn")

    async def fact(self, name: str) -> str:
        """A member of the instance's description; "" where it has none."""
        id_ = address(self._instance).id
        entry = await self.description() if id_ else await self._by_alias()
        return str(entry.get(name) or "")

    async def description(self) -> Entry:
        """The instance as DescribeInstance returns it.

        Raises:
            WrongInstance: it has another ARN than the one it was asked for by.
        """
        id_, arn = await self.id(), address(self._instance).arn
        entry: Entry = await self._answer(
            ("instance", id_), lambda api: api.describe_instance(id_, notify=self._notify), "looking at"
        )
        reached = entry.get("Arn")
        if arn and reached and reached != arn:
            raise WrongInstance(f"{self.where}: the credentials reach {reached}; check the account and the region")
        return entry

    async def find(self, reference: Reference, name: str) -> str:
        """The id of a thing by its name; of a hierarchy group, by its path from the top.

        Raises:
            NoSuchName
        """
        listing = await self._listing(reference)
        return await self._group(listing, name) if reference == HIERARCHY_GROUP else listing.id_of(name)

    async def entry(self, reference: Reference, name: str) -> Entry:
        """What the listing says of a thing, by its name or path.

        Raises:
            NoSuchName
        """
        id_ = await self.find(reference, name)
        return (await self._listing(reference)).entry(id_)

    async def entries(self, reference: Reference) -> list[Entry]:
        """All that the listing says, in the order of the names."""
        return (await self._listing(reference)).entries()

    async def labels(self, reference: Reference) -> dict[str, str]:
        """Id -> name, or path, of all things of a kind."""
        if reference == HIERARCHY_GROUP:
            return {group["Id"]: group_path(group) for group in await self.groups()}
        return {entry["Id"]: entry[name_member(reference)] for entry in await self.entries(reference)}

    async def groups(self) -> list[Entry]:
        """All hierarchy groups, each with its path.

        From SearchUserHierarchyGroups, 100 a page; only those that its index does not know (yet) are described, or all
        where the search is not allowed.
        """
        searched = await self._searched_groups()
        ids = [entry["Id"] for entry in await self.entries(HIERARCHY_GROUP)]
        return [searched[id_] if id_ in searched else await self._described_group(id_) for id_ in ids]

    async def caller(self) -> str:
        """The caller's ARN; "" if AWS does not return it."""
        return await self._answer(("caller",), lambda api: api.caller, "finding out who calls, for")

    async def permissions(self, security_profile_id: str) -> list[str]:
        """The permissions of a security profile."""
        instance_id = await self.id()
        return await self._answer(
            (instance_id, "permissions", security_profile_id),
            lambda api: list(
                api.list_security_profile_permissions(instance_id, security_profile_id, notify=self._notify)
            ),
            "listing permissions of a security profile of",
        )

    async def users(
        self, conditions: Sequence[Mapping[str, Any]] = (), tags: Mapping[str, str] | None = None
    ) -> list[Entry]:
        """The users that Connect's search returns, in the order of their names.

        Args:
            conditions: of ``SearchCriteria``; all of them have to be true.
            tags: that the users have, all of them, with these values.
        """
        instance_id = await self.id()
        criteria = {"AndConditions": list(conditions)} if conditions else None
        tag_conditions = [{"TagKey": key, "TagValue": value} for key, value in sorted((tags or {}).items())]
        search_filter = {"TagFilter": {"AndConditions": tag_conditions}} if tags else None

        def search(api: Gateway) -> list[Entry]:
            pages = api.search_users(instance_id, criteria, search_filter, notify=self._notify)
            return sorted((user for page in pages for user in page), key=lambda user: str(user["Username"]))

        key = (instance_id, USER, json.dumps([criteria, search_filter], sort_keys=True))
        return await self._answer(key, search, "searching users of")

    async def _listing(self, reference: Reference) -> Listing:
        instance_id = await self.id()
        return await self._answer(
            (instance_id, reference),
            lambda api: Listing.read(api, instance_id, reference, self.where, self._notify),
            f"listing {reference.nouns} of",
        )

    async def _group(self, listing: Listing, path: str) -> str:
        ids = listing.ending(path)
        searched = await self._searched_groups() if listing.many else {}
        for id_ in ids:
            if id_ in searched and group_path(searched[id_]) == path:
                return id_
        paths = await self._paths(ids)
        if path in paths:
            return ids[paths.index(path)]
        raise listing.no_path(path, [*paths, *await self._paths(listing.near(path))])

    async def _paths(self, ids: Sequence[str]) -> list[str]:
        return [group_path(group) for group in await asyncio.gather(*map(self._described_group, ids))]

    async def _searched_groups(self) -> dict[str, Entry]:
        """Id -> the groups that the search knows; none where it is not allowed. Its index may lag."""
        instance_id = await self.id()

        def search(api: Gateway) -> dict[str, Entry]:
            try:
                groups = api.search_user_hierarchy_groups(instance_id, notify=self._notify)
                return {group["Id"]: group for group in groups}
            except AccessDenied:
                return {}

        return await self._answer((instance_id, "groups"), search, "searching hierarchy groups of")

    async def _described_group(self, id_: str) -> Entry:
        instance_id = await self.id()
        return await self._answer(
            (instance_id, "group", id_),
            lambda api: api.describe_user_hierarchy_group(instance_id, id_, notify=self._notify),
            "looking at a hierarchy group of",
        )

    async def _by_alias(self) -> Entry:
        """The instance with the alias, as ListInstances returns it.

        Raises:
            NoSuchName
        """

        def list_instances(api: Gateway) -> tuple[str, list[Entry]]:
            return api.region, list(api.list_instances(notify=self._notify))

        region, instances = await self._answer(("ListInstances",), list_instances, "looking for")
        return by_alias(str(self._instance), region, instances)

    async def _answer(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        return await self._once(key, ask, f"{what} {self.where}")


def by_alias(alias: str, region: str, instances: Sequence[Entry]) -> Entry:
    """The instance of that alias.

    Raises:
        NoSuchName
    """
    by_name = {
        each.get("InstanceAlias", ""): each for each in instances if each.get("InstanceStatus") != "CREATION_FAILED"
    }
    if alias in by_name:
        return by_name[alias]
    hint = suggestion(alias, [name for name in by_name if name])
    raise NoSuchName(
        f"no Connect instance in {region} has the alias '{alias}'",
        f"{hint} (connect-users:region and connect-users:profile say where to look)",
    )
