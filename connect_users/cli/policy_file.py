"""The file of ``explain --policy``: policies for users, in YAML or JSON."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_users.cli.names_of import text_of
from connect_users.core.errors import ConfigurationError, WrongUsage

if TYPE_CHECKING:
    from connect_users.policy import Policy

_PERSONAS: Final = "personas_only"
_BOOL: Final = "tag:yaml.org,2002:bool"
_NULL: Final = "tag:yaml.org,2002:null"
_YES: Final = frozenset({"true", "yes", "on"})
#: Levels of nested dicts and lists. Rules need three; a deeper file refers to itself, or is another file.
_DEPTH: Final = 50


def policies(file: str) -> tuple[Policy, ...]:
    """The policies of a file.

    Raises:
        WrongUsage: it cannot be read, has no rules, or has a rule twice.
    """
    import yaml

    from connect_users.policy import from_rules

    try:
        root = yaml.compose(text_of(file), Loader=yaml.SafeLoader)
        rules = None if root is None else _value(root, _DEPTH)
        if isinstance(rules, dict) and isinstance(rules.get(_PERSONAS), str):
            rules[_PERSONAS] = _profiles_of_personas(Path(file).parent / rules[_PERSONAS])
        return from_rules(rules)
    except yaml.YAMLError as problem:
        raise WrongUsage(f"{file} is neither YAML nor JSON: {problem}") from None
    except RecursionError:
        raise WrongUsage(f"{file} is nested too deeply") from None
    except WrongUsage:
        raise
    except (ConfigurationError, ValueError) as problem:
        raise WrongUsage(f"{file}: {problem}") from None


def _profiles_of_personas(file: Path) -> dict[str, list[str]]:
    """Persona -> security profiles, of a file of personas that the policy file names.

    Raises:
        WrongUsage
    """
    from connect_users.review.access.sources import from_roster
    from connect_users.review.naming import Labels
    from connect_users.roster.reading import read_personas
    from connect_users.roster.tables import UnreadableRoster, from_records

    try:
        personas = read_personas(file)
        # A persona is what the row of a person of that name would say.
        rows = [(preset.line, {**preset.values, "username": name}) for name, preset in personas.settings.items()]
        people = from_roster(from_records(str(file), rows), Labels(), date.min).people
    except UnreadableRoster as problem:
        raise WrongUsage(str(problem)) from None
    if personas.problems:
        raise WrongUsage(str(personas.problems[0]))
    for entry in people:
        if not entry.profiles:
            raise WrongUsage(f"{file}: the persona {entry.username} has no security profiles, so {_PERSONAS} stops it")
    return {entry.username: list(entry.profiles) for entry in people}


def _value(node: Any, depth: int) -> Any:
    """The value of a node. Scalars except booleans and null are strings, as tags and usernames are: ``2024``.

    Raises:
        ValueError: a key appears twice (YAML would silently use the last one), or is not a string.
    """
    if not depth:
        raise ValueError("nested too deeply")
    if node.id == "sequence":
        return [_value(item, depth - 1) for item in node.value]
    if node.id == "scalar":
        return node.value if node.tag not in (_BOOL, _NULL) else _truth(node)
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            raise ValueError(f"line {line}: a key is not a string")
        if key.value in found:
            raise ValueError(f"line {line}: {key.value} is written twice")
        found[key.value] = _value(value, depth - 1)
    return found


def _truth(node: Any) -> bool | None:
    return node.value.lower() in _YES if node.tag == _BOOL else None
