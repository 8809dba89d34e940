"""One AWS call from beginning to end: paced, retried, its failure raised as one of our errors.

- `Transport.call` sends, waits and sends again until there is a definite answer, a failure that will not pass, the
  call's time is over, or the run is cancelled. Nothing else in the package retries an AWS request.
- `failure_of` is the one place that knows botocore's exceptions.
- An error says whether an earlier attempt of the same call may have been carried out (``uncertain``).
- AWS and botocore quote what was sent. The values in `secrets` are struck out of every message.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from connect_users.core import errors
from connect_users.core.answers import ForeignAnswer, NotAnswered, died_reading, foreign
from connect_users.core.failures import CodeMeaning, Retry, delay, meaning_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connect_users.connect.pacing import Notify, Pacer, Timer

Result = TypeVar("Result")

#: Seconds of one wait of which a user is informed, and of a whole call after which any wait is reported.
NOTICE_AFTER = 2.0
NOTICE_EVERY = 10.0


@dataclass(frozen=True)
class Failure:
    """Why one attempt failed, in our words."""

    meaning: CodeMeaning
    code: str
    detail: str
    request_id: str = ""


class Transport:
    """Sends requests of one account and region.

    Args:
        timeout: seconds, counted from when a call is first sent, during which it is tried again.
        jitter: random numbers from 0 to 1.
    """

    def __init__(self, pacer: Pacer, timer: Timer, timeout: float, jitter: Callable[[], float] = random.random) -> None:
        self._pacer = pacer
        self._timer = timer
        self._timeout = timeout
        self._jitter = jitter

    def call(
        self,
        operation: str,
        send: Callable[[], Result],
        *,
        notify: Notify | None = None,
        secrets: Iterable[str] = (),
        paced: bool = True,
    ) -> Result:
        """Send until there is an answer; `send` makes exactly one request.

        Args:
            secrets: values that no error may repeat.
            paced: False for operations that have no low quota; they are retried, not held back.

        Raises:
            ConnectApiError: of the class that the code stands for; ``uncertain`` is about earlier attempts.
        """
        uncertain = False
        tries = 0
        first_sent_at = noted_at = 0.0
        while True:
            sent_at = self._turn(operation, tries, notify, paced)
            if sent_at is None:
                raise _cancelled(operation, tries, uncertain)
            if not tries:
                first_sent_at = noted_at = sent_at
            tries += 1
            try:
                value = send()
            except Exception as problem:
                failure = failure_of(operation, problem)
                if failure is None:
                    raise
            else:
                self._pacer.accepted(operation)
                return value
            uncertain = uncertain or failure.meaning.retry is Retry.UNCERTAIN
            self._learn(operation, failure.meaning.retry, sent_at)
            now = self._timer.now()
            pause = delay(failure.meaning.retry, tries, self._jitter())
            if pause is None or now - first_sent_at + pause > self._timeout:
                raise _error(operation, failure, tries, now - first_sent_at, uncertain, secrets)
            if notify and (pause > NOTICE_AFTER or now - noted_at > NOTICE_EVERY):
                noted_at = now
                notify(f"waiting {pause:.0f} s: {_scrubbed(_what_failed(operation, failure), secrets)} (try {tries})")
            if self._timer.wait(pause):
                raise _cancelled(operation, tries, uncertain)

    def _turn(self, operation: str, tries: int, notify: Notify | None, paced: bool) -> float | None:
        """Wait until the next request may be sent; the moment of it, or None when the run was cancelled."""
        if paced:
            return self._pacer.acquire(operation, again=tries > 0, notify=notify)
        return None if self._timer.wait(0.0) else self._timer.now()

    def _learn(self, operation: str, retry: Retry, sent_at: float) -> None:
        """Let the pacing learn what became of a request; one that never left says nothing about the quota."""
        if retry is Retry.THROTTLED:
            self._pacer.throttled(operation, sent_at)
        elif retry is not Retry.NOT_SENT:
            self._pacer.accepted(operation)


def _what_failed(operation: str, failure: Failure) -> str:
    if failure.meaning.retry is Retry.THROTTLED:
        return f"Amazon Connect throttled {operation}"
    detail = failure.detail.rstrip(".")
    if failure.meaning.retry is Retry.NOT_SENT:
        return f"no connection to AWS for {operation}: {detail}"
    return f"no definite answer to {operation} ({failure.code}): {detail}"


def _cancelled(operation: str, tries: int, uncertain: bool) -> errors.Cancelled:
    detail = f"cancelled while waiting to try again after {tries} tries" if tries else "cancelled before it was sent"
    return errors.Cancelled(operation, "Cancelled", detail, uncertain=uncertain)


def _error(
    operation: str, failure: Failure, tries: int, seconds: float, uncertain: bool, secrets: Iterable[str]
) -> errors.ConnectApiError:
    detail = _scrubbed(failure.detail, secrets).rstrip(".") or "no further explanation"
    if tries > 1:
        detail = f"{detail}, after {tries} tries in {seconds:.0f} s"
    return failure.meaning.error(operation, failure.code, detail, failure.request_id, uncertain=uncertain)


def _scrubbed(message: str, secrets: Iterable[str]) -> str:
    """`message` on one line, without the secrets in any form in which a message may quote them."""
    forms = set()
    for secret in secrets:
        plain = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
        forms |= plain | {quote(secret, safe="")}
    # White space is folded first, in both: a message may have been wrapped in the middle of a quotation.
    text = errors.one_line(message)
    for form in sorted({errors.one_line(form) for form in forms} - {""}, key=len, reverse=True):
        text = text.replace(form, "[secret]")
    return text


#: Botocore exceptions that mean: the request never left. Names, because the classes are not to be imported here.
_NOT_SENT = {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}

#: Botocore exceptions that mean: it left, and no answer came that could be read.
_NO_ANSWER = {"HTTPClientError", "SSLError", "ConnectionError", "ResponseParserError"}

#: Botocore exceptions about finding or renewing credentials.
_CREDENTIALS = {
    "CredentialRetrievalError",
    "InvalidConfigError",
    "LoginError",
    "NoAuthTokenError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "SSOError",
    "TokenRetrievalError",
    "UnknownCredentialError",
}


#: What TLS and botocore say of settings that will not change by waiting, of a proxy or the endpoint.
_WILL_NOT_PASS = re.compile(
    r"CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|HANDSHAKE_FAILURE"
    r"|ALERT_UNKNOWN_CA|\[Errno 2\]|not a valid host or port|Tunnel connection failed: 4\d\d"
)


def failure_of(operation: str, problem: Exception) -> Failure | None:
    """What an exception of botocore or of `connect_users.core.answers` means; None for any other."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(problem, ClientError):
        return _answered(operation, problem)
    if isinstance(problem, NotAnswered):
        return Failure(meaning_of("NoAnswer"), "NoAnswer", str(problem))
    if not isinstance(problem, ResponseParserError) and died_reading(problem):
        problem = ForeignAnswer(f"its answer cannot be read: {type(problem).__name__}")
    if isinstance(problem, ForeignAnswer):
        return Failure(meaning_of("ForeignAnswer"), "ForeignAnswer", str(problem))
    if not isinstance(problem, (BotoCoreError, ResponseParserError)):
        return None
    names = {cls.__name__ for cls in type(problem).__mro__}
    text = str(problem)
    tunnel = re.search(r"Tunnel connection failed: [^'\")]*", str(getattr(problem, "kwargs", {}).get("error", "")))
    if tunnel is not None:
        text = f"{text}: {tunnel[0]}"
    if names & _CREDENTIALS:
        return Failure(CodeMeaning(errors.CredentialsProblem), type(problem).__name__, text)
    if names & (_NOT_SENT | _NO_ANSWER) and _WILL_NOT_PASS.search(text):
        return Failure(CodeMeaning(errors.Unreachable), "ConnectionFailed", text)
    if names & _NOT_SENT:
        return Failure(meaning_of("ConnectionFailed"), "ConnectionFailed", text)
    if names & _NO_ANSWER:
        return Failure(meaning_of("NoAnswer"), "NoAnswer", text)
    return Failure(meaning_of(type(problem).__name__), type(problem).__name__, text)


def _answered(operation: str, problem: object) -> Failure:
    """The failure of an error response (botocore's ClientError)."""
    response = getattr(problem, "response", {})
    error = response.get("Error", {})
    meta = response.get("ResponseMetadata", {})
    code, message = str(error.get("Code") or "Unknown"), str(error.get("Message") or "")
    failed = getattr(problem, "operation_name", operation)
    request_id = str(meta.get("RequestId") or "")
    if failed != operation:
        # botocore asked STS or SSO for credentials, and that call failed: ours was not sent.
        return Failure(CodeMeaning(errors.CredentialsProblem), code, f"{failed}: {message}", request_id)
    meaning = meaning_of(code, int(meta.get("HTTPStatusCode") or 0))
    # Where there is no code, botocore gives the status, and the whole page as the message.
    foreign_answer = foreign(meta) if code.isdigit() and meaning.retry is not Retry.THROTTLED else None
    if foreign_answer is not None:
        return Failure(CodeMeaning(errors.Unreachable, meaning.retry), "ForeignAnswer", str(foreign_answer), request_id)
    return Failure(meaning, code, message, request_id)
