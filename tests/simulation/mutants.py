"""Ways to break the product, each a fault that it once had or nearly had: the simulation finds every one.

``python -m tests.simulation --mutants`` (`make simulate-mutants`) plays seeds until each is found.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import ownership, plan
from connect_users.core.errors import PartialUpdate, ResourceNotFound
from connect_users.lifecycle import adopt, apply, create, delete, gone, observe, sign_out
from connect_users.lifecycle.run import EngineRun
from connect_users.roster import guarding, moves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Mutant:
    """One fault: `mutated` takes what `place` has under `name`, and returns what it has instead."""

    text: str
    place: Any
    name: str
    mutated: Callable[[Any], Any]

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The product has the fault."""
        kept = getattr(self.place, self.name)
        setattr(self.place, self.name, self.mutated(kept))
        try:
            yield
        finally:
            setattr(self.place, self.name, kept)


def _always(value: object) -> Callable[[Any], Any]:
    return lambda _: lambda *args, **kwargs: value


def _any_text_is_an_owner(original: Any) -> Any:
    def owner_of(tags: Any) -> Any:
        value = tags.get(ownership.TAG_KEY)
        return original(tags) or (ownership.Owner(value, value) if value else None)

    return owner_of


def _one_look(_: Any) -> Any:
    def describe(op: Any, user_id: str, outputs: Any) -> Any:
        try:
            return op.gateway.describe_user(outputs["instance_id"], user_id)
        except ResourceNotFound:
            gone.check_instance(op, outputs)
            return None

    return describe


def _against_the_last_run(original: Any) -> Any:
    def check(old: Any, new: Any) -> Any:
        return original(old, {name: value for name, value in new.items() if name != guarding.IN_STATE})

    return check


def _deletes_movers(original: Any) -> Any:
    def may_delete(op: Any, user_id: str, outputs: Any, user: Any) -> Any:
        claim = ownership.claim(ownership.owner_of(user["Tags"]), op.urn, outputs.get("ownership_token"))
        return isinstance(claim, ownership.OtherResource) or original(op, user_id, outputs, user)

    return may_delete


def _untagged(_: Any) -> Any:
    return lambda op, request: ("", request)


def _proves_in_any_stack(original: Any) -> Any:
    def claim(owner: Any, urn: str, token: Any = None, arn: str = "") -> Any:
        result = original(owner, urn, token, arn)
        other = isinstance(result, ownership.OtherStack)
        same = other and ownership.made_at(owner.token) == ownership.made_at(str(token))
        return ownership.Proven(owner) if same else result

    return claim


def _adopts_anybody(original: Any) -> Any:
    return lambda op, props, user, tokens, error: original(op, {**props, "adopt_existing": True}, user, tokens, error)


def _takes_over_leftovers(original: Any) -> Any:
    def settle(op: Any, props: Any, user: Any, tokens: Any, error: Any) -> Any:
        return original(op, props, user, tokens, error) or adopt.take_over(op, props, user, ours=True)

    return settle


def _saves_what_failed(original: Any) -> Any:
    def run(op: Any, action: str, user_id: str, before: Any, new: Any, *args: Any, **kwargs: Any) -> None:
        try:
            original(op, action, user_id, before, new, *args, **kwargs)
        except PartialUpdate as error:
            error.outputs = {**error.outputs, **new}
            raise

    return run


def _writes_everything(original: Any) -> Any:
    return lambda old, new, owner_tag=None: original({}, new, owner_tag)


MUTANTS: Final = (
    Mutant("a tag with any text counts as an owner's", ownership, "owner_of", _any_text_is_an_owner),
    Mutant("every token of a resource proves every state of it", ownership, "same_creation", _always(True)),
    Mutant("a state proves a user who went to another stack since", ownership, "claim", _proves_in_any_stack),
    Mutant("the tag of an alias is not renewed", ownership, "names_another", _always(False)),
    Mutant("a user is gone after one look", observe, "describe", _one_look),
    Mutant("the guard counts from the rows of the last run", guarding, "check", _against_the_last_run),
    Mutant("a roster that is removed is not stopped", moves, "removed_rosters", _always({})),
    Mutant("a user who moved is deleted", delete, "_may_delete", _deletes_movers),
    Mutant("the user of a lost answer cannot be known again", create, "_tagged", _untagged),
    Mutant("anybody is adopted", create, "_settle", _adopts_anybody),
    Mutant("a forced replacement swallows the password", create, "_settle", _takes_over_leftovers),
    Mutant("the old half of a replacement takes the user along", EngineRun, "is_former", _always(False)),
    Mutant("two resources of one stack may have one user", EngineRun, "rival", _always(None)),
    Mutant("an update that failed is saved as if it had not", apply, "run", _saves_what_failed),
    Mutant("an update writes all settings", plan, "update_steps", _writes_everything),
    Mutant("a leaver is not signed out", sign_out, "before_deletion", _always(None)),
    Mutant("nobody looks before a user gets power", apply, "_in_doubt", _always(False)),
)


def find(mutant: Mutant, seeds: int) -> tuple[int, str] | None:
    """How many seeds it takes until the mutant is found, and how it shows; None where so many are not enough."""
    from tests.simulation.generate import story
    from tests.simulation.story import play

    with mutant.alive():
        for seed in range(seeds):
            broken = play(story(seed))
            if broken is not None:
                return seed + 1, str(broken)
    return None
