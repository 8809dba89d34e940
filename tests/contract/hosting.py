"""What the provider's judges share: a site (an emulator that can be stopped at any point), hosts that talk to it, and
an `Engine` that drives one resource through a host as Pulumi's engine does, keeping its state.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.emulator import Emulator, Options, seed
from connect_users.program.user import PROVIDER_BLOB
from connect_users.testing import DynamicHost, HostError
from connect_users.testing.values import reveal
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Self

    from connect_users.emulator import Phase, RequestRecord

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Corr3ct-horse"
OWNER_KEY = "connect-users:owner"

#: In the agent string of every request that the package sends; the judges' own clients lack it.
_OUR_AGENT = "md/connect-users"
#: After its first deletion a process looks for the quick connects that lead to users (`effects.quick_connects`).
_ONCE = {"ListQuickConnects"}


def urn(name: str = "ada", stack: str = "dev") -> str:
    """The URN of a user's resource."""
    return f"urn:pulumi:{stack}::shop::pulumi-python:dynamic/connect_users:ConnectUser::{name}"


def user(username: Any = "ada", **changes: Any) -> dict[str, Any]:
    """The inputs of one valid user, as a program registers them; a change to None leaves the input out."""
    inputs = {
        "instance_id": seed.INSTANCE_ID,
        "username": username,
        "routing_profile_id": seed.ROUTING_PROFILES["Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identity_info": {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
        "__provider": PROVIDER_BLOB,
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of a host: nobody's credentials or settings but made-up ones; None takes a variable out."""
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
            self._client = connect(self.emulator)
        return self._client

    def client_of(self, service: str) -> Any:
        """A judge's client of another service, e.g. secretsmanager."""
        return connect(self.emulator, service=service)

    def config(self, **changes: str) -> dict[str, str]:
        """The configuration of a provider of this site: no pacing, short retries."""
        values = {"region": "us-east-1", "requestsPerSecond": "1000", "burst": "1000", "timeout": "5", **changes}
        config = {"endpointUrl": self.emulator.endpoint_url, **values}
        return {f"connect-users:{name}": value for name, value in config.items() if value}

    def host(self, *, env_changes: Mapping[str, str | None] | None = None, **changes: str) -> DynamicHost:
        """A started host that is configured for this site; `changes` of the configuration, "" to take one out."""
        host = DynamicHost(env=environment(**(env_changes or {})), cwd=ROOT, project="shop").start()
        host.configure(self.config(**changes))
        return host

    def records(self) -> list[RequestRecord]:
        """The package's requests, oldest first."""
        return [record for record in self.emulator.requests if _OUR_AGENT in record.user_agent]

    def calls(self, *, once: bool = False) -> list[str]:
        """The operations of the package's requests, oldest first; with `once` also those that a process sends once."""
        return [record.operation for record in self.records() if once or record.operation not in _ONCE]

    def forget(self) -> None:
        """Start counting calls anew."""
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


@dataclass
class State:
    """What the engine keeps of a resource; `failed` when it was made or changed in part only."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    failed: bool = False


class CheckFailed(Exception):
    """The provider found something wrong with the inputs."""


@dataclass
class Engine:
    """The engine's part for one resource (sdk/go/common/resource/deploy: step_generator.go, step.go)."""

    #: A `DynamicHost`, or what answers as it does.
    host: Any
    name: str = "ada"
    state: State | None = None
    #: The old half of a replacement that is still to be deleted.
    doomed: list[State] = field(default_factory=list)
    stack: str = "dev"

    @property
    def urn(self) -> str:
        return urn(self.name, self.stack)

    def checked(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as the provider wants them kept."""
        reply = self.host.check(inputs, self.state.inputs if self.state else None, urn=self.urn)
        if reply.failures:
            raise CheckFailed("\n".join(reason for _, reason in reply.failures))
        checked: dict[str, Any] = reply.inputs
        return checked

    def up(self, inputs: Mapping[str, Any]) -> str:
        """A run that brings the resource to these inputs; what was done: create, update, replace or same."""
        self.host.begin_run()
        done = self.step(inputs)
        self.delete_doomed()
        return done

    def step(self, inputs: Mapping[str, Any]) -> str:
        """The resource's part of a run that goes on; its old half is deleted at the end."""
        news = self.checked(inputs)
        state = self.state
        if state is None:
            self._create(news)
            return "create"
        diff = self.host.diff(state.id, state.outputs, news, old_inputs=state.inputs, urn=self.urn)
        if diff.replaces:
            self._replace(news, delete_first=diff.delete_before_replace)
            return "replace"
        unequal = reveal(news) != reveal(state.inputs)
        if diff.changes or state.failed or (diff.changes is None and unequal):
            self._update(state, news)
            return "update"
        state.inputs = news
        return "same"

    def force_replace(self, inputs: Mapping[str, Any], *, delete_first: bool = False) -> None:
        """`pulumi up --replace`: the provider is asked as for a new user, and not what differs.

        `delete_first`: the resource has `delete_before_replace`.
        """
        self.host.begin_run()
        reply = self.host.check(inputs, None, urn=self.urn)
        assert not reply.failures
        self._replace(reply.inputs, delete_first=delete_first)
        self.delete_doomed()

    def refresh(self) -> str:
        """Read what is true; `same` (also where things differ: the state has it) or `gone`."""
        self.host.begin_run()
        assert self.state is not None
        state = self.state
        reply = self.host.read(state.id, state.outputs, inputs=state.inputs, urn=self.urn)
        if not reply.id:
            self.state = None
            return "gone"
        self.state = State(reply.id, reply.inputs or state.inputs, reply.outputs, state.failed)
        return "same"

    def destroy(self) -> None:
        """A run that deletes the resource."""
        self.host.begin_run()
        self.delete_doomed()
        self.leave()

    def leave(self) -> None:
        """The resource's part of a run, at its end, of a program that does not declare it any more."""
        if self.state is not None:
            self.host.delete(self.state.id, self.state.outputs, old_inputs=self.state.inputs, urn=self.urn)
            self.state = None

    def _create(self, news: dict[str, Any]) -> None:
        try:
            reply = self.host.create(news, urn=self.urn)
        except HostError as error:
            if error.partial:
                partial = error.partial
                self.state = State(partial.id, partial.inputs or news, partial.outputs, failed=True)
            raise
        self.state = State(reply.id, news, reply.outputs)

    def _update(self, state: State, news: dict[str, Any]) -> None:
        try:
            reply = self.host.update(state.id, state.outputs, news, old_inputs=state.inputs, urn=self.urn)
        except HostError as error:
            if error.partial:
                # The engine keeps the old inputs of a failed update.
                self.state = State(state.id, state.inputs, error.partial.outputs, failed=True)
            raise
        self.state = State(state.id, news, reply.outputs)

    def _replace(self, news: dict[str, Any], *, delete_first: bool) -> None:
        old = self.state
        assert old is not None
        if delete_first:
            self.leave()
            self._create(news)
            return
        try:
            self._create(news)
        finally:
            if self.state is not old:
                self.doomed.append(old)

    def delete_doomed(self) -> None:
        """Delete the old halves of replacements, at the end of a run."""
        for old in list(self.doomed):
            self.host.delete(old.id, old.outputs, old_inputs=old.inputs, urn=self.urn)
            self.doomed.remove(old)


def judged(error: BaseException, username: str | None = "ada") -> str:
    """The text of a failure, held to what every failure must be: one line, no traceback, no password, about whom."""
    text = str(error)
    if isinstance(error, HostError) and error.partial:
        (text,) = error.partial.reasons
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
