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
    file = directory / "Pulumi.yaml"
    content = _yaml(file)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{file} names no project")
    values = _config(content, file)
    for key, value in values.items():
        # A key is declared as `{value: x}`, as `{default: x}`, or by the value itself.
        if isinstance(value, dict) and value.keys() & {"value", "default", "type", "description", "secret", "items"}:
            values[key] = value.get("value", value.get("default"))
    file = directory / f"Pulumi.{stack}.yaml"
    values |= _config(_yaml(file), file)
    full = {key: value for key, value in full_keys(values, name).items() if value is not None}
    plain = {key: it for key, it in full.items() if not (isinstance(it, dict) and it.keys() == {"secure"})}
    texts = {key: it if isinstance(it, str) else json.dumps(it) for key, it in plain.items()}
    return Project(directory, name, (directory / str(content.get("main", "."))).resolve(), texts)


def full_keys(config: Props, project: str) -> dict[str, Any]:
    """A configuration by full key: a key without a namespace is the project's, as in `pulumi config set`."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _config(content: dict[str, Any], path: Path) -> dict[str, Any]:
    config = content.get("config") or {}
    if not isinstance(config, dict) or not all(isinstance(key, str) for key in config):
        raise ValueError(f"{path}: config must have a value for each key")
    return dict(config)


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Dates stay strings, as in Pulumi."""

    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader) if path.exists() else None  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from None
    return content if isinstance(content, dict) else {}


@dataclass
class EmulatorSetup:
    """An emulator, the configuration that points to it, and an environment without an AWS account."""

    #: A running one; None: its own one, unless the configuration names an endpoint; False: none.
    running: Emulator | Literal[False] | None
    root: Path  # the project's directory
    own: Emulator | None = None

    @property
    def emulator(self) -> Emulator | None:
        return self.own or self.running or None

    def close(self) -> None:
        if self.own is not None:
            self.own.close()
            self.own = None

    def config(self, config: Props) -> dict[str, Any]:
        """Return the configuration with the emulator's endpoint. The emulator is started if it is needed."""
        if _ENDPOINT in config or _embedded(config):
            return dict(config)
        if self.running is None and self.own is None:
            from connect_users.emulator import Emulator, Options

            # The stack's region is the project's to choose.
            self.own = Emulator(None, Options(every_region=True)).start()
        region = {} if "aws:region" in config else {"connect-users:region": "us-east-1"}
        return {_ENDPOINT: self.emulator.endpoint_url, **region, **config} if self.emulator else dict(config)

    def environment(self) -> dict[str, str | None]:
        # Passwords come from it, too: `connect-users:endpointUrl` is Connect's alone.
        url = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": self.emulator.endpoint_url} if self.emulator is not None else {}
        return {**(NO_ACCOUNT if self.running is not False else {}), **url}

    def endpoint(self, config: Props) -> str | None:
        """Return the endpoint of `aws:connect` resources, None without an emulator; raises HostError."""
        if not _embedded(config):
            return str(reveal(config[_ENDPOINT])) if _ENDPOINT in config else None
        from connect_users.core.settings import DEFAULT_EMULATOR_STATE
        from connect_users.emulator import UnusableState, embedded

        # The host opens the same file, relative to its working directory, the project's.
        file = self.root / str(reveal(config.get("connect-users:emulatorState", DEFAULT_EMULATOR_STATE)))
        try:
            return embedded(file).endpoint_url
        except UnusableState as problem:
            raise HostError(f"connect-users:emulatorState: {problem}") from None


def _embedded(config: Props) -> bool:
    return str(reveal(config.get("connect-users:emulator", ""))).lower() == "true"
