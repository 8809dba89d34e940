"""The package's version as Pulumi reads it: a semantic one."""

from __future__ import annotations

import re
from typing import Final

from connect_users.core import __version__
from connect_users.core.errors import ConnectUsersError

_WORDS: Final = {"a": "alpha", "b": "beta", "rc": "rc"}


def semantic(python: str) -> str:
    """A Python version as a semantic one: ``1.2.0rc1`` -> ``1.2.0-rc.1``, ``1.2.0.dev3`` -> ``1.2.0-dev.3``."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.dev(\d+))?(?:\+.*)?", python)
    if parts is None:
        raise ValueError(f"{python!r} is not a version of this package")
    numbers = [*parts[1].split("."), "0", "0"][:3]
    stage = [f"{_WORDS[parts[2]]}.{parts[3]}"] if parts[2] else []
    stage += [f"dev.{parts[4]}"] if parts[4] else []
    return "-".join((".".join(numbers), ".".join(stage))) if stage else ".".join(numbers)


VERSION: Final = semantic(__version__)

#: The first SDK whose components may be built at the same time, each with the options of its own request.
_COMPONENTS: Final = (3, 255)


def require_components() -> None:
    """Refuse an SDK that loses the options of components, before it is imported.

    Raises:
        ConnectUsersError
    """
    # Loads much, which only a roster's process needs.
    from importlib.metadata import version

    installed = version("pulumi")
    if tuple(map(int, installed.split(".")[:2])) < _COMPONENTS:
        needed = ".".join(map(str, _COMPONENTS))
        raise ConnectUsersError(
            f"a UserRoster needs pulumi {needed} or later in the plugin's Python, which has {installed}; "
            "run pip install --upgrade pulumi there"
        )
