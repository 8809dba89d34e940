"""The guard of a roster: a resource whose check fails if too many people would leave. Pure; each door has its own.

The rule: ``max_deletions`` counts the people whom the engine would delete in this run: the people of the roster in the
stack's state (`connect_users.program.roster_state` asks the engine) whom the program no longer declares
(`connect_users.roster.moves`). So earlier runs do not matter:

- a user who left in a run that failed before its deletions is still in the state, and counts again;
- a user who was deleted is not in the state, and does not count again; a user who was never created does not count;
- a user whom the program declares elsewhere moves, and does not count;
- a user who is kept (``connect-users:removals: "false"``) stays declared, and does not count;
- a roster that loses everybody is stopped, unless ``max_deletions`` is a number that allows all of them.

The check gets these people in inputs that it removes, so that they are not part of the state. If the engine did not
answer, the guard compares with its old inputs: the rows of the last run that reached it.

The users depend on the guard, so nothing of the roster changes before the guard is checked. It cannot stop the
deletions of a roster that is removed from the program: the engine deletes a guard after its users, and does not say
whether a run is a ``pulumi destroy``. Any other roster of the program stops them. If there is no other roster, no code
of this package runs before the deletions have begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.core import spelling
from connect_users.core.errors import ConnectUsersError
from connect_users.core.phrases import plural, some
from connect_users.core.spec import UNKNOWN, Props
from connect_users.roster import leavers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from connect_users.roster.people import Person

#: The input with each person's persona, for readers of a preview or a state: `AssignedPersona`.
PERSONAS: Final = "personas"
#: The inputs that the state of a guard keeps.
MEMBERS: Final = ("roster", "usernames", "max_deletions", "retain_leavers", PERSONAS)
#: Inputs for the check only: one to wait for, and the parts of `Moves`, with a line for each person.
WAITS_FOR: Final = "waits_for"
IN_STATE: Final = "in_state"
MOVED_TO: Final = "moved_to"
MOVED_FROM: Final = "moved_from"
#: The people who would leave but stay because the stack allows no removals; and username -> last day, from the roster.
KEPT: Final = "kept"
ENDED: Final = "ended"
#: Users have no ownership tag, so that nobody moves by itself.
UNTAGGED: Final = "untagged"
#: The words of a guard, in the spellings of both doors.
WORDS: Final = spelling.words_of((), (*MEMBERS, WAITS_FOR, IN_STATE, MOVED_TO, MOVED_FROM, KEPT, ENDED, UNTAGGED))
_SHOWN: Final = 3
#: More people are named if they are kept: the next run removes them.
_KEPT_SHOWN: Final = 10


@dataclass(frozen=True)
class GuardCheck:
    """The result of a guard's check.

    Attributes:
        problem: why it fails; None if it passes.
        messages: pairs of a severity (``"info"``, ``"warning"``) and a line.
        inputs: those that the state keeps.
    """

    problem: str | None
    messages: tuple[tuple[str, str], ...]
    inputs: Props


class AssignedPersona(NamedTuple):
    """The persona of a person.

    Attributes:
        own: columns of settings that the row itself has, which win over the persona's.
    """

    persona: str
    own: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\t".join((self.persona, ",".join(self.own))).rstrip("\t")


def assigned_personas(people: Iterable[Person]) -> dict[str, AssignedPersona]:
    """Username -> persona of the people of a roster; empty if it has no personas."""
    return {person.username: AssignedPersona(person.choice.persona, person.own) for person in people if person.choice}


def recorded_personas(lines: object) -> dict[str, AssignedPersona]:
    """Username -> persona, from a guard's `PERSONAS`."""
    personas = {}
    for username, line in _pairs(lines).items():
        name, _, own = line.partition("\t")
        personas[username] = AssignedPersona(name, tuple(own.split(",")) if own else ())
    return personas


def inputs_of(
    roster: str,
    usernames: Iterable[str],
    max_deletions: leavers.DeletionLimit,
    *,
    retain_leavers: bool,
    personas: Mapping[str, AssignedPersona] | None = None,
) -> Props:
    """The inputs of a guard as the state keeps them, in snake_case.

    The usernames are one string, sorted, with a line for each: that takes half the space of a list in the state, and a
    preview shows the added and removed lines.
    """
    inputs: Props = {"roster": roster, "usernames": _lines(usernames), "max_deletions": str(max_deletions)}
    if retain_leavers:
        inputs["retain_leavers"] = True
    if personas:
        inputs[PERSONAS] = lines_of(personas)
    return inputs


def lines_of(pairs: Mapping[str, object]) -> str | None:
    """Username -> resource, or persona, as an input that `check` reads; None if there are none."""
    return "\n".join(f"{username}\t{resource}" for username, resource in sorted(pairs.items())) or None


def check(old: Props, new: Props) -> GuardCheck:
    """Fails if more people would leave than ``max_deletions`` allows; its messages say who moves.

    Args:
        old, new: the inputs of the state and of the program, in snake_case or camelCase.
    """
    old, new = spelling.ours(old, WORDS), spelling.ours(new, WORDS)
    in_state = _people(new[IN_STATE] if isinstance(new.get(IN_STATE), str) else old.get("usernames"))
    declared, moved_to = _people(new.get("usernames")), _pairs(new.get(MOVED_TO))
    kept, ended = _people(new.get(KEPT)), _pairs(new.get(ENDED))
    declared |= kept
    try:
        allowed = leavers.limit(new.get("max_deletions"))
        problem = leavers.too_many(str(new.get("roster")), in_state, declared, allowed, moved_to)
    except ConnectUsersError as error:
        problem = str(error)
    former = f"{old.get('roster')}-" if old else ""
    under = f"{new.get('roster')}-"
    moved_from = {
        username: f"{resource} of another parent" if resource == f"{under}{username}" else resource
        for username, resource in _pairs(new.get(MOVED_FROM)).items()
        # With an alias the resource stays the same.
        if resource != f"{former}{username}"
    }
    tagged = not new.get(UNTAGGED)
    messages = [
        ("info" if tagged else "warning", _moves_text(people, verb, word, tagged=tagged))
        for people, verb, word in ((moved_from, "move here", "from"), (moved_to, "move away", "to"))
        if people
    ]
    leaving = in_state - declared - moved_to.keys()
    by_date = [f"{username} (last day {ended[username]})" for username in sorted(leaving & ended.keys())]
    if by_date:
        people = plural(len(by_date), "person leaves", "people leave")
        messages.append(("warning", f"{people} by date: {some(by_date, _SHOWN)}"))
    if kept:
        messages.append(("warning", _kept_text(kept)))
    if leaving and new.get("retain_leavers") and not old.get("retain_leavers"):
        messages.append(("warning", leavers.NOT_RETAINED_YET))
    stored: Props = {name: new[name] for name in MEMBERS if name in new and new[name] is not UNKNOWN}
    if kept:
        stored["usernames"] = _lines(declared)
    return GuardCheck(problem, tuple(messages), stored)


def _lines(usernames: Iterable[str]) -> str:
    return "".join(f"{username}\n" for username in sorted(usernames))


def _people(lines: object) -> set[str]:
    return set(lines.split()) if isinstance(lines, str) else set()


def _pairs(lines: object) -> dict[str, str]:
    pairs = (line.partition("\t") for line in (lines.splitlines() if isinstance(lines, str) else ()))
    return {username: resource for username, _, resource in pairs}


def _kept_text(kept: Collection[str]) -> str:
    people = plural(len(kept), "person who would leave stays", "people who would leave stay")
    who = some(sorted(kept), _KEPT_SHOWN)
    return f"connect-users:removals is false: {people}: {who}; the next run without it removes them"


def _moves_text(moves: Mapping[str, str], verb: str, word: str, *, tagged: bool) -> str:
    """The message about people who move."""
    one, many = f"person {verb.replace('move', 'moves')}", f"people {verb}"
    if tagged:
        one, many = f"{one} and keeps the id", f"{many} and keep their id"
    who = some([f"{username} ({word} {resource})" for username, resource in sorted(moves.items())], _SHOWN)
    text = f"{plural(len(moves), one, many)}: {who}"
    if tagged:
        return text
    return (
        f"{text}; connect-users:ownershipTag is false, so pulumi up refuses this, unless each resource has an alias of "
        "its former name, or the user has no tag and adopt_existing is true"
    )
