"""The side port: JSON under `/_emulator/`, on the emulator's own address, for tests and scripts in any language.

- `GET /_emulator/health` -> `{"status": "ok", "instance_id": ..., "account_id": ..., "region": ...}`
- `GET /_emulator/requests` -> the newest requests, oldest first; `?operation=CreateUser` selects one operation
- `DELETE /_emulator/requests` -> clear the log
- `POST /_emulator/faults` with a fault or a list of faults (fields: `faults.Fault`) -> add them
- `GET /_emulator/faults`, `DELETE /_emulator/faults` -> the pending faults; remove them
- `POST /_emulator/agents` with `{"ada": {"contacts": [{"channel": "VOICE", "state": "CONNECTED"}]}, "bob": null}`
  (`activity.set_activity`) -> Ada is signed in and on a call, Bob is signed out; `GET` -> who is signed in
- `POST /_emulator/online` with `{"ada": {"2026-11-20": 3600}}` -> Ada was online for an hour that day, and on no other
  (`metrics.set_online`); `GET` -> who was online when
- `GET /_emulator/options`, `POST /_emulator/options` with the options to change (fields: `options.Options`; throttles
  as `"2/5"`, null for none) -> the options in force

A problem is answered with 400 and `{"Message": ...}`. Every request with an Origin is refused: no web page, not even
one of this machine, can control the emulator.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import parse_qs

from connect_users.emulator import activity, metrics, seed
from connect_users.emulator.dispatcher import Dispatcher, Request, Response
from connect_users.emulator.errors import ApiError
from connect_users.emulator.faults import Fault

PREFIX: Final = "/_emulator/"


def answer(dispatcher: Dispatcher, request: Request) -> Response:
    """The response to a request of the side port."""
    status = 200
    try:
        result = _result(dispatcher, request)
    except ApiError as error:
        status, result = error.status, {"Message": error.message}
    except ValueError as error:
        status, result = 400, {"Message": str(error)}
    except RecursionError:
        status, result = 400, {"Message": "the body is nested too deeply"}
    return Response(status, json.dumps(result).encode(), {"Content-Type": "application/json"})


def _result(dispatcher: Dispatcher, request: Request) -> Any:
    if request.headers.get("Origin") is not None:
        raise ApiError("AccessDeniedException", "the side port answers programs only, not web pages")
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "health":
            ids = {"instance_id": seed.INSTANCE_ID, "account_id": seed.ACCOUNT_ID, "region": seed.REGION}
            return {"status": "ok", **ids}
        case "GET", "requests":
            operations = parse_qs(request.query).get("operation")
            return [asdict(record) for record in dispatcher.log if not operations or record.operation in operations]
        case "DELETE", "requests":
            dispatcher.log.clear()
            return {}
        case ("GET" | "POST") as method, "faults":
            if method == "POST":
                faults = json.loads(request.body)
                faults = faults if isinstance(faults, list) else [faults]
                dispatcher.faults.add(*[Fault.from_json(_object(item)) for item in faults])
            return [asdict(fault) for fault in dispatcher.faults]
        case "DELETE", "faults":
            dispatcher.faults.clear()
            return {}
        case "GET" | "POST", "agents" | "online":
            return _people(dispatcher, request)
        case ("GET" | "POST") as method, "options":
            if method == "POST":
                dispatcher.options = dispatcher.options.changed(_object(json.loads(request.body)))
            return dispatcher.options.to_json()
        case _:
            raise ApiError("UnknownOperationException", f"the side port has no {request.method} {request.path}")


def _people(dispatcher: Dispatcher, request: Request) -> Any:
    """What AWS would see itself: who is signed in, or who was online when."""
    people = _object(json.loads(request.body)) if request.method == "POST" else {}
    if request.path.endswith("online"):
        metrics.set_online(dispatcher.store, people)
        return metrics.online(dispatcher.store)
    activity.set_activity(dispatcher.store, people, dispatcher.options.clock())
    return activity.signed_in(dispatcher.store)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    return value
