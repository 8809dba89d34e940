"""What a command reads and writes: streams that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: Of programs that end because their reader has gone, as a shell tells it (128 + SIGPIPE).
_READER_GONE = 141


def guarded(name: str, command: Callable[[], int]) -> int:
    """Run a command with all its output written; its exit status, 1 with one line where the output cannot be written.

    Python would try what is left in a buffer once more when it ends, and complain in lines of its own.

    Args:
        name: of the command, in that line.
    """
    _open_closed()
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # A pipe on Windows takes no arrows: better a question mark than a traceback. JSON is ASCII anyway.
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            return command()
        finally:
            # Also of --help and --version, which end by SystemExit.
            sys.stdout.flush()
            sys.stderr.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): what it did not read is not a problem to tell of.
        _let_go()
        return _READER_GONE
    except OSError as error:
        _let_go()
        where = f"{error.filename}: " if error.filename else ""
        print(f"{name}: {where}{error.strerror or error}", file=sys.stderr)
        return 1


def _open_closed() -> None:
    """A stream that was closed (``<&-``) is None in Python: lines of ours and of libraries stumble over it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # For as long as the process lives; by the builtin, since most commands start without pathlib.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _let_go() -> None:
    """Have nothing written any more to streams that take nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
