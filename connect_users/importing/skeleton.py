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

from connect_users import resource, roster_guard
from connect_users.errors import ConfigurationError
from connect_users.importing.entries import state
from connect_users.live import declared_view
from connect_users.review.reading import SECRET, read_preview
from connect_users.spec import BY_NAME, FIELDS, UNKNOWN, Props, canonical

if TYPE_CHECKING:
    from connect_users.importing.live import LiveUser

_REQUIRED: Final = tuple(field.name for field in FIELDS if field.required)


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
    except ValueError:
        document = None
    entries = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) and "type" in each for each in entries):
        raise ConfigurationError(f"{name} is not what pulumi preview --import-file writes")
    return dict(document)


def declared(preview: str) -> dict[str, Props]:
    """Resource name -> what the program declares of the user; secrets and what is not known yet are left out.

    Raises:
        UnreadablePreview
    """
    return {
        each.urn.rpartition("::")[2]: {
            name: value for name, value in each.inputs.items() if name in BY_NAME and _is_plain(value)
        }
        for each in read_preview(preview).resources
        if each.type == resource.TYPE_TOKEN
    }


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
    programs: Mapping[str, Props] | None,
) -> Filled:
    """Fill in the people; what is still to be made is taken out, and told.

    Args:
        programs: from `declared`.
    """
    by_name = {user.username: user for user in users}
    loosely: dict[str, list[LiveUser]] = {}
    for user in users:
        loosely.setdefault(user.username.casefold(), []).append(user)
    entries, unmatched = [], []
    taken: set[str] = set()
    for entry in skeleton["resources"]:
        if entry["type"] == roster_guard.TYPE_TOKEN:
            # Making it costs nothing, and only the program knows what it says.
            continue
        if entry["type"] != resource.TYPE_TOKEN:
            entries.append(entry)
            continue
        name = str(entry.get("logicalName") or entry.get("name"))
        program = (programs or {}).get(name, {})
        found = _match(name, str(entry.get("parent") or ""), program, by_name, loosely)
        if isinstance(found, str):
            unmatched.append(f"{name}: {found}")
            continue
        taken.add(found.username)
        entries.append(
            {**entry, "id": found.id, **state(_inputs(found, instance_id, program, programs), found.computed)}
        )
    unmatched += [f"{name}: in the instance, not in the program" for name in sorted(set(by_name) - taken)]
    document = {**skeleton, "resources": entries}
    return Filled(json.dumps(document, indent=4, ensure_ascii=False) + "\n", len(taken), tuple(unmatched))


def _match(
    name: str,
    parent: str,
    program: Props,
    by_name: Mapping[str, LiveUser],
    loosely: Mapping[str, Sequence[LiveUser]],
) -> LiveUser | str:
    """The user of a resource, or why there is none."""
    if "username" in program:
        user = by_name.get(program["username"])
        return user if user is not None else f"the instance has no user '{program['username']}'"
    short = name.removeprefix(f"{parent}-") if parent else name
    for candidate in (short, name):
        if candidate in by_name:
            return by_name[candidate]
    near = loosely.get(short.casefold(), ())
    if near:
        return f"the instance has no user '{short}', but '{near[0].username}': names count case"
    return f"the instance has no user '{short}'; give --preview FILE where resources are not named after usernames"


def _inputs(user: LiveUser, instance_id: str, program: Props, programs: Mapping[str, Props] | None) -> Props:
    if programs is None:
        return canonical({name: user.inputs[name] for name in _REQUIRED if name in user.inputs})
    wanted = canonical({**program, "instance_id": instance_id, "username": user.username})
    view = declared_view(user.live, wanted)
    return canonical({name: value for name, value in view.items() if name in wanted})
