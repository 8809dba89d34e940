"""What the provider's judges share: a site (an emulator that can be stopped at any point), hosts that talk to it, and
an `Engine` that drives one user through a host as Pulumi's engine does, keeping its state.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.core import tokens
from connect_users.emulator import Emulator, Options, seed

# What tests take from here beside `Engine`.
from connect_users.testing import CheckFailed as CheckFailed
from connect_users.testing import PlannedChange, ResourceDriver
from connect_users.testing import ResourceState as ResourceState
from tests.contract.doors import DOORS
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Self

    from connect_users.emulator import Phase, RequestRecord
    from tests.contract.doors import Host

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Corr3ct-horse"
OWNER_KEY = "connect-users:owner"

#: In the agent string of every request that the package sends; the judges' own clients lack it.
_OUR_AGENT = "md/connect-users"
#: After its first deletion a process looks for the quick connects that lead to users (`effects.quick_connects`).
_ONCE = {"ListQuickConnects"}


def urn(name: str = "ada", stack: str = "dev", type_: str = tokens.USER) -> str:
    """The URN of a user's resource."""
    return f"urn:pulumi:{stack}::shop::{type_}::{name}"


def user(username: Any = "ada", **changes: Any) -> dict[str, Any]:
    """The inputs of one valid user, as a program registers them; a change to None leaves the input out."""
    inputs = {
        "instance_id": seed.INSTANCE_ID,
        "username": username,
        "routing_profile_id": seed.ROUTING_PROFILES["Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identity_info": {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
        "__provider": tokens.USER_PROVIDER,
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of a host: made-up credentials and settings only; None takes a variable out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    ours: dict[str, str | None] = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **changes,
    }
    return {**kept, **{name: value for name, value in ours.items() if value is not None}}


class Site:
    """An emulator, and what the package did to it."""

    def __init__(self, **options: Any) -> None:
        #: Called at every phase of every request of the package; raises ConnectionError to drop the connection.
        self.on_event: Callable[[Phase, RequestRecord], None] | None = None
        self.emulator = Emulator(None, Options(**options), on_event=self._event)
        self._client: Any = None

    def _event(self, phase: Phase, record: RequestRecord) -> None:
        if self.on_event is not None and _OUR_AGENT in record.user_agent:
            self.on_event(phase, record)

    def __enter__(self) -> Self:
        self.emulator.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.emulator.close()

    @property
    def client(self) -> Any:
        """A judge's own boto3 client."""
        if self._client is None:
            self._client = self.client_of("connect")
        return self._client

    def client_of(self, service: str) -> Any:
        """A judge's client of a service, e.g. secretsmanager."""
        return connect(self.emulator, service=service)

    def config(self, **changes: str) -> dict[str, str]:
        """The configuration of a provider of this site: no pacing, short retries."""
        values = {"region": "us-east-1", "requestsPerSecond": "1000", "burst": "1000", "timeout": "5", **changes}
        config = {"endpointUrl": self.emulator.endpoint_url, **values}
        return {f"connect-users:{name}": value for name, value in config.items() if value}

    def host(
        self, door: str = "dynamic", *, env_changes: Mapping[str, str | None] | None = None, **changes: str
    ) -> Host:
        """A started host that is configured for this site; `changes` of the configuration, "" to take one out."""
        host = DOORS[door](env=environment(**(env_changes or {})), cwd=ROOT, project="shop").start()
        host.configure(self.config(**changes))
        return host

    def records(self) -> list[RequestRecord]:
        """The package's requests, oldest first."""
        return [record for record in self.emulator.requests if _OUR_AGENT in record.user_agent]

    def calls(self, *, once: bool = False) -> list[str]:
        """The operations of the package's requests, oldest first; with `once` also those that a process sends once."""
        return [record.operation for record in self.records() if once or record.operation not in _ONCE]

    def forget(self) -> None:
        """Start counting calls again."""
        self.emulator.requests.clear()

    def users(self) -> dict[str, dict[str, Any]]:
        """Every live user by name: DescribeUser, and its proficiencies as (name, value) -> level."""
        users = {}
        for page in self.client.get_paginator("list_users").paginate(InstanceId=seed.INSTANCE_ID):
            for entry in page["UserSummaryList"]:
                assert entry["Username"] not in users, "names are unique in an instance"
                users[entry["Username"]] = self.described(entry["Id"])
        return users

    def described(self, user_id: str) -> dict[str, Any]:
        """One live user, as in `users`."""
        ids = {"InstanceId": seed.INSTANCE_ID, "UserId": user_id}
        shown: dict[str, Any] = self.client.describe_user(**ids)["User"]
        entries = self.client.list_user_proficiencies(**ids)["UserProficiencyList"]
        shown["Proficiencies"] = {
            (entry["AttributeName"], entry["AttributeValue"]): int(entry["Level"]) for entry in entries
        }
        return shown


class Engine(ResourceDriver):
    """The engine's part for one user, who is named as the resource is."""

    def __init__(self, host: Any, name: str = "ada", state: ResourceState | None = None, stack: str = "dev") -> None:
        """`host`: a `Host`, or what answers as it does."""
        super().__init__(host, urn(name, stack, getattr(host, "type", tokens.USER)), state)

    def twin(self, **changes: Any) -> Engine:
        """Another one with the same host, name, state and stack, but for `changes`."""
        return Engine(**{"host": self.host, "name": self.name, "state": self.state, "stack": self.stack, **changes})

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @name.setter
    def name(self, name: str) -> None:
        self.urn = urn(name, self.stack, self.urn.split("::")[2])

    @property
    def stack(self) -> str:
        return self.urn.split(":")[2]

    @property
    def host(self) -> Any:
        return self.provider

    @host.setter
    def host(self, host: Any) -> None:
        self.provider = host

    def up(self, inputs: Mapping[str, Any]) -> str:
        """A run that brings the resource to these inputs; what was done: create, update, replace or same."""
        self.host.begin_run()
        done = self.step(inputs)
        self.delete_doomed()
        return done

    def step(self, inputs: Mapping[str, Any]) -> str:
        """The resource's part of a run that goes on; its old half is deleted at the end."""
        change = self.plan(self.checked(inputs))
        self.apply(change)
        return change.op

    def force_replace(self, inputs: Mapping[str, Any], *, delete_first: bool = False) -> None:
        """`pulumi up --replace`: the provider is asked as for a new user, and not what differs.

        `delete_first`: the resource has `delete_before_replace`.
        """
        self.host.begin_run()
        reply = self.host.check(inputs, None, urn=self.urn)
        assert not reply.failures
        self.apply(PlannedChange("replace", reply.inputs, delete_first=delete_first))
        self.delete_doomed()

    def refresh(self) -> str:
        """A run that reads what is true."""
        self.host.begin_run()
        return super().refresh()

    def destroy(self) -> None:
        """A run that deletes the resource."""
        self.host.begin_run()
        self.delete_doomed()
        self.leave()

    def leave(self) -> None:
        """The resource's part of a run, at its end, of a program that does not declare it any more."""
        if self.state is not None:
            self.delete(self.state)
            self.state = None


def judged(error: BaseException, username: str | None = "ada") -> str:
    """The text of a failure, held to what every failure must be: one line, no traceback, no password, about whom."""
    text = str(error)
    assert "\n" not in text, text
    assert "Traceback" not in text, text
    assert PASSWORD not in text, text
    assert username is None or f"'{username}'" in text, text
    return text


def run(program: Mapping[str, Mapping[str, Any]], engines: Iterable[Engine]) -> dict[str, str]:
    """One run of a program: what was done with each resource, by its name.

    Args:
        program: name of a resource -> its inputs, in the order of registration.
        engines: of the resources of the stack, one host for all; those that the program does not declare leave.
    """
    named = {engine.name: engine for engine in engines}
    next(iter(named.values())).host.begin_run()
    done = {name: named[name].step(inputs) for name, inputs in program.items()}
    for engine in named.values():
        engine.delete_doomed()
        if engine.name not in program:
            engine.leave()
    return done
