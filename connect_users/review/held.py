"""Which security profiles a user has before and after a step, also those that a preview does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.spec import UNKNOWN, contains_unknown
from connect_users.review.changed import LATER, ODD, untold
from connect_users.review.naming import SECURITY, Names

if TYPE_CHECKING:
    from connect_users.review.steps import Resource

#: What makes a user another one for Connect.
_WHO: Final = ("username", "instance_id")
#: How placeholders of security profiles begin that say nothing about what a user had.
_NEVER_HAD: Final = (LATER[:-1], ODD[:-1])


class Held:
    """Security profiles by id (or a placeholder), with their names as far as somebody tells them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, resource: Resource | None) -> dict[str, str | None]:
        """Id (or a placeholder) -> name of each security profile; None for those that nobody names."""
        if resource is None:
            return {}
        told = {id_: self._names.name(SECURITY, id_) for id_ in resource.ids("security_profile_ids")}
        return {**told, **self.untold(resource)}

    def untold(self, resource: Resource) -> dict[str, str | None]:
        """Of these the placeholders alone: of secrets, and of what is not known yet."""
        hidden = [item for item in resource.listed("security_profile_ids") if not isinstance(item, str)]
        if not hidden:
            return {}
        later = sum(item is UNKNOWN for item in hidden)
        urns = resource.depends.get("security_profile_ids", ())
        known = {self._names.name(SECURITY, id_) for id_ in resource.ids("security_profile_ids")}
        new = [name for name in self._names.of_unknown(SECURITY, urns) if name not in known]
        # Of values to come only the resources are known that they come from; all of them have to be named.
        named = iter(new if len(new) == later else ())
        return {
            f"{untold(item)[:-1]} {number}]": next(named, None) if item is UNKNOWN else None
            for number, item in enumerate(hidden, start=1)
        }

    def before(self, old: Resource | None, new: Resource | None) -> dict[str, str | None]:
        """The security profiles that a user had: none where it was one of another name, or of another instance.

        Of old values only those count that can be compared.
        """
        if new is not None and another(old, new):
            return {}
        return {id_: name for id_, name in self.of(old).items() if not id_.startswith(_NEVER_HAD)}


def another(old: Resource | None, new: Resource) -> bool:
    """Whether Connect has them as two users: a change of either makes a new one."""
    return old is not None and not all(
        same(bare_id(old.inputs.get(name)), bare_id(new.inputs.get(name))) for name in _WHO
    )


def same(one: Any, other: Any) -> bool:
    """Whether nothing has changed for a reader."""
    # What is not known yet may be the same; that it changes is for the engine to say.
    return bool(one == other) and not contains_unknown(one)
