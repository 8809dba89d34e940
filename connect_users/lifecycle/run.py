"""What one run of the engine has shown of the users of its stack.

The engine never says which resources a stack has. But it starts a process for each run, and in it checks every user
that the program declares, compares each that it has (with the id and the outputs of the state), and deletes what is to
go last. From that follows what no single request says:

- A tag that names another resource of this stack: is that resource declared for the same user (declared twice), or did
  it leave the program (the user moves)?
- A state that is to be deleted: is its user the one of another state that stays, so that it must not be deleted? That
  is so of the old half of a replacement whose new half has taken the very user over, and of a resource whose user
  moved to another one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from connect_users.core import ownership
from connect_users.core.fields import TAKEN_KEY, TOKEN_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: What distinguishes two states of one user: their tokens, or where there is no new one, that they were taken over.
_Ownership = tuple[object, object]


class Run:
    """The users of one run. Thread-safe: every change is one step."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds from any moment on."""
        self._clock = clock
        self._began = clock()
        #: `ownership.owner_name` of a resource -> instance and username that it declares.
        self._declared: dict[str, tuple[object, object]] = {}
        #: Id of a user -> resources whose states (those that stay) have it.
        self._holders: dict[str, dict[str, _Ownership]] = {}
        self._said: dict[str, object] = {}

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._began

    def declare(self, urn: str, inputs: Mapping[str, Any]) -> None:
        """The program declares a user; ``inputs`` are canonical."""
        if urn:
            self._declared[ownership.owner_name(urn)] = _instance_and_username(inputs)

    def declares(self, owner: ownership.Owner, inputs: Mapping[str, Any] | None = None) -> bool:
        """Whether the program declares the resource that a tag names; with ``inputs``, for the user of these."""
        declared = self._declared.get(owner.name)
        return declared is not None and (inputs is None or declared == _instance_and_username(inputs))

    def declared_by_another(self, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """Another resource that the program declares for the user of ``inputs``; None where there is none."""
        name, wanted = ownership.owner_name(urn), _instance_and_username(inputs)
        others = (other for other, declared in list(self._declared.items()) if other != name and declared == wanted)
        return next((ownership.Owner("", other).urn for other in others), None)

    def hold(self, urn: str, user_id: str, outputs: Mapping[str, Any], *, alone: bool = False) -> None:
        """A state that stays has this user.

        Args:
            alone: it has just taken the user over from whoever had it.
        """
        if alone:
            self._holders[user_id] = {urn: _ownership(outputs)}
        else:
            self._holders.setdefault(user_id, {})[urn] = _ownership(outputs)

    def first(self, what: str) -> bool:
        """Whether this is asked for the first time in the run: some things are said once."""
        mark = object()
        return self._said.setdefault(what, mark) is mark

    def is_former(self, urn: str, user_id: str, outputs: Mapping[str, Any]) -> bool:
        """Whether a state is the old half of a replacement that kept the user: another of this resource has it."""
        making = self._holders.get(user_id, {}).get(urn)
        return making is not None and not _same(making, _ownership(outputs))

    def rival(self, urn: str, user_id: str) -> str | None:
        """Another resource whose state has the user; None where there is none."""
        return next((other for other in list(self._holders.get(user_id, {})) if other != urn), None)


def _instance_and_username(inputs: Mapping[str, Any]) -> tuple[object, object]:
    return inputs.get("instance_id"), inputs.get("username")


def _ownership(outputs: Mapping[str, Any]) -> _Ownership:
    return outputs.get(TOKEN_KEY), outputs.get(TAKEN_KEY)


def _same(one: _Ownership, other: _Ownership) -> bool:
    return ownership.same_making(one[0], other[0]) and one[1] == other[1]
