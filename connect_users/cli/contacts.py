"""Reads from an instance who is on a contact now: GetCurrentUserData, a request for each 100 users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.cli.connecting import in_options
from connect_users.cli.progress import Progress
from connect_users.cli.streams import print_problem
from connect_users.connect.gateway_calls import AGENTS
from connect_users.core.errors import AccessDenied, ResourceNotFound
from connect_users.core.phrases import some
from connect_users.review.contacts import users_elsewhere, users_to_ask_about, with_contacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.model import Review

#: The most names in a message.
_SHOWN: Final = 3


def with_current_contacts(review: Review, instance: LiveInstance, *, required: bool) -> Review:
    """The review with the people who are on a contact.

    If the credentials do not allow the call, a line on stderr says so, and the review stays as it is.

    Args:
        required: whether a condition depends on it; then the error is raised.
    """
    ids = users_to_ask_about(review, instance.id)
    data: list[dict[str, Any]] = []
    try:
        with Progress("asking who is on a contact now") as progress:
            for start in range(0, len(ids), AGENTS):
                data += _current(instance, ids[start : start + AGENTS])
                progress.at(min(start + AGENTS, len(ids)), len(ids))
    except AccessDenied as error:
        if required:
            raise
        print_problem(f"connect-users explain: who is on a contact now is not known: {in_options(str(error))}")
        return review
    unknown = users_elsewhere(review, instance.id) if required else ()
    if unknown:
        print_problem(
            f"connect-users explain: whether {some(unknown, _SHOWN)} may be on a contact is not known: they are in "
            "another instance, or the preview does not have their ids"
        )
    return with_contacts(review, ids, data)


def _current(instance: LiveInstance, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """AWS's data of some users. If one of them is gone, AWS may refuse the whole request (not observed)."""
    try:
        yield from list(instance.gateway.get_current_user_data(instance.id, ids))
    except ResourceNotFound:
        if len(ids) > 1:
            middle = len(ids) // 2
            yield from _current(instance, ids[:middle])
            yield from _current(instance, ids[middle:])
