"""The standard streams of a command, even if they are closed, full, or no longer read; and what is printed on them.

Names come from files and instances that others write: printed, they steer neither a terminal nor GitHub's runner.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: The exit status of a program whose reader has gone, as shells report it (128 + SIGPIPE).
_READER_GONE = 141
#: After Ctrl-C, also as shells report it (128 + SIGINT).
_INTERRUPTED = 130


def guarded(name: str, command: Callable[[], int]) -> int:
    """Run a command and write all its output; returns its exit status, or 1 with one line if it cannot be written.

    Otherwise Python would try to write the rest of a buffer again at its end, and print its own error.

    Args:
        name: of the command, for that line.
    """
    _open_closed()
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in ("strict", "surrogateescape"):
        # A pipe on Windows cannot encode arrows, nor can the locale C: a question mark is better than a traceback. JSON
        # is ASCII anyway.
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            return command()
        finally:
            # Also of --help and --version, which end by SystemExit.
            sys.stdout.flush()
            sys.stderr.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`): that is not a problem to report.
        _let_go()
        return _READER_GONE
    except OSError as error:
        _let_go()
        where = f"{error.filename}: " if error.filename else ""
        print(f"{name}: {where}{error.strerror or error}", file=sys.stderr)
        return 1


def print_line(text: str) -> None:
    """Print one line on stdout."""
    print(_one_line(text))


def print_problem(text: str) -> None:
    """Print one line on stderr."""
    print(_one_line(text), file=sys.stderr)


def print_json(document: object) -> None:
    """Print a document on stdout."""
    print(json_text(document))


def json_text(document: object) -> str:
    """A document as ASCII, in lines."""
    import json

    # GitHub's runner would read these characters in a log as a command.
    return json.dumps(document, indent=2).replace("##[", "#\\u0023[")


def _one_line(text: str) -> str:
    from connect_users.core.errors import one_line
    from connect_users.core.phrases import printable

    return printable(one_line(text))


def _open_closed() -> None:
    """Replace closed streams (``<&-``), which are None in Python: our code and libraries would fail on them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # It stays open as long as the process. With the builtin, since most commands start without pathlib.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _let_go() -> None:
    """Discard further output to streams that cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
