"""Filling the file that ``pulumi preview --import-file`` writes for a program that exists. Pure.

The file has a type, a name and a parent for each resource that a run would create, and no inputs: people are matched by
the names of their resources, which are their usernames, alone or after the roster's name and a hyphen.

Which inputs the program declares only ``pulumi preview --json`` tells. With it, exactly those are imported, as they are
live, so that the next preview shows what differs and nothing else. Without it, only the inputs that every user has are
imported: the next preview shows all others as added, and nothing that the program does not declare is ever cleared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import ownership, tokens
from connect_users.core.errors import ConfigurationError
from connect_users.core.fields import BY_NAME, FIELDS
from connect_users.core.live import declared_view
from connect_users.core.spec import UNKNOWN, Props, canonical
from connect_users.importing.entries import state
from connect_users.importing.live import LiveUser
from connect_users.review.hidden import SECRET
from connect_users.review.reading import read_preview

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_REQUIRED: Final = tuple(field.name for field in FIELDS if field.required)


@dataclass(frozen=True)
class Declared:
    """A user of the program."""

    urn: str
    inputs: Props

    @property
    def name(self) -> str:
        """Of the resource."""
        return self.urn.rpartition("::")[2]

    @property
    def parent_type(self) -> str:
        """The type of the component that it is in; "" of one that is in none."""
        types = self.urn.rpartition("::")[0].rpartition("::")[2].split("$")
        return types[-2] if len(types) > 1 else ""


@dataclass(frozen=True)
class Filled:
    """The file, filled.

    Attributes:
        unmatched: one line for each resource and each person without a partner.
    """

    text: str
    people: int
    unmatched: tuple[str, ...]


def read(text: str, name: str) -> dict[str, Any]:
    """The skeleton of a text.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    entries = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) and "type" in each for each in entries):
        raise ConfigurationError(f"{name} is not what pulumi preview --import-file writes")
    return dict(document)


def declared(preview: str) -> list[Declared]:
    """What the program declares of each user; secrets and what is not known yet are left out.

    Raises:
        UnreadablePreview
    """
    return [
        Declared(each.urn, {name: value for name, value in each.inputs.items() if name in BY_NAME and _is_plain(value)})
        for each in read_preview(preview).resources
        if each.type in tokens.USERS
    ]


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is not SECRET and value is not UNKNOWN


def fill(
    skeleton: Mapping[str, Any],
    users: Sequence[LiveUser],
    instance_id: str,
    programs: Sequence[Declared] | None,
) -> Filled:
    """Fill in the people; what is still to be made is taken out, and told.

    Args:
        programs: from `declared`.
    """
    live = _Live(users)
    types = {str(entry.get("name")): str(entry["type"]) for entry in skeleton["resources"]}
    entries, unmatched = [], []
    taken: set[str] = set()
    for entry in skeleton["resources"]:
        if entry["type"] in (tokens.GUARD, tokens.PLUGIN_GUARD):
            # Making it costs nothing, and only the program knows what it says.
            continue
        if entry["type"] not in tokens.USERS:
            entries.append(entry)
            continue
        name = str(entry.get("logicalName") or entry.get("name"))
        parent = str(entry.get("parent") or "")
        program = None if programs is None else _program(name, types.get(parent, ""), programs)
        found = live.named(name, parent) if program is None else live.of(program)
        if isinstance(found, LiveUser) and found.owner is not None:
            taken.add(found.username)
            if program is None or not isinstance(ownership.claim(found.owner, program.urn), ownership.OtherMaking):
                found = f"'{found.username}' belongs to {found.owner.urn}; a user has one stack"
        if isinstance(found, str):
            unmatched.append(f"{name}: {found}")
            continue
        taken.add(found.username)
        inputs = _required(found) if program is None else _managed(found, instance_id, program)
        plugin = entry["type"] == tokens.PLUGIN_USER
        entries.append({**entry, "id": found.id, **state(inputs, found.computed, plugin=plugin)})
    unmatched += [f"{user.username}: in the instance, not in the program" for user in live.others(taken)]
    people = sum(entry["type"] in tokens.USERS for entry in entries)
    document = {**skeleton, "resources": entries}
    return Filled(json.dumps(document, indent=4, ensure_ascii=False) + "\n", people, tuple(unmatched))


def _program(name: str, parent_type: str, programs: Sequence[Declared]) -> Declared | None:
    """What is declared under a name; names are unique for each type of parent only."""
    found = [each for each in programs if each.name == name]
    if len(found) > 1:
        found = [each for each in found if each.parent_type == parent_type]
    return found[0] if len(found) == 1 else None


class _Live:
    """The users of the instance, by their names."""

    def __init__(self, users: Sequence[LiveUser]) -> None:
        self._by_name = {user.username: user for user in users}
        self._folded = {username.casefold(): username for username in self._by_name}

    def of(self, program: Declared) -> LiveUser | str:
        """The user whom a program declares, or why there is none."""
        username = program.inputs.get("username")
        if username is None:
            return "its username is a secret, or not known in the preview"
        return self._by_name.get(username) or self._missing(username, "")

    def named(self, name: str, parent: str) -> LiveUser | str:
        """The user after whom a resource is named, or why there is none."""
        short = name.removeprefix(f"{parent}-") if parent else name
        hint = "; give --preview FILE where resources are not named after usernames"
        return self._by_name.get(short) or self._by_name.get(name) or self._missing(short, hint)

    def _missing(self, username: str, hint: str) -> str:
        near = self._folded.get(username.casefold())
        text = f"the instance has no user '{username}'"
        return f"{text}, but '{near}': names count case" if near else f"{text}{hint}"

    def others(self, taken: Container[str]) -> Iterator[LiveUser]:
        """Those whom no resource has; those of other stacks are none of the program's business."""
        return (user for name, user in sorted(self._by_name.items()) if name not in taken and user.owner is None)


def _required(user: LiveUser) -> Props:
    return canonical({name: user.inputs[name] for name in _REQUIRED if name in user.inputs})


def _managed(user: LiveUser, instance_id: str, program: Declared) -> Props:
    wanted = canonical({**program.inputs, "instance_id": instance_id, "username": user.username})
    view = declared_view(user.live, wanted)
    return canonical({name: value for name, value in view.items() if name in wanted})
