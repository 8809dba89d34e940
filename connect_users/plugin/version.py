"""The package's version as Pulumi reads it: a semantic one."""

from __future__ import annotations

import re
from typing import Final

from connect_users.core import __version__

_WORDS: Final = {"a": "alpha", "b": "beta", "rc": "rc"}


def semantic(version: str) -> str:
    """A Python version as a semantic one: ``1.2.0rc1`` -> ``1.2.0-rc.1``, ``1.2.0.dev3`` -> ``1.2.0-dev.3``."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.dev(\d+))?(?:\+.*)?", version)
    if parts is None:
        raise ValueError(f"{version!r} is not a version of this package")
    numbers = [*parts[1].split("."), "0", "0"][:3]
    stage = [f"{_WORDS[parts[2]]}.{parts[3]}"] if parts[2] else []
    stage += [f"dev.{parts[4]}"] if parts[4] else []
    return "-".join((".".join(numbers), ".".join(stage))) if stage else ".".join(numbers)


VERSION: Final = semantic(__version__)
