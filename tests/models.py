"""What the installed botocore knows of Amazon Connect, for tests that run with the oldest boto3 and with the newest."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from botocore.loaders import create_loader

if TYPE_CHECKING:
    from pathlib import Path

SIGN_OUT = "DeleteAllEntitySessions"
AI_AGENTS = "ListSecurityProfileAIAgents"
#: The operations that are newer than the oldest boto3 that the package allows.
NEWER = frozenset({SIGN_OUT, AI_AGENTS})
#: Secrets Manager's only operation here.
_OTHERS = ("GetSecretValue",)


@functools.cache
def _model() -> Any:
    return create_loader("").load_service_model("connect", "service-2")


def has(operation: str) -> bool:
    """Whether the installed botocore has an operation that the package calls."""
    return operation in _OTHERS or operation in _model()["operations"]


def write_model_without(operation: str, folder: Path) -> Path:
    """A folder for AWS_DATA_PATH whose model of Amazon Connect is an older one, which lacks an operation."""
    operations = {name: value for name, value in _model()["operations"].items() if name != operation}
    version = folder / "connect" / "2099-01-01"
    version.mkdir(parents=True)
    (version / "service-2.json").write_text(json.dumps({**_model(), "operations": operations}), encoding="utf-8")
    return folder
