"""The shapes of rosters in YAML, JSON and programs, converted to a list with a dict for each person.

Besides that list itself:

- a dict with the list (or a dict of people) under ``users`` or ``Users``. Its other members must be plain values
  (``version``). The output of ``aws connect search-users`` is refused: it has no e-mail addresses, and after-contact
  work is in milliseconds (API reference, SearchUsers);
- a dict from username to the other columns of the person;
- one person, as ``aws connect create-user --cli-input-json`` takes it, or ``describe-user`` writes it, under ``User``;
- the answer of a directory's SCIM interface (`connect_users.roster.scim`).

A person may be written in the API's words (``Username``, ``IdentityInfo.FirstName``), which
`connect_users.roster.columns` knows. Read-only members (``Arn`` ...) are left out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from connect_users.core.channels import TWINS
from connect_users.core.ownership import declared_tags
from connect_users.core.spec import wire_name
from connect_users.roster import scim
from connect_users.roster.cells import absent
from connect_users.roster.tables import Table, UnreadableRoster, from_records

#: Read-only members of botocore's ``User`` and ``UserSearchSummary``.
_NOT_INPUTS: Final = frozenset(("Id", "Arn", "LastModifiedTime", "LastModifiedRegion"))
_LISTS: Final = ("users", "Users")
_ONE: Final = "User"
_NAMES: Final = ("username", "Username")
#: Members of YAML files for anchors.
_EXTENSION: Final = "x-"
_SEARCHED: Final = "ApproximateTotalCount"

#: Levels of dicts around people: ``users``, and the usernames. The elements of a list are people.
LEVELS: Final = 2
FORM: Final = "a roster is a list with a dict for each person, or a dict from username to person"


class Member(NamedTuple):
    """A member of a dict, or an element of a list.

    Attributes:
        line: its first line; 0 if there are no lines.
        parts: the members of a list or a dict.
    """

    line: int
    name: str
    value: Any
    parts: tuple[Member, ...] = ()


def member_of(value: Any, levels: int = LEVELS, name: str = "") -> Member:
    """A program's own value as a member, with its members down to ``levels`` of dicts."""
    parts: tuple[Member, ...] = ()
    if levels > 0 and isinstance(value, Mapping):
        parts = tuple(member_of(item, levels - 1, str(key)) for key, item in value.items())
    elif levels > 0 and isinstance(value, (list, tuple)):
        parts = tuple(member_of(item, levels - LEVELS) for item in value)
    return Member(0, name, value, parts)


def dict_of(parts: Iterable[Member], source: str) -> dict[str, Any]:
    """The dict of these members.

    Raises:
        UnreadableRoster: two members have the same name.
    """
    values: dict[str, Any] = {}
    for part in parts:
        if part.name in values:
            raise UnreadableRoster(source, f"the key {part.name!r} is written twice", part.line)
        values[part.name] = part.value
    return values


def table(root: Member, source: str) -> Table:
    """The table of a document. People of a program have no lines, so they are numbered.

    Raises:
        UnreadableRoster: the document does not contain people.
    """
    if scim.is_list(root.value):
        return scim.table(root, source)
    records = people(root, source)
    return from_records(source, [(line or row, person) for row, (line, person) in enumerate(records, start=1)])


def people(root: Member, source: str) -> list[tuple[int, Any]]:
    """Every person of a document, with the line.

    Raises:
        UnreadableRoster: the document does not contain people.
    """
    if isinstance(root.value, list):
        return _listed(root, source)
    if not isinstance(root.value, Mapping):
        raise UnreadableRoster(source, f"is not a list; {FORM}", root.line)
    if set(root.value) == {_ONE} or any(name in root.value and not _is_nested(root.value[name]) for name in _NAMES):
        return [(root.line, _person(root.value))]
    if not root.value:
        raise UnreadableRoster(source, f"is an empty dict; {FORM}", root.line)
    if _SEARCHED in root.value:
        raise UnreadableRoster(
            source,
            "was written by search-users, which leaves out e-mail addresses and has after-contact work in "
            "milliseconds; use describe-user, or connect-users import",
            root.line,
        )
    for part in root.parts:
        if part.name in _LISTS and _holds_people(part.value):
            _refuse_beside(part, root.parts, source)
            return _listed(part, source)
    return _listed(root, source)


def _listed(holder: Member, source: str) -> list[tuple[int, Any]]:
    """The people in a list, or in a dict from username to person."""
    if isinstance(holder.value, list):
        return [(part.line, _person(part.value)) for part in holder.parts]
    return [(part.line, _named(part, source)) for part in holder.parts]


def _refuse_beside(people_of: Member, parts: tuple[Member, ...], source: str) -> None:
    """Refuse lists and dicts beside the people: they may contain people too, who would be lost."""
    for other in parts:
        if other is not people_of and _is_nested(other.value) and not other.name.startswith(_EXTENSION):
            text = f"{other.name!r} is beside {people_of.name!r}; put all people into one of them"
            raise UnreadableRoster(source, text, other.line)


def _holds_people(value: Any) -> bool:
    """Whether this is a list or a dict of people, and not a person with the username "users"."""
    if isinstance(value, Mapping):
        return all(isinstance(item, Mapping) or absent(item) for item in value.values())
    return isinstance(value, list) or absent(value)


def _named(part: Member, source: str) -> dict[Any, Any]:
    """A person under a username."""
    if not isinstance(part.value, Mapping) and not absent(part.value):
        raise UnreadableRoster(source, f"is not a list, and {part.name!r} is not a person; {FORM}", part.line)
    person = {} if absent(part.value) else dict(_person(part.value))
    username = next((person[name] for name in _NAMES if name in person), part.name)
    if str(username) != part.name:
        raise UnreadableRoster(source, f"{part.name!r} has the username {username!r}; keep one of them", part.line)
    return {_NAMES[0]: part.name, **{name: value for name, value in person.items() if name not in _NAMES}}


def _person(value: Any) -> Any:
    """A person without read-only members."""
    if isinstance(value, Mapping) and set(value) == {_ONE} and isinstance(value[_ONE], Mapping):
        value = value[_ONE]
    if not isinstance(value, Mapping) or "Arn" not in value:
        return value
    person = {name: item for name, item in value.items() if name not in _NOT_INPUTS}
    if isinstance(person.get("Tags"), Mapping):
        person["Tags"] = declared_tags(person["Tags"])
    if isinstance(person.get("PhoneConfig"), Mapping):
        # Connect returns some settings in two forms, and accepts only one.
        twice = {wire_name(member) for member, name in TWINS.items() if person.get(wire_name(name))}
        person["PhoneConfig"] = {name: item for name, item in person["PhoneConfig"].items() if name not in twice}
    return person


def _is_nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list)) and bool(value)
