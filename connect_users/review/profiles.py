"""Which security profiles a user has before and after a step, also those that a preview does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN, contains_unknown
from connect_users.review.hidden import ABSENT, LATER, ODD, placeholder

if TYPE_CHECKING:
    from connect_users.review.naming import Names
    from connect_users.review.steps import Resource, Step

_INPUT: Final = "security_profile_ids"
#: What makes a user another one: Connect makes a new user for each, and a directory id is somebody else's sign-in.
_WHO: Final = ("username", "instance_id", "directory_user_id")
#: How placeholders of security profiles begin that say nothing about what a user had.
_NEVER_HAD: Final = (LATER[:-1], ODD[:-1])

#: Id (or a placeholder) of a security profile -> its name; None where no name is sure.
Profiles = dict[str, str | None]


class ProfileReader:
    """Reads the security profiles of users, with their names as far as they are sure."""

    def __init__(self, names: Names) -> None:
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
        """Of these the placeholders alone: of secrets, and of what is not known yet."""
        hidden = [item for item in resource.listed(_INPUT) if not isinstance(item, str)]
        if not hidden:
            return {} if resource.inputs.get(_INPUT) is not None else {ABSENT: None}
        later = sum(item is UNKNOWN for item in hidden)
        urns = resource.depends.get(_INPUT, ())
        known = {self._names.name(SECURITY_PROFILE, id_) for id_ in resource.ids(_INPUT)}
        new = [name for name in self._names.of_unknown(SECURITY_PROFILE, urns) if name not in known]
        # Of values to come only the resources are known that they come from; all of them have to be named.
        named = iter(new if len(new) == later else ())
        return {
            f"{placeholder(item)[:-1]} {number}]": next(named, None) if item is UNKNOWN else None
            for number, item in enumerate(hidden, start=1)
        }

    def before(self, step: Step) -> Profiles:
        """The security profiles that the user of a step had: none where it was another user, or where nobody knows.

        Of old values only those count that can be compared.
        """
        if step.operation in ("create", "import", "") or (step.new is not None and another(step.old, step.new)):
            return {}
        dropped = (*_NEVER_HAD, ABSENT) if _INPUT in step.changed else _NEVER_HAD
        return {id_: name for id_, name in self.of(step.old).items() if not id_.startswith(dropped)}


def another(old: Resource | None, new: Resource) -> bool:
    """Whether a step makes a user somebody else."""
    return old is not None and not all(
        unchanged(bare_id(old.inputs.get(name)), bare_id(new.inputs.get(name))) for name in _WHO
    )


def unchanged(one: Any, other: Any) -> bool:
    """Whether two values are the same for a reader: what is not known yet counts as a change."""
    return bool(one == other) and not contains_unknown(one)
