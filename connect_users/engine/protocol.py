"""The messages of Pulumi's protocol, from the SDK's generated modules, without the SDK around them.

``import pulumi`` takes a second, most of the time that a plugin would take to start, and a plugin needs nothing of it.
So the generated modules are loaded from the SDK's folder under a package name of ours. Where the SDK is already
imported (in a program, in the dynamic host), its own modules are used. The classes of the messages are the same.

Where the folder is, and that its modules import nothing but each other, is not public API of the SDK:
``tests/contract/plugin/test_sdk_internals.py`` is the canary.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pulumi.runtime.proto import engine_pb2 as engine_pb2
    from pulumi.runtime.proto import engine_pb2_grpc as engine_pb2_grpc
    from pulumi.runtime.proto import plugin_pb2 as plugin_pb2
    from pulumi.runtime.proto import provider_pb2 as provider_pb2
    from pulumi.runtime.proto import status_pb2 as status_pb2

_SDK: Final = "pulumi.runtime.proto"
_OURS: Final = f"{__name__}.generated"


def __getattr__(name: str) -> Any:
    """A generated module by its name: ``provider_pb2``, ``engine_pb2_grpc``."""
    if "_pb2" not in name:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{_package()}.{name}")


def _package() -> str:
    """The name of the package that the generated modules are in."""
    if _OURS not in sys.modules:
        if _SDK in sys.modules:
            return _SDK
        sdk = find_spec("pulumi")
        if sdk is None or not sdk.submodule_search_locations:
            raise ImportError("the package pulumi is not installed")
        spec = ModuleSpec(_OURS, None, is_package=True)
        spec.submodule_search_locations = [
            str(Path(folder, "runtime", "proto")) for folder in sdk.submodule_search_locations
        ]
        sys.modules[_OURS] = module_from_spec(spec)
    return _OURS
