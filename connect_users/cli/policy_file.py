"""The file of ``explain --policy``: policies for users, in YAML or JSON."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_users.cli import roster_files
from connect_users.cli.files import text_of
from connect_users.core.errors import ConfigurationError, WrongUsage

if TYPE_CHECKING:
    from connect_users.policy import Policy

_PERSONAS: Final = "personas_only"
#: YAML's booleans, in lower case. All other scalars are strings, as tags and usernames are: ``2024``.
_BOOLEANS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def policies(file: str) -> tuple[Policy, ...]:
    """The policies of a file.

    Raises:
        WrongUsage: it cannot be read, has no rules, or has a rule twice.
    """
    from connect_users.policy import from_rules
    from connect_users.roster import yaml_text

    with roster_files.readable():
        rules = yaml_text.tree(text_of(file), file).value
    if isinstance(rules, dict):
        rules = {name: _rule(name, value, Path(file).parent) for name, value in rules.items()}
    try:
        return from_rules(rules)
    except ConfigurationError as problem:
        raise WrongUsage(f"{file}: {problem}") from None


def _rule(name: str, value: Any, folder: Path) -> Any:
    if not isinstance(value, str):
        return value
    if name == _PERSONAS:
        return _profiles_of_personas(folder / value)
    return _BOOLEANS.get(value.lower(), value)


def _profiles_of_personas(file: Path) -> dict[str, list[str]]:
    """Persona -> security profiles, of a file of personas that the policy file names."""
    from connect_users.review.access.sources import from_roster
    from connect_users.review.naming import Labels
    from connect_users.roster.tables import from_records

    personas = roster_files.personas_of(str(file))
    with roster_files.readable():
        # A persona is what the row of a person of that name would say.
        rows = [(preset.line, {**preset.values, "username": name}) for name, preset in personas.settings.items()]
        people = from_roster(from_records(str(file), rows), Labels(), date.min).people
    for entry in people:
        if not entry.profiles:
            raise WrongUsage(f"{file}: the persona {entry.username} has no security profiles, so {_PERSONAS} stops it")
    return {entry.username: list(entry.profiles) for entry in people}
