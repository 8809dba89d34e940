"""Every error that can reach a user, on every method, at both doors: one line that says what to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.contract.hosting import Engine, Site, judged, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.doors import Host

SALES = seed.ROUTING_PROFILES["Sales"]

#: Method -> the request that the error answers.
REQUESTS = {
    "create": "CreateUser",
    "update": "UpdateUserRoutingProfile",
    "read": "DescribeUser",
    "delete": "DescribeUser",
}
ACTIONS = {"create": "creating", "update": "updating", "read": "reading", "delete": "deleting"}

#: Code -> what the message must say (the advice), and whether the request is sent once only.
CODES: dict[str, tuple[str, bool]] = {
    # The seven of CreateUser's model.
    "DuplicateResourceException": ("adopt", False),
    "InternalServiceException": ("nothing is made twice", False),
    "InvalidParameterException": ("correct the named input", True),
    "InvalidRequestException": ("correct the named input", True),
    "LimitExceededException": ("Service Quotas", True),
    "ResourceNotFoundException": ("check", False),
    "ThrottlingException": ("requestsPerSecond", False),
    # Those that AWS answers outside of it.
    "AccessDeniedException": ("connect-users policy", True),
    "TooManyRequestsException": ("requestsPerSecond", False),
    "ExpiredTokenException": ("renew them", True),
    "UnrecognizedClientException": ("renew them", True),
    "ServiceUnavailableException": ("nothing is made twice", False),
    "SomethingNewException": ("request id", True),
}


def _act(method: str, engine: Engine) -> None:
    if method == "read":
        engine.refresh()
    elif method == "delete":
        engine.destroy()
    else:
        engine.up(user(engine.name, routing_profile_id=SALES, password="Corr3ct-horse"))


@pytest.fixture(scope="module")
def short_host(door: str, shared_site: Site) -> Iterator[Host]:
    """A host that gives up quickly."""
    host = shared_site.host(door, timeout="0.3")
    yield host
    host.close()


def _engines(host: Host) -> dict[str, Engine]:
    """An engine for each method, with a user in the state where the method needs one."""
    engines = {method: Engine(host, f"{method}.ada") for method in REQUESTS}
    for method, engine in engines.items():
        if method != "create":
            engine.up(user(engine.name))
    return engines


def _all_fail(engines: dict[str, Engine]) -> dict[str, str]:
    """The messages of all methods, tried at the same time; the states stay as they were."""
    states = {method: engine.state for method, engine in engines.items()}
    with ThreadPoolExecutor(len(engines)) as pool:
        ends = {method: pool.submit(_act, method, engine) for method, engine in engines.items()}
    texts = {}
    for method, end in ends.items():
        error = end.exception()
        assert isinstance(error, HostError), f"{method} did not fail: {error!r}"
        texts[method] = judged(error, engines[method].name)
        assert engines[method].state == states[method]
    return texts


@pytest.mark.parametrize("code", CODES)
def test_an_error_of_aws_is_one_line_on_every_method(code: str, site: Site, short_host: Host) -> None:
    """What failed, on whom, AWS's own words, code and request id, and what to do."""
    engines = _engines(short_host)
    advice, final = CODES[code]
    status = 418 if code == "SomethingNewException" else None
    requests = {*REQUESTS.values()} | ({"DescribeInstance"} if code == "ResourceNotFoundException" else set())
    for request in requests:
        site.emulator.faults.add(
            Fault(request, "error-before", times=10_000, code=code, status=status, message=f"{code} happened. Really")
        )
    site.forget()
    texts = _all_fail(engines)
    for method, text in texts.items():
        assert ACTIONS[method] in text or code == "ResourceNotFoundException"
        assert advice in text
        # With neither the user nor its instance to be found, the credentials are the likely reason.
        if code != "ResourceNotFoundException" or method == "create":
            assert f"{code} happened. Really" in text
            assert code in text
    if final:
        assert sorted(site.calls()) == sorted(REQUESTS.values()), "an error that will not pass is not repeated"


def test_a_quota_that_is_full_is_distinguished_from_throttling_by_its_code(site: Site, host: Host) -> None:
    """Both are HTTP 429; only one passes by waiting. The emulator's own quota answers here."""
    from dataclasses import replace

    site.emulator.options = replace(site.emulator.options, users_quota=0)
    with pytest.raises(HostError) as caught:
        Engine(host).up(user())
    assert "Service Quotas" in judged(caught.value)
    assert site.calls() == ["CreateUser"]


def _no_region(site: Site, start: Callable[..., Host]) -> Host:
    return start(region="")


def _no_credentials(site: Site, start: Callable[..., Host]) -> Host:
    return start(env_changes={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})


def _no_connection(site: Site, start: Callable[..., Host]) -> Host:
    return start(endpointUrl="http://127.0.0.1:9", timeout="0.3")


def _no_profile(site: Site, start: Callable[..., Host]) -> Host:
    return start(profile="nobody")


def _no_emulator_file(site: Site, start: Callable[..., Host]) -> Host:
    return start(endpointUrl="", emulator="true", emulatorState=__file__)


def _bad_setting(site: Site, start: Callable[..., Host]) -> Host:
    return start(timeOut="5")


@pytest.mark.parametrize(
    ("surroundings", "message"),
    [
        (_no_region, "no region: set connect-users:region (or the provider's region) or AWS_REGION"),
        (_no_credentials, "credentials"),
        (_no_connection, "check the network and connect-users:endpointUrl"),
        (_no_profile, "check connect-users:profile"),
        (_no_emulator_file, "connect-users:emulatorState: "),
        (_bad_setting, "connect-users:timeOut: no such setting"),
    ],
)
def test_surroundings_that_are_not_ready_are_one_line_on_every_method(
    surroundings: Callable[..., Host], message: str, site: Site, host: Host, start: Any
) -> None:
    """Nothing was sent, and the message says what to set."""
    engines = _engines(host)
    elsewhere = surroundings(site, start)
    site.forget()
    for engine in engines.values():
        engine.host = elsewhere
    if surroundings is _bad_setting:
        # The check tells of it already, in the preview; here the calls are made all the same.
        for method, engine in engines.items():
            with pytest.raises(HostError) as caught:
                _call_unchecked(method, engine)
            assert message in judged(caught.value, engine.name)
    else:
        for text in _all_fail(engines).values():
            assert message in text
    assert site.calls() == []


def _call_unchecked(method: str, engine: Engine) -> None:
    state, props = engine.state, user(engine.name)
    if method == "create":
        engine.host.create(props, urn=engine.urn)
    elif method == "update":
        assert state is not None
        engine.host.update(state.id, state.outputs, props, urn=engine.urn)
    else:
        _act(method, engine)


def test_a_preview_needs_no_credentials_region_or_connection(site: Site, start: Any) -> None:
    """Check and diff call nothing."""
    host = start(region="", endpointUrl="", env_changes={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})
    checked = host.check(user())
    assert checked.failures == ()
    assert host.diff("id", checked.inputs, {**checked.inputs, "tags": {"a": "b"}}).changes is host.differs


def test_a_setting_that_nobody_knows_fails_the_preview(start: Any) -> None:
    """Not only the first call: the check tells of it."""
    reply = start(timeOut="5").check(user())
    assert any("connect-users:timeOut: no such setting" in reason for _, reason in reply.failures)


def test_a_secret_that_cannot_be_read_is_an_error_with_advice(engine: Engine, site: Site, start: Any) -> None:
    """No user is made without its password."""
    engine.host = start(env_changes={"AWS_ENDPOINT_URL_SECRETS_MANAGER": site.emulator.endpoint_url})
    arn = f"arn:aws:secretsmanager:us-east-1:{seed.ACCOUNT_ID}:secret:missing-AbCdEf"
    with pytest.raises(HostError) as caught:
        engine.up(user(password=None, password_secret_arn=arn))
    assert "secretsmanager:GetSecretValue" in judged(caught.value)
    for text in ('{"user": "ada"}', "short", "[]"):
        arn = site.client_of("secretsmanager").create_secret(Name=f"bad{len(text)}", SecretString=text)["ARN"]
        with pytest.raises(HostError) as caught:
            engine.up(user(password=None, password_secret_arn=arn))
        assert engine.host.worded("password_secret_arn") in judged(caught.value)
        assert text not in str(caught.value)
    assert site.users() == {}


def test_a_wait_that_a_person_would_notice_is_shown_on_the_resource(site: Site, start: Any) -> None:
    """So that nobody thinks it hangs."""
    engine = Engine(start())
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="ResourceNotFoundException"))
    engine.up(user())
    messages = engine.host.log.take()
    assert any(message.urn == engine.urn and "waiting 1 s" in message.message for message in messages)
