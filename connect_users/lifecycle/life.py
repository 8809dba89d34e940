"""The life of a user for both doors: plain dicts in AWS's words in, plain dicts out.

Contract:
- `check` and `diff` are pure: no call, no credentials.
- All dicts have the names of `connect_users.core.fields`, and `UNKNOWN` for values that a preview does not know. A
  state may have been edited by hand or written by another release, so it is read with `sound`.
- Every error is a `ConnectUsersError` of one line; `PartialUpdate` has the outputs to save.
"""

from __future__ import annotations

import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from connect_users.connect.connection import gateway_for
from connect_users.core import changes, ownership, plan, rules
from connect_users.core.errors import ConfigurationError, ConnectApiError, ConnectUsersError
from connect_users.core.fields import ARN_KEY, LOST_KEY, OTHER_OWNER_KEY, PENDING_KEY, TOKEN_KEY
from connect_users.core.settings import Settings, from_config
from connect_users.core.shapes import sound
from connect_users.core.spec import UNKNOWN, Props, canonical
from connect_users.lifecycle import adopt, apply, create, delete, lookup, observe, sign_out
from connect_users.lifecycle.operation import Operation, subject
from connect_users.lifecycle.run import EngineRun

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.lifecycle.observe import UserState

    #: Shows an ("info" or "warning", text) message on the resource of the call.
    Say = Callable[[str, str], None]

T = TypeVar("T")


@dataclass(frozen=True)
class CheckedInputs:
    """The canonical form of a user's inputs, and their problems, a line each."""

    inputs: Props
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class UserDiff:
    """The difference between a state and new inputs.

    Attributes:
        changed: whether an update or a replacement is needed.
        fields: the inputs that differ from the state.
        replaces: those of them that no API can change.
        delete_first: whether the new user has the same name in the same instance.
        in_inputs: whether the old inputs differ from the new ones, too; if they are equal, the outputs drifted.
    """

    changed: bool
    fields: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_first: bool = False
    in_inputs: bool = True


class Lifecycle:
    """The life of users under one configuration. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        problems: tuple[str, ...] = (),
        *,
        cancelled: threading.Event,
        gateway: Gateway | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens no connection before a method needs it.

        Args:
            problems: of the configuration; `check` reports them, all other methods fail with them.
            cancelled: ends every wait, and the call that waits.
            gateway: replaces the one from the settings.
            clock: returns seconds, from any start.
        """
        self.settings = settings
        self.problems = problems
        self._cancelled = cancelled
        self._gateway = gateway
        self._clock = clock
        self.begin_run()

    def begin_run(self) -> None:
        """Forget the users of an earlier run of the engine: one process may serve several runs."""
        self._run = EngineRun(self._clock)

    @classmethod
    def configured(cls, config: Mapping[str, object], cancelled: threading.Event) -> Lifecycle:
        """From the stack's or a provider's configuration, e.g. ``{"connect-users:region": ...}``.

        Never raises: here an error would become a traceback.
        """
        try:
            return cls(from_config(config), cancelled=cancelled)
        except ConnectUsersError as problem:
            return cls(Settings(), (str(problem),), cancelled=cancelled)

    def check(self, urn: str, old: Props, new: Props) -> CheckedInputs:
        """All problems of the inputs at once, and their canonical form.

        Args:
            old: the inputs of the state; empty for a new user.
        """
        with one_line():
            review = rules.review(new, reserved_tags=self.settings.reserved_tags)
            inputs = canonical(new)
            self._run.declare(urn, inputs)
            change = changes.review_change(sound(old), inputs) if old and old != inputs else rules.Findings()
            return CheckedInputs(
                inputs,
                (*self.problems, *map(str, (*review.problems, *change.problems))),
                tuple(map(str, (*review.warnings, *change.warnings))),
            )

    def diff(
        self,
        urn: str,
        id_: str,
        state: Props,
        new: Props,
        say: Say,
        old_inputs: Callable[[], Props | None] = lambda: None,
    ) -> UserDiff:
        """The difference between a state and new inputs, and whether it needs a new user.

        Args:
            state: the old outputs.
            new: checked inputs.
            old_inputs: returns the old inputs, if they are known; called only if they matter.
        """
        with one_line():
            fields = plan.changed_fields(state, new)
            if fields or LOST_KEY in state:
                # Most users of a large stack have equal inputs.
                state, new = sound(state), canonical(new)
                before = sign_out.with_lost(state, new)
                if before is not state:
                    say("info", "a refresh found that the user has lost a security profile: its sessions will be ended")
                state, fields = before, plan.changed_fields(before, new)
            self._run.hold(urn, id_, state)
            moves = self._moves_here(urn, state, new)
            if OTHER_OWNER_KEY in state and not moves:
                say(
                    "warning",
                    f"this user belonged to {state[OTHER_OWNER_KEY]} at the last refresh, so it is not changed; "
                    "declare it in one stack only, then run pulumi refresh",
                )
            if not fields:
                # If two resources have the user, an update finds out which one owns it.
                doubted = self._run.rival(urn, id_) is not None
                changed = doubted or moves or PENDING_KEY in state or self._renamed(urn, state, say)
                return UserDiff(changed, in_inputs=False)
            replacement = plan.replacement(state, new)
            if replacement is not None:
                return UserDiff(True, fields, replacement.fields, replacement.delete_first)
            inputs = old_inputs()
            same = inputs is not None and not plan.changed_fields(canonical(inputs), new)
            return UserDiff(True, fields, in_inputs=not same)

    def _moves_here(self, urn: str, state: Props, new: Props) -> bool:
        """Whether, at a refresh, the user belonged to another resource of this stack that no longer declares it."""
        if OTHER_OWNER_KEY not in state or not self.settings.ownership_tag:
            return False
        other = str(state[OTHER_OWNER_KEY])
        name, stack = ownership.owner_name(other), ownership.stack_of(other)
        # The resource may have been renamed to that name since.
        return (
            stack is not None
            and stack == ownership.stack_of(urn)
            and (name == ownership.owner_name(urn) or not self._run.declares(ownership.Owner("", name), new))
        )

    def _renamed(self, urn: str, state: Props, say: Say) -> bool:
        """Whether the ownership tag has a former URN of the resource, so that it has to be written again."""
        renamed = self.settings.ownership_tag and ownership.names_another(state.get(TOKEN_KEY), urn)
        if renamed and self._run.first("renamed"):
            say(
                "info",
                f"the tag {ownership.TAG_KEY} will be updated: it has the URN from before this resource was renamed or "
                "moved (shown once for all such users)",
            )
        return renamed

    def preview_create(self, inputs: Props) -> Props:
        """The outputs that are known before the user is created."""
        later = (ARN_KEY, "directory_user_id", *((TOKEN_KEY,) if self.settings.ownership_tag else ()))
        return {**dict.fromkeys(later, UNKNOWN), **canonical(inputs)}

    def preview_update(self, urn: str, state: Props, new: Props) -> Props:
        """The outputs that are known before the user is changed: all, unless its ownership tag is to be written."""
        kept = apply.kept_outputs(sound(state))
        token = kept.get(TOKEN_KEY)
        if self.settings.ownership_tag and urn:
            stays = isinstance(token, str) and not ownership.names_another(token, urn)
            kept[TOKEN_KEY] = token if stays and OTHER_OWNER_KEY not in state else UNKNOWN
        return {**kept, **canonical(new)}

    def create(self, urn: str, inputs: Props, say: Say) -> tuple[str, Props]:
        """Create the user exactly once; returns its id and outputs.

        Raises:
            PartialUpdate, ConnectUsersError
        """
        inputs = canonical(inputs)
        return self._operate("creating", urn, inputs, say, lambda op: create.create(op, inputs))

    def read(self, urn: str, id_: str, state: Props, declared: Props | None, say: Say) -> UserState | None:
        """The user as it is now; None if it is gone.

        Args:
            state: sound outputs.
            declared: sound inputs; without them the outputs count as declared.
        """
        return self._operate("reading", urn, state, say, lambda op: observe.read(op, id_, state, declared))

    def lookup(self, urn: str, id_: str, say: Say) -> UserState | None:
        """The user of an import, as it is now; None if it does not exist.

        Args:
            id_: ``INSTANCE_ID:USER_ID``, or the user's ARN.
        """
        with one_line():
            import_id = lookup.parse_import_id(id_)
        subject_of = {"username": import_id.user_id}
        return self._operate("importing", urn, subject_of, say, lambda op: lookup.lookup(op, import_id))

    def update(self, urn: str, id_: str, state: Props, new: Props, say: Say) -> Props:
        """Update the user with the fewest calls; returns the new outputs.

        Raises:
            PartialUpdate, ConnectUsersError
        """
        state = sign_out.with_lost(sound(state), new)
        # Inputs that no check has seen may name no instance; in another one it would be another user.
        new = canonical({"instance_id": state.get("instance_id"), **new})
        outputs = self._operate("updating", urn, new, say, lambda op: adopt.update(op, id_, state, new))
        self._run.hold(urn, id_, outputs)
        return outputs

    def delete(self, urn: str, id_: str, state: Props, say: Say) -> None:
        """Delete the user if it still belongs to this state. If it is already gone, that is a success."""
        state = sound(state)
        self._operate("deleting", urn, state, say, lambda op: delete.delete(op, id_, state))

    def _operate(self, action: str, urn: str, props: Props, say: Say, work: Callable[[Operation], T]) -> T:
        """Do ``work`` with a connection; ``props`` have the username for messages."""
        with one_line(subject(action, props)):
            if self.problems:
                raise ConfigurationError("; ".join(self.problems))
            gateway = self._gateway or gateway_for(self.settings, self._cancelled)
            return work(
                Operation(
                    gateway=gateway,
                    urn=urn,
                    owns=self.settings.ownership_tag,
                    # The embedded emulator is never late.
                    grace=0.0 if self.settings.embedded else self.settings.timeout,
                    say=say,
                    wait=gateway.wait,
                    run=self._run,
                )
            )


@contextmanager
def one_line(action: str = "") -> Iterator[None]:
    """Turn every exception into a `ConnectUsersError` of one line.

    Args:
        action: "creating Connect user 'ada'", for errors that do not name one.
    """
    about = f"{action}: " if action else ""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(f"{about}{error}") from None
    except ConnectApiError as error:
        raise (error.about(action) if action and not error.subject else error) from None
    except ConnectUsersError:
        raise
    except Exception as error:
        # Without its text and the values of a traceback, which could contain secrets.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        raise ConnectUsersError(
            f"{about}unexpected {type(error).__name__} at {place}, please report it to the package"
        ) from None
