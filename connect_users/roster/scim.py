"""The answer of a directory's SCIM 2.0 interface (RFC 7644, section 3.4.2), a list of users, as a table.

Attributes with one value become columns under their own names (RFC 7643, section 4.1), without the URN of an extension:
``userName``, ``name.givenName``, ``title``, ``department``. One e-mail address is used: the primary one, else the work
address, else the first. Groups, roles and entitlements become lists of display names and identifiers, so that a rule
may use either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from connect_users.roster.cells import whole
from connect_users.roster.tables import UnreadableRoster, from_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.roster.record_shapes import Member
    from connect_users.roster.tables import Table

#: The table's form. `exports` has its columns.
FORM: Final = "SCIM 2.0"
#: Attributes, in lower case, that a rule may use even if nobody has them.
ATTRIBUTES: Final = frozenset(
    (
        *("username", "displayname", "nickname", "profileurl", "title", "usertype", "preferredlanguage", "locale"),
        *("timezone", "active", "emails", "groups", "roles", "entitlements", "externalid", "employeenumber"),
        *("costcenter", "organization", "division", "department"),
    )
)
_USERS: Final = "Resources"
_MARKS: Final = ("schemas", "totalResults")
_LISTS: Final = ("groups", "roles", "entitlements")
_URN: Final = "urn:"


def is_list(value: Any) -> bool:
    """Whether this is a ListResponse."""
    # A page without users may have no list of them.
    return isinstance(value, Mapping) and sum(mark in value for mark in (_USERS, *_MARKS)) > 1


def table(root: Member, source: str) -> Table:
    """The users of a ListResponse.

    Raises:
        UnreadableRoster: an element is not a user.
    """
    users = next((part for part in root.parts if part.name == _USERS), None)
    if users is not None and not isinstance(users.value, list):
        raise UnreadableRoster(source, f"{_USERS} is not a list", users.line)
    records = []
    for number, part in enumerate(users.parts if users else (), start=1):
        line = part.line or number
        if not isinstance(part.value, Mapping):
            raise UnreadableRoster(source, "is not a user; Resources is a list of dicts", line)
        records.append((line, dict(_attributes(part.value))))
    total, start = (whole(root.value.get(name)) for name in ("totalResults", "startIndex"))
    return from_records(source, records)._replace(
        form=FORM, expected=total if isinstance(total, int) else 0, is_first=start == 1
    )


def _attributes(user: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    # Extensions come first, so that an attribute of the core wins over one of the same name.
    for name, value in sorted(user.items(), key=lambda item: not item[0].startswith(_URN)):
        if name.lower() in _LISTS and isinstance(value, list):
            yield name, [each for item in value for each in _of_group(item)]
        elif name.lower() == "emails" and isinstance(value, list):
            yield name, _email([item for item in value if isinstance(item, Mapping)])
        elif isinstance(value, Mapping) and name.lower() == "name":
            yield from ((f"{name}.{part}", item) for part, item in value.items() if _is_single(item))
        elif isinstance(value, Mapping) and name.startswith(_URN):
            yield from ((str(part), item) for part, item in value.items() if _is_single(item))
        elif _is_single(value):
            yield name, value


def _is_single(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _of_group(item: Any) -> list[str]:
    values = [item.get("display"), item.get("value")] if isinstance(item, Mapping) else [item]
    return [value for value in values if isinstance(value, str)]


def _email(emails: list[Mapping[str, Any]]) -> Any:
    def rank(email: Mapping[str, Any]) -> tuple[bool, bool]:
        return (str(email.get("primary")).lower() != "true", email.get("type") != "work")

    return min(emails, key=rank).get("value") if emails else None
