"""What every method of the gateway shares: the clients, one way to call, one way to page.

Part of `connect_users.connect.gateway`, whose contract holds here.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from connect_users.connect.pacing import Notify, Pacer, SystemTimer, Timer
from connect_users.connect.transport import Transport
from connect_users.core.answers import expect
from connect_users.core.errors import Cancelled, ConnectApiError, OperationMissing
from connect_users.core.fields import FIELDS
from connect_users.core.rules import password_problems
from connect_users.core.server_clock import ServerClock
from connect_users.core.spec import wire_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_connect.client import ConnectClient

    from connect_users.connect.session import Clients
    from connect_users.core.fields import Field
    from connect_users.core.settings import Settings

#: Items per page: the most that AWS gives. Search pages hold 100 by the best-practices page of the API reference,
#: though the model allows 500.
LIST_PAGE = 1000
SMALL_PAGE = 100
SEARCH_PAGE = 500
INSTANCES_PAGE = 10
#: Operations that the oldest boto3 that the package allows does not have -> the first boto3 that has them.
_SINCE = {"DeleteAllEntitySessions": "1.44.4", "ListSecurityProfileAIAgents": "1.43.98"}
#: When an answer came, in Connect's time (see `connect_users.core.server_clock`); None where it did not say.
ANSWERED_AT = "AnsweredAt"
#: Users that one GetCurrentUserData is about (API reference, Filters).
AGENTS = 100


class Calls:
    """Base of the gateway. Thread-safe; one per process and configuration, since it holds the pacing.

    Args:
        timer: the clock, and the sleep that a cancelled run ends.
        wall: this machine's clock, in seconds since the epoch.
    """

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        timer: Timer | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        timer = timer or SystemTimer()
        self._server_clock = ServerClock()
        self._search_page = SEARCH_PAGE
        self._wall = wall
        pacer = Pacer(settings.requests_per_second, settings.burst, timer)
        self._clients = clients
        self._transport = Transport(pacer, timer, settings.timeout)
        self._timer = timer

    @property
    def now(self) -> float:
        """AWS's time in seconds since the epoch, as far as its answers show how wrong this machine's clock is."""
        return self._server_clock.now(self._wall())

    def wait(self, seconds: float) -> None:
        """Sleep, unless the run is cancelled.

        Raises:
            Cancelled
        """
        if self._timer.wait(seconds):
            raise Cancelled("waiting", "Cancelled", "the run was cancelled")

    @property
    def region(self) -> str:
        """The region that calls go to."""
        return self._clients.region

    @property
    def _client(self) -> ConnectClient:
        return self._clients.connect

    def _call(
        self,
        operation: str,
        params: Mapping[str, Any],
        notify: Notify | None = None,
        *,
        client: Any = None,
        paced: bool = True,
    ) -> dict[str, Any]:
        """The answer to one call; one that is not from AWS (see `connect_users.core.answers`) does not count.

        Its ``ResponseMetadata`` also say when it came (`ANSWERED_AT`).
        """
        method = method_of(client or self._client, operation)

        def send() -> dict[str, Any]:
            sent = self._wall()
            try:
                answer: dict[str, Any] = method(**params)
            except Exception as problem:
                self._server_clock.answered(getattr(problem, "response", None), sent, self._wall())
                raise
            answered_at = self._server_clock.answered(answer, sent, self._wall())
            expect(operation, params, answer)
            answer["ResponseMetadata"][ANSWERED_AT] = answered_at
            return answer

        return self._transport.call(operation, send, notify=notify, secrets=confidential(params), paced=paced)

    def _answers(self, operation: str, params: Mapping[str, Any], notify: Notify | None) -> Iterator[dict[str, Any]]:
        """The answers of a listing, page by page; each page is fetched when it is asked for."""
        token = None
        while True:
            page = self._call(operation, {**params, "NextToken": token} if token else params, notify)
            yield page
            following = page.get("NextToken")
            if not following:
                return
            if following == token:
                raise ConnectApiError(operation, "RepeatedToken", "AWS answered the same page token twice")
            token = following

    def _pages(
        self, operation: str, member: str, params: Mapping[str, Any], notify: Notify | None
    ) -> Iterator[list[dict[str, Any]]]:
        """The items in a member of the answers, page by page."""
        for answer in self._answers(operation, params, notify):
            yield list(answer.get(member) or ())

    def _items(
        self, operation: str, member: str, params: Mapping[str, Any], notify: Notify | None
    ) -> Iterator[dict[str, Any]]:
        """The items of all pages, one by one."""
        return itertools.chain.from_iterable(self._pages(operation, member, params, notify))


def method_of(client: Any, operation: str) -> Callable[..., Any]:
    """The method of a client that calls an operation.

    Raises:
        OperationMissing: the installed boto3 is older than the operation.
    """
    from botocore import xform_name

    method: Callable[..., Any] | None = getattr(client, xform_name(operation), None)
    if method is None:
        import boto3

        needs = f"{operation} needs boto3 {_SINCE[operation]} or later"
        raise OperationMissing(f"{needs}, and boto3 {boto3.__version__} is installed; upgrade it")
    return method


#: Personal words, which may be words of a message, too.
_WORDS = ("first_name", "last_name", "tags")


def confidential(params: Mapping[str, Any]) -> list[str]:
    """What of a request no message may repeat: the password, and personal data other than the username.

    First and last names and the values of tags are struck out only where a message quotes them: bare, they may be
    words of the message.
    """
    tags, secret_id = params.get("tags"), str(params.get("SecretId", ""))
    request = {**params, "Tags": tags} if tags else params
    values = [each for field in FIELDS for each in _confidential(field, request.get(wire_name(field.name)))]
    if not secret_id.startswith("arn:") and not any(password_problems(secret_id)):
        # Somebody may have written the password where the name of its secret belongs.
        values.append(secret_id)
    return values


def _confidential(field: Field, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and field.members:
        for member in field.members:
            yield from _confidential(member, value.get(wire_name(member.name)))
    elif isinstance(value, list):
        for item in value:
            yield from _confidential(field, item)
    elif field.personal and value:
        values = value.values() if isinstance(value, dict) else (value,)
        marks = ("'", '"') if field.name in _WORDS else ("",)
        yield from (f"{mark}{each}{mark}" for each in values if each for mark in marks)
