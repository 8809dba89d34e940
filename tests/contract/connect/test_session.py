"""boto3's clients: the region and endpoint that settings and shell ask for, one client, no retries of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from connect_users.connect.session import EMULATOR_REGION, Clients
from connect_users.core.errors import ConfigurationError
from connect_users.core.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell without anything of AWS, and with credentials that belong to nobody."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL_CONNECT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text("[profile london]\nregion = eu-west-2\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    return monkeypatch


@pytest.mark.parametrize(
    ("settings", "variables", "region"),
    [
        (Settings(region="eu-central-1"), {"AWS_REGION": "us-west-2"}, "eu-central-1"),
        (Settings(), {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-east-1"}, "us-west-2"),
        (Settings(), {"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        (Settings(profile="london"), {}, "eu-west-2"),
        (Settings(), {"AWS_PROFILE": "london"}, "eu-west-2"),
    ],
    ids=["settings", "AWS_REGION", "AWS_DEFAULT_REGION", "profile of the settings", "profile of the shell"],
)
def test_the_region_comes_from_the_settings_then_from_boto3s_own_chain(
    settings: Settings, variables: dict[str, str], region: str, shell: pytest.MonkeyPatch
) -> None:
    """In the order that AWS's own tools keep."""
    for name, value in variables.items():
        shell.setenv(name, value)
    assert Clients(settings).region == region


def test_without_any_region_the_error_says_where_to_set_one() -> None:
    """The words that users find in the README."""
    with pytest.raises(ConfigurationError) as raised:
        _ = Clients(Settings()).connect
    assert str(raised.value) == "no region: set connect-users:region (or the provider's region) or AWS_REGION"


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(region="us-east-1", profile="nowhere"), "nowhere"),
        (Settings(region="not a region"), "not a region"),
        (Settings(region="us-east-1", endpoint_url="127.0.0.1:8080"), "127.0.0.1:8080"),
        (Settings(region="us-east-1", endpoint_url="http://127.0.0.1:99999"), "http://127.0.0.1:99999"),
    ],
    ids=["profile", "region", "endpoint", "port"],
)
def test_settings_that_boto3_refuses_are_one_line(settings: Settings, word: str) -> None:
    """Naming the value and the settings, without a traceback of botocore."""
    with pytest.raises(ConfigurationError, match=word) as raised:
        _ = Clients(settings).connect
    assert "connect-users:profile" in str(raised.value)


def test_a_port_that_is_none_in_the_shell_is_one_line(shell: pytest.MonkeyPatch) -> None:
    """Of the other service, too: boto3 takes it, and fails with every call."""
    shell.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:99999")
    with pytest.raises(ConfigurationError, match=r"http://127\.0\.0\.1:99999: Port out of range"):
        Clients(Settings(region="us-east-1")).secrets_manager()


@pytest.mark.parametrize(
    ("region", "message"),
    [("us-esat-1", "did you mean us-east-1?"), ("xx-nowhere-9", "this boto3 knows")],
)
def test_a_region_where_connect_cannot_be_is_refused_at_once(region: str, message: str) -> None:
    """Its endpoint has no address: trying for minutes would be of no use."""
    with pytest.raises(ConfigurationError) as raised:
        _ = Clients(Settings(region=region)).connect
    assert f"connect.{region}.amazonaws.com has no address" in str(raised.value)
    assert message in str(raised.value)


def test_a_region_that_boto3_does_not_know_passes_where_somebody_else_finds_its_endpoint(
    shell: pytest.MonkeyPatch,
) -> None:
    """A proxy, or an endpoint of one's own."""
    assert Clients(Settings(region="xx-nowhere-9", endpoint_url=LOOPBACK)).region == "xx-nowhere-9"
    shell.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert Clients(Settings(region="xx-nowhere-9")).region == "xx-nowhere-9"


def test_the_endpoint_of_the_shell_works_by_itself(shell: pytest.MonkeyPatch) -> None:
    """And the one of the settings goes before it; Secrets Manager has its own."""
    shell.setenv("AWS_ENDPOINT_URL_CONNECT", "http://127.0.0.1:1")
    assert Clients(Settings(region="us-east-1")).connect.meta.endpoint_url == "http://127.0.0.1:1"
    clients = Clients(Settings(region="us-east-1", endpoint_url=LOOPBACK))
    assert clients.connect.meta.endpoint_url == LOOPBACK
    assert clients.secrets_manager().meta.endpoint_url == "https://secretsmanager.us-east-1.amazonaws.com"


def test_botocore_makes_one_attempt_and_does_not_wait_for_ever() -> None:
    """Whatever the shell or a profile says about retries: all of them are ours."""
    config = Clients(Settings(region="us-east-1"), connect_timeout=1.0, read_timeout=2.0).connect.meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}  # type: ignore[attr-defined]
    assert (config.connect_timeout, config.read_timeout) == (1.0, 2.0)  # type: ignore[attr-defined]
    assert config.parameter_validation  # type: ignore[attr-defined]


def test_retries_of_the_shell_are_not_taken_over(shell: pytest.MonkeyPatch) -> None:
    """AWS_MAX_ATTEMPTS would bring back the requests that a full quota refuses."""
    shell.setenv("AWS_MAX_ATTEMPTS", "7")
    config = Clients(Settings(region="us-east-1")).connect.meta.config
    assert config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]


def test_threads_share_one_client() -> None:
    """boto3 sessions are not thread-safe, and pacing counts on one connection pool."""
    clients = Clients(Settings(region="us-east-1"))
    seen: list[int] = []
    barrier = threading.Barrier(16)

    def work() -> None:
        barrier.wait()
        seen.append(id(clients.connect))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert len(seen) == 16


def test_secrets_are_read_in_their_own_region() -> None:
    """One client for each region, made once."""
    clients = Clients(Settings(region="us-east-1"))
    london = clients.secrets_manager("eu-west-2")
    assert london.meta.region_name == "eu-west-2"
    assert clients.secrets_manager("eu-west-2") is london
    assert clients.secrets_manager().meta.region_name == "us-east-1"


def test_the_embedded_emulator_needs_nothing_of_aws_and_nothing_disturbs_it(
    shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No credentials; a profile that does not exist, a file that cannot be read, a proxy, FIPS, another region."""
    shell.delenv("AWS_ACCESS_KEY_ID")
    shell.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "config").write_text("this is [not a file of AWS", encoding="utf-8")
    for name, value in {
        "AWS_PROFILE": "nowhere",
        "AWS_REGION": "eu-west-2",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }.items():
        shell.setenv(name, value)
    clients = Clients(Settings(endpoint_url=LOOPBACK), embedded=True)
    assert clients.region == EMULATOR_REGION
    assert clients.connect.meta.config.proxies == {}  # type: ignore[attr-defined]
    assert clients.secrets_manager("us-east-1").meta.endpoint_url == LOOPBACK
    assert Clients(Settings(endpoint_url=LOOPBACK, region="us-west-2"), embedded=True).region == "us-west-2"
