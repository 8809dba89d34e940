"""One request of the engine: its values, its secrets, and its answer."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc

from connect_users.core import spelling
from connect_users.core.errors import ConnectUsersError, PartialUpdate
from connect_users.core.settings import NAMESPACE
from connect_users.core.shapes import sound
from connect_users.core.spec import contains_unknown
from connect_users.engine import channel, status
from connect_users.lifecycle.life import one_line
from connect_users.plugin import names, secrecy, wire
from connect_users.plugin.wire import PropertyBag

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from google.protobuf.struct_pb2 import Struct

    from connect_users.core.spelling import Spellings
    from connect_users.plugin.service import Service

Server = TypeVar("Server", bound="Service")

#: Keys of a provider's configuration that are the engine's.
_ENGINES_OWN: Final = ("version", "pluginDownloadURL")


class EngineCall:
    """One request.

    Attributes:
        new: the inputs of a create or update; if only a part of it was done, they are saved with the outputs.
    """

    def __init__(self, engine: str, request: Any, context: grpc.ServicerContext) -> None:
        self._engine = engine
        self._request = request
        self._context = context
        self._bags: list[tuple[Struct, PropertyBag]] = []
        self.new = PropertyBag()

    @property
    def urn(self) -> str:
        """The resource's URN; "" if the request has no resource."""
        return str(getattr(self._request, "urn", ""))

    @property
    def type(self) -> str:
        """The type of the resource, without those of its parents."""
        parts = self.urn.split("::")
        return parts[2].rpartition("$")[2] if len(parts) > 2 else ""

    def read(self, struct: Struct, words: Spellings = spelling.USER) -> PropertyBag:
        """A property bag of the request; its secrets will not be shown.

        Most users of a large stack do not change: a bag that is equal to another one of the request is read once.
        """
        for other, bag in self._bags:
            if other == struct:
                return bag
        bag = wire.decode(struct, words)
        self._bags.append((struct, bag))
        return bag

    def settings(self, struct: Struct) -> dict[str, Any]:
        """A configuration under the keys of the stack (``connect-users:region``), without unknown values."""
        return {
            f"{NAMESPACE}:{name}": value
            for name, value in self.read(struct, spelling.NONE).props.items()
            if name not in _ENGINES_OWN and not contains_unknown(value)
        }

    def worded(self, text: str) -> str:
        """A message in the plugin's words, without secrets of the request."""
        return names.worded(secrecy.masked(text, [value for _, bag in self._bags for value in bag.secret_values()]))

    def say(self, severity: str, text: str) -> None:
        """Show an "info" or "warning" on the resource."""
        line = self.worded(text)
        if not channel.log(self._engine, self.urn, severity, line):
            print(f"{severity}: {line}", file=sys.stderr, flush=True)

    def fail(self, text: str, *details: Any) -> NoReturn:
        """End the call with a one-line error."""
        line = self.worded(text)
        status.set_status(self._context, line, *details)
        # It raises an exception that only gRPC catches, and prints nothing.
        self._context.abort(grpc.StatusCode.UNKNOWN, line)

    def fail_partly(self, error: PartialUpdate) -> NoReturn:
        """End a create or update that did part of its work: the engine saves the outputs, and updates next time."""
        secrets = {place for _, bag in self._bags for place in bag.secrets}
        outputs = wire.encode(error.outputs, secrets)
        inputs = wire.encode(sound(self.new.props), self.new.secrets)
        text = str(error)
        self.fail(text, status.partly(self.worded(text), error.id, outputs, inputs))


def answered(method: Callable[[Server, EngineCall, Any], Any]) -> Callable[[Server, Any, grpc.ServicerContext], Any]:
    """A method of the servicer whose failures are one line."""

    @functools.wraps(method)
    def answer(self: Server, request: Any, context: grpc.ServicerContext) -> Any:
        call = EngineCall(self.engine, request, context)
        try:
            with one_line():
                return method(self, call, request)
        except PartialUpdate as error:
            call.fail_partly(error)
        except ConnectUsersError as error:
            call.fail(str(error))

    return answer
