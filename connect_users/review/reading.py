"""From the JSON of a preview, or of a state, to the users in it: inputs before and after, secrets taken out.

Formats: `pulumi preview --json` of CLI 3.2xx (recorded in tests/data/previews) and `pulumi stack export`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import WrongUsage
from connect_users.core.spec import UNKNOWN
from connect_users.review.steps import Preview, Resource, Step, top

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USER_TYPE: Final = "pulumi-python:dynamic/connect_users:ConnectUser"
#: What comes with users and says nothing to a reviewer: the stack, and what a roster adds to its people.
_HELPERS: Final = frozenset(
    {
        "pulumi:pulumi:Stack",
        "connect_users:index:ConnectUserRoster",
        "pulumi-python:dynamic/connect_users:RosterGuard",
    }
)
#: Pulumi's own signs: of a value that is not known yet, and of a special value (a secret, an asset) in JSON.
_UNKNOWN_TEXTS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string; the others: bool, number, array, asset, archive, object
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
#: Digits of a line; no file has more.
_LINE: Final = re.compile(r"[0-9]{1,9}")
#: Maps and lists within each other; also everything that looks into them later must have room.
_DEPTH: Final = 100
_ENDED: Final = re.compile(r"program exited with non-zero exit code|^preview failed$")
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
#: Inputs whose value is a secret by its nature, whatever the preview marks.
_ALWAYS_SECRET: Final = frozenset({"password"})


class Secret:
    """The type of values that are secrets."""

    def __repr__(self) -> str:
        return "[secret]"


#: Stands for a value that is a secret; equal to itself, so that a change is told by the preview's own diff.
SECRET: Final = Secret()

#: What the engine does, in one word each; steps of a replacement that is shown in parts count once.
_OPERATIONS: Final = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "import": "import",
    "import-replacement": "replace",
}
#: Parts of a replacement that say nothing that the others do not, and steps that change nothing.
_QUIET: Final = frozenset({"delete-replaced", "read-discard", "discard-replaced", "remove-pending-replace", "same"})


class UnreadablePreview(WrongUsage):
    """A text that is no preview, or no state."""


def read_preview(text: str) -> Preview:
    """The preview that `pulumi preview --json` wrote; lines before the JSON (warnings of a shell) do no harm.

    Raises:
        UnreadablePreview
    """
    try:
        return _preview(_document(text, "a preview; write it with: pulumi preview --json > preview.json"))
    except RecursionError:
        raise UnreadablePreview("the preview is nested too deeply; pulumi preview --json does not write such") from None


def _preview(document: Mapping[str, Any]) -> Preview:
    if "sequence" in document and "steps" not in document:
        raise UnreadablePreview("the preview is a stream of events; unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW")
    raw = [step for step in _list(document.get("steps")) if isinstance(step, dict)]
    errors = _errors(document)
    if not isinstance(document.get("steps", []), (list, NoneType)):
        raise UnreadablePreview("its steps are no list; it is not what pulumi preview --json writes")
    if "steps" not in document and not errors and "changeSummary" not in document and "duration" not in document:
        raise UnreadablePreview("the JSON has no steps; it is not what pulumi preview --json writes")
    steps = []
    replaced: dict[str, Step] = {}
    other_steps = []
    resources = []
    others: Counter[str] = Counter()
    for entry in raw:
        operation, urn = str(entry.get("op", "")), _writable(entry.get("urn", ""))
        old, new = _resource(entry.get("oldState")), _resource(entry.get("newState"))
        shown = new or old
        if shown is not None and operation not in ("delete", "delete-replaced"):
            resources.append(shown)
        elif shown is not None:
            resources.insert(0, shown)
        if operation in _QUIET or operation not in _OPERATIONS:
            continue
        if shown is None or shown.type != USER_TYPE:
            if operation != "create-replacement" and (shown is None or shown.type not in _HELPERS):
                others[_OPERATIONS[operation]] += 1
                other_steps.append(Step(_OPERATIONS[operation], urn, old, new, _paths(entry)))
            continue
        step = Step(
            _OPERATIONS[operation], urn, old, new, _paths(entry), tuple(map(top, _list(entry.get("replaceReasons"))))
        )
        if step.operation != "replace":
            steps.append(step)
        elif urn not in replaced or not replaced[urn].reasons:
            replaced[urn] = step
    told = sorted((*steps, *replaced.values()), key=lambda step: step.urn)
    return Preview(tuple(told), tuple(resources), others, errors, tuple(other_steps))


def _paths(entry: Mapping[str, Any]) -> tuple[str, ...]:
    detailed = entry.get("detailedDiff")
    return tuple(map(str, detailed if isinstance(detailed, dict) and detailed else _list(entry.get("diffReasons"))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _errors(document: Mapping[str, Any]) -> tuple[str, ...]:
    told = [
        str(each.get("message", "")).removeprefix("error: ").strip()
        for each in _list(document.get("diagnostics"))
        if isinstance(each, dict) and each.get("severity") == "error"
    ]
    # The engine also tells that the program ended, which is not why.
    return tuple(each for each in told if not _ENDED.search(each)) or tuple(told)


def read_state(text: str, *, leaving: bool = False) -> tuple[Resource, ...]:
    """The resources of a state that `pulumi stack export` wrote.

    Args:
        leaving: also those that are still to be deleted, since they have been replaced.

    Raises:
        UnreadablePreview
    """
    try:
        return _state(_document(text, "a state; write it with: pulumi stack export > state.json"), leaving)
    except RecursionError:
        raise UnreadablePreview("the state is nested too deeply; pulumi stack export does not write such") from None


def _state(document: Mapping[str, Any], leaving: bool) -> tuple[Resource, ...]:
    deployment = document.get("deployment", document)
    entries = deployment.get("resources") if isinstance(deployment, dict) else None
    if not isinstance(entries, list):
        if isinstance(deployment, dict) and "manifest" in deployment:
            return ()
        raise UnreadablePreview("the JSON has no resources; it is not what pulumi stack export writes")
    found = (
        _resource(entry)
        for entry in entries
        # One that waits for its replacement has been deleted.
        if isinstance(entry, dict) and not entry.get("pendingReplacement") and (leaving or not entry.get("delete"))
    )
    return tuple(resource for resource in found if resource is not None)


def _document(text: str, what: str) -> dict[str, Any]:
    start = min((at for at in (text.find("{"),) if at >= 0), default=-1)
    while start >= 0:
        try:
            document, _ = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            start = text.find("\n{", start)
            start = start + 1 if start >= 0 else -1
            continue
        if isinstance(document, dict):
            return document
        break
    raise UnreadablePreview(f"this is not {what}")


def _resource(entry: Any) -> Resource | None:
    if not isinstance(entry, dict):
        return None
    depends = entry.get("propertyDependencies")
    return Resource(
        _writable(entry.get("urn", "")),
        str(entry.get("type", "")),
        _values(entry.get("inputs")),
        _values(entry.get("outputs")),
        {
            name: tuple(urn for urn in urns if isinstance(urn, str))
            for name, urns in (depends.items() if isinstance(depends, dict) else ())
            if urns and isinstance(urns, list)
        },
        _position(entry.get("sourcePosition")),
        bool(entry.get("retainOnDelete")),
    )


def _position(value: Any) -> tuple[str, int]:
    file, _, place = str(value or "").removeprefix("project:///").partition("#")
    line = _LINE.match(place)
    if line is None or ".." in file:
        return "", 0
    return _writable(file), int(line[0])


def _writable(value: Any) -> str:
    # A lone surrogate, which JSON may have, can be written nowhere.
    return str(value).encode("utf-8", "replace").decode()


def _values(entries: Any) -> dict[str, Any]:
    return dict(_plain(entries)) if isinstance(entries, dict) else {}


def _plain(entries: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in entries.items():
        if name.startswith("__"):
            continue
        yield name, SECRET if name in _ALWAYS_SECRET and value is not None else clean(value)


def clean(value: Any, depth: int = _DEPTH) -> Any:
    """``value`` with `SECRET` and `UNKNOWN` in place of Pulumi's own signs.

    Raises:
        RecursionError: lists and maps within each other beyond all need.
    """
    if not depth:
        raise RecursionError
    if isinstance(value, str):
        if value == "[secret]":
            return SECRET
        return UNKNOWN if value in _UNKNOWN_TEXTS else value
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return SECRET
        return {str(name): clean(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth - 1) for item in value]
    return value
