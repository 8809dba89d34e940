"""The servicer: each method decodes, asks the life of a user, and encodes.

Contract (pulumi/pulumi, proto/pulumi/provider.proto):
- A failure is one line; of a create or update that did part of its work, with the state to be saved.
- Secrets stay where they are: in outputs as in inputs, and in no text.
- Previews know all outputs that an update leaves alone.
- A method that is not here is answered as unimplemented, by gRPC itself.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf import empty_pb2

from connect_users.connect.connection import gateway_for
from connect_users.connect.directory import AnswerCache
from connect_users.connect.session import loading
from connect_users.core import spelling, tokens
from connect_users.core.errors import ConfigurationError, ConnectUsersError
from connect_users.core.fields import ARN_KEY
from connect_users.core.shapes import sound
from connect_users.engine import channel, collector
from connect_users.engine.channel import CANCELLED
from connect_users.engine.protocol import plugin_pb2, provider_pb2
from connect_users.lifecycle.life import Lifecycle
from connect_users.lifecycle.lookup import parse_import_id
from connect_users.plugin import details, guard, wire
from connect_users.plugin.call import EngineCall, answered
from connect_users.plugin.version import VERSION, require_components

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.empty_pb2 import Empty

    from connect_users.connect.gateway import Gateway
    from connect_users.plugin.wire import PropertyBag

_SERVICE: Final = "ResourceProvider"
_SOME, _NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE


def of_a_resource(method: Callable[[Service, EngineCall, Any], Any]) -> Callable[[Service, Any, Any], Any]:
    """A method about a user; about the guard of a roster, the guard answers in its place.

    Raises:
        ConnectUsersError: by the method, about a resource that the package does not have.
    """
    of_the_guard = getattr(guard, method.__name__.lower())

    @functools.wraps(method)
    def chosen(self: Service, call: EngineCall, request: Any) -> Any:
        if call.type == tokens.PLUGIN_USER:
            return method(self, call, request)
        if call.type == tokens.PLUGIN_GUARD:
            return of_the_guard(call, request)
        raise ConnectUsersError(f"the package connect-users has no resource {call.type}; it has {tokens.PLUGIN_USER}")

    return answered(chosen)


class Service:
    """The plugin, under one configuration. Thread-safe.

    Args:
        engine: the engine's address; "" where the handshake tells it.
    """

    def __init__(self, engine: str = "") -> None:
        self.engine = engine
        # Of the provider in the stack that this process is; "" if not known, or if it may be several.
        self._reference = ""
        self._is_shared = False
        # Until `Configure` is called: all defaults.
        self._configure({})

    # About the plugin.

    @answered
    def Handshake(self, call: EngineCall, request: Any) -> Any:
        """What the plugin understands."""
        self.engine = self.engine or request.engine_address
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    @answered
    def Attach(self, call: EngineCall, request: Any) -> Empty:
        """An engine that did not start this plugin (PULUMI_DEBUG_PROVIDERS) introduces itself."""
        self.engine = self.engine or request.address
        # It does not hold the other end of standard input: only a channel tells when it is gone.
        channel.connect(self.engine)
        self._is_shared = True
        return empty_pb2.Empty()

    @answered
    def GetPluginInfo(self, call: EngineCall, request: Empty) -> Any:
        """The plugin's version."""
        return plugin_pb2.PluginInfo(version=VERSION)

    @answered
    def GetSchema(self, call: EngineCall, request: Any) -> Any:
        """The package's schema."""
        from connect_users.plugin import schema

        return provider_pb2.GetSchemaResponse(schema=schema.text())

    @answered
    def GetMapping(self, call: EngineCall, request: Any) -> Any:
        """There is no Terraform provider behind this one."""
        return provider_pb2.GetMappingResponse()

    @answered
    def Cancel(self, call: EngineCall, request: Empty) -> Empty:
        """End every wait, and with it the call that waits."""
        CANCELLED.set()
        return empty_pb2.Empty()

    # The configuration.

    @answered
    def CheckConfig(self, call: EngineCall, request: Any) -> Any:
        """Every setting that cannot be read, in one line."""
        problems = Lifecycle.configured(call.settings(request.news), CANCELLED).problems
        failures = [provider_pb2.CheckFailure(reason=call.worded(problem)) for problem in problems]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @answered
    def DiffConfig(self, call: EngineCall, request: Any) -> Any:
        """Never a reason to replace users: the engine asks this about each of them whose provider changed."""
        return provider_pb2.DiffResponse(changes=_NONE if request.olds == request.news else _SOME)

    @answered
    def Configure(self, call: EngineCall, request: Any) -> Any:
        """Keep the configuration for this process; `Check` tells what is wrong with it."""
        self._configure(call.settings(request.args))
        if request.urn and not self._is_shared:
            self._reference = f"{request.urn}::{request.id or tokens.UNKNOWN_STRING}"
        collector.keep_what_is_loaded()
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def _configure(self, config: dict[str, Any]) -> None:
        life = Lifecycle.configured(config, CANCELLED)
        self._configuration = config

        def gateway() -> Gateway:
            if life.problems:
                raise ConfigurationError("; ".join(life.problems))
            return gateway_for(life.settings, CANCELLED)

        self._life, self._answers = life, AnswerCache(gateway)

    # A user's life.

    @of_a_resource
    def Check(self, call: EngineCall, request: Any) -> Any:
        """Every problem of the inputs at once; their canonical form."""
        old, new = call.read(request.olds), call.read(request.news)
        checked = self._life.check(call.urn, old.props, new.props)
        for warning in checked.warnings:
            call.say("warning", warning)
        # No property is named: the engine would print its value, secrets included.
        failures = [provider_pb2.CheckFailure(reason=call.worded(problem)) for problem in checked.problems]
        return provider_pb2.CheckResponse(inputs=wire.encode(checked.inputs, new.secrets), failures=failures)

    @of_a_resource
    def Diff(self, call: EngineCall, request: Any) -> Any:
        """Whether anything differs, where, and what needs a new user."""
        state, new, old = call.read(request.olds), call.read(request.news), call.read(request.old_inputs)
        difference = self._life.diff(call.urn, request.id, state.props, new.props, call.say, lambda: old.props)
        detailed = details.details(difference, state.props, old.props, new.props)
        # A state of the dynamic resource becomes the plugin's by an update.
        changed = difference.changed or state.foreign or old.foreign
        return provider_pb2.DiffResponse(
            changes=_SOME if changed else _NONE,
            replaces=[spelling.camel(name) for name in difference.replaces],
            deleteBeforeReplace=difference.delete_first,
            diffs=[spelling.camel(name) for name in difference.fields],
            detailedDiff={
                each.path: provider_pb2.PropertyDiff(
                    kind=provider_pb2.PropertyDiff.Kind.Value(each.kind), inputDiff=each.in_inputs
                )
                for each in detailed
            },
            hasDetailedDiff=bool(detailed),
        )

    @of_a_resource
    def Create(self, call: EngineCall, request: Any) -> Any:
        """Make the user exactly once."""
        new = call.new = call.read(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=wire.encode(self._life.preview_create(new.props), new.secrets)
            )
        id_, outputs = self._life.create(call.urn, new.props, call.say)
        return provider_pb2.CreateResponse(id=id_, properties=wire.encode(outputs, new.secrets))

    @of_a_resource
    def Read(self, call: EngineCall, request: Any) -> Any:
        """The user as it is; an empty id says that it is gone. Without a state, it is an import."""
        state, inputs = call.read(request.properties), call.read(request.inputs)
        secrets = state.secrets | inputs.secrets
        if state.props.keys().isdisjoint((ARN_KEY, "username")):
            return self._import(call, request.id, state)
        declared = sound(inputs.props) if inputs.props else None
        # Of a resource that a program only reads, the engine keeps the id that the program gave.
        user_id = parse_import_id(request.id).user_id if ":" in request.id else request.id
        seen = self._life.read(call.urn, user_id, sound(state.props), declared, call.say)
        if seen is None:
            return provider_pb2.ReadResponse()
        answer = provider_pb2.ReadResponse(id=request.id, properties=wire.encode(seen.outputs, secrets))
        if seen.inputs != declared or inputs.foreign:
            # Of a user without drift the engine keeps the inputs that it has.
            answer.inputs.CopyFrom(wire.encode(seen.inputs, secrets))
        return answer

    def _import(self, call: EngineCall, id_: str, given: PropertyBag) -> Any:
        """A user by the id of an import, or by its own where a program names the instance beside it."""
        instance = given.props.get("instance_id")
        if isinstance(instance, str) and ":" not in id_:
            id_ = f"{instance.rpartition('/')[2]}:{id_}"
        found = self._life.lookup(call.urn, id_, call.say)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id,
            properties=wire.encode(found.outputs, given.secrets),
            inputs=wire.encode(found.inputs, given.secrets),
        )

    @of_a_resource
    def Update(self, call: EngineCall, request: Any) -> Any:
        """Only the calls that the difference needs."""
        state, new = call.read(request.olds), call.read(request.news)
        call.new = new
        secrets = new.secrets | {place for place in state.secrets if place[0] not in new.props}
        if request.preview:
            outputs = self._life.preview_update(call.urn, state.props, new.props)
        else:
            outputs = self._life.update(call.urn, request.id, state.props, new.props, call.say)
        return provider_pb2.UpdateResponse(properties=wire.encode(outputs, secrets))

    @of_a_resource
    def Delete(self, call: EngineCall, request: Any) -> Empty:
        """Delete the user if it is still this state's; one who is gone is a success."""
        self._life.delete(call.urn, request.id, call.read(request.properties).props, call.say)
        return empty_pb2.Empty()

    # Rosters and functions.

    @answered
    def Construct(self, call: EngineCall, request: Any) -> Any:
        """A roster, which is built like a program."""
        if request.type != tokens.PLUGIN_ROSTER:
            known = tokens.PLUGIN_ROSTER
            raise ConnectUsersError(f"the package connect-users has no component {request.type}; it has {known}")
        require_components()
        with loading():
            from connect_users.plugin import component

        call.read(request.inputs, spelling.NONE)
        return component.construct(request, self.engine, self._reference, self._life.settings, self._configuration)

    @answered
    def Invoke(self, call: EngineCall, request: Any) -> Any:
        """The answer of a function; it can never be "not known yet", not even in a preview."""
        from connect_users.plugin import functions

        given = call.read(request.args, spelling.NONE).props
        found = functions.call(request.tok, given, self._answers, lambda line: call.say("info", line))
        answer = provider_pb2.InvokeResponse()
        # The field has the name of a word of Python.
        getattr(answer, "return").CopyFrom(wire.encode(found, (), spelling.NONE))
        return answer


# The engine's 64 calls may all be waiting for their turn: Cancel does not wait for one of them. And a roster waits for
# calls about its people: any number of rosters leaves all workers to them.
Service.Cancel.experimental_thread_pool = ThreadPoolExecutor(1, "connect-users-cancel")  # type: ignore[attr-defined]
Service.Construct.experimental_thread_pool = ThreadPoolExecutor(1_000, "connect-users-roster")  # type: ignore[attr-defined]


def handlers(service: Service) -> grpc.GenericRpcHandler[Any, Any]:
    """The methods that the servicer has, for a gRPC server."""
    from google.protobuf.message_factory import GetMessageClass

    protocol = provider_pb2.DESCRIPTOR.services_by_name[_SERVICE]
    return grpc.method_handlers_generic_handler(
        protocol.full_name,
        {
            name: grpc.unary_unary_rpc_method_handler(
                getattr(service, name),
                request_deserializer=GetMessageClass(method.input_type).FromString,
                response_serializer=lambda answer: answer.SerializeToString(),
            )
            for name, method in protocol.methods_by_name.items()
            if hasattr(service, name)
        },
    )
