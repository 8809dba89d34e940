"""The side port: JSON under `/_emulator/`, on the emulator's own address, for tests and scripts in any language.

- `GET /_emulator/health` -> `{"status": "ok", "instance_id": ..., "account_id": ..., "region": ...}`
- `GET /_emulator/requests` -> the newest requests, oldest first; `?operation=CreateUser` selects one operation
- `DELETE /_emulator/requests` -> clear the log
- `POST /_emulator/faults` with a fault or a list of faults (fields: `faults.Fault`) -> add them
- `GET /_emulator/faults`, `DELETE /_emulator/faults` -> the pending faults; remove them
- `GET /_emulator/options`, `POST /_emulator/options` with the options to change (fields: `options.Options`; throttles
  as `"2/5"`, null for none) -> the options in force

Problems answer 400 with `{"Message": ...}`. Requests with an Origin are refused, whatever it is: no web page, not even
one of this machine, can drive the emulator.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, Final
from urllib.parse import parse_qs

from connect_users.emulator import seed
from connect_users.emulator.errors import ApiError
from connect_users.emulator.faults import Fault
from connect_users.emulator.front import Answer, Front, Request
from connect_users.emulator.options import Options, Throttle

PREFIX: Final = "/_emulator/"

SetOptions = Callable[[Options], None]


def answer(front: Front, request: Request, set_options: SetOptions) -> Answer:
    """Answer a request of the side port."""
    try:
        _check_origin(request)
        result = _dispatch(front, request, set_options)
    except ApiError as error:
        return Answer(error.status, json.dumps({"Message": error.message}).encode(), _JSON)
    except ValueError as error:
        return Answer(400, json.dumps({"Message": str(error)}).encode(), _JSON)
    return Answer(200, json.dumps(result).encode(), _JSON)


_JSON: Final = {"Content-Type": "application/json"}


def _check_origin(request: Request) -> None:
    if request.headers.get("Origin") is not None:
        raise ApiError("AccessDeniedException", "the side port answers programs only, not web pages")


def _dispatch(front: Front, request: Request, set_options: SetOptions) -> Any:
    what = (request.method, request.path.removeprefix(PREFIX))
    if what == ("GET", "health"):
        ids = {"instance_id": seed.INSTANCE_ID, "account_id": seed.ACCOUNT_ID, "region": seed.REGION}
        return {"status": "ok", **ids}
    if what == ("GET", "requests"):
        wanted = parse_qs(request.query).get("operation")
        return [record.to_json() for record in front.log if not wanted or record.operation in wanted]
    if what == ("DELETE", "requests"):
        front.log.clear()
        return {}
    if what == ("POST", "faults"):
        given = json.loads(request.body)
        front.faults.add(*[_fault(item) for item in (given if isinstance(given, list) else [given])])
        return [asdict(fault) for fault in front.faults]
    if what == ("GET", "faults"):
        return [asdict(fault) for fault in front.faults]
    if what == ("DELETE", "faults"):
        front.faults.clear()
        return {}
    if what == ("POST", "options"):
        set_options(front.options.changed(_object(json.loads(request.body))))
        return _shown(front.options)
    if what == ("GET", "options"):
        return _shown(front.options)
    raise ApiError("UnknownOperationException", f"the side port has no {request.method} {request.path}")


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError("the body is not a JSON object")
    return given


def _fault(given: Any) -> Fault:
    return Fault.from_json(_object(given))


def _shown(options: Options) -> dict[str, Any]:
    shown = {item.name: getattr(options, item.name) for item in fields(options) if item.name != "clock"}
    shown["throttle"] = _throttle(options.throttle)
    shown["throttles"] = {name: _throttle(limit) for name, limit in options.throttles.items()}
    return shown


def _throttle(limit: Throttle | None) -> str | None:
    return None if limit is None else f"{limit.rate:g}/{limit.burst:g}"
