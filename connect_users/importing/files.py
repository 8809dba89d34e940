"""The folder that an import writes, and how a folder differs from the instance. Writes files, calls nothing.

A second run over the same folder changes nothing: people come in the order of their names, files are written only where
their text differs, and the program and the project are the user's own once they exist.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connect_users import ownership
from connect_users.errors import ConfigurationError
from connect_users.importing import rows
from connect_users.importing.entries import guard_entry, roster_entry, states, user_entry
from connect_users.live import declared_view
from connect_users.roster.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from connect_users.importing.live import Instance, LiveUser
    from connect_users.spec import Props

_PROJECT = """name: {name}
runtime: python
description: People of Amazon Connect {alias}
"""


@dataclass(frozen=True)
class Done:
    """What was written.

    Attributes:
        changed: names of files.
        left_out: username -> why.
    """

    people: int
    changed: tuple[str, ...]
    left_out: Mapping[str, str]


class Folder:
    """A folder with one roster.

    Args:
        name: of the roster, in the program and as the file's stem.
    """

    import_name = "import.json"

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    @property
    def roster(self) -> Path:
        """The roster's file."""
        return self.path / f"{self.name}.csv"

    def known(self) -> dict[str, tuple[Props, Props]]:
        """Id -> inputs and outputs of the last import; nothing where there was none.

        Raises:
            ConfigurationError: the file is not one of ours.
        """
        file = self.path / self.import_name
        if not file.exists():
            return {}
        try:
            return states(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigurationError(f"{file}: cannot be read as the file of an import; remove it") from None

    def write(self, instance: Instance, users: Sequence[LiveUser], region: str | None) -> Done:
        """Write what differs.

        Raises:
            ConfigurationError
        """
        left_out = {user.username: _owned(user) for user in users if self._is_others(user)}
        people = {user.username: user for user in users if user.username not in left_out}
        written = rows.write({name: user.inputs for name, user in people.items()}, instance.names)
        left_out.update(written.left_out)
        entries = [
            roster_entry(self.name),
            guard_entry(self.name, written.inputs),
            *(
                user_entry(self.name, people[name].id, inputs, people[name].computed)
                for name, inputs in sorted(written.inputs.items())
            ),
        ]
        identity = written.identity_management_type
        program = rows.program(self.name, self.roster.name, instance.arn, instance.alias, identity)
        texts = {
            self.roster.name: (written.text, True),
            "__main__.py": (program, False),
            "Pulumi.yaml": (_project(instance, region), False),
            self.import_name: (json.dumps({"resources": entries}, indent=1, ensure_ascii=False) + "\n", True),
        }
        changed = tuple(name for name, (text, always) in texts.items() if self._put(name, text, always=always))
        return Done(len(written.inputs), changed, left_out)

    def _put(self, name: str, text: str, *, always: bool) -> bool:
        file = self.path / name
        try:
            if file.exists() and (not always or file.read_text(encoding="utf-8") == text):
                return False
            self.path.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as problem:
            raise ConfigurationError(f"{file} cannot be written: {problem.strerror}") from None
        return True

    @cached_property
    def _coded(self) -> set[str]:
        """The usernames that the roster has already."""
        if not self.roster.exists():
            return set()
        table = read_file(self.roster, str(self.roster))
        columns = rows.read_back(table, rows.Nameable(""), None)[0]
        return set(columns)

    def _is_others(self, user: LiveUser) -> bool:
        """Whether another stack owns the user: not one that this program made or changed."""
        return user.owner is not None and user.username not in self._coded and not self._made_here(user)

    def _made_here(self, user: LiveUser) -> bool:
        return user.owner is not None and user.owner.name.endswith(
            ownership.owner_name(f"::{self.name}-{user.username}")
        )

    def compare(self, instance: Instance, users: Sequence[LiveUser]) -> list[str]:
        """What the roster and the instance say differently, a line each; values are not repeated.

        Raises:
            ConfigurationError, UnreadableRoster
        """
        coded, problems = rows.read_back(read_file(self.roster, str(self.roster)), instance.names, None)
        live = {user.username: user for user in users}
        return [*problems, *_differences(coded, live, self._is_others)]


def _differences(coded: Mapping[str, Props], live: Mapping[str, LiveUser], is_others: Any) -> Iterable[str]:
    for username in sorted({*coded, *live}):
        user = live.get(username)
        if user is None:
            yield f"{username}: in the roster, not in the instance"
        elif username not in coded:
            if not is_others(user):
                yield f"{username}: in the instance, not in the roster"
        else:
            view = declared_view(user.live, coded[username])
            names = [name for name in coded[username] if view.get(name) != coded[username][name]]
            names += [name for name in user.inputs if name not in coded[username]]
            if names:
                yield f"{username}: differs in {', '.join(names)}"


def _owned(user: LiveUser) -> str:
    owner = user.owner.name if user.owner is not None else ""
    return f"belongs to {owner or 'a resource without a name'} (tag {ownership.TAG_KEY}); a user has one stack"


def _project(instance: Instance, region: str | None) -> str:
    alias = instance.alias or instance.id
    text = _PROJECT.format(name=f"{alias}-users", alias=alias)
    region = region or instance.arn.split(":")[3]
    return f"{text}config:\n  connect-users:region:\n    value: {region}\n"
