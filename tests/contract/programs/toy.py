"""A dynamic provider over a directory of JSON files, which lets a test see every call and order every failure.

The directory is the `cloud` input of each resource (default: configuration `toy:cloud`, else TOY_CLOUD). A record is
`<id>.json`; `calls.log` has one line a call, with the resource's name. Inputs:

- `name` (a change replaces), `slot` (a change replaces, the old one first), `size` (at most 100), `note`, `password`;
- `fail`: the call that fails ("create", "update", ...); `partial`: create or update fails after the fact;
- `delay`: seconds that create takes; `meet`: how many creates must be under way at once;
- `say="some"`: the diff does not leave the comparison to the engine;
- `tell`: the output `told` is what the request and the process say (timeout, directory, project).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

if TYPE_CHECKING:
    from types import FrameType


def _known(value: Any) -> bool:
    return not isinstance(value, pulumi.output.Unknown)


def _frame_local(name: str) -> Any:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if "request" in frame.f_locals and "context" in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back
    return None


class Failure(Exception):
    """A refusal that reaches the engine as one line."""


def _refuse(text: str, details: Any = None) -> None:
    from pulumi.runtime.proto import status_pb2

    status = status_pb2.Status(code=2, message=text)
    if details is not None:
        status.details.add().Pack(details)
    context = _frame_local("context")
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    raise Failure(text)


def _struct(props: dict[str, Any]) -> Any:
    from google.protobuf.struct_pb2 import Struct

    struct = Struct()
    struct.update(props)
    return struct


def _warn(text: str) -> None:
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    with grpc.insecure_channel(sys.argv[1]) as channel:
        request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=_frame_local("request").urn)
        engine_pb2_grpc.EngineStub(channel).Log(request)


class ToyProvider(ResourceProvider):
    """One line in the log for each call; the record is the truth."""

    greeting = ""

    def configure(self, req: Any) -> None:
        ToyProvider.greeting = req.config.get("toy:greeting") or ""

    def _log(self, call: str, props: dict[str, Any]) -> None:
        request = _frame_local("request")
        with (Path(props["cloud"]) / "calls.log").open("a") as log:
            log.write(f"{call} {request.urn.split('::')[-1]}\n")

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        failures = []
        size = news.get("size")
        if size is not None and _known(size) and size > 100:
            failures.append(CheckFailure("size", "must be at most 100"))
        if news.get("note") == "loud":
            _warn("a loud note")
        if news.get("fail") == "check":
            _refuse("check refused")
        return CheckResult(news, failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        if news.get("fail") == "diff":
            _refuse("diff refused")
        names = [key for key in news if key != "__provider"]
        changed = [key for key in names if not _known(news[key]) or olds.get(key) != news[key]]
        changed += [key for key in ("note", "size", "password") if key in olds and key not in news]
        if not changed:
            return DiffResult(changes=False)
        replaces: list[str] = [key for key in ("name", "slot") if key in changed]
        return DiffResult(
            changes=True if news.get("say") == "some" else None,
            replaces=replaces,
            delete_before_replace="slot" in replaces,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        if props.get("delay"):
            time.sleep(props["delay"])
        self._log("create", props)
        if props.get("meet"):
            self._meet(Path(props["cloud"]), props["name"], int(props["meet"]))
        if props.get("fail") == "create":
            _refuse("create refused")
        identifier = f"{props['name']}-{len(list(Path(props['cloud']).glob('*.json')))}-{os.urandom(2).hex()}"
        outs = {**props, "arn": f"arn:{identifier}", "token": "t-0", "greeting": ToyProvider.greeting}
        if props.get("tell"):
            told = {"timeout": _frame_local("request").timeout, "directory": str(Path.cwd())}
            outs["told"] = {
                **told,
                "project": os.environ.get("PULUMI_PROJECT", ""),
                "home": os.environ.get("TOY_HOME", ""),
            }
        self._save(identifier, outs)
        if props.get("partial"):
            self._partial(identifier, outs, props)
        return CreateResult(identifier, outs)

    def _meet(self, cloud: Path, name: str, others: int) -> None:
        """Wait until that many creates are here at the same time."""
        (cloud / f"{name}.here").touch()
        for _ in range(500):
            if len(list(cloud.glob("*.here"))) >= others:
                return
            time.sleep(0.01)
        _refuse("the others did not come")

    def _partial(self, identifier: str, outs: dict[str, Any], inputs: dict[str, Any]) -> None:
        from pulumi.runtime.proto import provider_pb2

        detail = provider_pb2.ErrorResourceInitFailed(
            id=identifier, properties=_struct(outs), inputs=_struct(inputs), reasons=["made, but not complete"]
        )
        _refuse("made, but not complete", detail)

    def _save(self, identifier: str, outs: dict[str, Any]) -> None:
        record = {key: value for key, value in outs.items() if key != "__provider"}
        (Path(outs["cloud"]) / f"{identifier}.json").write_text(json.dumps(record))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        self._log("read", props)
        path = Path(props["cloud"]) / f"{id_}.json"
        if not path.exists():
            return ReadResult("", {})
        live = json.loads(path.read_text())
        if live.get("fail") == "read":
            _refuse("read refused")
        computed = ("arn", "token", "greeting")
        return ReadResult(id_, dict(live), inputs={k: v for k, v in live.items() if k not in computed})

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        self._log("update", news)
        if news.get("fail") == "update":
            _refuse("update refused")
        if news.get("fail") == "trace":
            raise ValueError("an ordinary exception")
        outs = {**news, "arn": olds["arn"], "token": "t-1", "greeting": ToyProvider.greeting}
        self._save(id_, outs)
        if news.get("partial"):
            self._partial(id_, outs, news)
        return UpdateResult(outs)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        self._log("delete", props)
        if props.get("fail") == "delete":
            _refuse("delete refused")
        (Path(props["cloud"]) / f"{id_}.json").unlink(missing_ok=True)


class Toy(Resource, module="toy", name="Toy"):
    """A record in the toy's cloud."""

    arn: pulumi.Output[str]
    token: pulumi.Output[str]
    note: pulumi.Output[str]
    greeting: pulumi.Output[str]

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions | None = None, **inputs: Any) -> None:
        inputs.setdefault("name", resource_name)
        inputs.setdefault("cloud", pulumi.Config("toy").get("cloud") or os.environ["TOY_CLOUD"])
        outputs = {"arn": None, "token": None, "greeting": None, "note": None}
        super().__init__(ToyProvider(), resource_name, {**outputs, **inputs}, opts)


class ToyHostProvider(pulumi.ProviderResource):
    """An explicit provider of the dynamic host: its inputs are the whole configuration."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **config: Any) -> None:
        super().__init__("pulumi-python", name, {f"toy:{key}": value for key, value in config.items()}, opts)
