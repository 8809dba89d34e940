"""The guard of a roster, as the plugin's engine asks for it: its check fails where too many people would leave.

The rule is that of `connect_users.program.guard`. What differs: a roster of the plugin is built apart from the program,
so nobody knows whom the program declares elsewhere, and people who move to another roster count as leavers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf import empty_pb2

from connect_users.core import spelling
from connect_users.core.errors import ConnectUsersError
from connect_users.core.spec import UNKNOWN
from connect_users.engine.protocol import provider_pb2
from connect_users.plugin import wire
from connect_users.roster import leavers

if TYPE_CHECKING:
    from connect_users.plugin.call import Call

#: Usernames whom the stack's state has; for the check alone.
THERE: Final = "there"

_MEMBERS: Final = ("roster", "usernames", "max_deletions", "retain_leavers")
#: The words of a guard; a state of the dynamic guard has the other spelling.
WORDS: Final = spelling.words_of((), _MEMBERS)


def check(call: Call, request: Any) -> Any:
    """Fails when more people would leave than the roster allows."""
    old, new = call.read(request.olds, WORDS).props, call.read(request.news, WORDS)
    given = new.props
    there = _people(given.get(THERE) if isinstance(given.get(THERE), str) else old.get("usernames"))
    try:
        allowed = leavers.limit(given.get("max_deletions"))
        text = leavers.too_many(str(given.get("roster")), there, _people(given.get("usernames")), allowed)
    except ConnectUsersError as problem:
        text = str(problem)
    leaving = there - _people(given.get("usernames"))
    if leaving and given.get("retain_leavers") and not old.get("retain_leavers"):
        call.say("warning", leavers.NOT_RETAINED_YET)
    kept = {name: value for name, value in given.items() if name in _MEMBERS and value is not UNKNOWN}
    failures = [provider_pb2.CheckFailure(reason=call.told(text))] if text else []
    return provider_pb2.CheckResponse(inputs=wire.encode(kept, new.secrets, WORDS), failures=failures)


def _people(text: Any) -> set[str]:
    return set(text.split()) if isinstance(text, str) else set()


def diff(call: Call, request: Any) -> Any:
    """Who joins and who leaves shows in the lines of `usernames`."""
    old, new = call.read(request.old_inputs, WORDS), call.read(request.news, WORDS)
    changed = [name for name in _MEMBERS if old.props.get(name) != new.props.get(name)]
    update = provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.UPDATE, inputDiff=True)
    some = bool(changed) or old.foreign
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
        detailedDiff={spelling.camel(name): update for name in changed},
        hasDetailedDiff=bool(changed),
    )


def create(call: Call, request: Any) -> Any:
    """Nothing but an id; the inputs are what counts."""
    name = call.read(request.properties, WORDS).props.get("roster")
    id_ = "" if request.preview else str(name or "roster")
    return provider_pb2.CreateResponse(id=id_, properties=request.properties)


def read(call: Call, request: Any) -> Any:  # noqa: ARG001 - as all methods
    """As it is."""
    return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)


def update(call: Call, request: Any) -> Any:  # noqa: ARG001
    """The new inputs."""
    return provider_pb2.UpdateResponse(properties=request.news)


def delete(call: Call, request: Any) -> Any:  # noqa: ARG001
    """Nothing."""
    return empty_pb2.Empty()
