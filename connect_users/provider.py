"""The lifecycle of a user as Pulumi's engine drives it: decode, ask the pure core, call effects, encode.

Contract:
- `check` and `diff` call nothing and need no credentials.
- Every failure is one line (`host.fail`); work that was done in part is saved (`host.fail_partly`).
- The class has no state of its own: it is pickled by reference, and ``connect_users:ConnectUserProvider`` is part of
  every user's state. Never rename or move it.
"""

from __future__ import annotations

import gc
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from connect_users import codec, host
from connect_users.connection import Configured
from connect_users.core import changes, ownership, plan, rules
from connect_users.core.errors import Cancelled, ConfigurationError, ConnectUsersError, PartialUpdate
from connect_users.core.fields import PENDING_KEY, TOKEN_KEY
from connect_users.core.spec import Props, canonical
from connect_users.effects import adopt, apply, create, delete, observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi.dynamic import ConfigureRequest

T = TypeVar("T")


class ConnectUserProvider(ResourceProvider):
    """Creates, compares, updates, reads and deletes Amazon Connect users."""

    # The class is pickled by this name (see `connect_users.resource.PROVIDER_BLOB`), wherever its file may move.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    _told_of_renames = False
    #: Until `configure` is called: all defaults.
    _configured = Configured.read({})

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the configuration for this process; a problem with it is told by the first call, cleanly."""
        self._configured = Configured.read(codec.raw_config(req.config))
        if host.listen_for_cancel():
            host.watch_engine()
            # What is loaded by now stays: the garbage collector need not look through it again and again.
            gc.freeze()

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Every problem of the inputs at once; their canonical form."""
        call = host.current_call()
        with _one_line_errors(call):
            old, given = codec.decode(olds), codec.decode(news)
            review = rules.review(given, reserved_tags=self._configured.settings.reserved_tags)
            inputs = canonical(given)
            change = changes.review_change(codec.sound(old), inputs) if old and old != inputs else rules.Review()
            for warning in (*review.warnings, *change.warnings):
                host.say(call, "warning", str(warning))
            problems = [*self._configured.problems, *map(str, (*review.problems, *change.problems))]
            # No property is named: the engine would print its value, secrets included.
            return CheckResult(codec.encode(inputs), [CheckFailure("", problem) for problem in problems])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Whether anything differs, and what needs a new user.

        A difference is answered by "unknown", so that the engine compares the inputs itself and shows the lines that
        differ; only where the old inputs are the new ones (the outputs alone differ) it has to be told.
        """
        call = host.current_call()
        with _one_line_errors(call):
            old, new = codec.decode(olds), codec.decode(news)
            if plan.changed_fields(old, new):
                # Those of most users of a large stack are equal as they are.
                old, new = codec.sound(old), canonical(new)
            if not plan.changed_fields(old, new):
                return DiffResult(changes=PENDING_KEY in old or self._renamed(call, old))
            replacement = plan.replacement(old, new)
            if replacement is not None:
                return DiffResult(None, list(replacement.fields), delete_before_replace=replacement.delete_first)
            old_inputs = call.inputs("old_inputs")
            same_inputs = old_inputs is not None and not plan.changed_fields(canonical(codec.decode(old_inputs)), new)
            return DiffResult(changes=True if same_inputs else None)

    def _renamed(self, call: host.Call, old: Props) -> bool:
        """Whether the ownership tag names the resource by a former URN, so that it has to be written anew."""
        renamed = self._configured.settings.ownership_tag and ownership.names_another(old.get(TOKEN_KEY), call.urn)
        if renamed and not self._told_of_renames:
            self._told_of_renames = True
            host.say(
                call,
                "info",
                f"to be updated: the tag {ownership.TAG_KEY}, which names this resource as it was called before it was "
                "renamed or moved (said once, for all users of whom that is so)",
            )
        return renamed

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the user exactly once."""
        inputs = canonical(codec.decode(props))
        id_, outputs = self._operate("creating", inputs, lambda op: create.create(op, inputs))
        return CreateResult(id_, codec.encode(outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The user as it is; an empty id says that it is gone."""
        plain = codec.decode(props)
        state = codec.sound(plain)
        given, declared = _declared_of(host.current_call(), plain, state)
        seen = self._operate("reading", state, lambda op: observe.read(op, id_, state, declared))
        if seen is None:
            return ReadResult("", {})
        # Of a user without drift the engine keeps the inputs that it has: cheaper for both sides.
        drifted = seen.inputs if seen.inputs != given else None
        return ReadResult(id_, codec.encode(seen.outputs), None if drifted is None else codec.encode(drifted))

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Only the calls that the difference needs."""
        new = canonical(codec.decode(news))
        state = codec.sound(codec.decode(olds))
        outputs = self._operate("updating", new, lambda op: adopt.update(op, id_, state, new))
        return UpdateResult(codec.encode(outputs))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete the user if it is still this state's; one who is gone is a success."""
        state = codec.sound(codec.decode(props))
        self._operate("deleting", state, lambda op: delete.delete(op, id_, state))

    def _operate(self, action: str, props: Props, work: Callable[[apply.Operation], T]) -> T:
        """Do ``work`` with a connection; ``props`` tell of whom, and are saved where only a part of it succeeds."""
        call = host.current_call()
        with _one_line_errors(call, apply.subject(action, props), props):
            settings = self._configured.settings
            gateway = self._configured.gateway()
            return work(
                apply.Operation(
                    gateway=gateway,
                    urn=call.urn,
                    owns=settings.ownership_tag,
                    # The embedded emulator is never late.
                    grace=0.0 if settings.embedded else settings.timeout,
                    say=lambda severity, text: host.say(call, severity, text),
                    wait=_wait,
                    now=lambda: gateway.now,
                )
            )


def _declared_of(call: host.Call, plain: Props, state: Props) -> tuple[Props | None, Props | None]:
    """The inputs of a Read as they were given and in sound form; most are what the outputs say, which is read already.

    Args:
        plain, state: the outputs, in either form.
    """
    names = call.names_as_in("inputs", "properties")
    if names is not None:
        return {key: plain[key] for key in names if key in plain}, {key: state[key] for key in names if key in state}
    inputs = call.inputs("inputs")
    given = codec.decode(inputs) if inputs else None
    return given, None if given is None else codec.sound(given)


@contextmanager
def _one_line_errors(call: host.Call, action: str = "", inputs: Props | None = None) -> Iterator[None]:
    """Turn every failure into one line for the user."""
    about = f"{action}: " if action else ""
    try:
        yield
    except PartialUpdate as error:
        outputs = codec.encode_partly(error.outputs, inputs or {})
        host.fail_partly(call, str(error), error.id, outputs, codec.encode(inputs or {}))
    except ConfigurationError as error:
        host.fail(call, f"{about}{error}")
    except ConnectUsersError as error:
        host.fail(call, str(error))
    except Exception as error:
        # Neither its text nor a traceback's values: they might quote what must not be shown.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        host.fail(call, f"{about}unexpected {type(error).__name__} at {place}, please report it to the package")


def _wait(seconds: float) -> None:
    if host.CANCELLED.wait(seconds):
        raise Cancelled("waiting", "Cancelled", "the run was cancelled")
