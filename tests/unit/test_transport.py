"""One call from beginning to end: what is repeated, for how long, and what its error says."""

from __future__ import annotations

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from connect_users.connect.pacing import Pacer
from connect_users.connect.transport import Transport, failure_of
from connect_users.core import errors, failures
from connect_users.core.answers import ForeignAnswer, NotAnswered
from connect_users.core.failures import Retry
from tests.builders_aws import aws_error
from tests.virtual_time import VirtualTime

URL = "https://connect.us-east-1.amazonaws.com/users/1"


class Attempts:
    """A request that fails in the given ways, one after another, then answers; counts how often it was sent."""

    def __init__(self, *failures: Exception, forever: bool = False) -> None:
        self.failures, self.forever, self.sent = list(failures), forever, 0

    def __call__(self) -> str:
        self.sent += 1
        if self.failures:
            raise self.failures[0] if self.forever else self.failures.pop(0)
        return "answer"


def transport(time: VirtualTime, jitter: float = 1.0, timeout: float = 300.0) -> Transport:
    return Transport(Pacer(1000.0, 100, time), time, timeout, lambda: jitter)


#: AWS code, HTTP status, kind, the class that reaches a user.
CODES = [
    ("ThrottlingException", 429, Retry.THROTTLED, errors.Throttled),
    ("TooManyRequestsException", 429, Retry.THROTTLED, errors.Throttled),
    ("Throttling", 400, Retry.THROTTLED, errors.Throttled),
    ("RequestLimitExceeded", 503, Retry.THROTTLED, errors.Throttled),
    ("SlowDown", 503, Retry.THROTTLED, errors.Throttled),
    ("429", 429, Retry.THROTTLED, errors.Throttled),
    ("ConnectThrottledForNowException", 429, Retry.THROTTLED, errors.Throttled),
    ("RateExceeded", 400, Retry.THROTTLED, errors.Throttled),
    ("InternalServiceException", 500, Retry.UNCERTAIN, errors.Unreachable),
    ("ServiceUnavailable", 503, Retry.UNCERTAIN, errors.Unreachable),
    ("RequestTimeout", 408, Retry.UNCERTAIN, errors.Unreachable),
    ("502", 502, Retry.UNCERTAIN, errors.Unreachable),
    ("SomethingNew", 500, Retry.UNCERTAIN, errors.Unreachable),
    ("ConditionalOperationFailedException", 409, Retry.CONFLICT, errors.ConnectApiError),
    ("SomethingNew", 400, Retry.FINAL, errors.ConnectApiError),
    ("SomethingNew", 429, Retry.FINAL, errors.ConnectApiError),
    ("UserLimitReachedException", 429, Retry.FINAL, errors.ConnectApiError),
    ("403", 403, Retry.FINAL, errors.ConnectApiError),
    ("LimitExceededException", 429, Retry.FINAL, errors.QuotaReached),
    ("LimitExceededException", 500, Retry.FINAL, errors.QuotaReached),
    ("ServiceQuotaExceededException", 402, Retry.FINAL, errors.QuotaReached),
    ("DuplicateResourceException", 409, Retry.FINAL, errors.DuplicateResource),
    ("ResourceNotFoundException", 404, Retry.FINAL, errors.ResourceNotFound),
    ("InvalidParameterException", 400, Retry.FINAL, errors.InvalidRequest),
    ("InvalidRequestException", 400, Retry.FINAL, errors.InvalidRequest),
    ("AccessDeniedException", 403, Retry.FINAL, errors.AccessDenied),
    ("ExpiredTokenException", 403, Retry.FINAL, errors.CredentialsProblem),
    ("UnrecognizedClientException", 403, Retry.FINAL, errors.CredentialsProblem),
    ("InvalidSignatureException", 403, Retry.FINAL, errors.CredentialsProblem),
    ("AuthFailure", 401, Retry.FINAL, errors.CredentialsProblem),
    ("RequestTimeTooSkewed", 403, Retry.FINAL, errors.CredentialsProblem),
    ("RequestTimeTooSkewed", 500, Retry.FINAL, errors.CredentialsProblem),
]


@pytest.mark.parametrize(("code", "status", "kind", "error"), CODES)
def test_codes_and_not_statuses_decide(
    code: str, status: int, kind: Retry, error: type[errors.ConnectApiError]
) -> None:
    """Retried or sent exactly once; the class in the end; whether it may have been carried out."""
    time, attempts = VirtualTime(), Attempts(aws_error("CreateUser", code, status), forever=True)
    with pytest.raises(errors.ConnectApiError) as raised:
        transport(time).call("CreateUser", attempts)
    assert type(raised.value) is error
    assert (raised.value.code, raised.value.request_id) == (code, "req-1")
    assert raised.value.uncertain == (kind is Retry.UNCERTAIN)
    if kind is Retry.FINAL:
        assert attempts.sent == 1
        assert time.sleeps == []
    elif kind is Retry.CONFLICT:
        assert attempts.sent == failures.CONFLICT_TRIES
    else:
        assert attempts.sent > 10
        assert 270 < time.now() <= 300


#: What botocore raises where no answer came; its kind; the class that reaches a user.
SILENCE = [
    (boto.EndpointConnectionError(endpoint_url=URL), Retry.NOT_SENT, errors.Unreachable),
    (boto.ConnectTimeoutError(endpoint_url=URL), Retry.NOT_SENT, errors.Unreachable),
    (boto.ProxyConnectionError(proxy_url="http://proxy"), Retry.NOT_SENT, errors.Unreachable),
    (boto.ReadTimeoutError(endpoint_url=URL), Retry.UNCERTAIN, errors.Unreachable),
    (boto.ConnectionClosedError(endpoint_url=URL), Retry.UNCERTAIN, errors.Unreachable),
    (boto.HTTPClientError(error="incomplete read"), Retry.UNCERTAIN, errors.Unreachable),
    (boto.SSLError(endpoint_url=URL, error=OSError("EOF occurred")), Retry.UNCERTAIN, errors.Unreachable),
    (ResponseParserError("<html>"), Retry.UNCERTAIN, errors.Unreachable),
    (NotAnswered("the answer has no User"), Retry.UNCERTAIN, errors.Unreachable),
    (ForeignAnswer("HTTP 200, text/html"), Retry.FINAL, errors.Unreachable),
    *(
        (problem, Retry.FINAL, errors.Unreachable)
        for problem in (
            boto.SSLError(endpoint_url=URL, error=OSError("[SSL: WRONG_VERSION_NUMBER] wrong version number")),
            boto.SSLError(endpoint_url=URL, error=OSError("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]")),
            boto.SSLError(endpoint_url=URL, error=FileNotFoundError(2, "No such file or directory")),
            boto.ProxyConnectionError(proxy_url="http://p", error=OSError("Tunnel connection failed: 407 Proxy")),
            boto.HTTPClientError(error="Failed to parse: 'proxy:abc' is not a valid host or port"),
        )
    ),
    (
        boto.SSLError(endpoint_url=URL, error=OSError("[SSL: CERTIFICATE_VERIFY_FAILED]")),
        Retry.FINAL,
        errors.Unreachable,
    ),
    (boto.NoCredentialsError(), Retry.FINAL, errors.CredentialsProblem),
    (boto.PartialCredentialsError(provider="env", cred_var="x"), Retry.FINAL, errors.CredentialsProblem),
    (boto.CredentialRetrievalError(provider="sso", error_msg="x"), Retry.FINAL, errors.CredentialsProblem),
    (boto.UnauthorizedSSOTokenError(), Retry.FINAL, errors.CredentialsProblem),
    (boto.TokenRetrievalError(provider="sso", error_msg="x"), Retry.FINAL, errors.CredentialsProblem),
    (boto.ParamValidationError(report="x"), Retry.FINAL, errors.InvalidRequest),
    (aws_error("AssumeRole", "AccessDenied", 403), Retry.FINAL, errors.CredentialsProblem),
    (aws_error("AssumeRole", "Throttling", 400), Retry.FINAL, errors.CredentialsProblem),
]


@pytest.mark.parametrize(("problem", "kind", "error"), SILENCE, ids=[type(row[0]).__name__ for row in SILENCE])
def test_what_botocore_raises_without_an_answer(
    problem: Exception, kind: Retry, error: type[errors.ConnectApiError]
) -> None:
    """Retried unless it is about us; uncertain only when the request may have arrived."""
    time, attempts = VirtualTime(), Attempts(problem, forever=True)
    with pytest.raises(errors.ConnectApiError) as raised:
        transport(time).call("CreateUser", attempts)
    assert type(raised.value) is error
    assert raised.value.uncertain == (kind is Retry.UNCERTAIN)
    assert (attempts.sent == 1) == (kind is Retry.FINAL)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None, "a traceback would show botocore"


def test_other_exceptions_pass_as_they_are() -> None:
    """A mistake of ours must not look like one of the network."""
    with pytest.raises(ZeroDivisionError):
        transport(VirtualTime()).call("CreateUser", Attempts(ZeroDivisionError()))
    assert failure_of("CreateUser", ZeroDivisionError()) is None


LOST = boto.ReadTimeoutError(endpoint_url=URL)
REFUSED = aws_error("CreateUser", "ThrottlingException", 429)
UNSENT = boto.EndpointConnectionError(endpoint_url=URL)


@pytest.mark.parametrize(
    ("failures", "uncertain"),
    [([], False), ([REFUSED], False), ([UNSENT], False), ([LOST], True), ([LOST, REFUSED, UNSENT], True)],
)
def test_a_final_error_remembers_an_earlier_lost_answer(failures: list[Exception], uncertain: bool) -> None:
    """DuplicateResource after a lost answer may mean that this call made the user. Only an attempt without a definite
    answer may have been carried out."""
    attempts = Attempts(*failures, aws_error("CreateUser", "DuplicateResourceException", 409))
    with pytest.raises(errors.DuplicateResource) as raised:
        transport(VirtualTime()).call("CreateUser", attempts)
    assert raised.value.uncertain == uncertain
    assert attempts.sent == len(failures) + 1


def test_delays_grow_to_a_bound_and_are_jittered() -> None:
    """Full jitter: a random share of 1, 2, 4, … at most 20 s for throttles; half of that otherwise."""
    assert [failures.delay(Retry.THROTTLED, tries, 1.0) for tries in range(1, 8)] == [1, 2, 4, 8, 16, 20, 20]
    assert [failures.delay(Retry.UNCERTAIN, tries, 1.0) for tries in range(1, 4)] == [0.5, 1, 2]
    assert failures.delay(Retry.NOT_SENT, 10_000, 0.25) == 5.0
    assert failures.delay(Retry.THROTTLED, 3, 0.0) == 0.0
    assert failures.delay(Retry.FINAL, 1, 1.0) is None
    assert failures.delay(Retry.CONFLICT, failures.CONFLICT_TRIES - 1, 1.0) == 4.0
    assert failures.delay(Retry.CONFLICT, failures.CONFLICT_TRIES, 1.0) is None


def test_a_wait_in_the_queue_does_not_use_up_the_time_of_a_call() -> None:
    """A thousand users at two a second wait longer than one call may be retried: that is not a failure."""
    time = VirtualTime()
    slow = Transport(Pacer(0.01, 1, time), time, 10.0, lambda: 0.0)
    slow.call("CreateUser", Attempts())
    assert slow.call("CreateUser", Attempts()) == "answer"
    assert time.now() > 99


def test_a_retry_that_waits_says_so() -> None:
    """Waits of more than two seconds, with their reason and the number of tries; shorter ones are silent."""
    notes: list[str] = []
    transport(VirtualTime()).call("CreateUser", Attempts(*[REFUSED] * 4), notify=notes.append)
    assert notes == [
        "waiting 4 s: Amazon Connect throttled CreateUser (try 3)",
        "waiting 8 s: Amazon Connect throttled CreateUser (try 4)",
    ]


def test_short_waits_of_a_call_that_takes_long_are_reported_every_ten_seconds() -> None:
    """Read timeouts with hardly a delay between them look like a hang, too."""
    time, notes = VirtualTime(), list[str]()

    def send() -> None:
        time.wait(6.0)
        raise LOST

    with pytest.raises(errors.Unreachable):
        transport(time, jitter=0.0, timeout=60.0).call("CreateUser", send, notify=notes.append)
    assert notes == [
        f'waiting 0 s: no definite answer to CreateUser (NoAnswer): Read timeout on endpoint URL: "{URL}" (try {tries})'
        for tries in (2, 4, 6, 8, 10)
    ]


def test_a_proxy_that_refuses_says_why() -> None:
    problem = boto.ProxyConnectionError(proxy_url="http://p", error=OSError("Tunnel connection failed: 407 Login"))
    with pytest.raises(errors.Unreachable, match=r'"http://p": Tunnel connection failed: 407 Login \(Conn'):
        transport(VirtualTime()).call("CreateUser", Attempts(problem))


def test_a_failure_without_words_is_said_to_be_one() -> None:
    with pytest.raises(errors.Throttled, match="no further explanation, after"):
        transport(VirtualTime()).call("CreateUser", Attempts(aws_error("CreateUser", "429", 429, ""), forever=True))


def test_a_connection_that_is_waited_for_is_named() -> None:
    """An emulator that was not started, a region that does not exist: nobody should wait for it unknowingly."""
    notes: list[str] = []
    transport(VirtualTime()).call("CreateUser", Attempts(*[UNSENT] * 5), notify=notes.append)
    assert notes[-1] == (
        f'waiting 8 s: no connection to AWS for CreateUser: Could not connect to the endpoint URL: "{URL}" (try 5)'
    )


def test_giving_up_says_how_long_it_was_tried() -> None:
    """So that a reader knows whether to raise the timeout."""
    with pytest.raises(errors.Throttled, match=r"because, after \d+ tries in \d+ s \(ThrottlingException"):
        transport(VirtualTime(), timeout=60.0).call("CreateUser", Attempts(REFUSED, forever=True))


@pytest.mark.parametrize(
    ("failures", "uncertain"), [([], False), ([REFUSED] * 9, False), ([LOST] * 9, True)], ids=["new", "refused", "lost"]
)
def test_cancelled_calls_end_without_another_request(failures: list[Exception], uncertain: bool) -> None:
    """Before the first request, or in the wait for the next; a lost answer stays uncertain."""
    time, attempts = VirtualTime(), Attempts(*failures)
    sent_when_cancelled: list[int] = []

    def cancel(_: str = "") -> None:
        sent_when_cancelled.append(attempts.sent)
        time.cancel()

    if not failures:
        cancel()
    with pytest.raises(errors.Cancelled) as raised:
        transport(time).call("CreateUser", attempts, notify=cancel)
    assert raised.value.uncertain == uncertain
    assert [attempts.sent] == sent_when_cancelled


def test_unpaced_calls_are_cancelled_too() -> None:
    """GetSecretValue has no low quota, but is not sent after a cancel either."""
    time, attempts = VirtualTime(), Attempts()
    assert transport(time).call("GetSecretValue", attempts, paced=False) == "answer"
    time.cancel()
    with pytest.raises(errors.Cancelled):
        transport(time).call("GetSecretValue", attempts, paced=False)
    assert attempts.sent == 1


PASSWORD = 'Pä"ss\\w/0rd  x'


@pytest.mark.parametrize(
    "quoted",
    [PASSWORD, repr(PASSWORD), '"P\\u00e4\\"ss\\\\w/0rd  x"', "P%C3%A4%22ss%5Cw%2F0rd%20%20x"],
    ids=["as it is", "as Python writes it", "as JSON writes it", "as an URL writes it"],
)
def test_no_error_repeats_a_secret(quoted: str) -> None:
    """Whatever form a message quotes it in, also after white space was folded."""
    problem = aws_error("CreateUser", "InvalidParameterException", 400, f"Password {quoted} is too short\n(see docs)")
    with pytest.raises(errors.InvalidRequest) as raised:
        transport(VirtualTime()).call("CreateUser", Attempts(problem), secrets=[PASSWORD, ""])
    text = str(raised.value) + repr(vars(raised.value))
    assert "0rd" not in text
    assert "[secret]" in str(raised.value)
    assert "is too short (see docs)" in str(raised.value)
