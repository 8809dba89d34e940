"""Which users to import: ``--select``. Pure."""

from __future__ import annotations

import fnmatch
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connect_users.core.errors import ConfigurationError, WrongUsage
from connect_users.core.misspellings import suggestion
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, Reference

#: Names of an instance's resources by kind: id -> name or path.
Labels = Mapping[Reference, Mapping[str, str]]

_KINDS: Final = {"routing-profile": ROUTING_PROFILE, "hierarchy": HIERARCHY_GROUP}
_WORDS: Final = ("tag", *_KINDS, "username")


@dataclass(frozen=True)
class Selection:
    """A filter: each property that it names must have one of the values. Without any, it matches everybody.

    Attributes:
        ids: the only users to match; None for all.
    """

    wanted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ids: Container[str] | None = None

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Selection:
        """From ``tag=team=blue``, ``routing-profile=Support``, ``hierarchy=EMEA/UK``, ``username=a*``.

        Raises:
            WrongUsage
        """
        wanted: dict[str, list[str]] = {}
        for text in texts:
            word, equals, value = text.partition("=")
            if word not in _WORDS or not equals or not value:
                raise WrongUsage(
                    f"--select {text!r}: write tag=KEY=VALUE, routing-profile=NAME, hierarchy=PATH or username=GLOB"
                )
            wanted.setdefault(word, []).append(value)
        return cls(wanted)

    def takes(self, user: Mapping[str, Any], labels: Labels) -> bool:
        """Whether a user, as DescribeUser or SearchUsers returns it, matches."""
        return self.takes_id(str(user.get("Id"))) and all(
            any(_has(word, value, user, labels) for value in values) for word, values in self.wanted.items()
        )

    def takes_id(self, user_id: str) -> bool:
        """Whether the id matches."""
        return self.ids is None or user_id in self.ids

    def takes_name(self, username: str) -> bool:
        """Whether the username matches."""
        globs = self.wanted.get("username")
        return globs is None or any(fnmatch.fnmatchcase(username, glob) for glob in globs)

    def check(self, labels: Labels) -> None:
        """Refuse names that the instance does not have.

        Raises:
            ConfigurationError
        """
        for word, kind in _KINDS.items():
            names = labels.get(kind, {})
            for value in self.wanted.get(word, ()):
                if value not in names and value not in names.values():
                    raise ConfigurationError(
                        f"--select {word}={value}: the instance has no such {kind.noun}; "
                        f"{suggestion(value, names.values())}"
                    )


def _has(word: str, value: str, user: Mapping[str, Any], labels: Labels) -> bool:
    if word == "username":
        return fnmatch.fnmatchcase(str(user.get("Username")), value)
    if word == "tag":
        tags = user.get("Tags") or {}
        # A key may contain "=".
        return value in tags or any(value == f"{key}={text}" for key, text in tags.items())
    if word == "routing-profile":
        id_ = str(user.get("RoutingProfileId"))
        return value in (id_, labels.get(ROUTING_PROFILE, {}).get(id_))
    paths = labels.get(HIERARCHY_GROUP, {})
    id_ = str(user.get("HierarchyGroupId"))
    path = paths.get(id_, "")
    return value == id_ or f"{path}/".startswith(f"{paths.get(value, value)}/")
