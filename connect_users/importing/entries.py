"""The entries of a file for ``pulumi import --file``: users, their roster and its guard, each with its state.

An entry with inputs and outputs is imported as it is, without a call to the provider (CLI 3.254 and later). That is the
only way to import a dynamic resource, whose Read needs the ``__provider`` that only a state has. For the plugin's users
it saves the Read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_users.core import rules, spelling, tokens
from connect_users.core.spec import UNKNOWN, canonical
from connect_users.plugin.version import VERSION
from connect_users.roster import guarding, leavers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.core.spec import Props

    Entry = dict[str, Any]


def document(
    name: str,
    users: Mapping[str, EntryUser],
    *,
    plugin: bool,
    each: bool,
    marks: Mapping[str, guarding.AssignedPersona] | None = None,
) -> str:
    """The file for the people of a roster, or for each of them.

    Args:
        name: the roster's name, with which the names of its people begin.
        users: username -> user.
        marks: username -> persona.
    """
    parent = "" if each else name
    entries = [_user_entry(name, users[username], plugin=plugin, parent=parent) for username in sorted(users)]
    if not each:
        entries = [*_roster(name, users, marks, plugin=plugin), *entries]
    return json.dumps({"resources": entries}, indent=1, ensure_ascii=False) + "\n"


class EntryUser(NamedTuple):
    """A user: its bare id, inputs, and the outputs that are not inputs."""

    id: str
    inputs: Props
    computed: Props


def _roster(
    name: str, usernames: Iterable[str], marks: Mapping[str, guarding.AssignedPersona] | None, *, plugin: bool
) -> list[Entry]:
    """A roster, which has no inputs, and its guard, as a program with the default limits declares them."""
    limit = leavers.limit(leavers.DEFAULT)
    inputs = guarding.inputs_of(name, usernames, limit, retain_leavers=False, personas=marks)
    guard: Entry = {"name": f"{name}-guard", "id": name, "parent": name}
    if not plugin:
        provider = {tokens.PROVIDER_KEY: tokens.GUARD_PROVIDER}
        return [
            {"type": tokens.ROSTER, "name": name, "component": True},
            {"type": tokens.GUARD, **guard, "inputs": {**inputs, **provider}, "outputs": provider},
        ]
    inputs = spelling.theirs(inputs, guarding.WORDS)
    return [
        # Not remote: the engine keeps no provider for a component that registers itself.
        {"type": tokens.PLUGIN_ROSTER, "name": name, "component": True},
        {"type": tokens.PLUGIN_GUARD, **guard, "version": VERSION, "inputs": inputs, "outputs": inputs},
    ]


def _user_entry(name: str, user: EntryUser, *, plugin: bool, parent: str) -> Entry:
    entry: Entry = {
        "type": tokens.PLUGIN_USER if plugin else tokens.USER,
        "name": f"{name}-{user.inputs['username']}",
        "id": user.id,
    }
    if parent:
        entry["parent"] = parent
    if parent and plugin:
        # A roster declares its people with the version of the plugin that builds it.
        entry["version"] = VERSION
    return {**entry, **state(user.inputs, user.computed, plugin=plugin)}


def state(inputs: Props, computed: Props, *, plugin: bool) -> Entry:
    """The state in a user's entry."""
    if plugin:
        inputs, computed = spelling.theirs(inputs), spelling.theirs(computed)
        return {"inputs": inputs, "outputs": {**inputs, **computed}}
    provider = {tokens.PROVIDER_KEY: tokens.USER_PROVIDER}
    return {"inputs": {**inputs, **provider}, "outputs": {**inputs, **computed, **provider}}


def declares_each(document: Mapping[str, Any]) -> bool | None:
    """Whether the file is for a program that declares each person; None if it has no resources.

    Raises:
        KeyError, TypeError: the document has another form.
    """
    types = {entry["type"] for entry in document["resources"]}
    return None if not types else types.isdisjoint(tokens.ROSTERS)


def roster_of(document: Mapping[str, Any]) -> str | None:
    """The name of the file's roster; None if it has no resources.

    Raises:
        KeyError, TypeError: the document has another form.
    """
    for entry in document["resources"]:
        name = str(entry["name"])
        return name if entry["type"] in tokens.ROSTERS else name.removesuffix(f"-{entry['inputs']['username']}")
    return None


def states(document: Mapping[str, Any]) -> dict[str, tuple[Props, Props]]:
    """The inverse: user id -> inputs and outputs, without Pulumi's own keys.

    Users with inputs that no resource could have are left out, as if they had not been imported yet.

    Raises:
        KeyError, TypeError: the document has another form.
    """
    users = {
        str(entry["id"]): (canonical(_ours(entry["inputs"])), _ours(entry["outputs"]))
        for entry in document["resources"]
        if entry["type"] in tokens.USERS and "outputs" in entry
    }
    return {
        id_: (inputs, outputs)
        for id_, (inputs, outputs) in users.items()
        if not rules.review({"instance_id": UNKNOWN, **inputs}).problems
    }


def _ours(props: object) -> Props:
    if not isinstance(props, dict):
        raise TypeError("properties are not a dict")
    return spelling.ours({name: value for name, value in props.items() if not name.startswith(tokens.INTERNAL)})
