"""The entries of a file for ``pulumi import --file``: users, their roster and its guard, each with its state.

An entry with inputs and outputs is taken over as it is, without a call to the provider (CLI 3.254 and later). That is
the only way to import a dynamic resource, whose Read needs the ``__provider`` that only a state has; of the plugin's
users it saves the Read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core import rules, spelling, tokens
from connect_users.core.spec import UNKNOWN, canonical
from connect_users.roster import guarding, leavers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.core.spec import Props


def roster_entry(name: str) -> dict[str, Any]:
    """The roster itself, which holds nothing."""
    return {"type": tokens.ROSTER, "name": name, "component": True}


def guard_entry(name: str, usernames: Iterable[str]) -> dict[str, Any]:
    """The guard of a roster whose program says nothing of its limits."""
    inputs = guarding.inputs_of(name, usernames, leavers.limit(leavers.DEFAULT), retain_leavers=False)
    provider = {tokens.PROVIDER_KEY: tokens.GUARD_PROVIDER}
    return {
        "type": tokens.GUARD,
        "name": f"{name}-guard",
        "id": name,
        "parent": name,
        "inputs": {**inputs, **provider},
        "outputs": provider,
    }


def user_entry(roster: str, user_id: str, inputs: Props, computed: Props) -> dict[str, Any]:
    """A person of a roster."""
    return {
        "type": tokens.USER,
        "name": f"{roster}-{inputs['username']}",
        "id": user_id,
        "parent": roster,
        **state(inputs, computed),
    }


def plugin_entry(name: str, user_id: str, inputs: Props, computed: Props) -> dict[str, Any]:
    """A person whom a program declares by the plugin, under its bare id, as the plugin keeps it."""
    theirs = spelling.theirs(inputs)
    return {
        "type": tokens.PLUGIN_USER,
        "name": name,
        "id": user_id,
        "inputs": theirs,
        "outputs": {**theirs, **spelling.theirs(computed)},
    }


def state(inputs: Props, computed: Props) -> dict[str, Any]:
    """The part of an entry that is the state."""
    provider = {tokens.PROVIDER_KEY: tokens.USER_PROVIDER}
    return {"inputs": {**inputs, **provider}, "outputs": {**inputs, **computed, **provider}}


def states(document: Mapping[str, Any]) -> dict[str, tuple[Props, Props]]:
    """The inverse: user id -> inputs and outputs, without what is Pulumi's.

    Users whose inputs no resource could have are left out, as if they had not been imported yet.

    Raises:
        KeyError, TypeError: of a document of another form.
    """
    found = {
        str(entry["id"]): (canonical(_plain(entry["inputs"])), _plain(entry["outputs"]))
        for entry in document["resources"]
        if entry["type"] in tokens.USERS and "outputs" in entry
    }
    return {id_: (inputs, outputs) for id_, (inputs, outputs) in found.items() if _sound(inputs)}


def _plain(props: object) -> Props:
    if not isinstance(props, dict):
        raise TypeError("no map of properties")
    return spelling.ours({name: value for name, value in props.items() if not name.startswith(tokens.INTERNAL)})


def _sound(inputs: Props) -> bool:
    return not rules.review({"instance_id": UNKNOWN, **inputs}).problems
