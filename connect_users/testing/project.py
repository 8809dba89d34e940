"""The environment of a program in a test: the files of its project, and an emulator for its users."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .provider_process import HostError
from .values import reveal

if TYPE_CHECKING:
    from pathlib import Path

    from connect_users.emulator import Emulator

    from .values import Props

_ENDPOINT = "connect-users:endpointUrl"
_FILE = "connect-users:emulatorState"
#: The emulator has no quota of requests, unless a test gives it one.
_FAST = {"connect-users:requestsPerSecond": "1000", "connect-users:burst": "1000"}
#: Credentials of no account; profiles and instance roles are out of reach.
NO_ACCOUNT: dict[str, str | None] = {
    "AWS_ACCESS_KEY_ID": "rehearsal",
    "AWS_SECRET_ACCESS_KEY": "rehearsal",
    "AWS_SESSION_TOKEN": None,
    "AWS_PROFILE": None,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Project:
    """A project's files; `main`: the program; `config`: values by full key, without encrypted ones."""

    root: Path
    name: str
    main: Path
    config: dict[str, str]


def read_project(directory: Path, stack: str) -> Project:
    """Read a project's files; raises ValueError if they are not those of a project."""
    content = _yaml(directory / "Pulumi.yaml")
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{directory / 'Pulumi.yaml'} names no project")
    values = content["config"]
    for key, value in values.items():
        # A key is declared as `{value: x}`, as `{default: x}`, or by the value itself.
        if isinstance(value, dict) and value.keys() & {"value", "default", "type", "description", "secret", "items"}:
            values[key] = value.get("value", value.get("default"))
    values |= _yaml(directory / f"Pulumi.{stack}.yaml")["config"]
    full = {key: value for key, value in full_keys(values, name).items() if value is not None}
    plain = {key: it for key, it in full.items() if not (isinstance(it, dict) and it.keys() == {"secure"})}
    texts = {key: it if isinstance(it, str) else json.dumps(it) for key, it in plain.items()}
    return Project(directory, name, (directory / str(content.get("main", "."))).resolve(), texts)


def full_keys(config: Props, project: str) -> dict[str, Any]:
    """A configuration by full key: a key without a namespace is the project's, as in `pulumi config set`."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Dates stay strings, as in Pulumi."""

    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader) if path.exists() else None  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from None
    content = content if isinstance(content, dict) else {}
    config = content["config"] = content.get("config") or {}
    if not isinstance(config, dict) or not all(isinstance(key, str) for key in config):
        raise ValueError(f"{path}: config must have a value for each key")
    return content


@dataclass
class EmulatorSetup:
    """An emulator, the configuration that points to it, and an environment without an AWS account."""

    #: A running one; None: its own one, unless the configuration names an endpoint or a file; False: none.
    running: Emulator | Literal[False] | None
    root: Path  # the project's directory
    file: Path | None = None  # of its own emulator; None = in memory
    own: Emulator | None = None

    @property
    def emulator(self) -> Emulator | None:
        return self.own or self.running or None

    def close(self) -> None:
        if self.own is not None:
            self.own.close()
            self.own = None

    def config(self, config: Props) -> dict[str, Any]:
        """Return the configuration with the emulator's endpoint; the embedded one's usual file is the real stack's."""
        if self.running is False or _ENDPOINT in config or _in_file(config):
            return dict(config)
        if (emulator := self.emulator) is None:
            from connect_users.emulator import Emulator, Options

            emulator = self.own = Emulator(self.file, Options(users_quota=None, every_region=True)).start()
        region = {} if "aws:region" in config else {"connect-users:region": "us-east-1"}
        return {_ENDPOINT: emulator.endpoint_url, **region, **_FAST, **config}

    def environment(self) -> dict[str, str | None]:
        # `connect-users:endpointUrl` is Connect's alone.
        url = self.emulator.endpoint_url if self.emulator is not None else ""
        urls = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": url, "AWS_ENDPOINT_URL_STS": url} if url else {}
        return {**(NO_ACCOUNT if self.running is not False else {}), **urls}

    def endpoint(self, config: Props) -> str | None:
        """Return the endpoint of `aws:connect` resources, which the host uses, too; None without an emulator."""
        if _ENDPOINT in config or not _in_file(config):
            return str(reveal(config[_ENDPOINT])) if _ENDPOINT in config else None
        from connect_users.emulator import UnusableState, embedded

        try:
            return embedded(self.root / str(reveal(config[_FILE]))).endpoint_url
        except UnusableState as problem:
            raise HostError(f"{_FILE}: {problem}") from None


def _in_file(config: Props) -> bool:
    return _FILE in config and str(reveal(config.get("connect-users:emulator", ""))).lower() == "true"
