"""What botocore has to load before the first call: of AWS's service models, the operations that we call.

botocore's own loader looks through the folders of all 400 services, parses the 405 operations of Amazon Connect into
ordered dictionaries and makes a method of each. A run that calls AWS would pay a tenth of a second and 15 MB for that,
once in each process. What is left out here is never looked at: our operations and the shapes that they reach stay, and
every error shape. Where the models are is botocore's affair, ``AWS_DATA_PATH`` and ``~/.aws/models`` included.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader, create_loader

from connect_users.core.permissions import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICES: Final = ("connect", "secretsmanager")


class ServiceModels(Loader):
    """botocore's loader, with a short way to `SERVICES`. Those that botocore itself may call for credentials are whole.

    Args:
        data_path: botocore's setting of that name, further folders of models.
    """

    def __init__(self, data_path: str | None) -> None:
        files = _PlainFiles()
        paths = create_loader(data_path).search_paths
        super().__init__(list(paths), files, include_default_search_paths=False)
        self._ours = _OurServices(list(paths), files, include_default_search_paths=False)
        self._parts: dict[tuple[str, str | None], dict[str, Any]] = {}

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """As botocore's, but for our services only the operations that are called."""
        if service_name not in SERVICES:
            return super().load_service_model(service_name, type_name, api_version)
        model = self._ours.load_service_model(service_name, type_name, api_version)
        if type_name != "service-2":
            return model
        key = (service_name, api_version)
        if key not in self._parts:
            self._parts[key] = called_part(service_name, model)
        return self._parts[key]


class _OurServices(Loader):
    """Looks for `SERVICES` only, instead of in every folder."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Those that have data of that type."""
        return [service for service in SERVICES if self._has(service, type_name)]

    def _has(self, service: str, type_name: str) -> bool:
        try:
            return bool(self.list_api_versions(service, type_name))
        except DataNotFoundError:
            return False


class _PlainFiles(JSONFileLoader):
    """Plain dictionaries, which keep their order, too, and take a third of the time."""

    def load_file(self, file_path: str) -> Any:
        """The file's content; None where there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


def called_part(service: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """``model`` with the operations that we call, and with the shapes that they and all errors are made of."""
    called = {permission.operation for permission in PERMISSIONS if permission.service == service}
    operations = {name: operation for name, operation in model["operations"].items() if name in called}
    shapes = model["shapes"]
    waiting = [*_references(operations), *(name for name, shape in shapes.items() if shape.get("exception"))]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_references(shapes[name]))
    return {
        **model,
        "operations": operations,
        "shapes": {name: shape for name, shape in shapes.items() if name in reached},
    }


def _references(part: Any) -> Iterator[str]:
    """The names of the shapes that a part of a model refers to."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item)
