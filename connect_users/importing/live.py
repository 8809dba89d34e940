"""Everybody in an instance, read for an import: in bulk as far as that goes, nothing written.

Cost for N users: the pages of `connect_users.snapshot`, one search for those who have proficiencies, one listing of
proficiencies for each of them, and one DescribeUser for each user, which alone tells e-mail addresses and mobile
numbers. Of users whose state is known from an earlier import, only those are described who may have changed.
"""

from __future__ import annotations

import fnmatch
import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users import listings, ownership, snapshot_proof
from connect_users.errors import ConfigurationError, InvalidRequest, ResourceNotFound
from connect_users.importing import rows
from connect_users.importing.rows import Nameable
from connect_users.live import live_props
from connect_users.roster.names import NameKind
from connect_users.snapshot import survey_of
from connect_users.spec import ARN_KEY, BY_NAME, TOKEN_KEY, VERIFIED_KEY, Props, Verdict, canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connect_users.gateway import Gateway
    from connect_users.snapshot_proof import Listed

#: Calls under way at a time: the pacing decides how many are sent, this how much waiting for answers overlaps.
_WORKERS: Final = 8
_SOME_PROFICIENCY: Final = {
    "ListCondition": {
        "TargetListType": "PROFICIENCIES",
        "Conditions": [
            {"NumberCondition": {"FieldName": "limit", "MinValue": 1, "ComparisonType": "GREATER_OR_EQUAL"}}
        ],
    }
}


@dataclass(frozen=True)
class Instance:
    """An instance whose users are read."""

    arn: str
    alias: str
    names: Nameable

    @property
    def id(self) -> str:
        """The bare id."""
        return self.names.instance_id


@dataclass(frozen=True)
class LiveUser:
    """A user as it is now.

    Attributes:
        inputs: `rows.declared`.
        computed: the outputs that are no inputs.
        owner: what its ownership tag says; None without one.
    """

    id: str
    username: str
    inputs: Props
    computed: Props
    owner: ownership.Owner | None = None
    live: Props = field(default_factory=dict)


def instance_id(gateway: Gateway, text: str) -> str:
    """The bare id of an instance given by id, ARN or alias.

    Raises:
        ConnectUsersError
    """
    address = listings.address(text)
    return address.id or str(listings.by_alias(text, gateway.region, gateway.list_instances())["Id"])


def find_instance(gateway: Gateway, text: str) -> Instance:
    """The instance of an id, an ARN or an alias, with the names of its profiles and groups.

    Raises:
        ConnectUsersError
    """
    id_ = instance_id(gateway, text)
    told = gateway.describe_instance(id_)
    names = {
        NameKind.ROUTING_PROFILE: {each["Id"]: each["Name"] for each in gateway.list_routing_profiles(id_)},
        NameKind.SECURITY_PROFILE: {each["Id"]: each["Name"] for each in gateway.list_security_profiles(id_)},
        NameKind.HIERARCHY_GROUP: _paths(gateway, id_),
    }
    return Instance(
        str(told["Arn"]),
        str(told.get("InstanceAlias") or ""),
        Nameable(
            id_,
            {kind: rows.writable(kind, of_kind) for kind, of_kind in names.items()},
            str(told.get("IdentityManagementType") or ""),
        ),
    )


def _paths(gateway: Gateway, instance_id: str) -> dict[str, str]:
    """Group id -> path. A level with a ``/`` in its name gives a path of too many levels, which is no group's."""
    paths = {}
    for group in gateway.list_user_hierarchy_groups(instance_id):
        described = gateway.describe_user_hierarchy_group(instance_id, group["Id"])
        if not any("/" in level["Name"] for level in (described.get("HierarchyPath") or {}).values() if level):
            paths[group["Id"]] = listings.group_path(described)
    return paths


@dataclass(frozen=True)
class Selection:
    """Whom to import: users of whom each named property has one of its values; everybody where nothing is named."""

    wanted: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Selection:
        """From ``tag=team=blue``, ``routing-profile=Support``, ``hierarchy=EMEA/UK``, ``username=a*``.

        Raises:
            ConfigurationError
        """
        wanted: dict[str, list[str]] = {}
        for text in texts:
            name, equals, value = text.partition("=")
            if name not in ("tag", "routing-profile", "hierarchy", "username") or not equals or not value:
                raise ConfigurationError(
                    f"--select {text!r}: write tag=KEY=VALUE, routing-profile=NAME, hierarchy=PATH or username=GLOB"
                )
            wanted.setdefault(name, []).append(value)
        return cls(wanted)

    def takes(self, user: Mapping[str, Any], names: Nameable) -> bool:
        """Whether a user, as DescribeUser or SearchUsers tells it, is wanted."""
        return all(any(_has(name, value, user, names) for value in values) for name, values in self.wanted.items())

    def takes_name(self, username: str) -> bool:
        """As far as the username goes."""
        globs = self.wanted.get("username")
        return globs is None or any(fnmatch.fnmatchcase(username, glob) for glob in globs)

    def check(self, names: Nameable) -> None:
        """Refuse names that nothing has.

        Raises:
            ConfigurationError
        """
        for kind, word in ((NameKind.ROUTING_PROFILE, "routing-profile"), (NameKind.HIERARCHY_GROUP, "hierarchy")):
            for value in self.wanted.get(word, ()):
                known = names.ids(kind)
                if value not in known and value not in known.values():
                    from connect_users.roster.names import suggestion

                    raise ConfigurationError(
                        f"--select {word}={value}: the instance has no such {kind.words}{suggestion(value, known)}"
                    )


def _has(name: str, value: str, user: Mapping[str, Any], names: Nameable) -> bool:
    if name == "username":
        return fnmatch.fnmatchcase(str(user.get("Username")), value)
    if name == "tag":
        key, equals, wanted = value.partition("=")
        tags = user.get("Tags") or {}
        return key in tags and (not equals or tags[key] == wanted)
    if name == "routing-profile":
        id_ = user.get("RoutingProfileId")
        return value in (id_, names.names[NameKind.ROUTING_PROFILE].get(str(id_)))
    id_ = user.get("HierarchyGroupId")
    path = names.names[NameKind.HIERARCHY_GROUP].get(str(id_), "")
    return value == id_ or path == value or path.startswith(f"{value}/")


def read_users(
    gateway: Gateway,
    instance: Instance,
    selection: Selection,
    known: Mapping[str, tuple[Props, Props]],
    progress: Callable[[int, int], None],
) -> list[LiveUser]:
    """All users that the selection takes.

    Args:
        known: id -> inputs and outputs of an earlier import.

    Raises:
        ConnectUsersError
    """
    reader = _Reader(gateway, instance, selection, known)
    listed = [
        each
        for each in survey_of(gateway).everyone(instance.id, lambda _: None)
        if selection.takes_name(each.username)
        and (each.summary is None or selection.takes(each.summary, instance.names))
    ]
    found = []
    with ThreadPoolExecutor(_WORKERS, "connect-users-import") as pool:
        for number, user in enumerate(pool.map(reader.read, listed), start=1):
            progress(number, len(listed))
            if user is not None:
                found.append(user)
    return found


class _Reader:
    """Reads one user after the other. Thread-safe."""

    def __init__(
        self, gateway: Gateway, instance: Instance, selection: Selection, known: Mapping[str, tuple[Props, Props]]
    ) -> None:
        self._gateway = gateway
        self._instance = instance
        self._selection = selection
        self._known = known
        self._skilled = self._who_is_skilled()

    def _who_is_skilled(self) -> set[str] | None:
        """The ids of all who have proficiencies; None where the search cannot tell."""
        try:
            pages = self._gateway.search_users(self._instance.id, _SOME_PROFICIENCY)
            return {user["Id"] for user in itertools.chain.from_iterable(pages)}
        except InvalidRequest:
            return None

    def read(self, listed: Listed) -> LiveUser | None:
        """The user; None where the selection does not take it or it is gone by now."""
        try:
            proficiencies = self._proficiencies(listed.id)
            return self._known_user(listed, proficiencies) or self._described(listed.id, proficiencies)
        except ResourceNotFound:
            return None

    def _proficiencies(self, user_id: str) -> list[dict[str, Any]]:
        inputs, _ = self._known.get(user_id, ({}, {}))
        if self._skilled is not None and user_id not in self._skilled and "user_proficiencies" not in inputs:
            return []
        return self._gateway.list_user_proficiencies(self._instance.id, user_id)

    def _known_user(self, listed: Listed, proficiencies: list[dict[str, Any]]) -> LiveUser | None:
        """The user as an earlier import has it, where that is proven still to be true."""
        if listed.id not in self._known or listed.summary is None:
            return None
        inputs, outputs = self._known[listed.id]
        everything = {"tags": {}, "user_proficiencies": [], **inputs}
        proven = snapshot_proof.proven_outputs(listed, {**everything, **outputs}, everything, proficiencies)
        if proven is None:
            return None
        owner = ownership.owner_of(listed.summary.get("Tags") or {})
        told = {name: value for name, value in inputs.items() if BY_NAME[name].verdict is not Verdict.RECORD}
        return LiveUser(listed.id, listed.username, told, _computed(proven), owner, told)

    def _described(self, user_id: str, proficiencies: list[dict[str, Any]]) -> LiveUser | None:
        user = self._gateway.describe_user(self._instance.id, user_id)
        if not self._selection.takes(user, self._instance.names):
            return None
        live = live_props(user, proficiencies)
        owner = ownership.owner_of(user.get("Tags") or {})
        stamp = snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), time.time())
        computed: Props = {ARN_KEY: user["Arn"], **stamp}
        if live.get("directory_user_id"):
            computed["directory_user_id"] = live["directory_user_id"]
        if owner is not None:
            computed[TOKEN_KEY] = owner.token
        inputs = rows.declared(live, self._instance.names)
        return LiveUser(user_id, str(user["Username"]), inputs, computed, owner, canonical(live))


def _computed(outputs: Props) -> Props:
    return {name: outputs[name] for name in (ARN_KEY, TOKEN_KEY, VERIFIED_KEY, "directory_user_id") if name in outputs}
