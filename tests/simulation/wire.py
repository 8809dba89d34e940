"""The wire between one run and the instance, in boto3's place: time, throttles, faults, and the death of the run.

A client belongs to one run. Its requests are counted from 0, and a fault is what happens to the request of a number.
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError, ConnectionClosedError

from connect_users.connect.gateway import Gateway
from connect_users.emulator.errors import ApiError
from connect_users.emulator.seed import REGION
from tests.simulation.instance import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.connect.session import Clients
    from connect_users.core.settings import Settings
    from tests.simulation.clock import Clock
    from tests.simulation.instance import Document, Instance, User

#: What may happen to a request.
LOST_REQUEST, LOST_ANSWER = "lost request", "lost answer"
FAILED_BEFORE, FAILED_AFTER = "500, not done", "500, but done"
THROTTLED, NOT_FOUND = "throttled", "not found"
DENIED, OUTAGE, CANCELLED = "denied from here on", "outage from here on", "cancelled"
DIES_BEFORE, DIES_AFTER, DIES_ANSWERED = "dies before", "dies once it is done", "dies when it is answered"
FAULTS: Final = (
    LOST_REQUEST,
    LOST_ANSWER,
    FAILED_BEFORE,
    FAILED_AFTER,
    THROTTLED,
    NOT_FOUND,
    DENIED,
    OUTAGE,
    CANCELLED,
)
DEATHS: Final = (DIES_BEFORE, DIES_AFTER, DIES_ANSWERED)
_CODES: Final = {
    FAILED_BEFORE: ("InternalServiceException", 500),
    FAILED_AFTER: ("InternalServiceException", 500),
    OUTAGE: ("ServiceUnavailableException", 503),
    THROTTLED: ("ThrottlingException", 429),
    NOT_FOUND: ("ResourceNotFoundException", 404),
    DENIED: ("AccessDeniedException", 403),
}
#: Operations that may say "not found" once although there is something: readers behind a lag.
_LATE: Final = ("DescribeUser", "ListUserProficiencies")
#: Seconds that a request takes.
LATENCY: Final = 0.05
#: AWS's own limit of each operation: requests a second, and at once.
_RATE, _BURST = 2.0, 5.0

#: Operation -> boto3's method.
METHODS: Final = {
    "CreateUser": "create_user",
    "DescribeUser": "describe_user",
    "DeleteUser": "delete_user",
    "DeleteAllEntitySessions": "delete_all_entity_sessions",
    "ListUsers": "list_users",
    "SearchUsers": "search_users",
    "DescribeInstance": "describe_instance",
    "ListQuickConnects": "list_quick_connects",
    "ListUserProficiencies": "list_user_proficiencies",
    "UpdateUserRoutingProfile": "update_user_routing_profile",
    "UpdateUserSecurityProfiles": "update_user_security_profiles",
    "UpdateUserHierarchy": "update_user_hierarchy",
    "UpdateUserIdentityInfo": "update_user_identity_info",
    "UpdateUserPhoneConfig": "update_user_phone_config",
    "UpdateUserConfig": "update_user_config",
    "AssociateUserProficiencies": "associate_user_proficiencies",
    "UpdateUserProficiencies": "update_user_proficiencies",
    "DisassociateUserProficiencies": "disassociate_user_proficiencies",
    "TagResource": "tag_resource",
    "UntagResource": "untag_resource",
}
_READS: Final = ("Describe", "List", "Search")


class Killed(BaseException):
    """The provider's process died: nothing catches it, and what was not saved by then is lost."""


class Throttles:
    """AWS's token buckets, which all runs of the account share."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, operation: str, now: float) -> bool:
        """Take a token; False where there is none."""
        tokens, at = self._buckets.get(operation, (_BURST, now))
        tokens = min(_BURST, tokens + (now - at) * _RATE)
        # AWS counts in whole parts of a second; one part in a million is no throttle.
        allowed = tokens >= 1.0 - 1e-6
        self._buckets[operation] = (tokens - 1.0 if allowed else tokens, now)
        return allowed


class Process:
    """The provider's process in one run: its timer, its client, and its death.

    Args:
        wrote: called for each write that was carried out: operation, parameters, the user before and after.
    """

    region = REGION

    def __init__(
        self,
        instance: Instance,
        clock: Clock,
        throttles: Throttles,
        faults: Mapping[int, str],
        wrote: Callable[[str, Document, User | None, Document | None], None],
    ) -> None:
        self.calls: list[str] = []
        self.faults_met = 0
        self.throttled = 0
        #: When the last DescribeUser was answered, and how many versions the user had by then.
        self.looked = (0.0, 0)
        self._instance = instance
        self._clock = clock
        self._throttles = throttles
        self._faults = faults
        self._wrote = wrote
        self._dead = self._cancelled = False
        self._denied: str | None = None
        self._outage = False

    @property
    def connect(self) -> Process:
        """The client."""
        return self

    def __getattr__(self, name: str) -> Callable[..., Document]:
        operation = _OPERATIONS.get(name)
        if operation is None:
            raise AttributeError(name)
        return lambda **params: self._send(operation, name, params)

    def gateway(self, settings: Settings, skew: float) -> Gateway:
        """The product's client over this wire, on a machine whose clock is ahead by `skew` seconds."""
        return Gateway(cast("Clients", self), settings, self, lambda: EPOCH + self._clock.now + skew)

    def now(self) -> float:
        return self._clock.now

    def wait(self, seconds: float) -> bool:
        self.check()
        if seconds > 0 and not self._cancelled:
            self._clock.sleep(seconds)
            self.check()
        return self._cancelled

    def check(self) -> None:
        """Die, where the process is dead.

        Raises:
            Killed
        """
        if self._dead:
            raise Killed

    def _send(self, operation: str, name: str, params: Document) -> Document:
        self.check()
        fault = self._fault(operation)
        self.calls.append(operation)
        self._clock.sleep(LATENCY)
        if fault == DIES_BEFORE:
            self._die()
        if fault == LOST_REQUEST:
            raise ConnectionClosedError(endpoint_url="https://connect.example")
        if fault in (FAILED_BEFORE, OUTAGE, THROTTLED, NOT_FOUND, DENIED):
            raise self._error(operation, *_CODES[fault], fault)
        if not self._throttles.take(operation, self._clock.now):
            self.throttled += 1
            raise self._error(operation, "ThrottlingException", 429, "Rate exceeded")
        try:
            result = self._perform(operation, name, params)
        except ApiError as error:
            if fault in (DIES_AFTER, DIES_ANSWERED):
                self._die()
            raise self._error(operation, error.code, error.status, error.message) from None
        if fault in (DIES_AFTER, DIES_ANSWERED):
            self._die()
        if fault == LOST_ANSWER:
            raise ConnectionClosedError(endpoint_url="https://connect.example")
        if fault == FAILED_AFTER:
            raise self._error(operation, *_CODES[fault], fault)
        if fault == CANCELLED:
            self._cancelled = True
        return {"ResponseMetadata": self._meta(200), **result}

    def _fault(self, operation: str) -> str | None:
        if self._outage:
            return OUTAGE
        if self._denied == operation:
            return DENIED
        fault = self._faults.get(len(self.calls))
        if fault == NOT_FOUND and (operation not in _LATE or self._faults.get(len(self.calls) - 1) == NOT_FOUND):
            # Two in a row mean that there is none.
            return None
        if fault is not None:
            self.faults_met += 1
        if fault == DENIED:
            self._denied = operation
        if fault == OUTAGE:
            self._outage = True
        return fault

    def _perform(self, operation: str, name: str, params: Document) -> Document:
        method: Callable[..., Document] = getattr(self._instance, name)
        users = self._instance.users
        if operation.startswith(_READS):
            if operation == "DescribeUser" and params["UserId"] in users:
                self.looked = (self._instance.now, len(users[params["UserId"]].versions))
            return method(**params)
        named = params.get("UserId") or params.get("EntityId") or params.get("resourceArn", "")
        user = users.get(str(named).rpartition("/")[2])
        before = None if user is None else user.doc
        result = method(**params)
        self._wrote(operation, params, user if user is not None else users[result["UserId"]], before)
        return result

    def _die(self) -> None:
        self._dead = True
        raise Killed

    def _error(self, operation: str, code: str, status: int, message: str) -> ClientError:
        response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": self._meta(status)}
        return ClientError(response, operation)

    def _meta(self, status: int) -> Document:
        headers = {"date": _date(int(EPOCH + self._clock.now)), "content-type": "application/json"}
        return {"RequestId": f"r{len(self.calls)}", "HTTPStatusCode": status, "HTTPHeaders": headers}


_OPERATIONS: Final = {method: operation for operation, method in METHODS.items()}


@lru_cache(maxsize=256)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
