"""The entries of a file for ``pulumi import --file``: users, their roster and its guard, each with its state.

An entry with inputs and outputs is taken over as it is, without a call to the provider (CLI 3.254 and later). That is
the only way to import a dynamic resource, whose Read needs the ``__provider`` that only a state has; of the plugin's
users it saves the Read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_users.core import rules, spelling, tokens
from connect_users.core.spec import UNKNOWN, canonical
from connect_users.plugin.version import VERSION
from connect_users.roster import guarding, leavers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.core.spec import Props

    Entry = dict[str, Any]


def document(name: str, people: Mapping[str, Person], *, plugin: bool, each: bool) -> str:
    """The text of the file for the people of a roster, or for each of them.

    Args:
        name: of the roster, with which the names of its people begin.
        people: username -> who it is.
    """
    entries = [
        user_entry(name, person, plugin=plugin, parent="" if each else name) for _, person in sorted(people.items())
    ]
    if not each:
        entries = [*_roster(name, people, plugin=plugin), *entries]
    return json.dumps({"resources": entries}, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Person:
    """A user under its bare id: inputs, and the outputs that are no inputs."""

    id: str
    inputs: Props
    computed: Props


def _roster(name: str, usernames: Iterable[str], *, plugin: bool) -> list[Entry]:
    """A roster, which holds nothing, and its guard, as of a program that says nothing of its limits."""
    inputs = guarding.inputs_of(name, usernames, leavers.limit(leavers.DEFAULT), retain_leavers=False)
    guard: Entry = {"name": f"{name}-guard", "id": name, "parent": name}
    if not plugin:
        provider = {tokens.PROVIDER_KEY: tokens.GUARD_PROVIDER}
        return [
            {"type": tokens.ROSTER, "name": name, "component": True},
            {"type": tokens.GUARD, **guard, "inputs": {**inputs, **provider}, "outputs": provider},
        ]
    inputs = spelling.theirs(inputs, guarding.WORDS)
    return [
        # Not as a remote one: the engine keeps no provider of a roster, which registers itself.
        {"type": tokens.PLUGIN_ROSTER, "name": name, "component": True},
        {"type": tokens.PLUGIN_GUARD, **guard, "version": VERSION, "inputs": inputs, "outputs": inputs},
    ]


def user_entry(name: str, person: Person, *, plugin: bool, parent: str) -> Entry:
    """A person, in a roster or not."""
    entry: Entry = {
        "type": tokens.PLUGIN_USER if plugin else tokens.USER,
        "name": f"{name}-{person.inputs['username']}",
        "id": person.id,
    }
    if parent:
        entry["parent"] = parent
    if parent and plugin:
        # A roster declares its people with the version of the plugin that builds it.
        entry["version"] = VERSION
    return {**entry, **state(person.inputs, person.computed, plugin=plugin)}


def state(inputs: Props, computed: Props, *, plugin: bool) -> Entry:
    """The part of a user's entry that is the state."""
    if plugin:
        inputs, computed = spelling.theirs(inputs), spelling.theirs(computed)
        return {"inputs": inputs, "outputs": {**inputs, **computed}}
    provider = {tokens.PROVIDER_KEY: tokens.USER_PROVIDER}
    return {"inputs": {**inputs, **provider}, "outputs": {**inputs, **computed, **provider}}


def declares_each(text: Mapping[str, Any]) -> bool | None:
    """Whether a file is of a program that declares each person; None where it is of nobody.

    Raises:
        KeyError, TypeError: of a document of another form.
    """
    types = {entry["type"] for entry in text["resources"]}
    return None if not types else types.isdisjoint(tokens.ROSTERS)


def states(document: Mapping[str, Any]) -> dict[str, tuple[Props, Props]]:
    """The inverse: user id -> inputs and outputs, without what is Pulumi's.

    Users whose inputs no resource could have are left out, as if they had not been imported yet.

    Raises:
        KeyError, TypeError: of a document of another form.
    """
    found = {
        str(entry["id"]): (canonical(_ours(entry["inputs"])), _ours(entry["outputs"]))
        for entry in document["resources"]
        if entry["type"] in tokens.USERS and "outputs" in entry
    }
    return {id_: (inputs, outputs) for id_, (inputs, outputs) in found.items() if _sound(inputs)}


def _plain(props: object) -> Props:
    if not isinstance(props, dict):
        raise TypeError("no map of properties")
    return {name: value for name, value in props.items() if not name.startswith(tokens.INTERNAL)}


def _ours(props: object) -> Props:
    return spelling.ours(_plain(props))


def _sound(inputs: Props) -> bool:
    return not rules.review({"instance_id": UNKNOWN, **inputs}).problems
