"""One call of an operation, as its handler sees it, and the table of all handlers."""

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
Result = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """A row of the table of instances."""

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


class Call:
    """One validated request inside its transaction: parameters, who asks, when, and the switches in force."""

    def __init__(self, params: Params, tx: sqlite3.Connection, options: Options, *, account: str, region: str) -> None:
        self.params = params
        self.tx = tx
        self.options = options
        self.account = account
        self.region = region
        #: Milliseconds are the finest that Connect shows (facts, section 1, wire notes).
        self.now = round(options.clock(), 3)

    @cached_property
    def instance(self) -> Instance:
        """The instance that `InstanceId` names (bare or ARN), if it is this account's and region's.

        Raises ResourceNotFoundException otherwise: another account or region knows nothing of it.
        """
        return self.instance_of(self.params["InstanceId"])

    def instance_of(self, value: str) -> Instance:
        """As `instance`, of an id or ARN from elsewhere; InvalidParameterException for the ARN of something else."""
        instance_id = value
        if value.startswith("arn:"):
            arn = ConnectArn.parse(value)
            instance_id = arn.instance_id
            if arn.kind is not None:
                raise invalid_parameter(f"{value!r} is not the ARN of an instance")
            if value != instance_arn(self.region, self.account, instance_id):
                # Of another account, region or partition.
                raise not_found("Instance", value)
        row = self.tx.execute(
            "SELECT id, account, doc FROM instances WHERE id = ? AND account = ? AND (region = ? OR id = ?)",
            (instance_id, self.account, self.region, self.everywhere),
        ).fetchone()
        if row is None:
            raise not_found("Instance", value)
        return Instance(row[0], row[1], self.region, json.loads(row[2]))

    @property
    def everywhere(self) -> str | None:
        """The id of the instance that is in every region, if one is."""
        return SEEDED_INSTANCE if self.options.every_region else None


Handler = Callable[[Call], "Result | None"]


@dataclass(frozen=True)
class Played:
    """An operation that the emulator has; `writes` says which kind of transaction it needs."""

    handler: Handler
    writes: bool


#: By operation name; filled by the handler modules when `handlers` is imported.
CONNECT: Final[dict[str, Played]] = {}
SECRETS: Final[dict[str, Played]] = {}


def reads(name: str, table: dict[str, Played] = CONNECT) -> Callable[[Handler], Handler]:
    """Register a handler that only reads."""
    return _register(name, table, writes=False)


def writes(name: str, table: dict[str, Played] = CONNECT) -> Callable[[Handler], Handler]:
    """Register a handler that changes something; an exception undoes all that it did."""
    return _register(name, table, writes=True)


def _register(name: str, table: dict[str, Played], *, writes: bool) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        table[name] = Played(handler, writes)
        return handler

    return register
