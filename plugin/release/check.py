"""Starts the plugin of an archive and checks its version and schema: ``python -m plugin.release.check ARCHIVE``.

Exit status: 0, or 1 if the plugin does not answer with this version and this schema.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from connect_users.plugin import schema
from connect_users.plugin.install import NAME
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Seconds to wait for an answer: no bytecode is compiled yet, and CI machines are slow.
_PATIENCE: Final = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the archives, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m plugin.release.check", description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE")
    code = 0
    for archive in parser.parse_args(arguments).archives:
        problem = check(archive)
        print(f"{archive.name}: {problem or f'answers as version {VERSION}'}")
        code = max(code, int(problem is not None))
    return code


def check(archive: Path) -> str | None:
    """Return what is wrong with an archive for this platform, or None."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        # Patch releases of Python before June 2023 have no filters.
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        tar.extractall(folder)  # noqa: S202 - filtered
        launcher = Path(folder) / (f"{NAME}.cmd" if sys.platform == "win32" else NAME)
        if not launcher.is_file():
            return f"it has no {launcher.name}"
        return _ask(launcher, Path(folder))


def _ask(launcher: Path, place: Path) -> str | None:
    # Use this Python, whatever else is on PATH.
    environment = {**os.environ, "CONNECT_USERS_PYTHON": sys.executable}
    started = subprocess.Popen(
        [launcher],
        cwd=place,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with started as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            if not port.isdigit():
                return f"it does not start: {process.communicate()[1].strip() or 'it prints nothing'}"
            version, document = _answers(port)
            process.communicate(timeout=_PATIENCE)  # closes standard input, as when the engine ends
        except grpc.RpcError as error:
            return f"it does not answer: {error.code().name}"
        except subprocess.TimeoutExpired:
            return "it does not end with the engine"
        finally:
            process.kill()
    if version != VERSION:
        return f"it is version {version}, not {VERSION}"
    return None if document == schema.text() else "its schema is not this version's"


def _answers(port: str) -> tuple[str, str]:
    """Return the plugin's version and schema."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        plugin = provider_pb2_grpc.ResourceProviderStub(channel)
        version = plugin.GetPluginInfo(empty_pb2.Empty(), timeout=_PATIENCE).version
        return version, plugin.GetSchema(provider_pb2.GetSchemaRequest(), timeout=_PATIENCE).schema


if __name__ == "__main__":
    sys.exit(main())
