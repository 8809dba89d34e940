"""Tags of users, instances and everything in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, get_args

from connect_users.emulator import resources, user_rows
from connect_users.emulator.arns import ConnectArn, ResourceKind
from connect_users.emulator.calls import ApiCall, Document, reads, writes
from connect_users.emulator.errors import invalid_parameter, invalid_request

if TYPE_CHECKING:
    from collections.abc import Callable

#: Of each resource. Tags `aws:*` do not count, but they cannot be created here [D].
_LIMIT: Final = 50


def _target(call: ApiCall, *, newest: bool = True) -> tuple[Document, Callable[[], None]]:
    """The document of the resource that the ARN names, and a function that saves it.

    Whether a change of a user's tags changes LastModifiedTime is `Options.modified_by` [?].
    """
    text: str = call.params["resourceArn"]
    arn = ConnectArn.parse(text)
    call.params["InstanceId"] = f"{text.partition('/')[0]}/{arn.instance_id}"
    if arn.kind is None:
        return call.instance.doc, call.save_instance
    if arn.kind == "agent":
        user = user_rows.find(call, text, newest=newest)
        if call.options.modified_by == "everything":
            user.doc["LastModifiedTime"] = call.now
        return user.doc, lambda: user_rows.save(call, user)
    if arn.kind not in get_args(ResourceKind) or arn.kind == "predefined-attribute":
        raise invalid_parameter(f"{text!r} is not the ARN of a resource with tags")
    resource = resources.get(call, cast("ResourceKind", arn.kind), text)
    return resource.doc, lambda: resources.save(call, resource)


@writes("TagResource")
def tag_resource(call: ApiCall) -> None:
    """Keys that exist get the new value."""
    doc, save = _target(call)
    doc["Tags"].update(call.params["tags"])
    if len(doc["Tags"]) > _LIMIT:
        raise invalid_request(f"A resource can have at most {_LIMIT} tags")
    save()


@writes("UntagResource")
def untag_resource(call: ApiCall) -> None:
    """Unknown keys are ignored [I]."""
    doc, save = _target(call)
    doc["Tags"] = {key: value for key, value in doc["Tags"].items() if key not in call.params["tagKeys"]}
    save()


@reads("ListTagsForResource")
def list_tags(call: ApiCall) -> Document:
    doc, _ = _target(call, newest=False)
    return {"tags": doc["Tags"]}
