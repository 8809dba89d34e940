"""A plugin that talks to the module's emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.plugin.driver import Plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.hosting import Site


def plain_config(site: Site, **changes: str) -> dict[str, str]:
    """The site's configuration as a plugin gets it."""
    return {key.partition(":")[2]: value for key, value in site.config(**changes).items()}


@pytest.fixture(scope="module")
def shared_plugin(shared_site: Site) -> Iterator[Plugin]:
    """One plugin for the tests of a module."""
    with Plugin() as plugin:
        plugin.configure(plain_config(shared_site))
        yield plugin


@pytest.fixture
def plugin(shared_plugin: Plugin, site: Site) -> Plugin:
    """The module's plugin, with an empty log, over an empty emulator."""
    shared_plugin.log.take()
    return shared_plugin


@pytest.fixture
def start_plugin(site: Site) -> Iterator[Callable[..., Plugin]]:
    """Start further plugins of the site, which are ended after the test: `start_plugin(timeout="1")`."""
    plugins: list[Plugin] = []

    def start(**changes: str) -> Plugin:
        plugins.append(Plugin().start())
        plugins[-1].configure(plain_config(site, **changes))
        return plugins[-1]

    yield start
    for each in plugins:
        each.close()
