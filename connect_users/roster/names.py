"""From the names of profiles and hierarchy groups to their ids.

A name is looked for in the mapping that the program gives first, then asked of the instance where there is a look-up.
Where there is neither, names cannot be judged: `strict` says whether that is a problem. No security profile has a comma
or a semicolon in its name (botocore: CreateSecurityProfileName), so a cell with one holds several, and is told so.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from connect_users.core import limits
from connect_users.core.arns import bare_id
from connect_users.core.errors import ConnectUsersError
from connect_users.core.lookalikes import parts, visible
from connect_users.core.phrases import some
from connect_users.core.spec import UNKNOWN
from connect_users.roster import cells


class NameKind(Enum):
    """What is named; the value is the word in ARNs."""

    ROUTING_PROFILE = "routing-profile"
    SECURITY_PROFILE = "security-profile"
    HIERARCHY_GROUP = "agent-group"

    @property
    def words(self) -> str:
        """As a message says it."""
        return self.name.lower().replace("_", " ")

    @property
    def argument(self) -> str:
        """The argument of a roster that maps the names."""
        return f"{self.name.lower()}s"

    def spelled(self, name: Any) -> Any:
        """A name as the cells of a roster are read: without blanks around it (of a path, around each level)."""
        return cells.path(name) if self is NameKind.HIERARCHY_GROUP else cells.text(name)


class UnknownName(ValueError):
    """A name that stands for nothing; the text says so, with a suggestion."""


class LookUpFailed(Exception):
    """The instance cannot be asked.

    Not a `ConnectUsersError`, which a look-up raises for a name that does not exist.
    """

    def __init__(self, error: ConnectUsersError) -> None:
        super().__init__(str(error))
        self.error = error


#: Asks the instance for the id of a name; raises a `ConnectUsersError` where there is none, and may raise
#: `LookUpFailed`.
LookUp = Callable[[str], Any]
_SHOWN: Final = 5
#: Unknown names for which a similar one is looked for: that takes some milliseconds each in a large instance, and a
#: roster may have a different one in each line.
_SUGGESTIONS: Final = 200


@dataclass
class Names:
    """The names of one kind.

    Attributes:
        given: name -> id, or anything that will be one (an output, `UNKNOWN`); None when no mapping is given. Names
            may be written as in a roster.
        look_up: asks the instance; None when there is no look-up.
        strict: names that cannot be judged are problems, not `UNKNOWN`.
    """

    kind: NameKind
    given: Mapping[str, Any] | None = None
    look_up: LookUp | None = None
    strict: bool = True
    _answers: dict[str, Any] = field(default_factory=dict, repr=False)
    _unknown: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if self.given is not None:
            self.given = {self.kind.spelled(name): id_ for name, id_ in self.given.items()}

    def id_of(self, name: str) -> Any:
        """The id of a name; each name is looked up once.

        Raises:
            UnknownName
        """
        if name not in self._answers:
            try:
                self._answers[name] = self._find(name)
            except UnknownName as problem:
                self._answers[name] = problem
                self._unknown += 1
        answer = self._answers[name]
        if isinstance(answer, UnknownName):
            raise UnknownName(str(answer))
        return answer

    def id_if_known(self, name: str) -> str | None:
        """The bare id of a name where it can be told without asking anybody."""
        name = self.kind.spelled(name)
        found = self._answers.get(name, (self.given or {}).get(name))
        return str(bare_id(found)) if isinstance(found, str) else None

    def _find(self, name: str) -> Any:
        if self.given is not None and name in self.given:
            return self.given[name]
        if self.look_up is not None:
            try:
                return self.look_up(name)
            except ConnectUsersError as problem:
                raise UnknownName(told(self.kind, name, problem)) from None
        if self.given is not None:
            hint = (
                several(self.kind, name, self.given) or suggestion(name, self.given)
                if self._unknown < _SUGGESTIONS
                else ""
            )
            raise UnknownName(f"{quoted(name)} is not a {self.kind.words} of this roster{hint}")
        if self.strict:
            hint = several(self.kind, name)
            how = f"; give the roster {self.kind.argument}={{{name!r}: ...}} or instance="
            raise UnknownName(f"{quoted(name)} cannot be looked up{hint or how}")
        if hint := several(self.kind, name):
            raise UnknownName(f"{quoted(name)} is not the name of a {self.kind.words}{hint}")
        return UNKNOWN


def quoted(name: str) -> str:
    """A name as a message shows it."""
    return repr(visible(name))


def told(kind: NameKind, name: str, problem: ConnectUsersError) -> str:
    """What to say of a name that an instance does not have.

    Args:
        problem: of the look-up; its ``what`` is the text without the suggestion.
    """
    hint = several(kind, name)
    return f"{getattr(problem, 'what', problem)}{hint}" if hint else str(problem)


def several(kind: NameKind, name: str, known: Iterable[str] = ()) -> str:
    """Of a cell that has several names with another separator than ``|``: how to write them, as the end of a message.

    "" where there is one name only, or where only one belongs there.
    """
    names = parts(name) if kind is NameKind.SECURITY_PROFILE else []
    if not names:
        return ""
    if len(names) > limits.SECURITY_PROFILES_MAX:
        return f"; write {cells.LIST} between names"
    known = list(known)
    meant = [part if part in known else _nearest(part, known) or part for part in names]
    return f"; write {cells.LIST} between names: {quoted(cells.render_names(meant))}"


def near(name: str, known: Iterable[str]) -> str:
    """The one that ``name`` may be a misspelling of, as the end of a message; "" where there is none."""
    found = _nearest(name, known)
    return f"; did you mean {quoted(found)}?" if found else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    folded = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(name.casefold()[:100], folded, n=1)
    return folded[found[0]] if found else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to write instead of ``name``, as the end of a message."""
    known = list(known)
    meant = near(name, known)
    if meant:
        return meant
    if not known:
        return "; it has none"
    return f"; it has {some([*map(quoted, sorted(known)[:_SHOWN])], _SHOWN, len(known))}"
