"""The arguments of a roster besides its rows: converted for judging, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pulumi
from pulumi import Input, Output

from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import OF_USERS, Reference
from connect_users.core.shapes import shown
from connect_users.program.instance import ConnectInstance
from connect_users.roster.names import Names
from connect_users.roster.reading import read_personas

if TYPE_CHECKING:
    from connect_users.program.roster_names import InstanceNames
    from connect_users.roster.names import LookUp
    from connect_users.roster.personas import Personas

#: Names -> ids or ARNs. If it is an output, e.g. of another stack, its names are judged once it is known.
Ids: TypeAlias = "Mapping[str, Input[str]] | Output[Mapping[str, str]]"

#: A pattern with ``{username}`` for names in Secrets Manager; passwords by username; or a function of the username.
Passwords: TypeAlias = "str | Mapping[str, Input[str]] | Output[Mapping[str, str]] | Callable[[str], Input[str]]"

#: Arguments that are dicts of strings, or of lists of strings.
_LISTS: Final = ("where", "required_holders")


def refuse_wrong_forms(name: str, roster: object, instance_id: object, instance: object, **dicts: object) -> None:
    """Refuse arguments that would cause a traceback later.

    Args:
        dicts: arguments that have to be dicts, or None.

    Raises:
        pulumi.RunError
    """
    if instance_id is None and instance is None:
        raise pulumi.RunError(f"roster '{name}': instance_id or instance is missing; give one of them")
    if instance is not None and not isinstance(instance, ConnectInstance):
        raise pulumi.RunError(
            f"roster '{name}': instance is of type {type(instance).__name__}; write ConnectInstance(...)"
        )
    if isinstance(roster, Output):
        raise pulumi.RunError(
            f"roster '{name}': roster is an output; usernames name resources, so the rows must be known"
        )
    for argument, value in dicts.items():
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise pulumi.RunError(f"roster '{name}': {argument} is of type {type(value).__name__}; write a dict")
        for key, item in value.items():
            if not isinstance(key, str):
                raise pulumi.RunError(f"roster '{name}': {argument}: the key {key!r} is not a string")
            if argument in _LISTS:
                strings_of(name, f"{argument}: {key!r}", item)


def strings_of(name: str, argument: str, value: object) -> tuple[str, ...]:
    """The strings of an argument that is a string or a list of strings.

    Raises:
        pulumi.RunError: it is neither.
    """
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (Sequence, AbstractSet)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise pulumi.RunError(f"roster '{name}': {argument}: {shown(value)} is neither a string nor a list of strings")


def personas_of(name: str, personas: object) -> Personas | None:
    """The personas of a roster; None if it has none.

    Raises:
        pulumi.RunError: they are neither a path nor a dict.
        UnreadableRoster: the file cannot be read.
    """
    if personas is None:
        return None
    if not isinstance(personas, (str, os.PathLike, Mapping)):
        kind = type(personas).__name__
        raise pulumi.RunError(f"roster '{name}': personas is of type {kind}; pass a path or a dict")
    return read_personas(personas)


def names_of(name: str, looked_up: InstanceNames | None, **ids_by_argument: Ids | None) -> dict[Reference, Names]:
    """The look-ups from names to ids, for each kind.

    Raises:
        pulumi.RunError: an argument is not a dict.
    """
    names = {}
    for reference in OF_USERS:
        ids = ids_by_argument[reference.argument]
        look_up = looked_up.look_up(reference) if looked_up else None
        if isinstance(ids, Output):
            look_up = _later(name, reference, ids)
            ids = None
        refuse_wrong_forms(name, None, "", None, **{reference.argument: ids})
        names[reference] = Names(reference, ids, look_up)
    return names


def _later(name: str, reference: Reference, ids: Output[Mapping[str, str]]) -> LookUp:
    return lambda wanted: ids.apply(lambda known: _of_output(name, reference, known, wanted))


def _of_output(name: str, reference: Reference, ids: Any, wanted: str) -> Any:
    refuse_wrong_forms(name, None, "", None, **{reference.argument: ids})
    try:
        return Names(reference, ids).id_of(wanted)
    except NoSuchName as problem:
        raise pulumi.RunError(f"roster '{name}': {problem}") from None


def password_of(name: str, passwords: object) -> Callable[[str], tuple[str, Any] | None] | None:
    """From a username to the password in `passwords` (see `Passwords`).

    Raises:
        pulumi.RunError: `passwords` has another form.
    """
    if passwords is None:
        return None
    if isinstance(passwords, str):
        pattern = passwords
        if "{username}" not in pattern:
            text = "passwords names one secret for everybody; write {username} where the username belongs"
            raise pulumi.RunError(f"roster '{name}': {text}")
        return lambda username: ("password_secret_arn", pattern.replace("{username}", username))
    if isinstance(passwords, Output):
        later = passwords
        return lambda username: (
            "password",
            later.apply(lambda by_username: _password_of_output(name, by_username, username)),
        )
    if isinstance(passwords, Mapping):
        known = passwords
        return lambda username: ("password", known[username]) if known.get(username) is not None else None
    if not callable(passwords):
        text = "write a name with {username}, a dict of passwords by username, or a function"
        raise pulumi.RunError(f"roster '{name}': passwords is of type {type(passwords).__name__}; {text}")
    function = passwords
    return lambda username: ("password", function(username))


def _password_of_output(name: str, passwords: Any, username: str) -> Any:
    if not isinstance(passwords, Mapping):
        raise pulumi.RunError(f"roster '{name}': the output passwords is not a dict of passwords by username")
    if username not in passwords:
        raise pulumi.RunError(f"roster '{name}': passwords has no password for {username!r}; add one")
    return passwords[username]
