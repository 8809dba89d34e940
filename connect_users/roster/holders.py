"""Who must keep a security profile: a number of people, or certain people.

Both keep a wrong file from locking everybody out, as the "minimum admins" and "required admins" of Peribolos do
(Kubernetes' tool for GitHub organisations).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core.arns import bare_id
from connect_users.core.misspellings import did_you_mean
from connect_users.core.phrases import plural, some
from connect_users.core.references import SECURITY_PROFILE
from connect_users.roster.problems import RosterProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connect_users.core.references import Reference
    from connect_users.roster.names import Names
    from connect_users.roster.people import JudgedRoster, Person

_SHOWN: Final = 5


def holder_problems(
    judged: JudgedRoster,
    names: Mapping[Reference, Names],
    min_holders: Mapping[str, int] | None = None,
    required_holders: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[RosterProblem]:
    """The problems of profiles that too few people, or not the required people, would have.

    Args:
        min_holders: name of a security profile -> how many people must have it.
        required_holders: name of a security profile -> usernames of people who must have it.
    """
    profiles = names.get(SECURITY_PROFILE)
    people = {person.username: person for person in judged.people}
    for profile, least in (min_holders or {}).items():
        if not _is_count(least):
            yield RosterProblem(judged.source, 0, "min_holders", f"{profile!r}: {least!r} is not a number of people")
            continue
        holders = [person.username for person in people.values() if _holds(person, profile, profiles)]
        if len(holders) < least:
            # The name of a profile without holders is most likely misspelt.
            hint = "" if holders else _hint(profile, {it for person in people.values() for it in person.profiles})
            yield RosterProblem(judged.source, 0, "min_holders", f"{_too_few(profile, least, holders)}{hint}")
    for profile, usernames in (required_holders or {}).items():
        for username in [usernames] if isinstance(usernames, str) else usernames:
            person = people.get(username)
            if person is None:
                hint = _hint(username, people)
                today = " today" if any(each.username == username for each in judged.dated) else ""
                text = f"{username!r} must have the security profile {profile!r}, but is not in the roster{today}{hint}"
                yield RosterProblem(judged.source, 0, "required_holders", text)
            elif not _holds(person, profile, profiles):
                text = f"{username!r} must have the security profile {profile!r}, but does not"
                yield RosterProblem(person.source, person.line, "required_holders", text, username)


def _hint(name: str, names: Iterable[str]) -> str:
    hint = did_you_mean(name, names)
    return f"; {hint}" if hint else ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _too_few(profile: str, least: int, holders: Sequence[str]) -> str:
    count = plural(len(holders), "person", "people")
    who = f" ({some(holders, _SHOWN)})" if holders else ""
    return f"{count} would have the security profile {profile!r}{who}, but at least {least} must"


def _holds(person: Person, profile: str, profiles: Names | None) -> bool:
    if profile in person.profiles:
        return True
    wanted = profiles.id_if_known(profile) if profiles is not None else None
    ids = person.inputs.get("security_profile_ids")
    return wanted is not None and isinstance(ids, list) and wanted in [bare_id(item) for item in ids]
