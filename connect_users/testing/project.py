"""A Pulumi project's files, as far as a rehearsal needs them: names, the program's place, plain configuration.

Encrypted values cannot be read without the stack's passphrase: they are left out, and named, so that they can be
given with `Secret`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Project:
    """What `Pulumi.yaml` and `Pulumi.<stack>.yaml` say.

    Attributes:
        main: the directory or file of the program.
        config: full keys to text.
        encrypted: full keys whose values cannot be read.
    """

    root: Path
    name: str
    main: Path
    config: dict[str, str] = field(default_factory=dict)
    encrypted: tuple[str, ...] = ()


def read_project(directory: Path, stack: str) -> Project:
    """Read the project's files.

    Raises:
        ValueError: `Pulumi.yaml` is not one.
    """
    content = _yaml(directory / "Pulumi.yaml")
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{directory / 'Pulumi.yaml'} names no project")
    main = directory / str(content.get("main", "."))
    config: dict[str, str] = {}
    encrypted: set[str] = set()
    for key, value in (content.get("config") or {}).items():
        _take(config, encrypted, _full(str(key), name), _declared(value))
    stack_file = directory / f"Pulumi.{stack}.yaml"
    stack_config = (_yaml(stack_file).get("config") or {}) if stack_file.is_file() else {}
    for key, value in stack_config.items():
        _take(config, encrypted, _full(str(key), name), value)
    return Project(directory, name, main.resolve(), config, tuple(sorted(encrypted)))


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from None
    return content if isinstance(content, dict) else {}


def _full(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _declared(value: Any) -> Any:
    """The value of a key in the project file: `{value: x}`, `{default: x}`, or the value itself."""
    if isinstance(value, dict) and value.keys() & {"value", "default", "type", "description", "secret", "items"}:
        return value.get("value", value.get("default"))
    return value


def _take(config: dict[str, str], encrypted: set[str], key: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, dict) and value.keys() == {"secure"}:
        encrypted.add(key)
        return
    encrypted.discard(key)
    config[key] = value if isinstance(value, str) else json.dumps(value)
