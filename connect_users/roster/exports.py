"""Exports of directories as rosters: only active accounts have a row, and only columns with a known meaning are read.

A form is recognised by its columns, and only if the file has no column ``username``; SCIM by its shape (`scim`). The
personas' ``columns`` name the columns of any other file, and win over those of a form. A roster's own columns are also
read, under their documented names (``routing_profile``, ``tags.site``), and so are the names of a person.

Sources of the headers: Entra ID: Microsoft Learn, "Download a list of users", and files in public repositories, the
newer ones with ``id`` for ``objectId``; Active Directory's ``Get-ADUser`` has ``Enabled``. Okta: its help, "Okta
Password Health report" (``Login``, ``Status``) and "User accounts report" (``Okta username``, ``Okta user status``),
and the attributes of its user profile (``login``, ``firstName``). No live export was available.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core.phrases import plural
from connect_users.roster import scim
from connect_users.roster.cells import flag, text
from connect_users.roster.columns import USERNAME, find, normal, spellings
from connect_users.roster.tables import Row, Table, UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.roster.columns import Column

#: The name of the column that says whether an account is active. It is not an input.
ACTIVE: Final = "active"
_NAMES: Final = ("username", "identity_info.first_name", "identity_info.last_name", "identity_info.email")
_PATHS_OF_NAMES: Final = frozenset(column.path for name in _NAMES if (column := find(name)) is not None)

#: The form of a file of which only the personas name columns: `check` shows "read as ...".
_BY_COLUMNS: Final = "the personas say"
#: Columns of which a directory may have something else under one of the other names that a roster knows.
_ALSO_OF_DIRECTORIES: Final = ("identity_info", "phone_config.phone", "phone_config.desk", "hierarchy_group")

#: Statuses as Okta's API and console write them, and those of other directories. A suspended account cannot sign in.
#: The owner of an account that is locked out, or has to set a password, is still employed.
_INACTIVE: Final = frozenset(
    ("deprovisioned", "deactivated", "suspended", "inactive", "disabled", "deleted", "terminated")
)
_STILL_THERE: Final = frozenset(
    (
        *("active", "enabled", "staged", "provisioned", "pending_user_action", "recovery", "password_reset"),
        *("password_expired", "locked_out"),
    )
)


class ExportFormat(NamedTuple):
    """One kind of export.

    Attributes:
        name: as `check` shows it.
        headers: our column, or `ACTIVE` -> its possible headers, in lower case and without signs.
    """

    name: str
    headers: Mapping[str, tuple[str, ...]]


def _format(name: str, *headers: tuple[str, ...]) -> ExportFormat:
    return ExportFormat(name, dict(zip((*_NAMES, ACTIVE), headers, strict=True)))


_SCIM: Final = _format(scim.FORM, ("username",), ("namegivenname",), ("namefamilyname",), ("emails",), ("active",))
_FORMATS: Final = (
    _format("Entra ID", ("userprincipalname",), ("givenname",), ("surname",), ("mail",), ("accountenabled", "enabled")),
    _format(
        "Okta",
        ("oktausername", "login", "profilelogin"),
        ("firstname", "profilefirstname"),
        ("lastname", "profilelastname"),
        ("primaryemail", "email", "profileemail"),
        ("oktauserstatus", "useraccountstatus", "status"),
    ),
)


def as_roster(table: Table, columns: Mapping[str, str] | None = None) -> Table:
    """A file's table; if it is an export, with its columns and without accounts that are not active.

    Args:
        columns: our column, or `ACTIVE` -> its header.

    Raises:
        UnreadableRoster: a status does not say whether its account is active.
    """
    configured = {name: header for name, wanted in (columns or {}).items() if (header := _header(table, wanted))}
    # A roster of which the personas name some columns is still a roster.
    ours = table.form != scim.FORM and "username" not in configured and _names_people(table)
    form = _SCIM if table.form == scim.FORM else None if ours else _format_of(table)
    if form is None and not configured:
        return table
    named = {**({} if form is None else _headers_of(table, form.headers)), **configured}
    status = named.pop(ACTIVE, None)
    read: dict[str, list[Column]] = {}
    for name, header in named.items():
        column = find(name)
        if column is not None:
            read.setdefault(header, []).append(column)
    taken = {column.path for several in read.values() for column in several}
    for header in table.headers.keys() - read.keys() - {status}:
        column = find(header)
        if column is not None and column.path not in taken and (ours or _is_own(header, column)):
            read[header] = [column]
    return _without_inactive(_with_columns(table, read, _BY_COLUMNS if form is None else form.name), status)


def _is_own(header: str, column: Column) -> bool:
    """Whether a header is a roster's own: a directory may use some, like ``Phone``, for something else."""
    exact = column.name in spellings(header) or column.path in _PATHS_OF_NAMES
    return exact or not column.name.startswith(_ALSO_OF_DIRECTORIES)


def _header(table: Table, wanted: str) -> str | None:
    """The header with this name, which may be in another case."""
    if wanted in table.headers:
        return wanted
    return next((header for header in table.headers if normal(header) == normal(wanted)), None)


def _key(header: str) -> str:
    return re.sub(r"[\W_]", "", header.lower())


def _headers_of(table: Table, headers: Mapping[str, Iterable[str]]) -> dict[str, str]:
    by_key = {_key(header): header for header in reversed(list(table.headers))}
    named = {}
    for name, keys in headers.items():
        header = next((by_key[key] for key in keys if key in by_key), None)
        if header is not None:
            named[name] = header
    return named


def _names_people(table: Table) -> bool:
    return any((column := find(header)) is not None and column.path == USERNAME for header in table.headers)


def _format_of(table: Table) -> ExportFormat | None:
    if _names_people(table):
        return None
    for form in _FORMATS:
        named = _headers_of(table, form.headers)
        if "username" in named and len(named) > 1:
            return form
    return None


def _with_columns(table: Table, read: Mapping[str, list[Column]], form: str) -> Table:
    """The table in which each header has its column; a header with several columns is repeated under their names."""
    headers = dict(table.headers)
    columns: dict[str, Column | None] = dict.fromkeys(headers)
    copies: dict[str, list[str]] = {}
    for header, (first, *others) in read.items():
        columns[header] = first
        for column in others:
            # The file itself may have a header of that name.
            name = f"{header}: {column.name}" if column.name in table.headers else column.name
            headers[name], columns[name] = table.headers[header], column
            copies.setdefault(header, []).append(name)
    rows = table.rows
    if copies:
        rows = tuple(
            row._replace(
                cells=[*row.cells, *((name, raw) for header, raw in row.cells for name in copies.get(header, ()))]
            )
            for row in rows
        )
    return table._replace(rows=rows, headers=headers, columns=columns, form=form)


def _without_inactive(table: Table, status: str | None) -> Table:
    if status is None:
        return table
    if status in table.twice:
        reason = f"two columns have the header {status!r}, which says whether an account is active; keep one of them"
        raise UnreadableRoster(table.source, reason, table.headers[status])
    active: dict[Any, bool | None] = {}
    rows: list[Row] = []
    inactive: list[str] = []
    unclear: list[tuple[Row, str]] = []
    for row in table.rows:
        raw = next((value for header, value in row.cells if header == status), True)
        word = raw if isinstance(raw, bool) else str(text(raw))
        if word not in active:
            active[word] = _is_active(word)
        if active[word]:
            rows.append(row)
        elif active[word] is None:
            unclear.append((row, str(word)))
        else:
            inactive.append(table.username(row))
    if unclear:
        row, word = unclear[0]
        more = f" (and {plural(len(unclear) - 1, 'more row')})" if unclear[1:] else ""
        raise UnreadableRoster(
            table.source,
            f"{status}: {word!r} does not say whether the account is active{more}; write true or false, or name "
            f"another column by columns: {{{ACTIVE}: ...}} in the personas",
            row.line,
        )
    return table._replace(rows=tuple(rows), inactive=tuple(sorted(inactive)))


def _is_active(word: bool | str) -> bool | None:
    answer = flag(word)
    if isinstance(answer, bool):
        return answer
    status = normal(str(word))
    return True if status in _STILL_THERE else False if status in _INACTIVE else None
