"""The look-ups of one run of a program: each is made once, outside the event loop, and each failure is shown once.

- Answers are kept for the run: several runs in one process (Automation API, tests) share nothing.
- Look-ups of different kinds overlap; the gateway paces them.
- In a preview without credentials or a region, answers are unknown, with one warning. Every other failure ends the
  program with one `pulumi.RunError`, which lists all names that do not exist.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import WeakSet

import pulumi

from connect_users.connect.directory import Answers
from connect_users.core.errors import ConnectApiError, ConnectUsersError, CredentialsProblem
from connect_users.core.misspellings import NoSuchName
from connect_users.program import registration

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

T = TypeVar("T")

#: The number of calls at the same time: about one for each kind.
WORKERS: Final = 8


class NotConnected(ConnectUsersError):
    """The configuration has no region, or names a profile that does not exist."""


class LookUpFailed(ConnectUsersError):
    """A look-up failed.

    Attributes:
        no_access: whether the credentials, the profile or the region are missing.
    """

    def __init__(self, reason: str, *, no_access: bool) -> None:
        super().__init__(reason)
        self.no_access = no_access


class LookUps(Answers):
    """The look-ups of one run and their answers. Thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self._slots = threading.Semaphore(WORKERS)
        self._unknown_names: dict[str, None] = {}
        self._look_ups: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._warned = False

    async def once(self, key: Hashable, ask: Callable[[], T], what: str) -> T:
        """The answer of ``ask``, which is called on a thread the first time.

        Args:
            what: the action, for the error: ``listing queues of ...``.

        Raises:
            LookUpFailed
        """
        with self._lock:
            answer = self._answers.get(key)
            if answer is None:
                answer = self._answers[key] = self._start(ask, what)
        result = await asyncio.wrap_future(answer)
        if isinstance(result, LookUpFailed):
            # A copy: the traceback of a raised exception would keep the run alive.
            raise LookUpFailed(str(result), no_access=result.no_access)
        return cast(T, result)

    def _start(self, ask: Callable[[], Any], what: str) -> Future[Any]:
        answer: Future[Any] = Future()
        # A cancelled caller must not cancel the answer for other callers.
        answer.set_running_or_notify_cancel()
        # The context holds the connection to the engine, which shows how long a call waits.
        context = contextvars.copy_context()

        def work() -> None:
            with self._slots:
                try:
                    answer.set_result(context.run(_answer, ask, what))
                except Exception as error:  # a bug of this package; raised where the answer is awaited
                    answer.set_exception(error)

        # A daemon, so that a failed program does not wait for the retries of a call.
        threading.Thread(target=work, name="connect-users-look-up", daemon=True).start()
        return answer

    async def result_of(self, look_up: Coroutine[Any, Any, T]) -> T:
        """The result of a look-up, for the program; unknown in a preview without access.

        Raises:
            pulumi.RunError
        """
        task = asyncio.ensure_future(self._noting_unknown_names(look_up))
        self._look_ups.add(task)
        try:
            return await task
        except NoSuchName:
            raise pulumi.RunError(await self._all_unknown_names()) from None
        except LookUpFailed as problem:
            if problem.no_access and pulumi.runtime.is_dry_run():
                self._warn(str(problem))
                return cast(T, pulumi.UNKNOWN)
            raise pulumi.RunError(str(problem)) from None
        except ConnectUsersError as problem:
            raise pulumi.RunError(str(problem)) from None

    async def _noting_unknown_names(self, look_up: Coroutine[Any, Any, T]) -> T:
        try:
            return await look_up
        except NoSuchName as problem:
            self._unknown_names[str(problem)] = None
            raise

    async def _all_unknown_names(self) -> str:
        """The error about all names that do not exist, once every look-up has ended."""
        loop = asyncio.get_running_loop()
        running = [task for task in self._look_ups if not task.done() and task.get_loop() is loop]
        if running:
            await asyncio.wait(running)
        names = sorted(self._unknown_names)
        if len(names) == 1:
            return names[0]
        return "\n".join([f"{len(names)} names were not found in Amazon Connect:", *(f"  {name}" for name in names)])

    def _warn(self, problem: str) -> None:
        with self._lock:
            first, self._warned = not self._warned, True
        if first:
            pulumi.log.warn(f"{problem}. Look-ups in Amazon Connect are unknown in this preview")


def _answer(ask: Callable[[], Any], what: str) -> Any:
    """The answer, or a `LookUpFailed`."""
    try:
        return ask()
    except ConnectApiError as problem:
        return LookUpFailed(str(problem.about(what)), no_access=isinstance(problem, CredentialsProblem))
    except ConnectUsersError as problem:
        return LookUpFailed(str(problem), no_access=isinstance(problem, NotConnected))


def look_ups_of_run() -> LookUps:
    """The look-ups of the calling program."""
    return registration.kept_by_run("look_ups", LookUps)
