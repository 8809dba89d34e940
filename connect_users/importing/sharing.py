"""The settings that many people of a roster share, as personas; their rows keep what differs. Pure.

Contract:
- Whoever has a persona has a value for everything that it sets, the same or another: a row can override a setting of a
  persona, but cannot remove it.
- The same people give the same personas, in any order. The rules look at one column of the roster, `COLUMN`.
- The people of a persona share a routing profile and security profiles. Where most of them have a setting that the
  others lack, they are split if that makes the rows shorter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from connect_users.importing.literals import yaml_lines, yaml_word
from connect_users.roster import notations
from connect_users.roster.columns import find
from connect_users.roster.people import NOT_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: A row: header -> cell.
Row = dict[str, str]
InputPath = tuple[str, ...]
#: What a row or a persona sets: path of the input -> header and cell. Each tag is a setting of its own.
RowSettings = dict[InputPath, tuple[str, str]]

#: The file of personas, beside the roster.
FILE: Final = "personas.yaml"
#: The column that names each person's persona.
COLUMN: Final = "persona"
_ABOUT: Final = f"# What many people share. The column {COLUMN} of {{}} chooses; what a row sets itself wins.\n"
_TAGS: Final = "tags"
_ROUTING: Final = ("routing_profile_id",)
_SECURITY: Final = ("security_profile_ids",)
#: How many people make a set of security profiles a persona: so many, and one in `_PART` of all.
_FEW: Final = 3
_PART: Final = 200
#: The share of the people of a persona who have the value that it sets.
_MOST: Final = 0.8
#: Cells that one persona more has to save: about the lines that it takes. And one cell for `_SAVING` people.
_COST: Final = 8
_SAVING: Final = 10
#: Characters of a persona's name.
_NAME_MAX: Final = 60


def settings_of(line: Mapping[str, str]) -> RowSettings:
    """The settings in a row, without the columns that identify a person."""
    settings: RowSettings = {}
    for header, cell in line.items():
        column = find(header)
        if header == _TAGS:
            settings |= {(_TAGS, key): (f"tags.{key}", value) for key, value in notations.tags(cell).items()}
        elif column is not None and column.path[0] not in NOT_SETTINGS:
            settings[column.path] = (header, cell)
    return settings


def differing(line: Mapping[str, str], persona: Mapping[InputPath, tuple[str, str]]) -> Row:
    """The cells of a row that a persona does not have."""
    cells = dict(line)
    for path, (header, cell) in persona.items():
        if path[0] != _TAGS and line.get(header) == cell:
            del cells[header]
    if _TAGS in line:
        cells[_TAGS] = notations.render_tags(own_tags(line, persona))
    return {header: cell for header, cell in cells.items() if cell}


def own_tags(line: Mapping[str, str], persona: Mapping[InputPath, tuple[str, str]]) -> dict[str, str]:
    """The tags in a row that a persona does not have."""
    tags = notations.tags(line.get(_TAGS, ""))
    return {key: value for key, value in tags.items() if persona.get((_TAGS, key)) != (f"tags.{key}", value)}


def closest(settings: RowSettings, personas: Mapping[str, RowSettings]) -> str | None:
    """The first persona that leaves the fewest cells in the row; None if none of them fits the row."""
    fitting = (name for name, persona in personas.items() if persona.keys() <= settings.keys())
    return max(fitting, key=lambda name: len(settings.items() & personas[name].items()), default=None)


def shared(lines: Mapping[str, Row]) -> tuple[dict[str, RowSettings], dict[str, Row]]:
    """Name -> settings of personas, and username -> the remaining cells, with the name of the persona.

    Args:
        lines: username -> row.
    """
    everybody = {username: settings_of(lines[username]) for username in sorted(lines)}
    groups, others = _groups(everybody)
    personas = _named([(members, _common(members, everybody)) for members in groups], everybody)
    persona_of = {username: name for name, (members, _) in personas.items() for username in members}
    settings = {name: common for name, (_, common) in personas.items()}
    alone: dict[tuple[str, str], list[str]] = {}
    for username in others:
        name = closest(everybody[username], settings)
        if name is None:
            alone.setdefault(everybody[username][_ROUTING], []).append(username)
        else:
            persona_of[username] = name
    if alone:
        more = [(members, _common(members, everybody)) for members in alone.values()]
        for name, (members, common) in _named(more, everybody, settings).items():
            settings[name] = common
            persona_of |= dict.fromkeys(members, name)
    return settings, {
        username: {COLUMN: persona_of[username], **differing(lines[username], settings[persona_of[username]])}
        for username in everybody
    }


def text(personas: Mapping[str, RowSettings], roster: str) -> str:
    """The file of personas.

    Args:
        roster: the name of the roster's file.
    """
    about = _ABOUT.format(roster)
    document = {name: _nested(settings) for name, settings in sorted(personas.items())}
    if not document:
        return f"{about}personas: {{}}\n"
    names = [yaml_word(name) for name in document]
    rules = "".join(f"  - {{ persona: {name}, when: {{ {COLUMN}: {name} }} }}\n" for name in names)
    body = "".join(f"{line}\n" for line in yaml_lines({"personas": document}, word=yaml_word))
    return f"{about}{body}rules:\n{rules}"


def roster_of(personas: str) -> str:
    """The name of the roster's file in the comment of `text`; "" without the comment."""
    before, after = map(re.escape, _ABOUT.split("{}"))
    about = re.search(f"(?m)^{before}(.+){after}", personas)
    return about[1] if about else ""


def _nested(settings: RowSettings) -> dict[str, Any]:
    """A persona as it is written: tags as a dict, whole numbers without quotes."""
    written: dict[str, Any] = {}
    for path, (header, cell) in settings.items():
        if path[0] == _TAGS:
            written.setdefault(_TAGS, {})[path[1]] = cell
        else:
            written[header] = int(cell) if re.fullmatch("0|[1-9][0-9]{0,8}", cell) else cell
    return written


def _groups(everybody: Mapping[str, RowSettings]) -> tuple[list[list[str]], list[str]]:
    """The people of each persona, and the people of groups that are too small for one."""
    few = max(_FEW, len(everybody) // _PART)
    roles: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    for username, settings in everybody.items():
        roles.setdefault(settings[_ROUTING], {}).setdefault(settings[_SECURITY], []).append(username)
    groups: list[list[str]] = []
    others: list[str] = []
    for of_routing in roles.values():
        largest, *rest = sorted(of_routing.values(), key=lambda members: (-len(members), members))
        # Too few for a persona of their own: their rows say which security profiles they have.
        largest = sorted([*largest, *(name for members in rest if len(members) < few for name in members)])
        for members in (largest, *(members for members in rest if len(members) >= few)):
            if len(members) < few:
                others += members
            else:
                groups += _split(members, everybody)
    return groups, others


def _split(members: list[str], everybody: Mapping[str, RowSettings]) -> Iterator[list[str]]:
    """The people who have a setting that most share, and those who lack it, as long as that makes the rows shorter."""
    best, saved = None, max(_COST, len(members) // _SAVING)
    for path, values in sorted(_counts(members, everybody).items()):
        holders = values.total()
        ((_, count),) = values.most_common(1)
        if len(members) / 2 <= holders < len(members) and count >= _MOST * holders and count > saved:
            best, saved = path, count
    if best is None:
        yield members
        return
    for has in (True, False):
        yield from _split([name for name in members if (best in everybody[name]) is has], everybody)


def _counts(members: Iterable[str], everybody: Mapping[str, RowSettings]) -> dict[InputPath, Counter[tuple[str, str]]]:
    counts: dict[InputPath, Counter[tuple[str, str]]] = {}
    for name in members:
        for path, setting in everybody[name].items():
            counts.setdefault(path, Counter())[setting] += 1
    return counts


def _common(members: Sequence[str], everybody: Mapping[str, RowSettings]) -> RowSettings:
    """The settings that all members have, with the values of most; the profiles of a single person."""
    counts = _counts(members, everybody)
    common = {}
    # In the order of the columns.
    for path in everybody[members[0]]:
        values = counts[path]
        setting, count = min(values.items(), key=lambda each: (-each[1], each[0]))
        many = count >= max(2, _MOST * len(members)) or path in (_ROUTING, _SECURITY)
        # A persona cannot have a tag whose value is only blanks.
        writable = path[0] != _TAGS or not setting[1].isspace()
        if many and values.total() == len(members) and writable:
            common[path] = setting
    return common


def _named(
    groups: Sequence[tuple[list[str], RowSettings]], everybody: Mapping[str, RowSettings], taken: Iterable[str] = ()
) -> dict[str, tuple[list[str], RowSettings]]:
    """Name -> people and settings: by the routing profile; where several share it, by the security profiles, too."""
    of_role: dict[tuple[str, str], dict[tuple[str, str], list[RowSettings]]] = {}
    for _, common in groups:
        of_role.setdefault(common[_ROUTING], {}).setdefault(common[_SECURITY], []).append(common)
    names = set(taken)
    named = {}
    for members, common in groups:
        routing, security = common[_ROUTING], common[_SECURITY]
        words = [_slug(routing)]
        if len(of_role[routing]) > 1:
            words.append(_slug(security))
        words += _lacking(everybody[members[0]], of_role[routing][security])
        name = "-".join(filter(None, words))[:_NAME_MAX].strip("-") or COLUMN
        number = 1
        unique = name
        while unique in names:
            number += 1
            unique = f"{name}-{number}"
        names.add(unique)
        named[unique] = (members, common)
    return named


def _lacking(settings: RowSettings, personas: Iterable[RowSettings]) -> list[str]:
    """The words that distinguish people who lack one setting of personas with the same profiles."""
    missing = sorted({header for each in personas for path, (header, _) in each.items() if path not in settings})
    return ["without", _slug(("", missing[0]))] if len(missing) == 1 else []


def _slug(setting: tuple[str, str]) -> str:
    """The names in a cell as a word; "" for ids, which mean nothing to a reader."""
    header, cell = setting
    if header.endswith(("_id", "_ids")):
        return ""
    return unicodedata.normalize("NFC", re.sub(r"[\W_]+", "-", cell.lower()).strip("-"))
