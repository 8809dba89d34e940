"""What the plugin adds to the registrations of a roster's people, and what it keeps from the engine."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import resource as sdk
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS

from connect_users.core import tokens
from connect_users.plugin import component, monitor, wire
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

PROVIDER = "urn:pulumi:dev::p::pulumi:providers:connect-users::default::1"
INPUTS = {"instance_id": "i", "username": "ada", "password": "Secret-1", "identity_info": {"first_name": "Ada"}}


class Engine:
    """Both ends of the engine that a component calls."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.requests: list[Any] = []

    def Log(self, request: Any) -> None:  # noqa: N802 - the method of the SDK's stub
        self.messages.append(request.message)

    def RegisterResource(self, request: Any) -> str:  # noqa: N802 - the method of the SDK's stub
        self.requests.append(request)
        return "registered"


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], Engine]:
    """Runs a function as the body of a component; returns the engine that it met."""
    monkeypatch.setattr(sdk, "_get_stack_trace", sdk._get_stack_trace)

    def run(body: Callable[[], None]) -> Engine:
        engine = Engine()

        def joined() -> None:
            SETTINGS.engine = SETTINGS.monitor = engine
            monitor.join(PROVIDER)
            body()

        contextvars.copy_context().run(joined)
        return engine

    return run


def registered(request: Any, joined: Callable[[Callable[[], None]], Engine], **inputs: Any) -> Any:
    def body() -> None:
        SETTINGS.monitor.add_inputs("team-ada", inputs)
        assert SETTINGS.monitor.RegisterResource(request) == "registered"

    (sent,) = joined(body).requests
    return sent


def test_the_engine_is_sent_no_debug_messages(joined: Callable[[Callable[[], None]], Engine]) -> None:
    """The SDK has two for each person; its other messages arrive."""

    def body() -> None:
        for log in (pulumi.log.debug, pulumi.log.info, pulumi.log.warn, pulumi.log.error):
            log(log.__name__)

    assert joined(body).messages == ["info", "warn", "error"]


def test_messages_are_in_the_words_of_the_plugin(joined: Callable[[Callable[[], None]], Engine]) -> None:
    messages = joined(lambda: pulumi.log.info("roster 'team': require_self: not checked")).messages
    assert messages == ["roster 'team': requireSelf: not checked"]


def test_a_user_is_registered_with_its_plain_inputs(joined: Callable[[Callable[[], None]], Engine]) -> None:
    """They join those that the SDK sends, the password as a secret; none of them depends on another resource."""
    request = resource_pb2.RegisterResourceRequest(type=tokens.PLUGIN_USER, name="team-ada", dependencies=["guard"])
    request.object["routingProfileId"] = tokens.UNKNOWN_STRING
    request.propertyDependencies["routingProfileId"].urns.append("profile")
    sent = registered(request, joined, **INPUTS)
    sent_inputs = wire.decode(sent.object)
    assert sent_inputs.props.pop("routing_profile_id") is not None
    assert sent_inputs.props == INPUTS
    assert ("password",) in sent_inputs.secrets
    depends_on = {name: list(urns.urns) for name, urns in sent.propertyDependencies.items()}
    assert depends_on == {**{key: [] for key in wire.encode(INPUTS).fields}, "routingProfileId": ["profile"]}
    assert (sent.version, sent.provider) == (VERSION, PROVIDER)
    assert [alias.spec.type for alias in sent.aliases] == [tokens.USER]
    assert list(sent.additionalSecretOutputs) == ["password"]


def test_an_explicit_provider_stays(joined: Callable[[Callable[[], None]], Engine]) -> None:
    request = resource_pb2.RegisterResourceRequest(type=tokens.PLUGIN_USER, name="team-ada", provider="another")
    assert registered(request, joined).provider == "another"


def test_registrations_of_other_packages_stay_as_they_are(joined: Callable[[Callable[[], None]], Engine]) -> None:
    request = resource_pb2.RegisterResourceRequest(type="aws:connect/queue:Queue", name="team-ada")
    before = request.SerializeToString(deterministic=True)
    assert registered(request, joined, **INPUTS).SerializeToString(deterministic=True) == before


def test_only_outputs_are_left_to_the_sdk() -> None:
    plain = {"identity_info": {"first_name": "Ada"}, "security_profile_ids": ["a"], "acw": [{"seconds": 30}], "x": None}
    assert component.is_plain(plain)

    def in_a_loop() -> pulumi.Output[str]:
        return pulumi.Output.from_input("x")

    import asyncio

    async def outputs() -> list[bool]:
        return [component.is_plain(value) for value in (in_a_loop(), [in_a_loop()], {"key": [in_a_loop()]})]

    assert asyncio.run(outputs()) == [False, False, False]
