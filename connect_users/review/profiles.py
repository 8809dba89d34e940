"""The security profiles of a user before and after a step, including hidden ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN, contains_unknown
from connect_users.review.hidden import ABSENT, LATER, ODD, placeholder

if TYPE_CHECKING:
    from connect_users.review.naming import Labels
    from connect_users.review.steps import PreviewStep, Resource

_INPUT: Final = "security_profile_ids"
#: Inputs whose change makes it another user: Connect creates a new user, and a directory id is another sign-in.
_WHO: Final = ("username", "instance_id", "directory_user_id")
#: Prefixes of placeholders that say nothing about the old security profiles.
_NEVER_HAD: Final = (LATER[:-1], ODD[:-1])

#: Id (or a placeholder) of a security profile -> its name; None if no name is certain.
Profiles = dict[str, str | None]


class ProfileReader:
    """Reads the security profiles of users, with their certain names."""

    def __init__(self, names: Labels) -> None:
        self._names = names

    def of(self, resource: Resource | None) -> Profiles:
        """The security profiles of a user."""
        if resource is None:
            return {}
        if resource.inputs.get(_INPUT) is None:
            return {ABSENT: None}
        shown: Profiles = {id_: self._names.name(SECURITY_PROFILE, id_) for id_ in resource.ids(_INPUT)}
        return {**shown, **self.hidden(resource)}

    def hidden(self, resource: Resource) -> Profiles:
        """Only the placeholders: for secrets, and for values that are not known yet."""
        hidden = [item for item in resource.listed(_INPUT) if not isinstance(item, str)]
        if not hidden:
            return {} if resource.inputs.get(_INPUT) is not None else {ABSENT: None}
        later = sum(item is UNKNOWN for item in hidden)
        urns = resource.depends.get(_INPUT, ())
        shown = {self._names.name(SECURITY_PROFILE, id_) for id_ in resource.ids(_INPUT)}
        new = [name for name in self._names.of_unknown(SECURITY_PROFILE, urns) if name not in shown]
        # For unknown values only their source resources are known; all of them need a name.
        named = iter(new if len(new) == later else ())
        return {
            f"{placeholder(item)[:-1]} {number}]": next(named, None) if item is UNKNOWN else None
            for number, item in enumerate(hidden, start=1)
        }

    def before(self, step: PreviewStep) -> Profiles:
        """The old security profiles of a step's user: none if it was another user, or if they are not known.

        Only old values that can be compared count.
        """
        if step.operation in ("create", "import", "") or (step.new is not None and another(step.old, step.new)):
            return {}
        dropped = (*_NEVER_HAD, ABSENT) if _INPUT in step.changed else _NEVER_HAD
        return {id_: name for id_, name in self.of(step.old).items() if not id_.startswith(dropped)}


def another(old: Resource | None, new: Resource) -> bool:
    """Whether a step makes it another user."""
    return old is not None and not all(
        unchanged(bare_id(old.inputs.get(name)), bare_id(new.inputs.get(name))) for name in _WHO
    )


def unchanged(one: Any, other: Any) -> bool:
    """Whether two values are the same for a reader: an unknown value counts as a change."""
    return bool(one == other) and not contains_unknown(one)
