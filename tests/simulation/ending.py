"""The end of a story: undisturbed runs until nothing changes, and then everything is as the programs say.

What stops a run may be a conflict that only people can solve: a name that somebody else has, a limit of a roster. Such
an obstacle is looked for in the world, not in the message, and is solved as its message advises: the program gives the
user up, the limit is raised. An error without an obstacle, or after it is gone, breaks an invariant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core.fields import OTHER_OWNER_KEY
from connect_users.core.ownership import LEFTOVER
from tests.simulation import events as ev
from tests.simulation.facts import settings_of, wanted
from tests.simulation.instance import EPOCH, MAX_TAGS
from tests.simulation.judge import Broken
from tests.simulation.ledger import TAG, tag_stack
from tests.simulation.program import roster_of

if TYPE_CHECKING:
    from tests.simulation.engine import Run
    from tests.simulation.instance import User
    from tests.simulation.program import Props, Resource, Stack
    from tests.simulation.world import World

#: Seconds after which whatever lags is to be seen.
_SETTLED: Final = 130.0
_ROUNDS: Final = 12


def finish(world: World) -> None:
    """End a story.

    Raises:
        Broken
    """
    stacks = [stack for stack in world.stacks if stack.program.users or stack.state.resources or stack.program.rosters]
    for _ in range(_ROUNDS):
        changed = [_converge(world, stack) - _contested(world, stack) for stack in stacks]
        if not any(changed):
            break
    else:
        raise Broken("end", f"something still changed after {_ROUNDS} rounds")
    for stack in stacks:
        _as_declared(world, stack)
    _one_owner(world, stacks)
    _nobody_left(world)


def _converge(world: World, stack: Stack) -> set[str]:
    """Bring a stack to its program; the resources that changed."""
    run = _up(world, stack)
    changed = _changed(run)
    for _ in range(_ROUNDS):
        if not run.errors:
            refresh = _run(world, ev.Refresh(stack.key))
            if refresh.errors:
                raise Broken("end", f"a refresh fails: {refresh.errors[0]}")
            last = _up(world, stack)
            if not last.errors:
                if last.process.calls and not _changed(last):
                    raise Broken("end", f"an up that changes nothing calls {', '.join(last.process.calls)}")
                return _changed(last) | changed
            run = last
        changed |= {each.name for each in stack.state.resources} | stack.program.users.keys()
        _run(world, ev.Refresh(stack.key))
        run = _up(world, stack)
        if run.errors and not _solve(world, stack, run):
            # What one run could not do, because another resource was to go first, the next one can.
            errors, run = run.errors, _up(world, stack)
            if run.errors == errors:
                raise Broken("end", f"nothing stands in the way, but: {run.errors[0]}")
    raise Broken("end", f"it fails again and again: {run.errors[0] if run.errors else ''}")


def _up(world: World, stack: Stack) -> Run:
    return _run(world, ev.Up(stack.key))


def _run(world: World, command: ev.Command) -> Run:
    world.clock.sleep(_SETTLED)
    return world.run(command)


def _changed(run: Run) -> set[str]:
    return {done.name for done in run.done if done.verb in ("create", "update", "delete")}


def _contested(world: World, stack: Stack) -> set[str]:
    """Resources whose user is another stack's, too, where neither writes the tag that would tell."""
    others = {each.id for other in world.stacks if other is not stack for each in other.state.resources}
    return {
        each.name
        for each in stack.state.resources
        if each.id in others
        and not any(other.owns for other in world.stacks)
        and tag_stack(world.instance.users[each.id].doc) is None
    }


def _solve(world: World, stack: Stack, run: Run) -> bool:
    """Take one obstacle out of the way; False where there is none."""
    program = stack.program
    last = next(done for done in run.done if done.error)
    if last.verb == "run":
        state = {roster_of(each.name) for each in stack.state.resources} - {""}
        lost = state - program.rosters.keys()
        program.rosters.update(dict.fromkeys(lost, "100"))
        if not lost:
            _give_up_twice(stack)
        return True
    if last.name.startswith("guard of ") and last.verb == "check":
        program.rosters[last.name.removeprefix("guard of ")] = "100"
        return True
    tainted = any(each.name == last.name and each.taint for each in stack.state.resources)
    declared = last.name in program.users
    options = program.users[last.name].options if declared else set[str]()
    if (
        "delete_before_replace" in options
        and last.verb == "delete"
        and _has_gone_to_a_later_one(world, stack, last.name)
    ):
        # What the message advises: the deletion then comes last.
        options.remove("delete_before_replace")
        return True
    replaced = declared and (tainted or "replace_on_changes" in options)
    if replaced and "delete_before_replace" not in options:
        # What the message advises where the name is taken by the very user who is to be replaced.
        options.add("delete_before_replace")
        return True
    if last.verb == "delete" and _remove_tag(world, stack, last.name):
        return True
    if last.name in program.users and _obstacle(world, stack, last.name):
        if world.tell is not None:
            world.tell(f"({stack.name} gives up {last.name}: {_obstacle(world, stack, last.name)})")
        del program.users[last.name]
        return True
    return False


def _has_gone_to_a_later_one(world: World, stack: Stack, name: str) -> bool:
    """Whether the user of a resource's state is another's, which the program declares after it."""
    declared = stack.program.users
    later = [other for other, _ in stack.program.in_order()]
    del later[: later.index(name) + 1]
    for each in stack.state.resources:
        user = world.instance.users.get(each.id)
        if each.name == name and user is not None and tag_stack(user.doc) == stack.name:
            owner = user.doc["Tags"][TAG].rpartition("::")[2]
            return owner in later and declared[name].username != user.username
    return False


def _remove_tag(world: World, stack: Stack, name: str) -> bool:
    """What the message of a deletion advises: the tag names a resource of this stack that is gone for good."""
    names = {each.name for each in stack.state.resources} | stack.program.users.keys()
    for each in stack.state.resources:
        user = world.instance.users.get(each.id)
        if each.name != name or user is None or tag_stack(user.doc) != stack.name:
            continue
        if user.doc["Tags"][TAG].rpartition("::")[2] not in names:
            world.happen(ev.Console("remove the tag", user.username))
            return True
    return False


def _give_up_twice(stack: Stack) -> None:
    seen = set[str]()
    for name, declaration in list(stack.program.users.items()):
        if declaration.username in seen:
            del stack.program.users[name]
        seen.add(declaration.username)


def _obstacle(world: World, stack: Stack, name: str) -> str | None:
    """Why a declared user cannot be as it is declared; None where nothing stands in the way."""
    declaration = stack.program.users[name]
    username = declaration.username
    if any(each.username == username for other, each in stack.program.users.items() if other != name):
        return "declared twice"
    inputs = declaration.inputs()
    state = next((each for each in stack.state.resources if each.name == name and not each.delete), None)
    if "password" not in inputs:
        return "imported without a password"
    known = state is not None and not state.pending
    if state is not None and known and inputs["password"] != state.inputs.get("password", inputs["password"]):
        return "another password"
    user = world.instance.named(username)
    if user is None:
        return None
    if state is not None and (not known or state.id != user.id):
        state = None
    return _whose(world, stack, user, inputs, state)


def _whose(world: World, stack: Stack, user: User, inputs: Props, state: Resource | None) -> str | None:
    """Why a living user cannot be the resource's, whose state it is (None: the state does not have it)."""
    adopts = bool(inputs.get("adopt_existing"))
    entry, named = world.ledger.of(user), tag_stack(user.doc)
    if len({*user.doc["Tags"], *inputs.get("tags", {}), TAG}) > MAX_TAGS:
        return "no room for the tags"
    token = "" if state is None else state.outputs.get("ownership_token", "")
    proven = named is not None and user.doc["Tags"][TAG].partition(" ")[0] == token
    if named not in (None, stack.name) and not proven:
        return f"the tag names {named}"
    if named is not None and not stack.owns and not proven:
        return "the tag is off, so nobody moves"
    if state is not None:
        return None if stack.key in entry.holders else "somebody else's"
    if named is None and not adopts and (entry.untagged or stack.key not in entry.holders):
        return "no tag, and not adopted"
    made = int(user.doc["Tags"][TAG][:8], 16) if named == stack.name else float("inf")
    if EPOCH + world.clock.now - made > LEFTOVER and not (adopts and user.doc["Tags"][TAG][8] in "mt"):
        return "one's own, of long ago"
    return None


def _as_declared(world: World, stack: Stack) -> None:
    """Every declared user exists once, with the declared settings, in the state."""
    if {each.name for each in stack.state.resources} != stack.program.users.keys():
        raise Broken("end", f"state and program of {stack.name} have other resources")
    for each in stack.state.resources:
        user = world.instance.named(stack.program.users[each.name].username)
        if user is None or user.id != each.id or each.failed or each.delete or each.pending:
            raise Broken("end", f"{each.name} is not the user that its program declares")
        ours = world.ledger.of(user).holders == {stack.key} and tag_stack(user.doc) == stack.name
        if stack.owns and ours and OTHER_OWNER_KEY in each.outputs:
            raise Broken("end", f"{each.name} takes its own user for another's, and stays so")
        if each.name in _contested(world, stack):
            continue
        settings = settings_of(user.doc)
        for path, value in wanted(stack.program.users[each.name].inputs()):
            if settings.get(path) != value and not (value == "" and settings.get(path) is None):
                raise Broken("end", f"{each.name}: {path} is {settings.get(path)!r}, and {value!r} is declared")


def _one_owner(world: World, stacks: list[Stack]) -> None:
    """No two states believe that they own one user, and no message says so."""
    holders: dict[str, list[Stack]] = {}
    for stack in stacks:
        for each in stack.state.resources:
            holders.setdefault(each.id, []).append(stack)
    for user_id, both in holders.items():
        if len(both) < 2 or tag_stack(world.instance.users[user_id].doc) is None:
            continue
        runs = [world.run(ev.Refresh(stack.key)) for stack in both]
        if not any("belongs to" in text for run in runs for _, _, text in run.said):
            raise Broken("one owner", f"{user_id} is in the states of both stacks, and no message says so")


def _nobody_left(world: World) -> None:
    """Every user that a stack made is in a state, or it was said, or a death or a restored state hid it."""
    known = {each.id for stack in world.stacks for each in stack.state.resources}
    for entry in world.ledger.entries.values():
        user = entry.user
        if entry.maker is None or user.gone_at is not None or user.id in known or entry.lost or entry.mentioned:
            continue
        raise Broken("nobody left", f"{user.username} ({user.id}) is alive, in no state, and no message says so")
