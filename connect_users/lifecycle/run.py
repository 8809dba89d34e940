"""The users of the stack in one run of the engine, from its requests so far.

A provider cannot ask the engine for the resources of the stack. But the engine starts a process for each run, checks
every user that the program declares, diffs every user in the state (with the id and the outputs), and deletes last. So
the requests together answer what no single request does:

- A tag that names another resource of this stack: is that resource declared for the same user (declared twice), or did
  it leave the program (the user moves)?
- A state that is to be deleted: does another state that stays have the same user, so that it must not be deleted? That
  is so for the old half of a replacement whose new half has taken over the same user, and for a resource whose user
  moved to another one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from connect_users.core import ownership
from connect_users.core.fields import TAKEN_KEY, TOKEN_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The difference between two states of one user: their tokens, or without a new token, their marks of a take-over.
_Ownership = tuple[object, object]


class EngineRun:
    """The users of one run. Thread-safe: every change is one step."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds, from any start."""
        self._clock = clock
        self._began = clock()
        #: `ownership.owner_name` of a resource -> instance and username that it declares.
        self._declared: dict[str, tuple[object, object]] = {}
        #: Id of a user -> resources with a state that stays and has the user.
        self._holders: dict[str, dict[str, _Ownership]] = {}
        self._said: dict[str, object] = {}

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._began

    def declare(self, urn: str, inputs: Mapping[str, Any]) -> None:
        """Note that the program declares a user; ``inputs`` are canonical."""
        if urn:
            self._declared[ownership.owner_name(urn)] = _instance_and_username(inputs)

    def declares(self, owner: ownership.Owner, inputs: Mapping[str, Any] | None = None) -> bool:
        """Whether the program declares the resource in a tag; with ``inputs``, whether it does so for their user."""
        declared = self._declared.get(owner.name)
        return declared is not None and (inputs is None or declared == _instance_and_username(inputs))

    def declared_by_another(self, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """Another resource that the program declares for the user of ``inputs``; None if there is none."""
        name, wanted = ownership.owner_name(urn), _instance_and_username(inputs)
        others = (other for other, declared in list(self._declared.items()) if other != name and declared == wanted)
        return next((ownership.Owner("", other).urn for other in others), None)

    def hold(self, urn: str, user_id: str, outputs: Mapping[str, Any], *, alone: bool = False) -> None:
        """Note that a state that stays has this user.

        Args:
            alone: it has just taken the user over, so no other state has it any more.
        """
        if alone:
            self._holders[user_id] = {urn: _ownership(outputs)}
        else:
            self._holders.setdefault(user_id, {})[urn] = _ownership(outputs)

    def first(self, what: str) -> bool:
        """Whether this is the first call with ``what`` in the run, for messages that are shown once."""
        mark = object()
        return self._said.setdefault(what, mark) is mark

    def is_former(self, urn: str, user_id: str, outputs: Mapping[str, Any]) -> bool:
        """Whether a state is the old half of a replacement that kept the user: the resource has another such state."""
        held = self._holders.get(user_id, {}).get(urn)
        return held is not None and not _same(held, _ownership(outputs))

    def rival(self, urn: str, user_id: str) -> str | None:
        """Another resource whose state has the user; None if there is none."""
        return next((other for other in list(self._holders.get(user_id, {})) if other != urn), None)


def _instance_and_username(inputs: Mapping[str, Any]) -> tuple[object, object]:
    return inputs.get("instance_id"), inputs.get("username")


def _ownership(outputs: Mapping[str, Any]) -> _Ownership:
    return outputs.get(TOKEN_KEY), outputs.get(TAKEN_KEY)


def _same(one: _Ownership, other: _Ownership) -> bool:
    return ownership.same_creation(one[0], other[0]) and one[1] == other[1]
