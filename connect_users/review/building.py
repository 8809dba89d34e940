"""From the steps of a preview to a review: who joins, leaves, moves, changes, is replaced, and who gains power."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id
from connect_users.core.fields import BY_NAME, Verdict
from connect_users.core.phrases import all_of
from connect_users.core.references import SECURITY_PROFILE
from connect_users.review.contacts import user_id_of
from connect_users.review.hidden import LATER, ODD, with_changed_secrets
from connect_users.review.model import (
    ACTIONS,
    ADOPTED,
    CHANGES,
    JOINS,
    LEAVES,
    MOVES,
    REPLACED,
    InputChange,
    Review,
    UserChange,
    WidenedProfile,
)
from connect_users.review.naming import id_of, kind_of, name_of
from connect_users.review.personas import notes_of
from connect_users.review.powers import Gain, Powers, facts_by, gain, granted_by, permissions_of
from connect_users.review.profiles import ProfileReader, another, unchanged
from connect_users.review.reach import Reach, of_resource
from connect_users.review.users import mentioning
from connect_users.review.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connect_users.review.naming import Labels
    from connect_users.review.steps import Preview, PreviewStep, Resource

_GROUP: Final = "hierarchy_group_id"
_MOVING = frozenset({"routing_profile_id", _GROUP})
_ACTIONS: Final = {
    "create": JOINS,
    "delete": LEAVES,
    "replace": REPLACED,
    "import": ADOPTED,
    "move": MOVES,
    "": CHANGES,
}
#: A change of these makes the provider delete the user first, since the name is taken.
_DELETES_FIRST: Final = (Verdict.PASSWORD, Verdict.REPLACE_DELETE_FIRST)


def review(
    preview: Preview,
    names: Labels,
    *,
    powers: Powers | None = None,
    personal: bool = False,
    lines: Mapping[str, tuple[str, int]] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Review:
    """Build the review of a preview.

    Args:
        powers: what counts as power; permissions that the preview's own security profiles declare are added if it has
            none.
        personal: also show values that are personal data.
        lines: username -> file and line of a roster.
        progress: called with the number of users that are done, and of all users.
    """
    powers = powers or Powers()
    powers = dataclasses.replace(
        powers,
        granted={**granted_by(preview.resources), **powers.granted},
        facts={**facts_by(preview.resources, names), **powers.facts},
    )
    reviewer = _Reviewer(names, powers, personal)
    people = []
    steps = _with_moves((*preview.steps, *mentioning(preview.other_steps, names.known[SECURITY_PROFILE])))
    for number, step in enumerate(steps, start=1):
        people.append(reviewer.person(with_changed_secrets(step)))
        progress(number, len(steps))
    leavers, joiners = ({each.username for each in people if each.action == action} for action in (LEAVES, JOINS))
    personas, lines = notes_of(preview), lines or {}
    for place, person in enumerate(people):
        twice = _TWICE if person.username in leavers & joiners else ""
        notes = filter(None, (*person.notes, twice, personas.get(person.urn.rpartition("::")[2])))
        people[place] = dataclasses.replace(person, notes=tuple(notes), place=lines.get(person.username, person.place))
    people.sort(key=lambda person: (ACTIONS.index(person.action), person.username, person.urn))
    return Review(tuple(people), dict(preview.others), preview.errors, widened=tuple(_widened(preview, powers, names)))


def _with_moves(steps: Sequence[PreviewStep]) -> list[PreviewStep]:
    """The steps; a user who leaves one resource of the stack and joins another is one step, a move.

    The ownership tag names a resource of this stack, so the new one takes the user over. Users whose name is declared
    twice, or is not known yet, do not move.
    """
    sides: dict[tuple[str, str], dict[str, list[PreviewStep]]] = defaultdict(lambda: defaultdict(list))
    for step in steps:
        resource = step.resource
        if step.operation in ("create", "delete") and resource.type in tokens.USERS:
            username, instance = resource.inputs.get("username"), bare_id(resource.inputs.get("instance_id"))
            if isinstance(username, str) and isinstance(instance, (str, type(None))):
                sides[username, instance or ""][step.operation].append(step)
    moves: dict[int, PreviewStep | None] = {}
    for both in sides.values():
        if len(both["create"]) == len(both["delete"]) == 1:
            (new,), (old,) = both["create"], both["delete"]
            moves[id(new)] = dataclasses.replace(new, operation="move", old=old.old)
            moves[id(old)] = None
    joined = (moves.get(id(step), step) for step in steps)
    return [step for step in joined if step is not None]


def _widened(preview: Preview, powers: Powers, names: Labels) -> Iterable[WidenedProfile]:
    """The security profiles of the stack that get a new powerful permission, or reach more with one."""
    for step in map(with_changed_secrets, preview.other_steps):
        if step.old is None or step.new is None or kind_of(step.new) != SECURITY_PROFILE:
            continue
        had = {*permissions_of(step.old)} - {LATER, ODD}
        gained = powers.among({*permissions_of(step.new)} - had)
        before, after = (of_resource(each, names) or Reach() for each in (step.old, step.new))
        wider = after.wider(before, powers.among(had.intersection(permissions_of(step.new))))
        if not gained and not wider:
            continue
        id_ = id_of(step.old)
        holders = {each.username for each in preview.resources if each.user and _has_profile(each, id_, step.urn)}
        name = name_of(step.new) or step.new.name
        yield WidenedProfile(name, gained, tuple(sorted(holders)), step.urn, after.words(gained, len(gained)), wider)


def _has_profile(user: Resource, id_: str, urn: str) -> bool:
    name = "security_profile_ids"
    return id_ in user.ids(name) or urn in user.depends.get(name, ())


def profiles_of(preview: Preview) -> set[str]:
    """The ids of the security profiles of all users that the preview creates, changes or deletes."""
    users = (user for step in preview.steps for user in (step.old, step.new) if user is not None)
    return {id_ for user in users for id_ in user.ids("security_profile_ids")}


class _Reviewer:
    def __init__(self, names: Labels, powers: Powers, personal: bool) -> None:
        self._profiles = ProfileReader(names)
        self._wording = Wording(names, self._profiles, powers, personal=personal)
        self._powers = powers

    def person(self, step: PreviewStep) -> UserChange:
        old, new = step.old, step.new
        action = _action(step)
        after = self._profiles.of(new) if action != LEAVES else {}
        before = self._profiles.before(step)
        gained = gain(self._powers, before, after)
        own = [name or id_ for id_, name in after.items() if id_ in before and self._reaches_own_group(id_, name)]
        return UserChange(
            step.resource.username,
            action,
            step.urn,
            tuple(self._changes(step, action)),
            gained=gained.power,
            unnamed=gained.unclear,
            alarms=tuple(_alarms(step, action, gained, own)),
            lost=gained.lost,
            why=gained.why,
            reasons=step.reasons,
            notes=tuple(_notes(step, action)),
            place=step.resource.position,
            user_id=user_id_of(old),
            instance_id=str(bare_id(old.inputs.get("instance_id")) or "") if old is not None else "",
            retained=old is not None and old.retained,
        )

    def _reaches_own_group(self, id_: str, name: str | None) -> bool:
        """Whether the power of a security profile reaches the user's own hierarchy group."""
        reach = self._powers.about(id_, name).reach
        return any(map(reach.is_own, self._powers.by_permission(id_, name)))

    def _changes(self, step: PreviewStep, action: str) -> Iterable[InputChange]:
        if action == LEAVES:
            return self._wording.leaving(step.old) if step.old else ()
        if step.new is None:
            return ()
        if step.old is None or action == JOINS:
            return self._wording.joining(step)
        return self._wording.changing(step)


def _action(step: PreviewStep) -> str:
    if step.operation == "update":
        return MOVES if _MOVING.intersection(_differing(step)) else CHANGES
    return _ACTIONS[step.operation]


def _differing(step: PreviewStep) -> set[str]:
    if step.old is None or step.new is None:
        return set(step.changed)
    return {name for name in _MOVING if step.old.inputs.get(name) != step.new.inputs.get(name)}


def _alarms(step: PreviewStep, action: str, gained: Gain, own: Sequence[str]) -> Iterator[str]:
    """Reasons why power is gained without a security profile: power over others, or a user who can be taken over.

    Args:
        own: the powerful security profiles that the user keeps and that reach the user's own hierarchy group.
    """
    if not step.operation:
        yield f"this version does not know the operation {step.word!r}, so it counts as power"
    old, new = step.old, step.new
    if old is None or new is None or not gained.kept or another(old, new):
        return
    if own and not unchanged(old.inputs.get(_GROUP), new.inputs.get(_GROUP)):
        yield f"the hierarchy group changes, and with it who is within reach of the user's {all_of(own)}"
    kept = all_of(gained.kept)
    if not unchanged(_email(old), _email(new)) and _email(new) is not None:
        yield f"the e-mail address for password resets changes, and the user has {kept}"
    if action == REPLACED and _new_password(old, new):
        yield f"the user is created again with a password of the program, and has {kept}"


def _email(resource: Resource) -> Any:
    block = resource.inputs.get("identity_info")
    # A secret or unknown block may have any address.
    return block.get("email") if isinstance(block, dict) else block


def _new_password(old: Resource, new: Resource) -> bool:
    names = (name for name in ("password", "password_secret_arn") if new.inputs.get(name) is not None)
    return not all(unchanged(old.inputs.get(name), new.inputs[name]) for name in names)


def _notes(step: PreviewStep, action: str) -> Iterable[str]:
    old, new = step.old, step.new
    if action == LEAVES and old is not None and old.retained:
        yield "stays in Connect, only Pulumi forgets the user"
    if action == REPLACED and old is not None and new is not None and old.username == new.username:
        yield _same_name(step)
    if action == JOINS and new is not None and new.inputs.get("adopt_existing") is True:
        yield "an existing user of this name is taken over"
    if step.operation == "move" and old is not None and new is not None:
        change = (
            f"resource {old.name} becomes {new.name}" if old.name != new.name else "the resource has another parent"
        )
        yield f"stays the same user: {change}"
    if step.resource.type not in tokens.USERS:
        yield f"not managed by connect_users, but by {step.resource.type}"


def _same_name(step: PreviewStep) -> str:
    """The effect of a replacement with the same name: an input needs it, or somebody forces it."""
    if any(BY_NAME[name].verdict in _DELETES_FIRST for name in step.reasons if name in BY_NAME):
        return "deleted first, then created again with a new id: statistics and contact history stay with the old user"
    return (
        "the name stays, so this needs delete_before_replace: the user gets a new id, and loses the password and the "
        "contact history"
    )


_TWICE: Final = "the same name leaves and joins: in the same instance, the new user meets the old one"
