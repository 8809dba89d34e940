"""Users that another resource type manages today, read from its state. Pure.

The input is what ``pulumi stack export`` writes (users of ``aws`` and ``aws-native``), or ``terraform show -json`` of a
state. Only the identity of each user is read. The settings come from Connect, which has all of them, and secrets in the
state are never looked at.

Nobody is created or deleted if the state forgets its users before the program that no longer declares them runs. A
state does not let go of a resource that is protected or that others depend on: protection is removed by a command,
dependants are reported.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connect_users.core import tokens
from connect_users.core.errors import ConfigurationError, ConnectUsersError
from connect_users.core.ownership import stack_of
from connect_users.core.phrases import some
from connect_users.core.references import USER
from connect_users.lifecycle.lookup import ImportId, parse_import_id

Json = Mapping[str, Any]

_FORMS: Final = "pulumi stack export, or terraform show -json,"
_PULUMI_USERS: Final = (tokens.AWS_USER, tokens.NATIVE_USER)
#: Outputs that may hold a user's ARN.
_ARNS: Final = ("arn", "userArn")
#: Users in one command: a shell allows a few hundred kilobytes.
_AT_ONCE: Final = 200
_SHOWN: Final = 3
#: Members of a resource with URNs of others, which `pulumi state delete` refuses to delete before it.
_URN_LISTS: Final = ("dependencies", "replaceWith")


@dataclass(frozen=True)
class Origin:
    """A user in a state.

    Attributes:
        name: its URN, or its Terraform address.
        place: instance and id, and the ARN if the state has it.
        needed_by: names of the resources that depend on it.
    """

    name: str
    place: ImportId
    protected: bool = False
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origins:
    """The users of a state.

    Attributes:
        stack: stack and project; None for a Terraform state.
    """

    users: tuple[Origin, ...]
    stack: tuple[str, str] | None = None

    @property
    def instances(self) -> dict[str, str]:
        """Instance id -> its ARN, or the id if no user has an ARN."""
        instances: dict[str, str] = {}
        for place in (user.place for user in self.users):
            # The ARN of a user begins with that of its instance.
            arn = place.arn.partition(f"/{USER.arn_word}/")[0]
            instances[place.instance_id] = arn or instances.get(place.instance_id, place.instance_id)
        return instances

    def of(self, instance_id: str) -> list[Origin]:
        """The entries of one instance's users. A user may have several: an import does not ask who has it already."""
        return [user for user in self.users if user.place.instance_id == instance_id]

    @property
    def where(self) -> str:
        """What manages the users, in words."""
        return "stack '{}' of project '{}'".format(*self.stack) if self.stack else "Terraform's state"


def read(text: str, file: str) -> Origins:
    """The users of a state.

    Raises:
        ConfigurationError: the file has another form, or its users cannot be taken over.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{file} is not what {_FORMS} writes")
    origins = _of_terraform(document, file) if "format_version" in document else _of_pulumi(document, file)
    if not origins.users:
        raise ConfigurationError(
            f"{file} has no users of Amazon Connect ({', '.join((*_PULUMI_USERS, tokens.TERRAFORM_USER))})"
        )
    return origins


# Pulumi.


def _of_pulumi(document: Json, file: str) -> Origins:
    deployment = document.get("deployment")
    if not isinstance(deployment, dict):
        if {"lineage", "serial"} & document.keys():
            raise ConfigurationError(
                f"{file} is Terraform's own state file; give what terraform show -json {shlex.quote(file)} writes"
            )
        raise ConfigurationError(f"{file} is not what {_FORMS} writes")
    resources = [each for each in _listed(deployment.get("resources")) if isinstance(each.get("urn"), str)]
    users = [each for each in resources if each.get("type") in _PULUMI_USERS and not each.get("external")]
    _refuse_replaced(
        (each["urn"] for each in users if each.get("delete") or each.get("pendingReplacement")), "pulumi up"
    )
    needed: dict[str, list[str]] = {}
    for each in resources:
        for urn in sorted(_dependencies(each)):
            needed.setdefault(urn, []).append(each["urn"])
    origins = tuple(
        Origin(
            each["urn"],
            _place(each["urn"], each.get("id"), each.get("outputs")),
            bool(each.get("protect")),
            tuple(needed.get(each["urn"], ())),
        )
        for each in users
    )
    return Origins(origins, stack_of(origins[0].name) if origins else None)


def _dependencies(resource: Json) -> set[str]:
    lists = [*map(resource.get, _URN_LISTS), *_mapping(resource.get("propertyDependencies")).values()]
    urns = [urn for each in lists if isinstance(each, list) for urn in each]
    urns += [resource.get("parent"), resource.get("deletedWith")]
    return {urn for urn in urns if isinstance(urn, str)}


# Terraform.


def _of_terraform(document: Json, file: str) -> Origins:
    if "planned_values" in document or "resource_changes" in document:
        raise ConfigurationError(f"{file} is a plan; write terraform show -json without the name of a plan")
    values = _mapping(document.get("values"))
    resources = list(_of_module(_mapping(values.get("root_module"))))
    users = [
        each
        for each in resources
        if each.get("type") == tokens.TERRAFORM_USER and each.get("mode", "managed") == "managed"
    ]
    _refuse_replaced((each["address"] for each in users if each.get("deposed_key")), "terraform apply")
    return Origins(
        tuple(
            Origin(each["address"], _place(each["address"], _mapping(each.get("values")).get("id"), each.get("values")))
            for each in users
        )
    )


def _of_module(module: Json) -> Iterator[Json]:
    yield from (each for each in _listed(module.get("resources")) if isinstance(each.get("address"), str))
    for child in _listed(module.get("child_modules")):
        yield from _of_module(child)


def _listed(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _refuse_replaced(names: Iterable[str], command: str) -> None:
    """Refuse users with an old copy that still has to be deleted: the state does not say which of the two stays."""
    replaced = sorted(set(names))
    if replaced:
        raise ConfigurationError(
            f"{some(replaced, _SHOWN)}: a replaced copy is still to be deleted; run {command} there first, "
            "then export again"
        )


def _place(name: str, id_: Any, values: Any) -> ImportId:
    arns = [text for key in _ARNS if isinstance(text := _mapping(values).get(key), str)]
    for text in (*arns, id_):
        try:
            return parse_import_id(str(text))
        except ConnectUsersError:
            continue
    raise ConfigurationError(f"{name}: neither its id nor its ARN identifies a user; export the state again")


# How a state forgets its users.


@dataclass(frozen=True)
class StateRemoval:
    """How users leave the state that manages them now.

    Attributes:
        commands: exact commands, in the order in which to run them.
        dependants: name of a user who cannot leave yet -> the resources that depend on it.
        later: the commands for those users, once nothing depends on them.
    """

    commands: tuple[str, ...]
    dependants: Mapping[str, tuple[str, ...]]
    later: tuple[str, ...]


def state_removal(origins: Origins, users: Iterable[Origin]) -> StateRemoval:
    """How some of the users leave their state."""
    free = {user.name: user for user in users}
    dependants: dict[str, tuple[str, ...]] = {}
    # A user who stays for now also blocks those it depends on.
    while blocking := {
        name: names for name, user in free.items() if (names := tuple(n for n in user.needed_by if n not in free))
    }:
        dependants |= blocking
        free = {name: user for name, user in free.items() if name not in blocking}
    # A state has a user before those who depend on it, and lets go of it after them.
    now, later = ([user for user in reversed(origins.users) if user.name in names] for names in (free, dependants))
    return StateRemoval(tuple(_commands(origins.stack, now)), dependants, tuple(_commands(origins.stack, later)))


def _commands(stack: tuple[str, str] | None, users: list[Origin]) -> Iterator[str]:
    names = [user.name for user in users]
    if stack is None:
        yield from _command_lines("terraform state rm", names)
        return
    options = f"--stack {shlex.quote(stack[0])} --yes"
    yield from _command_lines(f"pulumi state unprotect {options}", [user.name for user in users if user.protected])
    yield from _command_lines(f"pulumi state delete {options}", names)


def _command_lines(command: str, names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), _AT_ONCE):
        yield " ".join([command, *map(shlex.quote, names[start : start + _AT_ONCE])])


def script(origins: Origins, removal: StateRemoval) -> str:
    """The commands as a script."""
    lines = [
        "#!/bin/sh",
        f"# Makes {origins.where} forget users that another program declares now. No user is deleted in Connect.",
        "# Run it in that project's folder, after the import, once the users are removed from its program.",
        "set -e",
        *removal.commands,
    ]
    if removal.later:
        lines += [
            "# Something depends on these. Keep them in the program until it gets their ids from elsewhere; then run:",
            *(f"# {command}" for command in removal.later),
        ]
    return "\n".join(lines) + "\n"
