"""The guard of a roster, as the plugin's engine calls it; its rule is `connect_users.roster.guarding`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2

from connect_users.core import spelling
from connect_users.engine.protocol import provider_pb2
from connect_users.plugin import wire
from connect_users.roster import guarding

if TYPE_CHECKING:
    from connect_users.plugin.call import EngineCall


def check(call: EngineCall, request: Any) -> Any:
    """Fails if more people would leave than the roster allows."""
    old, new = call.read(request.olds, guarding.WORDS), call.read(request.news, guarding.WORDS)
    checked = guarding.check(old.props, new.props)
    for severity, text in checked.messages:
        call.say(severity, text)
    failures = [provider_pb2.CheckFailure(reason=call.worded(checked.problem))] if checked.problem else []
    return provider_pb2.CheckResponse(
        inputs=wire.encode(checked.inputs, new.secrets, guarding.WORDS), failures=failures
    )


def diff(call: EngineCall, request: Any) -> Any:
    """The lines of `usernames` show who joins and who leaves."""
    old, new = call.read(request.old_inputs, guarding.WORDS), call.read(request.news, guarding.WORDS)
    changed = [name for name in guarding.MEMBERS if old.props.get(name) != new.props.get(name)]
    update = provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.UPDATE, inputDiff=True)
    some = bool(changed) or old.foreign
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
        detailedDiff={spelling.camel(name): update for name in changed},
        hasDetailedDiff=bool(changed),
    )


def create(call: EngineCall, request: Any) -> Any:
    """Only an id; a guard has no outputs besides its inputs."""
    name = call.read(request.properties, guarding.WORDS).props.get("roster")
    id_ = "" if request.preview else str(name or "roster")
    return provider_pb2.CreateResponse(id=id_, properties=request.properties)


def read(call: EngineCall, request: Any) -> Any:  # noqa: ARG001 - as all methods
    """The state, unchanged."""
    return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)


def update(call: EngineCall, request: Any) -> Any:  # noqa: ARG001
    """The new inputs."""
    return provider_pb2.UpdateResponse(properties=request.news)


def delete(call: EngineCall, request: Any) -> Any:  # noqa: ARG001
    """Nothing."""
    return empty_pb2.Empty()
