"""The world of a rehearsal: the emulator it talks to, and an environment that cannot reach a real account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .providers import MockProvider, Mocks, Provider, ProviderError
from .values import reveal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from connect_users.emulator import Emulator

    from .state import ResourceState

ENDPOINT = "connect-users:endpointUrl"
EMBEDDED = "connect-users:emulator"
EMBEDDED_FILE = "connect-users:emulatorState"
REGION = "connect-users:region"
_DEFAULT_REGION = "us-east-1"
_SECRETS = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
#: Credentials that open nothing; profiles and instance roles are out of reach.
_NO_ACCOUNT: dict[str, str | None] = {
    "AWS_ACCESS_KEY_ID": "rehearsal",
    "AWS_SECRET_ACCESS_KEY": "rehearsal",
    "AWS_SESSION_TOKEN": None,
    "AWS_PROFILE": None,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Surroundings:
    """Owns the rehearsal's own emulator, if it has one.

    Args:
        emulator: a running one, None = decide by the configuration, False = none.
        environment: the user's changes, which win.
        root: the project's directory.
    """

    def __init__(
        self, emulator: Emulator | Literal[False] | None, environment: Mapping[str, str | None], root: Path
    ) -> None:
        self._wanted = emulator
        self._changes = dict(environment)
        self._root = root
        self._own: Emulator | None = None
        self._aws: dict[tuple[str, str], Provider] = {}

    @property
    def emulator(self) -> Emulator | None:
        """The emulator in use."""
        return self._own or (self._wanted or None)

    def open(self, config: Mapping[str, Any]) -> None:
        """Start an emulator of our own where nothing else is configured."""
        if self._wanted is not None or self._own is not None or ENDPOINT in config or _embedded(config):
            return
        from connect_users.emulator import Emulator, Options

        # The stack's region is the project's to choose.
        self._own = Emulator(None, Options(every_region=True))
        self._own.start()

    def close(self) -> None:
        """Stop the own emulator."""
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The configuration with the way to the emulator."""
        emulator = self.emulator
        if emulator is None or ENDPOINT in config or _embedded(config):
            return dict(config)
        found = {ENDPOINT: emulator.endpoint_url, **config}
        if REGION not in config and "aws:region" not in config:
            found[REGION] = _DEFAULT_REGION
        return found

    def environment(self) -> dict[str, str | None]:
        """Variables for the program and the host."""
        found = dict(_NO_ACCOUNT) if self._wanted is not False else {}
        if self.emulator is not None:
            # Passwords come from it, too: `connect-users:endpointUrl` is Connect's alone.
            found[_SECRETS] = self.emulator.endpoint_url
        return {**found, **self._changes}

    def aws_provider(self, config: Mapping[str, Any], state: ResourceState, mocks: Mocks | None) -> Provider:
        """The provider of the `aws` package for one provider resource."""
        endpoint = self._endpoint(config)
        if endpoint is None:
            return MockProvider(mocks) if mocks is not None else Provider()
        from .aws import AwsProvider

        found = state.inputs.get("region") or config.get("aws:region") or config.get(REGION) or _DEFAULT_REGION
        key = (endpoint, str(reveal(found)))
        if key not in self._aws:
            self._aws[key] = AwsProvider(*key)
        return self._aws[key]

    def _endpoint(self, config: Mapping[str, Any]) -> str | None:
        if ENDPOINT in config:
            return str(reveal(config[ENDPOINT]))
        if _embedded(config):
            from connect_users.core.settings import DEFAULT_EMULATOR_STATE
            from connect_users.emulator import UnusableState, embedded

            # The host opens the same file, relative to its working directory, the project's.
            file = self._root / str(reveal(config.get(EMBEDDED_FILE, DEFAULT_EMULATOR_STATE)))
            try:
                return embedded(file).endpoint_url
            except UnusableState as problem:
                raise ProviderError(f"{EMBEDDED_FILE}: {problem}") from None
        emulator = self.emulator
        return emulator.endpoint_url if emulator is not None else None


def _embedded(config: Mapping[str, Any]) -> bool:
    return str(reveal(config.get(EMBEDDED, ""))).lower() == "true"
