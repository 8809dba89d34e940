"""Builds the SDKs for npm and PyPI from ``schema.json``: ``python -m plugin.release.sdks``.

It needs `pulumi`, `npm` and `uv`. For Go, C# and Java, ``pulumi package add`` generates the SDK.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plugin.release.archives import uv

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT: Final = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build both packages and print their paths."""
    parser = argparse.ArgumentParser(prog="python -m plugin.release.sdks", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("dist"), metavar="DIR", help="where to create the folders npm and pypi"
    )
    out = parser.parse_args(arguments).out.resolve()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        print(npm(place, out / "npm"))
        print(pypi(place, out / "pypi"))
    return 0


def npm(place: Path, out: Path) -> Path:
    """Build the compiled package for TypeScript and JavaScript."""
    sdk = _generate("nodejs", place)
    _run(sdk, "npm", "install", "--no-audit", "--no-fund", "--silent")
    _run(sdk, "npm", "run", "--silent", "build")
    for name in ("package.json", "README.md", "LICENSE"):
        shutil.copy(sdk / name, sdk / "bin" / name)
    out.mkdir(parents=True, exist_ok=True)
    _run(sdk / "bin", "npm", "pack", "--silent", "--pack-destination", str(out))
    return _only(out, "*.tgz")


def pypi(place: Path, out: Path) -> Path:
    """Build the package for Python programs that use the plugin."""
    sdk = _generate("python", place)
    _run(sdk, uv(), "build", "--quiet", "--wheel", "--out-dir", str(out))
    return _only(out, "pulumi_amazon_connect_users-*.whl")


def _generate(language: str, place: Path) -> Path:
    schema = str(_ROOT / "schema.json")
    _run(place, "pulumi", "package", "gen-sdk", schema, "--language", language, "--out", str(place))
    shutil.copy(_ROOT / "LICENSE", place / language)
    return place / language


def _run(place: Path, *command: str) -> None:
    """Run a tool; its output goes to standard error, since standard output lists the packages."""
    subprocess.run(command, cwd=place, check=True, stdout=sys.stderr)


def _only(out: Path, pattern: str) -> Path:
    (found,) = out.glob(pattern)
    return found


if __name__ == "__main__":
    sys.exit(main())
