"""The dynamic provider: decode, ask the lifecycle, encode.

Every failure is one line (`host.fail`); work that was done in part is saved (`host.fail_partly`). The class has no
state of its own: it is pickled by reference, and ``connect_users:ConnectUserProvider`` is part of every user's state.
Never rename it or change its ``__module__``.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from connect_users.core.errors import ConnectUsersError, PartialUpdate
from connect_users.core.shapes import sound
from connect_users.dynamic import codec, host
from connect_users.engine import collector
from connect_users.engine.channel import CANCELLED
from connect_users.lifecycle.life import Lifecycle, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi.dynamic import ConfigureRequest

    from connect_users.core.spec import Props

_lock = threading.Lock()


class ConnectUserProvider(ResourceProvider):
    """The life of Amazon Connect users, as Pulumi's dynamic host calls it."""

    # The class is pickled by this name (see `core.tokens.USER_PROVIDER`), wherever its file is.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    #: Until `configure` is called: all defaults.
    _life = Lifecycle.configured({}, CANCELLED)
    _configuration: Any = None

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the configuration for this process; the first call reports a problem with it, in one line."""
        self._life = Lifecycle.configured(codec.raw_config(req.config), CANCELLED)
        if host.listen_for_cancel():
            host.watch_engine()
            collector.keep_what_is_loaded()

    def _life_of(self, call: host.HostRequest) -> Lifecycle:
        """The life of users in the run of the engine that a call belongs to."""
        with _lock:
            if self._configuration is not call.configuration:
                self._life.begin_run()
                self._configuration = call.configuration
            return self._life

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Every problem of the inputs at once; their canonical form."""
        call = host.current_call()
        with _one_line_errors(call):
            checked = self._life_of(call).check(call.urn, codec.decode(olds), codec.decode(news))
            for warning in checked.warnings:
                host.say(call, "warning", warning)
            # No property is named: the engine would print its value, secrets included.
            failures = [CheckFailure("", problem) for problem in checked.problems]
            return CheckResult(codec.encode(checked.inputs), failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Whether anything differs, and what needs a new user.

        The answer to a difference is "unknown", so that the engine compares the inputs itself and shows the lines that
        differ. Where only the outputs differ, the engine sees none, and the answer is "changed".
        """
        call = host.current_call()

        def old_inputs() -> Props | None:
            inputs = call.inputs("old_inputs")
            return None if inputs is None else codec.decode(inputs)

        with _one_line_errors(call):
            difference = self._life_of(call).diff(
                call.urn, id_, codec.decode(olds), codec.decode(news), _say(call), old_inputs
            )
            if difference.replaces:
                return DiffResult(None, list(difference.replaces), delete_before_replace=difference.delete_first)
            if codec.is_foreign(olds):
                # An update turns a state of the plugin into one of the dynamic resource.
                return DiffResult(changes=True)
            return DiffResult(changes=None if difference.changed and difference.in_inputs else difference.changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the user exactly once."""
        call = host.current_call()
        inputs = codec.decode(props)
        with _one_line_errors(call, inputs):
            id_, outputs = self._life_of(call).create(call.urn, inputs, _say(call))
            return CreateResult(id_, codec.encode(outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The user as it is; an empty id says that it is gone."""
        call = host.current_call()
        with _one_line_errors(call):
            outputs = codec.decode(props)
            state = sound(outputs)
            inputs, declared = _inputs_of(call, outputs, state)
            seen = self._life_of(call).read(call.urn, id_, state, declared, _say(call))
            if seen is None:
                return ReadResult("", {})
            # Without drift the engine keeps the inputs that it has: cheaper for both sides.
            drifted = codec.encode(seen.inputs) if seen.inputs != inputs else None
            return ReadResult(id_, codec.encode(seen.outputs), drifted)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Only the calls that the difference needs."""
        call = host.current_call()
        new = codec.decode(news)
        with _one_line_errors(call, new):
            return UpdateResult(
                codec.encode(self._life_of(call).update(call.urn, id_, codec.decode(olds), new, _say(call)))
            )

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete the user if it is still this state's; one who is gone is a success."""
        call = host.current_call()
        with _one_line_errors(call):
            self._life_of(call).delete(call.urn, id_, codec.decode(props), _say(call))


def _say(call: host.HostRequest) -> Callable[[str, str], None]:
    return lambda severity, text: host.say(call, severity, text)


def _inputs_of(call: host.HostRequest, outputs: Props, state: Props) -> tuple[Props | None, Props | None]:
    """The inputs of a Read as they are and in sound form. Most are equal to outputs, which are decoded already.

    Args:
        outputs, state: the outputs, in either form.
    """
    names = call.names_as_in("inputs", "properties")
    if names is not None:
        inputs, declared = ({key: props[key] for key in names if key in props} for props in (outputs, state))
        return inputs, declared
    bag = call.inputs("inputs")
    if not bag:
        return None, None
    inputs = codec.decode(bag)
    return inputs, sound(inputs)


@contextmanager
def _one_line_errors(call: host.HostRequest, inputs: Props | None = None) -> Iterator[None]:
    """End a call that fails with one line, and with the state of a create or update that did part of its work."""
    try:
        with one_line():
            yield
    except PartialUpdate as error:
        canonical_inputs = sound(inputs or {})
        outputs = codec.encode_partly(error.outputs, canonical_inputs)
        host.fail_partly(call, str(error), error.id, outputs, codec.encode(canonical_inputs))
    except ConnectUsersError as error:
        host.fail(call, str(error))
