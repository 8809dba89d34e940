"""Of AWS's service models, what is called is whole; what is not called costs nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader

from connect_users.connect.service_models import SERVICES, ServiceModels
from connect_users.connect.session import Clients
from connect_users.core.permissions import PERMISSIONS
from connect_users.core.settings import Settings
from tests.models import has

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = Settings(region="us-east-1", endpoint_url="http://127.0.0.1:9")


def _operations(service: str) -> set[str]:
    called = {permission.operation for permission in PERMISSIONS if permission.service == service}
    return set(filter(has, called))


def _shapes(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["shape"]} if isinstance(part.get("shape"), str) else set()
        return own.union(*map(_shapes, part.values()))
    return set[str]().union(*map(_shapes, part)) if isinstance(part, list) else set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_that_is_called_is_as_botocore_has_it(service: str) -> None:
    """With all shapes that it is made of, to the last; a service's errors are all there."""
    whole: Any = create_loader().load_service_model(service, "service-2")
    ours = ServiceModels(None).load_service_model(service, "service-2")
    assert ours["operations"] == {name: whole["operations"][name] for name in _operations(service)}
    assert ours["metadata"] == whole["metadata"]
    waiting, seen = _shapes(ours["operations"]), set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        assert ours["shapes"][name] == whole["shapes"][name]
        waiting |= _shapes(whole["shapes"][name]) - seen
    errors = {name for name, shape in whole["shapes"].items() if shape.get("exception")}
    assert errors <= set(ours["shapes"])
    if service == "connect":
        assert len(ours["shapes"]) < len(whole["shapes"]) / 5


def test_a_client_has_the_methods_that_are_called_and_no_others() -> None:
    """400 methods that nobody calls took a fifth of the time of the first call."""
    clients = Clients(_SETTINGS)
    made = [("connect", clients.connect.meta), ("secretsmanager", clients.secrets_manager().meta)]
    for service, meta in made:
        assert set(meta.service_model.operation_names) == _operations(service)


@pytest.mark.parametrize("service", ["sts", "sso", "sso-oidc"])
def test_services_that_botocore_asks_for_credentials_are_whole(service: str) -> None:
    """A profile may assume a role or sign in by SSO."""
    for kind in ("service-2", "endpoint-rule-set-1"):
        whole: Any = create_loader().load_service_model(service, kind)
        assert ServiceModels(None).load_service_model(service, kind) == whole


def test_a_service_that_does_not_exist_is_botocores_own_error() -> None:
    """And so is a kind of data that one of ours does not have, which botocore goes on without."""
    for service, kind in (("nowhere", "service-2"), ("connect", "nothing-1")):
        with pytest.raises(UnknownServiceError):
            ServiceModels(None).load_service_model(service, kind)


def test_models_of_the_user_go_first(tmp_path: Path) -> None:
    """AWS_DATA_PATH: somebody may have a newer model, or one that is patched."""
    newer = tmp_path / "connect" / "2099-01-01"
    newer.mkdir(parents=True)
    model = {"metadata": {"apiVersion": "2099-01-01"}, "operations": {}, "shapes": {}}
    (newer / "service-2.json").write_text(json.dumps(model), encoding="utf-8")
    assert ServiceModels(str(tmp_path)).load_service_model("connect", "service-2") == model
