"""The life of a user as both doors ask for it: plain dicts in AWS's words in, plain dicts out.

Contract:
- `check` and `diff` are pure: no call, no credentials.
- All dicts have the names of `connect_users.core.fields`, and `UNKNOWN` where a preview does not know a value. A state
  may have been written by hand or by another release: it is read by `sound`.
- Whatever goes wrong is a `ConnectUsersError` of one line; `PartialUpdate` carries what has to be saved.
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
from connect_users.core.errors import ConfigurationError, ConnectUsersError
from connect_users.core.fields import ARN_KEY, OTHER_OWNER_KEY, PENDING_KEY, TOKEN_KEY
from connect_users.core.settings import Settings, from_config
from connect_users.core.shapes import sound
from connect_users.core.spec import UNKNOWN, Props, canonical
from connect_users.lifecycle import adopt, apply, create, delete, lookup, observe
from connect_users.lifecycle.run import Run

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.lifecycle.lookup import Found
    from connect_users.lifecycle.observe import Seen

    #: Shows an ("info" or "warning", text) message on the resource that is being worked on.
    Say = Callable[[str, str], None]

T = TypeVar("T")


@dataclass(frozen=True)
class Checked:
    """The canonical form of a user's inputs, and everything that is wrong with them, a line each."""

    inputs: Props
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What differs between a state and new inputs.

    Attributes:
        changed: whether anything has to be done.
        fields: the inputs that differ from the state.
        replaces: those of them that no API can change.
        delete_first: the new user has the name of the old one in the same instance.
        in_inputs: whether the old inputs differ from the new ones, too; where they are equal, the outputs drifted.
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
        """Nothing is opened before a method needs it.

        Args:
            problems: why the configuration cannot be used; `check` reports them, everything else fails with them.
            cancelled: ends every wait, and with it the call that waits.
            gateway: instead of the one that the settings lead to.
            clock: seconds from any moment on.
        """
        self.settings = settings
        self.problems = problems
        self._cancelled = cancelled
        self._gateway = gateway
        self._clock = clock
        self.begin_run()

    def begin_run(self) -> None:
        """Forget what an earlier run of the engine has shown, where one process serves several."""
        self._run, self._rename_shown = Run(self._clock), False

    @classmethod
    def configured(cls, config: Mapping[str, object], cancelled: threading.Event) -> Lifecycle:
        """The life of users under the stack's or a provider's configuration, e.g. ``{"connect-users:region": ...}``.

        Never raises: a configuration is read where an error would become a traceback.
        """
        try:
            return cls(from_config(config), cancelled=cancelled)
        except ConnectUsersError as problem:
            return cls(Settings(), (str(problem),), cancelled=cancelled)

    def check(self, urn: str, old: Props, new: Props) -> Checked:
        """Every problem of the inputs at once; their canonical form.

        Args:
            old: the inputs of the state; empty for a user who is to be made.
        """
        with one_line():
            review = rules.review(new, reserved_tags=self.settings.reserved_tags)
            inputs = canonical(new)
            self._run.declare(urn, inputs)
            change = changes.review_change(sound(old), inputs) if old and old != inputs else rules.Review()
            return Checked(
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
    ) -> Difference:
        """Whether anything differs, and what needs a new user.

        Args:
            state: the old outputs.
            new: checked inputs.
            old_inputs: gives the old inputs, where they are known; asked for only where it matters.
        """
        with one_line():
            fields = plan.changed_fields(state, new)
            if fields:
                # Those of most users of a large stack are equal as they are.
                state, new = sound(state), canonical(new)
                fields = plan.changed_fields(state, new)
            self._run.hold(urn, id_, state)
            moves = self._moves_here(urn, state, new)
            if OTHER_OWNER_KEY in state and not moves:
                say(
                    "warning",
                    f"this user belonged to {state[OTHER_OWNER_KEY]} at the last refresh: nothing is written to it; "
                    "declare it in one stack, and run pulumi refresh once that is settled",
                )
            if not fields:
                # Where two resources have the user, an update finds out which one it is.
                doubted = self._run.rival(urn, id_) is not None
                changed = doubted or moves or PENDING_KEY in state or self._renamed(urn, state, say)
                return Difference(changed, in_inputs=False)
            replacement = plan.replacement(state, new)
            if replacement is not None:
                return Difference(True, fields, replacement.fields, replacement.delete_first)
            before = old_inputs()
            same = before is not None and not plan.changed_fields(canonical(before), new)
            return Difference(True, fields, in_inputs=not same)

    def _moves_here(self, urn: str, state: Props, new: Props) -> bool:
        """Whether a refresh found the user to be another resource's of this stack, which no longer declares it."""
        if OTHER_OWNER_KEY not in state or not self.settings.ownership_tag:
            return False
        own, name = ownership.owner_name(urn), ownership.owner_name(str(state[OTHER_OWNER_KEY]))
        in_this_stack = ownership.stack_of(own) is not None and ownership.stack_of(own) == ownership.stack_of(name)
        # The resource may have got that very name since.
        return in_this_stack and (name == own or not self._run.declares(ownership.Owner("", name), new))

    def _renamed(self, urn: str, state: Props, say: Say) -> bool:
        """Whether the ownership tag names the resource by a former URN, so that it has to be written again."""
        renamed = self.settings.ownership_tag and ownership.names_another(state.get(TOKEN_KEY), urn)
        if renamed and not self._rename_shown:
            self._rename_shown = True
            say(
                "info",
                f"to be updated: the tag {ownership.TAG_KEY}, which names this resource as before it was renamed or "
                "moved (shown once for all such users)",
            )
        return renamed

    def preview_create(self, inputs: Props) -> Props:
        """What is known of the outputs before the user is made."""
        later = (ARN_KEY, "directory_user_id", *((TOKEN_KEY,) if self.settings.ownership_tag else ()))
        return {**dict.fromkeys(later, UNKNOWN), **canonical(inputs)}

    def preview_update(self, urn: str, state: Props, new: Props) -> Props:
        """What is known of the outputs before the user is changed: all, unless it gets its first ownership tag."""
        kept = apply.kept_outputs(sound(state))
        token = kept.get(TOKEN_KEY)
        if self.settings.ownership_tag and urn:
            stays = isinstance(token, str) and OTHER_OWNER_KEY not in state
            kept[TOKEN_KEY] = ownership.renamed(str(token), urn) if stays else UNKNOWN
        return {**kept, **canonical(new)}

    def create(self, urn: str, inputs: Props, say: Say) -> tuple[str, Props]:
        """Make the user exactly once; returns its id and outputs.

        Raises:
            PartialUpdate, ConnectUsersError
        """
        inputs = canonical(inputs)
        return self._operate("creating", urn, inputs, say, lambda op: create.create(op, inputs))

    def read(self, urn: str, id_: str, state: Props, declared: Props | None, say: Say) -> Seen | None:
        """The user as it is; None when it is gone.

        Args:
            state: sound outputs.
            declared: sound inputs; without them the outputs say what is declared.
        """
        return self._operate("reading", urn, state, say, lambda op: observe.read(op, id_, state, declared))

    def lookup(self, urn: str, id_: str, say: Say) -> Found | None:
        """The user that an import names, as it is; None when there is no such user.

        Args:
            id_: ``INSTANCE_ID:USER_ID``, or the user's ARN.
        """
        with one_line():
            place = lookup.place_of(id_)
        return self._operate("importing", urn, {"username": place.user_id}, say, lambda op: lookup.lookup(op, place))

    def update(self, urn: str, id_: str, state: Props, new: Props, say: Say) -> Props:
        """Make only the calls that the difference needs; returns the new outputs.

        Raises:
            PartialUpdate, ConnectUsersError
        """
        new, state = canonical(new), sound(state)
        outputs = self._operate("updating", urn, new, say, lambda op: adopt.update(op, id_, state, new))
        self._run.hold(urn, id_, outputs)
        return outputs

    def delete(self, urn: str, id_: str, state: Props, say: Say) -> None:
        """Delete the user if it is still this state's; one who is gone is a success."""
        state = sound(state)
        self._operate("deleting", urn, state, say, lambda op: delete.delete(op, id_, state))

    def _operate(self, action: str, urn: str, props: Props, say: Say, work: Callable[[apply.Operation], T]) -> T:
        """Do ``work`` with a connection; ``props`` name the user."""
        with one_line(apply.subject(action, props)):
            if self.problems:
                raise ConfigurationError("; ".join(self.problems))
            gateway = self._gateway or gateway_for(self.settings, self._cancelled)
            return work(
                apply.Operation(
                    gateway=gateway,
                    urn=urn,
                    owns=self.settings.ownership_tag,
                    # The embedded emulator is never late.
                    grace=0.0 if self.settings.embedded else self.settings.timeout,
                    say=say,
                    wait=gateway.wait,
                    now=lambda: gateway.now,
                    run=self._run,
                )
            )


@contextmanager
def one_line(action: str = "") -> Iterator[None]:
    """Turn whatever is raised into a `ConnectUsersError` of one line.

    Args:
        action: "creating Connect user 'ada'", for errors that do not say it themselves.
    """
    about = f"{action}: " if action else ""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(f"{about}{error}") from None
    except ConnectUsersError:
        raise
    except Exception as error:
        # Neither its text nor a traceback's values: they might quote what must not be shown.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        raise ConnectUsersError(
            f"{about}unexpected {type(error).__name__} at {place}, please report it to the package"
        ) from None
