"""The canary of `engine.protocol`, which loads the SDK's generated modules without the SDK around them.

When one of these fails after an update of the SDK, the plugin does not start, or starts slowly, until that module is
adapted.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.contract.hosting import ROOT

MODULES = ("engine_pb2", "engine_pb2_grpc", "plugin_pb2", "provider_pb2", "status_pb2")
#: What the servicer takes from each request and gives in each answer.
USED = {
    "ProviderHandshakeRequest": ("engine_address",),
    "ProviderHandshakeResponse": ("accept_secrets", "accept_resources", "accept_outputs"),
    "ConfigureRequest": ("args",),
    "ConfigureResponse": ("acceptSecrets", "supportsPreview", "acceptResources", "acceptOutputs"),
    "CheckRequest": ("urn", "olds", "news"),
    "CheckResponse": ("inputs", "failures"),
    "DiffRequest": ("id", "urn", "olds", "news", "old_inputs"),
    "DiffResponse": ("changes", "replaces", "deleteBeforeReplace", "detailedDiff", "hasDetailedDiff"),
    "PropertyDiff": ("kind", "inputDiff"),
    "CreateRequest": ("urn", "properties", "preview"),
    "ReadRequest": ("id", "urn", "properties", "inputs"),
    "ReadResponse": ("id", "properties", "inputs"),
    "UpdateRequest": ("id", "urn", "olds", "news", "preview"),
    "DeleteRequest": ("id", "urn", "properties"),
    "InvokeRequest": ("tok", "args"),
    "InvokeResponse": ("return",),
    "ErrorResourceInitFailed": ("id", "properties", "reasons", "inputs"),
}


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", MODULES)
def test_a_generated_module_imports_nothing_but_its_like(module: str) -> None:
    spec = find_spec("pulumi")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    tree = ast.parse(Path(folder, "runtime", "proto", f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").startswith("google.protobuf")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1
        elif isinstance(node, ast.Import):
            assert {name.name.partition(".")[0] for name in node.names} <= {"grpc", "warnings", "sys"}


def test_they_are_loaded_without_the_sdk_and_are_the_sdks_own() -> None:
    """A component that imports the SDK later meets the same classes."""
    run(
        "import sys\n"
        "from connect_users.engine import protocol\n"
        f"ours = {{name: getattr(protocol, name) for name in {MODULES}}}\n"
        "assert 'pulumi' not in sys.modules\n"
        "import pulumi\n"
        "from pulumi.runtime.proto import provider_pb2\n"
        "assert provider_pb2.CheckRequest is ours['provider_pb2'].CheckRequest\n"
        "assert protocol.engine_pb2 is ours['engine_pb2']\n"
    )


def test_where_the_sdk_is_imported_already_its_modules_serve() -> None:
    run(
        "import sys\n"
        "import pulumi\n"
        "from connect_users.engine import protocol\n"
        "assert protocol.provider_pb2 is sys.modules['pulumi.runtime.proto.provider_pb2']\n"
    )


def test_other_names_are_not_there() -> None:
    from connect_users.engine import protocol

    with pytest.raises(AttributeError, match="no attribute 'provider'"):
        protocol.provider  # noqa: B018


@pytest.mark.parametrize("kind", USED)
def test_the_messages_have_what_the_servicer_uses(kind: str) -> None:
    from connect_users.engine.protocol import provider_pb2

    assert set(USED[kind]) <= set(getattr(provider_pb2, kind).DESCRIPTOR.fields_by_name)


def test_every_method_of_the_servicer_is_one_of_the_protocol() -> None:
    from connect_users.engine.protocol import provider_pb2
    from connect_users.plugin.service import Service

    known = set(provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name)
    assert {name for name in vars(Service) if name[0].isupper()} <= known


def test_the_sdk_builds_components_in_the_way_that_ours_are_built() -> None:
    """`plugin.component` calls the servicer's own coroutine, and takes what it finds in the options."""
    import inspect

    from pulumi.provider import ConstructResult, Provider
    from pulumi.provider.server import ProviderServicer

    assert inspect.iscoroutinefunction(ProviderServicer._construct)
    assert list(inspect.signature(ProviderServicer._construct).parameters) == ["self", "request", "context"]
    assert list(inspect.signature(ProviderServicer.__init__).parameters)[1:] == ["provider", "args", "engine_address"]
    assert list(inspect.signature(Provider.construct).parameters) == [
        "self",
        "name",
        "resource_type",
        "inputs",
        "options",
    ]
    assert list(inspect.signature(ConstructResult.__init__).parameters) == ["self", "urn", "state"]


def test_people_are_registered_without_frames_of_this_package() -> None:
    """The SDK still makes its stack trace where it is replaced, and calls the monitor that is in its settings."""
    import inspect

    from pulumi.runtime import resource
    from pulumi.runtime.settings import SETTINGS

    assert not inspect.signature(resource._get_stack_trace).parameters
    assert "_get_stack_trace()" in inspect.getsource(resource.register_resource)
    assert "settings.get_monitor()" in inspect.getsource(resource.register_resource)
    assert hasattr(SETTINGS, "monitor")
