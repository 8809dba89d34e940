"""From the names of profiles and hierarchy groups to their ids.

A name is searched in the program's dict first, and then looked up in the instance, if there is a look-up. With neither,
names cannot be judged; whether that is a problem depends on `strict`. Names of security profiles have no commas and no
semicolons (botocore: CreateSecurityProfileName), so a cell with one has several names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from connect_users.core import limits
from connect_users.core.arns import bare_id
from connect_users.core.misspellings import NoSuchName, nearest, parts, quoted, suggestion
from connect_users.core.references import HIERARCHY_GROUP, SECURITY_PROFILE, Reference
from connect_users.core.spec import UNKNOWN
from connect_users.roster import cells

#: Looks up the id of a name in the instance. Raises `NoSuchName` if there is none, and any other `ConnectUsersError` if
#: the look-up fails.
LookUp = Callable[[str], Any]
#: The number of unknown names for which a similar one is searched: each search takes some milliseconds in a large
#: instance, and every line of a roster may have another unknown name.
_SUGGESTIONS: Final = 200


class Names:
    """From the names of one kind to ids.

    Attributes:
        ids: name -> id, or a value that becomes one (an output, `UNKNOWN`); None if the program has no dict. Names may
            be written as in a roster.
        look_up: looks up names in the instance; None if there is no look-up.
        strict: whether names that cannot be judged are problems; else they are `UNKNOWN`.
    """

    def __init__(
        self,
        reference: Reference,
        ids: Mapping[str, Any] | None = None,
        look_up: LookUp | None = None,
        *,
        strict: bool = True,
    ) -> None:
        self.reference = reference
        self.ids = None if ids is None else {spelled(reference, name): id_ for name, id_ in ids.items()}
        self.look_up = look_up
        self.strict = strict
        #: Name -> id, or the `NoSuchName`.
        self._answers: dict[str, Any] = {}
        self._unknown = 0

    def id_of(self, name: str) -> Any:
        """The id of a name; each name is looked up once.

        Raises:
            NoSuchName
            ConnectUsersError: the look-up failed.
        """
        if name not in self._answers:
            try:
                self._answers[name] = self._find(name)
            except NoSuchName as problem:
                self._answers[name] = problem
                self._unknown += 1
        answer = self._answers[name]
        if isinstance(answer, NoSuchName):
            raise NoSuchName(str(answer))
        return answer

    def refuse(self, name: str, problem: NoSuchName) -> None:
        """Note that a look-up has found no such name."""
        self._answers[name] = problem

    def id_if_known(self, name: str) -> str | None:
        """The bare id of a name if it is known without a call; else None."""
        name = spelled(self.reference, name)
        id_ = self._answers.get(name, (self.ids or {}).get(name))
        return str(bare_id(id_)) if isinstance(id_, str) else None

    def _find(self, name: str) -> Any:
        if self.ids is not None and name in self.ids:
            return self.ids[name]
        if self.look_up is not None:
            try:
                return self.look_up(name)
            except NoSuchName as problem:
                raise clearer(self.reference, name, problem) from None
        noun = self.reference.noun
        if self.ids is not None:
            hint = ""
            if self._unknown < _SUGGESTIONS:
                hint = _several(self.reference, name, self.ids) or suggestion(name, self.ids)
            raise NoSuchName(f"{quoted(name)} is not a {noun} of this roster", hint)
        hint = _several(self.reference, name)
        if self.strict:
            how = f"give the roster {self.reference.argument}={{{name!r}: ...}} or instance="
            raise NoSuchName(f"{quoted(name)} cannot be looked up", hint or how)
        if hint:
            raise NoSuchName(f"{quoted(name)} is not the name of a {noun}", hint)
        return UNKNOWN


def spelled(reference: Reference, name: Any) -> Any:
    """A name as roster cells are read: without blanks around it (in a path, around each level)."""
    return cells.path(name) if reference == HIERARCHY_GROUP else cells.text(name)


def clearer(reference: Reference, name: str, problem: NoSuchName) -> NoSuchName:
    """The error for a name that an instance does not have; for a cell with several names, with advice."""
    hint = _several(reference, name)
    return NoSuchName(problem.what, hint) if hint else problem


def _several(reference: Reference, name: str, known: Collection[str] = ()) -> str:
    """The advice for a cell that has several names with another separator than ``|``.

    "" if there is only one name, or if the column takes only one.
    """
    names = parts(name) if reference == SECURITY_PROFILE else []
    if not names:
        return ""
    if len(names) > limits.SECURITY_PROFILES_MAX:
        return f"write {cells.LIST} between names"
    corrected = [each if each in known else next(iter(nearest(each, known)), each) for each in names]
    return f"write {cells.LIST} between names: {quoted(cells.render_names(corrected))}"
