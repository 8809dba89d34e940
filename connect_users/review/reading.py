"""From the JSON of a preview, or of a state, to the users in it: inputs before and after, without secrets.

Formats: `pulumi preview --json` of CLI 3.2xx (recorded in tests/data/previews) and `pulumi stack export`.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from itertools import chain
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.errors import WrongUsage
from connect_users.core.spec import UNKNOWN
from connect_users.review.hidden import SECRET, has_secret
from connect_users.review.steps import Preview, PreviewStep, PropertyPath, Resource, parts
from connect_users.review.users import WORDS, path_of, users_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The most digits of a line number.
_LINE: Final = re.compile(r"[0-9]{1,9}")
#: The most levels of nested dicts and lists. Later recursion over them must also fit into the stack.
_DEPTH: Final = 100
_ENDED: Final = re.compile(r"program exited with non-zero exit code|^preview failed$")
#: Inputs that are always secret, even if the preview does not mark them.
_ALWAYS_SECRET: Final = frozenset({"password"})
#: Resources that come with users and do not matter to a reviewer.
_HELPERS: Final = frozenset({tokens.STACK, *tokens.ROSTERS})
_WORD_MAX: Final = 40
#: Where the JSON may begin: at the first brace, or at one that begins a later line.
_START: Final = re.compile(r"\A[^{]*\{|\n\{")
#: Operations whose outputs are what the provider has read, not what the program declares.
_READS: Final = frozenset({"read", "read-replacement", "refresh", "import", "import-replacement"})


class UnreadablePreview(WrongUsage):
    """The text is not a preview, or not a state; `read_preview` and `read_state` raise it."""


def read_preview(text: str) -> Preview:
    """The preview in the output of `pulumi preview --json`. Lines before the JSON (warnings of a shell) are ignored."""
    try:
        return _preview(_document(text, "a preview; write it with: pulumi preview --json > preview.json"))
    except RecursionError:
        raise UnreadablePreview("the preview is nested too deeply; pulumi preview --json does not write such") from None


def _preview(document: Mapping[str, Any]) -> Preview:
    if "sequence" in document and "steps" not in document:
        raise UnreadablePreview("the preview is a stream of events; unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW")
    errors = _errors(document)
    if not isinstance(document.get("steps", []), (list, NoneType)):
        raise UnreadablePreview("its steps are not a list; it was not written by pulumi preview --json")
    if "steps" not in document and not errors and "changeSummary" not in document and "duration" not in document:
        raise UnreadablePreview("the JSON has no steps; it was not written by pulumi preview --json")
    entries = _list(document.get("steps"))
    if any(not isinstance(entry, dict) for entry in entries):
        raise UnreadablePreview("one of its steps is not an object; it was not written by pulumi preview --json")
    users: list[PreviewStep] = []
    other_steps = []
    resources: list[Resource] = []
    before: list[Resource] = []
    others: Counter[str] = Counter()
    for entry in entries:
        word, urn = str(entry.get("op", "")), _writable(entry.get("urn", ""))
        old, new = _resource(entry.get("oldState"), urn), _resource(entry.get("newState"), urn)
        if word in _READS and new is not None:
            new = dataclasses.replace(new, inputs={**new.inputs, **new.outputs})
        if old is None and new is None and _type_of(urn) in WORDS:
            new = Resource(urn, _type_of(urn))
        had, has = users_of(old), users_of(new)
        before += had.values() or [old] if old is not None else []
        shown = list((has or had).values()) or [each for each in (new or old,) if each is not None]
        if word in ("delete", "delete-replaced"):
            resources[:0] = shown
        else:
            resources += shown
        if word in tokens.QUIET_OPERATIONS:
            continue
        operation = tokens.OPERATIONS.get(word, "")
        step = PreviewStep(operation, urn, old, new, tuple(map(parts, _paths(entry))), word=word)
        if had or has:
            step = dataclasses.replace(step, reasons=_reasons(entry, step.resource))
            users += _user_steps(step, had, has)
        elif word != "create-replacement" and step.resource.type not in _HELPERS:
            others[operation or _writable(word)[:_WORD_MAX] or "unknown"] += 1
            other_steps.append(step)
    return Preview(_once(users), tuple(resources), others, errors, tuple(other_steps), tuple(before))


def _user_steps(
    step: PreviewStep, had: Mapping[PropertyPath, Resource], has: Mapping[PropertyPath, Resource]
) -> Iterator[PreviewStep]:
    """The steps of the users of one resource, by their paths in it."""
    for place in dict.fromkeys((*had, *has)):
        old, new = had.get(place), has.get(place)
        operation = step.operation
        if operation == "update":
            operation = "create" if old is None else "delete" if new is None else operation
        if place and old is not None and new is not None and old.inputs == new.inputs and not has_secret(new.inputs):
            continue
        # The engine's paths are the resource's. If it has several users, all secrets of each may have changed.
        paths = () if place else tuple(path_of(step.resource, path) for path in step.paths)
        yield dataclasses.replace(step, operation=operation, old=old, new=new, paths=paths)


def _once(steps: list[PreviewStep]) -> tuple[PreviewStep, ...]:
    """One step for each URN: if a replacement is shown in parts, the one with the reasons."""
    kept: dict[object, PreviewStep] = {}
    for number, step in enumerate(steps):
        # One resource may have several users.
        key = (step.urn, repr(step.resource.inputs.get("username"))) if step.operation == "replace" else number
        if key not in kept or not kept[key].reasons:
            kept[key] = step
    return tuple(sorted(kept.values(), key=lambda step: step.urn))


def _paths(entry: Mapping[str, Any]) -> tuple[str, ...]:
    detailed = entry.get("detailedDiff")
    return tuple(map(str, detailed if isinstance(detailed, dict) and detailed else _list(entry.get("diffReasons"))))


def _reasons(entry: Mapping[str, Any], resource: Resource) -> tuple[str, ...]:
    paths = (path_of(resource, parts(each)) for each in _list(entry.get("replaceReasons")))
    # A forced replacement has the reason `id`, which is not an input.
    return tuple(path[0] for path in paths if path and path[0] != "id")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _errors(document: Mapping[str, Any]) -> tuple[str, ...]:
    said = [
        str(each.get("message", "")).removeprefix("error: ").strip()
        for each in _list(document.get("diagnostics"))
        if isinstance(each, dict) and each.get("severity") == "error"
    ]
    # The engine also reports that the program ended, which is not the cause.
    return tuple(each for each in said if not _ENDED.search(each)) or tuple(said)


def read_state(text: str, *, leaving: bool = False) -> tuple[Resource, ...]:
    """The resources of a state in the output of `pulumi stack export`.

    Args:
        leaving: also replaced resources that are still to be deleted.
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
        raise UnreadablePreview("the JSON has no resources; it was not written by pulumi stack export")
    resources = (
        _resource(entry)
        for entry in entries
        # A resource that waits for its replacement has been deleted.
        if isinstance(entry, dict) and not entry.get("pendingReplacement") and (leaving or not entry.get("delete"))
    )
    return tuple(chain.from_iterable(users_of(each).values() or [each] for each in resources if each is not None))


def _document(text: str, what: str) -> dict[str, Any]:
    for match in _START.finditer(text):
        try:
            document: dict[str, Any] = json.JSONDecoder().raw_decode(text, match.end() - 1)[0]
        except ValueError:
            continue
        return document
    raise UnreadablePreview(f"this is not {what}")


def _type_of(urn: str) -> str:
    """The type in a URN, without those of its parents."""
    parts_ = urn.split("::")
    return parts_[2].rpartition("$")[2] if len(parts_) > 3 else ""


def _resource(entry: Any, urn: str = "") -> Resource | None:
    if not isinstance(entry, dict):
        return None
    depends = entry.get("propertyDependencies")
    return Resource(
        _writable(entry.get("urn", urn)),
        str(entry.get("type") or _type_of(urn)),
        _values(entry.get("inputs")),
        _values(entry.get("outputs")),
        {
            name: tuple(urn for urn in urns if isinstance(urn, str))
            for name, urns in (depends.items() if isinstance(depends, dict) else ())
            if urns and isinstance(urns, list)
        },
        _position(entry.get("sourcePosition")),
        bool(entry.get("retainOnDelete")),
        id=_writable(entry.get("id") or ""),
    )


def _position(value: Any) -> tuple[str, int]:
    file, _, place = str(value or "").removeprefix("project:///").partition("#")
    line = _LINE.match(place)
    if line is None or ".." in file:
        return "", 0
    return _writable(file), int(line[0])


def _writable(value: Any) -> str:
    # JSON may have a lone surrogate, which cannot be encoded.
    return str(value).encode("utf-8", "replace").decode()


def _values(entries: Any) -> dict[str, Any]:
    return {
        name: SECRET if name in _ALWAYS_SECRET and value is not None else clean(value)
        for name, value in (entries.items() if isinstance(entries, dict) else ())
        if not name.startswith(tokens.INTERNAL)
    }


def clean(value: Any, depth: int = _DEPTH) -> Any:
    """``value`` with `SECRET` and `UNKNOWN` in place of Pulumi's own markers.

    Raises:
        RecursionError: lists and dicts are nested too deeply.
    """
    if not depth:
        raise RecursionError
    if isinstance(value, str):
        if value == tokens.SECRET_TEXT:
            return SECRET
        return UNKNOWN if value in tokens.UNKNOWNS else value
    if isinstance(value, dict):
        if tokens.SIGNATURE in value:
            return SECRET
        return {str(name): clean(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth - 1) for item in value]
    return value
