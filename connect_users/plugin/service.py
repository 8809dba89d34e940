"""The servicer: each method decodes, calls the lifecycle, and encodes.

Contract (pulumi/pulumi, proto/pulumi/provider.proto):
- A failure is one line. If a create or update did part of its work, the failure has the state to save.
- A secret input is a secret output, and is in no text.
- Previews know all outputs that an update leaves alone.
- gRPC itself answers that a method is unimplemented if it is not here.
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
from connect_users.core import settings, spelling, tokens
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
from connect_users.roster.moves import DeclaredUser, roster_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.empty_pb2 import Empty

    from connect_users.connect.gateway import Gateway
    from connect_users.core.spec import Props
    from connect_users.plugin.wire import PropertyBag

_SERVICE: Final = "ResourceProvider"
_SOME, _NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE


def of_a_resource(method: Callable[[Service, EngineCall, Any], Any]) -> Callable[[Service, Any, Any], Any]:
    """A method about a user. If the request is about the guard of a roster, the function in `guard` answers.

    The method raises a `ConnectUsersError` if the package does not have the resource.
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
        engine: the engine's address; "" if the handshake brings it.
    """

    def __init__(self, engine: str = "") -> None:
        self.engine = engine
        # Of the stack's provider that this process serves; "" if it is not known, or if there may be several.
        self._reference = ""
        self._is_shared = False
        # All defaults until `Configure` is called.
        self._configure({})

    # About the plugin.

    @answered
    def Handshake(self, call: EngineCall, request: Any) -> Any:
        """The values that the plugin understands."""
        self.engine = self.engine or request.engine_address
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    @answered
    def Attach(self, call: EngineCall, request: Any) -> Empty:
        """An engine that did not start this plugin (PULUMI_DEBUG_PROVIDERS) introduces itself."""
        self.engine = self.engine or request.address
        # It does not hold the other end of standard input, so only the channel shows when it is gone.
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
        """End every wait, and so every call that waits."""
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
        """A changed provider does not replace its users; the engine calls this for each of them."""
        return provider_pb2.DiffResponse(changes=_NONE if request.olds == request.news else _SOME)

    @answered
    def Configure(self, call: EngineCall, request: Any) -> Any:
        """Use a configuration from now on; `Check` reports its problems."""
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
        #: URN -> user who is declared alone: a roster does not see them, but its people may move there.
        self._alone: dict[str, DeclaredUser] = {}

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
        self._note_alone(call.urn, checked.inputs)
        for warning in checked.warnings:
            call.say("warning", warning)
        # No property is named: the engine would print its value, secrets included.
        failures = [provider_pb2.CheckFailure(reason=call.worded(problem)) for problem in checked.problems]
        return provider_pb2.CheckResponse(inputs=wire.encode(checked.inputs, new.secrets), failures=failures)

    def _note_alone(self, urn: str, inputs: Props) -> None:
        username = inputs.get("username")
        if isinstance(username, str) and not roster_in(urn, username):
            target = settings.reached(self._configuration)
            name = urn.split("::", 3)[-1]
            self._alone[urn] = DeclaredUser(name, username, inputs.get("instance_id"), provider=target)

    @of_a_resource
    def Diff(self, call: EngineCall, request: Any) -> Any:
        """Whether anything differs, where, and what needs a new user."""
        state, new, old = call.read(request.olds), call.read(request.news), call.read(request.old_inputs)
        difference = self._life.diff(call.urn, request.id, state.props, new.props, call.say, lambda: old.props)
        detailed = details.details(difference, state.props, old.props, new.props)
        # Without an update, the engine would keep the outputs as they are.
        marked = new.secrets_beyond(state)
        if marked:
            paths = ", ".join(".".join(place) for place in marked)
            call.say("info", f"values become secrets in the state: {paths}")
        # A state of the dynamic resource becomes the plugin's by an update.
        changed = difference.changed or state.foreign or old.foreign or bool(marked)
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
        """Create the user exactly once."""
        new = call.new = call.read(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=wire.encode(self._life.preview_create(new.props), new.secrets)
            )
        id_, outputs = self._life.create(call.urn, new.props, call.say)
        return provider_pb2.CreateResponse(id=id_, properties=wire.encode(outputs, new.secrets))

    @of_a_resource
    def Read(self, call: EngineCall, request: Any) -> Any:
        """The user as it is; an empty id means that it is gone. A request without a state is an import."""
        state, inputs = call.read(request.properties), call.read(request.inputs)
        secrets = state.secrets | inputs.secrets
        if state.props.keys().isdisjoint((ARN_KEY, "username")):
            return self._import(call, request.id, state)
        declared = sound(inputs.props) if inputs.props else None
        # If a program only reads the resource, the engine keeps the program's id.
        user_id = parse_import_id(request.id).user_id if ":" in request.id else request.id
        seen = self._life.read(call.urn, user_id, sound(state.props), declared, call.say)
        if seen is None:
            return provider_pb2.ReadResponse()
        answer = provider_pb2.ReadResponse(id=request.id, properties=wire.encode(seen.outputs, secrets))
        if seen.inputs != declared or inputs.foreign:
            # Without drift, the engine keeps the inputs that it has.
            answer.inputs.CopyFrom(wire.encode(seen.inputs, secrets))
        return answer

    def _import(self, call: EngineCall, id_: str, state: PropertyBag) -> Any:
        """A user by the id of an import, or by its bare id if the program names the instance."""
        instance = state.props.get("instance_id")
        if isinstance(instance, str) and ":" not in id_:
            id_ = f"{instance.rpartition('/')[2]}:{id_}"
        user = self._life.lookup(call.urn, id_, call.say)
        if user is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=user.id,
            properties=wire.encode(user.outputs, state.secrets),
            inputs=wire.encode(user.inputs, state.secrets),
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
        """Delete the user if it still belongs to this state; if it is gone, that is a success."""
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
        return component.construct(
            request, self.engine, self._reference, self._life.settings, self._configuration, self._alone
        )

    @answered
    def Invoke(self, call: EngineCall, request: Any) -> Any:
        """The result of a function, which is known in a preview, too."""
        from connect_users.plugin import functions

        arguments = call.read(request.args, spelling.NONE).props
        result = functions.call(request.tok, arguments, self._answers, lambda line: call.say("info", line))
        answer = provider_pb2.InvokeResponse()
        # The field has the name of a keyword of Python.
        getattr(answer, "return").CopyFrom(wire.encode(result, (), spelling.NONE))
        return answer


# Cancel has a thread of its own, since all 64 workers may be waiting for their turn. Rosters have theirs, since each
# waits for calls about its people, which need the workers.
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
