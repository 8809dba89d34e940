"""One call of an operation, as its handler sees it, and the tables of all handlers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator.arns import SEEDED_INSTANCE, ConnectArn, instance_arn
from connect_users.emulator.errors import invalid_parameter, not_found

if TYPE_CHECKING:
    import sqlite3

    from connect_users.emulator.options import Options

Params = dict[str, Any]
Document = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """A row of the table of instances, as seen from `region`."""

    id: str
    account: str
    region: str
    doc: Document

    @cached_property
    def arn(self) -> str:
        return instance_arn(self.region, self.account, self.id)

    @property
    def identity_management_type(self) -> str:
        return str(self.doc["IdentityManagementType"])


class ApiCall:
    """One validated request inside its transaction: its parameters, caller, time and options."""

    def __init__(
        self, operation: str, params: Params, tx: sqlite3.Connection, options: Options, *, account: str, region: str
    ) -> None:
        self.operation = operation
        self.params = params
        self.tx = tx
        self.options = options
        self.account = account
        self.region = region
        #: Connect returns times in milliseconds at most.
        self.now = round(options.clock(), 3)

    @cached_property
    def instance(self) -> Instance:
        """The instance that `InstanceId` (an id or an ARN) names.

        Raises ResourceNotFoundException if there is none in the caller's account and region, and
        InvalidParameterException for an ARN of something else.
        """
        value = instance_id = self.params["InstanceId"]
        if value.startswith("arn:"):
            arn = ConnectArn.parse(value)
            instance_id = arn.instance_id
            if arn.kind is not None:
                raise invalid_parameter(f"{value!r} is not the ARN of an instance")
            if value != instance_arn(self.region, self.account, instance_id):
                # It is in another account, region or partition.
                raise not_found("Instance", value)
        row = self.tx.execute(
            "SELECT id, account, doc FROM instances WHERE id = ? AND account = ? AND (region = ? OR id = ?)",
            (instance_id, self.account, self.region, self.everywhere),
        ).fetchone()
        if row is None:
            raise not_found("Instance", value)
        return Instance(row[0], row[1], self.region, json.loads(row[2]))

    def save_instance(self) -> None:
        """Write the changed document of `instance` back."""
        self.tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (json.dumps(self.instance.doc), self.instance.id))

    @property
    def everywhere(self) -> str | None:
        """The id of the instance that is in every region, if there is one."""
        return SEEDED_INSTANCE if self.options.every_region else None


Handler = Callable[[ApiCall], "Document | None"]


@dataclass(frozen=True)
class Implementation:
    """How the emulator runs an operation: its handler, and whether its transaction writes."""

    handler: Handler
    writes: bool


#: Implementations by operation name. The modules with handlers fill them when they are imported.
CONNECT: Final[dict[str, Implementation]] = {}
SECRETS: Final[dict[str, Implementation]] = {}


def check_operation(name: str) -> None:
    """Raise ValueError if the emulator does not have an operation: what is set for a misspelt one would do nothing."""
    if name not in CONNECT and name not in SECRETS:
        raise ValueError(f"{name!r} is not an operation of the emulator")


def reads(
    name: str, table: dict[str, Implementation] = CONNECT, *, writes: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler that only reads."""

    def register(handler: Handler) -> Handler:
        table[name] = Implementation(handler, writes)
        return handler

    return register


def writes(name: str, table: dict[str, Implementation] = CONNECT) -> Callable[[Handler], Handler]:
    """Register a handler that changes something. An exception undoes everything that it did."""
    return reads(name, table, writes=True)
