"""Findings that somebody has accepted: a list in YAML or JSON, kept and reviewed beside the program. Pure.

::

    - finding: power/ada.lovelace/Admin      # an id of a finding, as the page and the JSON of an audit show it
      by: grace.hopper                       # who accepted it
      until: 2027-03-31                      # the last day (UTC) on which it counts
      why: leads the migration

An acceptance is for exactly one finding: a finding with any difference, such as another security profile or a wider
reach, has another id, and so is not accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from connect_users.core.phrases import all_of
from connect_users.roster import yaml_nodes
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from connect_users.roster.yaml_nodes import Node

_KEYS: Final = ("finding", "by", "until", "why")
_FORM: Final = f"the file is a list of dicts with {all_of(_KEYS)}"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Acceptance:
    """One entry.

    Attributes:
        finding: the id of the finding.
        until: the last day on which it counts.
        line: the first line of the entry, from 1.
    """

    finding: str
    by: str
    until: date
    why: str
    line: int

    @property
    def words(self) -> str:
        """``by grace.hopper until 2027-03-31: leads the migration``."""
        return f"by {self.by} until {self.until}: {self.why}"


def read(text: str, source: str) -> dict[str, Acceptance]:
    """Id of a finding -> its acceptance.

    Args:
        source: the file's name in messages.

    Raises:
        UnreadableRoster: it is not such a list; the message has the line.
    """
    root = yaml_nodes.compose(text, source)
    found: dict[str, Acceptance] = {}
    if root is None:
        return found
    if root.kind != yaml_nodes.SEQUENCE:
        raise UnreadableRoster(source, f"is not a list; {_FORM}", root.line)
    for node in root.value:
        entry = _entry(node, source)
        twin = found.setdefault(entry.finding, entry)
        if twin is not entry:
            text = f"'{entry.finding}' is accepted in line {twin.line}, too; keep one of them"
            raise UnreadableRoster(source, text, entry.line)
    return found


def _entry(node: Node, source: str) -> Acceptance:
    if node.kind != yaml_nodes.MAPPING:
        raise UnreadableRoster(source, f"is not a dict; {_FORM}", node.line)
    values: dict[str, str] = {}
    for key, value in node.value:
        if key.kind != yaml_nodes.SCALAR or key.value not in _KEYS:
            name = repr(key.value) if key.kind == yaml_nodes.SCALAR else "that is not a string"
            raise UnreadableRoster(source, f"unknown key {name}; the keys are {all_of(_KEYS)}", key.line)
        if key.value in values:
            raise UnreadableRoster(source, f"the key {key.value!r} is written twice", key.line)
        if value.kind != yaml_nodes.SCALAR:
            raise UnreadableRoster(source, f"{key.value} is not a string", value.line)
        values[key.value] = value.value.strip()
    lacking = [key for key in _KEYS if not values.get(key)]
    if lacking:
        raise UnreadableRoster(source, f"the entry lacks {all_of(lacking)}", node.line)
    return Acceptance(
        values["finding"], values["by"], _day(values["until"], source, node.line), values["why"], node.line
    )


def _day(text: str, source: str, line: int) -> date:
    try:
        # Python 3.11 and later also read other forms than 3.10.
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnreadableRoster(source, f"until: '{text}' is not a day; write it as 2027-03-31", line)
