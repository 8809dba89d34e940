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
from types import NoneType
from typing import TYPE_CHECKING, Final

from connect_users.core.phrases import all_of
from connect_users.roster import yaml_text
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from connect_users.roster.record_shapes import Member

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
    root = yaml_text.tree(text, source)
    accepted: dict[str, Acceptance] = {}
    if root.value is None:
        return accepted
    if not isinstance(root.value, list):
        raise UnreadableRoster(source, f"is not a list; {_FORM}", root.line)
    for member in root.parts:
        entry = _entry(member, source)
        twin = accepted.setdefault(entry.finding, entry)
        if twin is not entry:
            text = f"'{entry.finding}' is accepted in line {twin.line}, too; keep one of them"
            raise UnreadableRoster(source, text, entry.line)
    return accepted


def _entry(member: Member, source: str) -> Acceptance:
    if not isinstance(member.value, dict):
        raise UnreadableRoster(source, f"is not a dict; {_FORM}", member.line)
    for part in member.parts:
        if part.name not in _KEYS:
            raise UnreadableRoster(source, f"unknown key {part.name!r}; the keys are {all_of(_KEYS)}", part.line)
        if not isinstance(part.value, (str, NoneType)):
            raise UnreadableRoster(source, f"{part.name} is not a string", part.line)
    finding, by, until, why = values = [(member.value.get(key) or "").strip() for key in _KEYS]
    lacking = [key for key, value in zip(_KEYS, values, strict=True) if not value]
    if lacking:
        raise UnreadableRoster(source, f"the entry lacks {all_of(lacking)}", member.line)
    return Acceptance(finding, by, _day(until, source, member.line), why, member.line)


def _day(text: str, source: str, line: int) -> date:
    try:
        # Python 3.11 and later also read other forms than 3.10.
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnreadableRoster(source, f"until: '{text}' is not a day; write it as 2027-03-31", line)
