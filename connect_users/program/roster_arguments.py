"""The arguments of a roster besides its rows: converted for judging, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import pulumi
from pulumi import Input, Output

from connect_users.core.errors import ConfigurationError
from connect_users.core.misspellings import NoSuchName
from connect_users.core.shapes import shown
from connect_users.core.spec import contains_unknown
from connect_users.program.instance import ConnectInstance
from connect_users.roster.assembly import with_unknowns
from connect_users.roster.names import Names
from connect_users.roster.reading import read_personas

if TYPE_CHECKING:
    from connect_users.core.references import Reference
    from connect_users.program.roster_names import InstanceNames
    from connect_users.roster.names import LookUp
    from connect_users.roster.personas import Personas

#: Names -> ids or ARNs. If it is an output, e.g. of another stack, its names are judged once it is known.
Ids: TypeAlias = "Mapping[str, Input[str]] | Output[Mapping[str, str]]"

#: A pattern with ``{username}`` for names in Secrets Manager; passwords by username; or a function of the username.
Passwords: TypeAlias = "str | Mapping[str, Input[str]] | Output[Mapping[str, str]] | Callable[[str], Input[str]]"

#: Arguments that are dicts of strings, or of lists of strings.
_LISTS: Final = ("where", "required_holders")


def refuse_wrong_forms(
    roster: object,
    instance_id: object,
    instance: object,
    dicts: Mapping[str, object],
    flags: Mapping[str, object],
    known: Mapping[str, object],
) -> None:
    """Refuse arguments that would cause a traceback, or be misunderstood, later.

    Args:
        dicts: name -> an argument that has to be a dict or None.
        flags: name -> an argument that has to be a bool or None. An output, or the string "false", would count as true.
        known: name -> an argument that must be known while the program runs.

    Raises:
        ConfigurationError
    """
    if instance_id is None and instance is None:
        raise ConfigurationError("instance_id or instance is missing; give one of them")
    if instance is not None and not isinstance(instance, ConnectInstance):
        raise ConfigurationError(f"instance is of type {type(instance).__name__}; write ConnectInstance(...)")
    if isinstance(roster, Output):
        raise ConfigurationError("the people are an output; usernames name resources, so the rows must be known")
    for argument, value in known.items():
        if contains_unknown(with_unknowns(value)):
            raise ConfigurationError(f"{argument} has an output in it, but must be known while the program runs")
    for argument, value in dicts.items():
        if value is not None:
            _refuse_no_dict(argument, value)
    for argument, value in flags.items():
        if not isinstance(value, bool | None):
            raise ConfigurationError(f"{argument} is of type {type(value).__name__}; write true or false")


def _refuse_no_dict(argument: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{argument} is of type {type(value).__name__}; write a dict")
    for key, item in value.items():
        if not isinstance(key, str):
            raise ConfigurationError(f"{argument}: the key {key!r} is not a string")
        if argument in _LISTS:
            strings_of(f"{argument}: {key!r}", item)


def strings_of(argument: str, value: object) -> tuple[str, ...]:
    """The strings of an argument that is a string or a list of strings.

    Raises:
        ConfigurationError: it is neither.
    """
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (Sequence, AbstractSet)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ConfigurationError(f"{argument}: {shown(value)} is neither a string nor a list of strings")


def personas_of(personas: object) -> Personas | None:
    """The personas of a roster; None if it has none.

    Raises:
        ConfigurationError: they are neither a path nor a dict.
        UnreadableRoster: the file cannot be read.
    """
    if personas is None:
        return None
    if not isinstance(personas, (str, os.PathLike, Mapping)):
        raise ConfigurationError(f"personas is of type {type(personas).__name__}; pass a path or a dict")
    return read_personas(personas)


def names_of(
    roster: str, instance_names: InstanceNames | None, ids_by_kind: Mapping[Reference, Ids | None]
) -> dict[Reference, Names]:
    """The look-ups from names to ids, for each kind.

    Raises:
        ConfigurationError: an argument is not a dict.
    """
    names = {}
    for reference, ids in ids_by_kind.items():
        if isinstance(ids, Output):
            names[reference] = Names(reference, None, _look_up_later(roster, reference, ids))
            continue
        if ids is not None:
            _refuse_no_dict(reference.argument, ids)
        names[reference] = Names(reference, ids, instance_names.look_up(reference) if instance_names else None)
    return names


def _look_up_later(roster: str, reference: Reference, ids: Output[Mapping[str, str]]) -> LookUp:
    """A look-up in a dict that is an output."""

    def id_of(name: str, values: Any) -> Any:
        try:
            _refuse_no_dict(reference.argument, values)
            return Names(reference, values).id_of(name)
        except (ConfigurationError, NoSuchName) as problem:
            raise pulumi.RunError(f"roster '{roster}': {problem}") from None

    return lambda name: ids.apply(lambda values: id_of(name, values))


class SecretNames(NamedTuple):
    """A pattern with ``{username}`` that is an output, which programs of the plugin may have."""

    pattern: Output[str]


def _secret_name(roster: str, pattern: str, username: str) -> str:
    if "{username}" not in pattern:
        text = "passwords names one secret for everybody; write {username} where the username belongs"
        raise pulumi.RunError(f"roster '{roster}': {text}")
    return pattern.replace("{username}", username)


def password_of(roster: str, passwords: Any) -> Callable[[str], tuple[str, Any] | None] | None:
    """From a username to the password in `passwords` (see `Passwords`).

    Raises:
        ConfigurationError: `passwords` has another form.
        pulumi.RunError: a pattern names one secret for everybody.
    """
    if passwords is None:
        return None
    if isinstance(passwords, str):
        _secret_name(roster, passwords, "")
        return lambda username: ("password_secret_arn", _secret_name(roster, passwords, username))
    if isinstance(passwords, SecretNames):
        pattern = passwords.pattern
        return lambda username: ("password_secret_arn", pattern.apply(lambda it: _secret_name(roster, it, username)))
    if isinstance(passwords, Output):
        return lambda username: (
            "password",
            passwords.apply(lambda by_username: _password_in(roster, by_username, username)),
        )
    if isinstance(passwords, Mapping):
        return lambda username: ("password", passwords[username]) if passwords.get(username) is not None else None
    if callable(passwords):
        return lambda username: ("password", passwords(username))
    forms = "write a name with {username}, a dict of passwords by username, or a function"
    raise ConfigurationError(f"passwords is of type {type(passwords).__name__}; {forms}")


def _password_in(roster: str, passwords: Any, username: str) -> Any:
    if not isinstance(passwords, Mapping):
        raise pulumi.RunError(f"roster '{roster}': the output passwords is not a dict of passwords by username")
    return passwords.get(username)
