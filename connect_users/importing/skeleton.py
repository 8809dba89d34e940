"""Filling the file that ``pulumi preview --import-file`` writes for an existing program. Pure.

The file has the type, name and parent of each resource that a run would create, but no inputs. People are matched by
the names of their resources: the username, alone or after the roster's name and a hyphen.

Only ``pulumi preview --json`` shows which inputs the program declares. With it, exactly those are imported with their
live values, so that the next preview shows only real differences. Without it, only the inputs that every user has are
imported: the next preview shows all others as added, and nothing that the program does not declare is ever cleared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import ownership, tokens
from connect_users.core.arns import bare_id
from connect_users.core.errors import ConfigurationError
from connect_users.core.fields import BY_NAME, FIELDS
from connect_users.core.live import declared_view
from connect_users.core.phrases import all_of
from connect_users.core.spec import UNKNOWN, Props, canonical
from connect_users.importing.entries import state
from connect_users.importing.live import LiveUser
from connect_users.review.hidden import SECRET
from connect_users.review.reading import read_preview

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_REQUIRED: Final = tuple(field.name for field in FIELDS if field.required)


@dataclass(frozen=True)
class PreviewedUser:
    """A user of the program, as its preview shows it."""

    urn: str
    inputs: Props

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.urn.rpartition("::")[2]

    @property
    def parent_type(self) -> str:
        """The type of the parent component; "" without one."""
        types = self.urn.rpartition("::")[0].rpartition("::")[2].split("$")
        return types[-2] if len(types) > 1 else ""


@dataclass(frozen=True)
class ImportFile:
    """The filled file.

    Attributes:
        people: how many users it imports.
        unmatched: one line for each unmatched resource and each unmatched person.
    """

    text: str
    people: int
    unmatched: tuple[str, ...]


def read(text: str, name: str) -> dict[str, Any]:
    """Parse the file.

    Raises:
        ConfigurationError: it is not such a file.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    entries = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) and "type" in each for each in entries):
        raise ConfigurationError(f"{name} is not what pulumi preview --import-file writes")
    return dict(document)


def declared(preview: str) -> list[PreviewedUser]:
    """The users that the program declares, without secret and unknown inputs.

    Raises:
        UnreadablePreview
    """
    return [
        PreviewedUser(
            each.urn, {name: value for name, value in each.inputs.items() if name in BY_NAME and _is_plain(value)}
        )
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
    programs: Sequence[PreviewedUser] | None,
) -> ImportFile:
    """Fill in the people. Resources without a user are removed and reported.

    Args:
        programs: from `declared`; None without a preview.
    """
    live = _LiveUsers(users, instance_id)
    types = {str(entry.get("name")): str(entry["type"]) for entry in skeleton["resources"]}
    filled: list[tuple[str, Mapping[str, Any]]] = []
    unmatched = []
    # Username -> the names of its resources.
    matched: dict[str, list[str]] = defaultdict(list)
    for entry in skeleton["resources"]:
        if entry["type"] in (tokens.GUARD, tokens.PLUGIN_GUARD):
            # Creating a guard makes no API call, and only the program knows its inputs.
            continue
        if entry["type"] not in tokens.USERS:
            filled.append(("", entry))
            continue
        name = str(entry.get("logicalName") or entry.get("name"))
        parent = str(entry.get("parent") or "")
        program = None if programs is None else _program(name, types.get(parent, ""), programs)
        user = live.named(name, parent) if program is None else live.of(program)
        if isinstance(user, LiveUser) and user.owner is not None:
            claim = None if program is None else ownership.claim(user.owner, program.urn)
            if not isinstance(claim, ownership.OtherToken):
                user = f"'{user.username}' belongs to {user.owner.urn}; a user has one stack"
        if isinstance(user, str):
            unmatched.append(f"{name}: {user}")
            continue
        matched[user.username].append(name)
        inputs = _required(user) if program is None else _managed(user, instance_id, program)
        plugin = entry["type"] == tokens.PLUGIN_USER
        filled.append((user.username, {**entry, "id": user.id, **state(inputs, user.computed, plugin=plugin)}))
    # As of two rosters, of which one is for another instance.
    hint = "; give --preview FILE" if programs is None else ""
    twice = {username: names for username, names in matched.items() if len(names) > 1}
    unmatched += [f"{all_of(names)}: only one of them can be '{username}'{hint}" for username, names in twice.items()]
    entries = [entry for username, entry in filled if username not in twice]
    unmatched += [f"{user.username}: in the instance, not in the program" for user in live.others(matched)]
    people = sum(entry["type"] in tokens.USERS for entry in entries)
    document = {**skeleton, "resources": entries}
    return ImportFile(json.dumps(document, indent=4, ensure_ascii=False) + "\n", people, tuple(unmatched))


def _program(name: str, parent_type: str, programs: Sequence[PreviewedUser]) -> PreviewedUser | None:
    """The user declared under a name. Names are unique only within a type of parent."""
    users = [each for each in programs if each.name == name]
    if len(users) > 1:
        users = [each for each in users if each.parent_type == parent_type]
    return users[0] if len(users) == 1 else None


class _LiveUsers:
    """The users of the instance, by their names."""

    def __init__(self, users: Sequence[LiveUser], instance_id: str) -> None:
        self._instance_id = instance_id
        self._by_name = {user.username: user for user in users}
        self._folded = {username.casefold(): username for username in self._by_name}

    def of(self, program: PreviewedUser) -> LiveUser | str:
        """The live user that the program declares, or why there is none."""
        username, instance = program.inputs.get("username"), program.inputs.get("instance_id", self._instance_id)
        if bare_id(instance) != self._instance_id:
            return f"it is a user of another Connect instance, {instance}"
        if username is None:
            return "its username is secret or not known in the preview"
        return self._by_name.get(username) or self._missing(username, "")

    def named(self, name: str, parent: str) -> LiveUser | str:
        """The live user with the name of a resource, or why there is none."""
        short = name.removeprefix(f"{parent}-") if parent else name
        hint = "; give --preview FILE if resources are not named after usernames"
        return self._by_name.get(short) or self._by_name.get(name) or self._missing(short, hint)

    def _missing(self, username: str, hint: str) -> str:
        near = self._folded.get(username.casefold())
        text = f"the instance has no user '{username}'"
        return f"{text}, but '{near}'; usernames are case-sensitive" if near else f"{text}{hint}"

    def others(self, matched: Container[str]) -> Iterator[LiveUser]:
        """The users that no resource matched, except those that stacks own."""
        return (user for name, user in sorted(self._by_name.items()) if name not in matched and user.owner is None)


def _required(user: LiveUser) -> Props:
    return canonical({name: user.inputs[name] for name in _REQUIRED if name in user.inputs})


def _managed(user: LiveUser, instance_id: str, program: PreviewedUser) -> Props:
    wanted = canonical({**program.inputs, "instance_id": instance_id, "username": user.username})
    view = declared_view(user.live, wanted)
    return canonical({name: value for name, value in view.items() if name in wanted})
