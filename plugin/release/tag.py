"""Checks whether a tag can be released: ``python -m plugin.release.tag v1.2.3 OWNER/REPOSITORY``.

Exit status: 0, or 1 with one problem a line.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connect_users.plugin import schema
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROOT: Final = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the problems, one a line."""
    parser = argparse.ArgumentParser(prog="python -m plugin.release.tag", description=__doc__)
    parser.add_argument("tag")
    parser.add_argument("repository", metavar="OWNER/REPOSITORY")
    given = parser.parse_args(arguments)
    found = list(problems(given.tag, given.repository, _ROOT))
    for problem in found:
        print(problem, file=sys.stderr)
    return int(bool(found))


def problems(tag: str, repository: str, root: Path) -> Iterator[str]:
    """Yield every reason why the source under ``root`` must not be released as ``tag``."""
    if tag != f"v{VERSION}":
        yield f"the tag is {tag}, but the package is v{VERSION}"
    url = f"github://api.github.com/{repository}"
    if url != schema.DOWNLOADS:
        yield f"pluginDownloadURL is {schema.DOWNLOADS}, but the archives will be at {url}: set schema.DOWNLOADS"
    if schema.document().get("repository") != f"https://github.com/{repository}":
        yield f"the schema's repository is not https://github.com/{repository}; npm compares them"
    if (root / "schema.json").read_text(encoding="utf-8") != schema.text():
        yield "schema.json is out of date: run connect-users plugin schema > schema.json"
    if not re.search(
        rf"^## \[?{re.escape(VERSION)}\b", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    ):
        yield f"CHANGELOG.md has no section {VERSION}"
    for project in sorted(root.glob("examples/*/Pulumi.yaml")):
        for version in re.findall(r"connect-users@(\S+)", project.read_text(encoding="utf-8")):
            if version != VERSION:
                yield f"{project.relative_to(root)}: the plugin's version is {version}, but the package's is {VERSION}"


if __name__ == "__main__":
    sys.exit(main())
