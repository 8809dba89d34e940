"""Builds the plugin's archives for ``pulumi plugin install``: ``python -m plugin.release.archives WHEEL``.

An archive contains a launcher and the libraries for one platform, but no Python. Libraries that are the same for every
Python are in ``lib/any``, libraries with compiled parts in ``lib/cp310`` and so on. Installing it downloads nothing
else, and it starts at once. The same wheel and the same libraries give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connect_users.plugin.install import NAME
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Pulumi's name of a platform -> uv's.
PLATFORMS: Final = {
    "linux-amd64": "x86_64-manylinux_2_28",
    "linux-arm64": "aarch64-manylinux_2_28",
    "darwin-amd64": "x86_64-apple-darwin",
    "darwin-arm64": "aarch64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
}
#: The Python versions that an archive has libraries for.
PYTHONS: Final = ("3.10", "3.11", "3.12", "3.13", "3.14")
#: Requirements of Pulumi's SDK that a plugin never loads.
UNUSED: Final = ("debugpy", "pip")
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
_LAUNCHERS: Final = Path(__file__).parent / "launchers"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the archives and print their paths."""
    parser = argparse.ArgumentParser(prog="python -m plugin.release.archives", description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=Path("dist"), metavar="DIR")
    parser.add_argument("--here", action="store_true", help="only for this platform (default: for all five)")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    for each in [here()] if given.here else PLATFORMS:
        print(build(given.wheel.resolve(), each, given.out))
    return 0


def here() -> str:
    """Return Pulumi's name of this platform; one that is not in PLATFORMS has no archive."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"


def build(wheel: Path, target: str, out: Path, pythons: Sequence[str] = PYTHONS) -> Path:
    """Build the archive of one platform.

    Raises:
        subprocess.CalledProcessError: uv finds no wheel of a library for the platform, and has printed which.
    """
    archive = out / f"{NAME}-v{VERSION}-{target}.tar.gz"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "plugin"
        trees = {python: Path(folder) / _tag(python) for python in pythons}
        for python, tree in trees.items():
            _install(wheel, target, python, tree)
        divide(list(trees.values()), root / "lib")
        for python in pythons:
            # Keeps the folder, which the launcher looks for, even if no library is specific to this Python.
            (root / "lib" / _tag(python) / "python").write_text(python, encoding="utf-8")
        for each in (_LAUNCHERS / "start.py", _LAUNCHERS / _launcher(target)):
            shutil.copy(each, root / each.name)
        pack(root, archive)
    return archive


def _tag(python: str) -> str:
    return f"cp{python.replace('.', '')}"


def _launcher(target: str) -> str:
    return f"{NAME}.cmd" if target.startswith("windows") else NAME


def _install(wheel: Path, target: str, python: str, tree: Path) -> None:
    """Install the wheel and its requirements, for a Python that need not be on this machine."""
    excluded = tree.with_suffix(".unused")
    excluded.write_text("\n".join(UNUSED), encoding="utf-8")
    where = ("--target", str(tree), "--python-platform", PLATFORMS[target], "--python-version", python)
    what = ("--only-binary", ":all:", "--excludes", str(excluded), str(wheel))
    subprocess.run([uv(), "pip", "install", "--quiet", "--python", sys.executable, *where, *what], check=True)
    for each in ("bin", "Scripts", ".lock"):
        _remove(tree / each)


def uv() -> str:
    """Return uv's path: beside this Python, else on PATH."""
    return shutil.which("uv", path=Path(sys.executable).parent) or "uv"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def divide(trees: Sequence[Path], lib: Path) -> None:
    """Move what all trees have in common to ``any``, and the rest of each tree to its own folder."""
    (lib / "any").mkdir(parents=True)
    first, *others = [{each.name: _digest(each) for each in tree.iterdir()} for tree in trees]
    same = {name for name, digest in first.items() if all(other.get(name) == digest for other in others)}
    for tree in trees:
        for name in same:
            if tree is trees[0]:
                (tree / name).rename(lib / "any" / name)
            else:
                _remove(tree / name)
        tree.rename(lib / tree.name)


def _digest(path: Path) -> str:
    """Hash a file, or a folder with all its files."""
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(f"{file.relative_to(path.parent)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    yield from [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


def pack(root: Path, archive: Path) -> None:
    """Write a tar whose bytes depend only on its contents."""
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in _files(root):
            member = tarfile.TarInfo(file.relative_to(root).as_posix())
            content = file.read_bytes()
            member.size, member.mode = len(content), 0o755 if file.name == NAME else 0o644
            tar.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    sys.exit(main())
