"""What functions ask of Connect: each question once in a run, which is the life of the plugin's process."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from connect_users.connect.connection import gateway_for
from connect_users.core.errors import ConfigurationError, ConnectApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from connect_users.connect.gateway import Gateway
    from connect_users.core.settings import Settings

T = TypeVar("T")


class Answers:
    """The answers under one configuration. Thread-safe: who asks what is being asked waits for that answer."""

    def __init__(self, settings: Settings, problems: tuple[str, ...], cancelled: threading.Event) -> None:
        self._settings = settings
        self._problems = problems
        self._cancelled = cancelled
        self._lock = threading.Lock()
        self._known: dict[Hashable, Future[Any]] = {}

    async def once(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        """The answer to a question; it blocks the thread, which is the call's own.

        Raises:
            ConnectUsersError: which is not kept: the next one asks again.
        """
        with self._lock:
            answer = self._known.get(key)
            mine = answer is None
            if answer is None:
                answer = self._known[key] = Future()
        if mine:
            try:
                answer.set_result(self._ask(ask, what))
            except Exception as error:
                with self._lock:
                    del self._known[key]
                answer.set_exception(error)
        found: T = answer.result()
        return found

    def _ask(self, ask: Callable[[Gateway], T], what: str) -> T:
        if self._problems:
            raise ConfigurationError("; ".join(self._problems))
        try:
            return ask(gateway_for(self._settings, self._cancelled))
        except ConnectApiError as error:
            raise error.about(what) from None
        except ConfigurationError as error:
            raise ConfigurationError(f"{what}: {error}") from None
