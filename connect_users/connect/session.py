"""boto3's clients, made once per configuration and only when first needed.

- Region: `Settings.region`, then ``AWS_REGION``, then boto3's own chain (``AWS_DEFAULT_REGION``, the profile). For the
  embedded emulator: `Settings.region`, else `EMULATOR_REGION`, whatever the shell says.
- Endpoint: `Settings.endpoint_url`, then boto3's own chain (``AWS_ENDPOINT_URL_CONNECT``, the profile).
- botocore never repeats a request: it would also repeat one that a full quota refused, and would hide that a lost
  answer may have been carried out. `connect_users.connect.transport` does the repeating.
- STS is called for `Clients.caller` only, Secrets Manager only for a user whose password is there.
"""

from __future__ import annotations

import difflib
import gc
import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connect_users.core import __version__
from connect_users.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from botocore.config import Config
    from mypy_boto3_connect.client import ConnectClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from connect_users.core.settings import Settings

#: The region of the embedded emulator where none is set.
EMULATOR_REGION = "us-east-1"

#: Seconds to wait for a connection, and for an answer. No Connect operation of ours takes AWS longer than a few
#: seconds; a lost answer is better noticed after half a minute than after botocore's minute.
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0

#: Connections kept open: one for each call that a process works on at the same time, which are 64 in the plugin, and
#: four in the dynamic provider host.
POOL = 64

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Clients:
    """The clients of one configuration. Thread-safe.

    Args:
        embedded: `Settings.endpoint_url` is an emulator that this process started: no AWS account, profile or
            configuration file is needed, and none is read.
        connect_timeout, read_timeout: seconds.

    Raises:
        ConfigurationError: by the properties, when no region is known or the profile does not exist.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        embedded: bool = False,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self._settings = settings
        self._embedded = embedded
        self._timeouts = (connect_timeout, read_timeout)
        self._session: boto3.Session | None = None
        self._connect: ConnectClient | None = None
        self._secrets: dict[str, SecretsManagerClient] = {}

    @property
    def region(self) -> str:
        """The region that calls go to."""
        return self.connect.meta.region_name

    @property
    def connect(self) -> ConnectClient:
        """The client of Amazon Connect."""
        if self._connect is None:
            with loading(), _as_configuration_error():
                if self._connect is None:
                    from connect_users.connect.bulk_pages import take_as_json

                    client: ConnectClient = self._client("connect", self._region(), self._settings.endpoint_url)
                    _require_place(client, self._boto3())
                    take_as_json(client)
                    self._connect = client
        return self._connect

    def secrets_manager(self, region: str | None = None) -> SecretsManagerClient:
        """The client of AWS Secrets Manager, of the region where the secret is.

        `Settings.endpoint_url` is Connect's: boto3's own chain finds another one (AWS_ENDPOINT_URL_SECRETS_MANAGER).
        The embedded emulator keeps secrets, too.
        """
        with loading(), _as_configuration_error():
            region = region or self._region()
            if region not in self._secrets:
                endpoint = self._settings.endpoint_url if self._embedded else None
                self._secrets[region] = self._client("secretsmanager", region, endpoint)
            return self._secrets[region]

    def caller(self) -> str:
        """The caller's ARN, by STS's GetCallerIdentity, which needs no permission.

        Raises:
            Exception: any of botocore's.
        """
        with loading(), _as_configuration_error():
            client = self._client("sts", self._region(), self._settings.endpoint_url if self._embedded else None)
        return str(client.get_caller_identity().get("Arn", ""))

    def _client(self, service: str, region: str, endpoint: str | None) -> Any:
        # A made-up key for the embedded emulator; None leaves credentials to boto3.
        key = "emulator" if self._embedded else None
        session: Any = self._boto3()
        client = session.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=key,
            config=self._config(endpoint),
        )
        _require_port(client.meta.endpoint_url)
        return client

    def _boto3(self) -> boto3.Session:
        if self._session is None:
            self._session = _new_session(self._settings.profile, hermetic=self._embedded)
        return self._session

    def _region(self) -> str:
        if self._embedded:
            # What the emulator holds is in one region: a variable of the shell must not make it look empty.
            return self._settings.region or EMULATOR_REGION
        # boto3 itself does not read AWS_REGION, which every other SDK, Lambda and pulumi-aws do.
        region = self._settings.region or os.environ.get("AWS_REGION") or self._boto3().region_name
        if not region:
            raise ConfigurationError("no region: set connect-users:region (or the provider's region) or AWS_REGION")
        return region

    def _config(self, endpoint: str | None) -> Config:
        from botocore.config import Config

        connect_timeout, read_timeout = self._timeouts
        config = Config(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_pool_connections=POOL,
            retries={"mode": "standard", "total_max_attempts": 1},
            tcp_keepalive=True,
            user_agent_extra=f"md/connect-users#{__version__}",
        )
        if endpoint and urlsplit(endpoint).hostname in _LOOPBACK:
            # A proxy cannot reach this machine's loopback, and an emulator has no FIPS or dual-stack variant.
            config = config.merge(Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False))
        return config


def _require_port(url: str) -> None:
    """Refuse what urllib would refuse with every call: boto3 takes any port that an endpoint of the shell has.

    Raises:
        ValueError
    """
    try:
        _ = urlsplit(url).port
    except ValueError as problem:
        raise ValueError(f"{url}: {problem}") from None


def _require_place(client: ConnectClient, session: boto3.Session) -> None:
    """Refuse a misspelt region, and one that Connect is not in: its endpoint has no address, and never will have.

    Regions that are newer than this boto3 pass, and so does what a proxy resolves.

    Raises:
        ConfigurationError
    """
    from botocore.utils import get_environ_proxies

    region, url = client.meta.region_name, client.meta.endpoint_url
    host = urlsplit(url).hostname or ""
    if not host.startswith("connect.") or region not in host:
        return
    known = [
        each
        for partition in session.get_available_partitions()
        for each in session.get_available_regions("connect", partition)
    ]
    if region in known or get_environ_proxies(url):
        return
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        near = difflib.get_close_matches(region, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"this boto3 knows {', '.join(known)}"
        raise ConfigurationError(
            f"connect-users:region: Amazon Connect is not known in '{region}', and {host} has no address; {meant}"
        ) from None


_one_at_a_time = threading.RLock()


@contextmanager
def loading() -> Iterator[None]:
    """Around the first use of a large library: one thread at a time, without garbage collection.

    Two threads that load libraries at once may each see half of a module that imports itself in a circle, as
    ``multiprocessing`` does, which boto3 and pulumi both load: Python breaks the deadlock in that way. What is loaded
    is not garbage, and looking for garbage takes a third of the time.
    """
    with _one_at_a_time:
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collecting:
                gc.enable()


@contextmanager
def _as_configuration_error() -> Iterator[None]:
    """Turn botocore's errors about a missing profile, a malformed endpoint or file into a `ConfigurationError`."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except (BotoCoreError, ValueError) as problem:
        raise ConfigurationError(
            f"no client for Amazon Connect: {str(problem).rstrip('.')}; "
            "check connect-users:profile, connect-users:region, connect-users:endpointUrl and the AWS_ variables"
        ) from None


def _new_session(profile: str | None, *, hermetic: bool) -> boto3.Session:
    """A session; a hermetic one reads no profile and no file, so that nothing wrong with them matters."""
    import boto3
    from botocore.session import Session

    from connect_users.connect.service_models import ServiceModels

    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    session = Session(session_vars=nothing if hermetic else None)
    if profile is not None and not hermetic:
        session.set_config_variable("profile", profile)
    session.register_component("data_loader", ServiceModels(session.get_config_variable("data_path")))
    return boto3.Session(botocore_session=session)
