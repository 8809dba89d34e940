"""How a call of the engine fails: with one line, and with the state of a resource that was made in part.

gRPC lets a server send a ``google.rpc.Status`` in the trailing metadata. The engine prefers its message to the text of
the error, and finds ``ErrorResourceInitFailed`` among its details (pulumi/pulumi, sdk/go/common/resource/plugin).
"""

from __future__ import annotations

from typing import Any, Final

#: gRPC's status code UNKNOWN, with which both doors abort.
UNKNOWN: Final = 2
#: The key of the trailing metadata that grpc-go reads a status from.
_DETAILS_KEY: Final = "grpc-status-details-bin"


class CallFailed(Exception):
    """Ends a call of the engine; its text is the one line for the user."""


def partly(text: str, id_: str, outputs: Any, inputs: Any) -> Any:
    """The detail of a create or update that did part of its work: the engine saves it, and updates next time.

    Args:
        outputs, inputs: protobuf Structs of what is true now.
    """
    from google.protobuf import any_pb2

    from connect_users.engine.protocol import provider_pb2

    detail = any_pb2.Any()
    detail.Pack(provider_pb2.ErrorResourceInitFailed(id=id_, reasons=[text], properties=outputs, inputs=inputs))
    return detail


def set_status(context: Any, text: str, *details: Any) -> None:
    """Make ``text`` the whole error of a failing call of a gRPC servicer.

    Args:
        context: the ``ServicerContext`` of the call, which the caller still has to end.
        details: from `partly`.
    """
    from connect_users.engine.protocol import status_pb2

    status = status_pb2.Status(code=UNKNOWN, message=text, details=details)
    context.set_trailing_metadata(((_DETAILS_KEY, status.SerializeToString()),))
