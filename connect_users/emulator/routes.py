"""From method and raw path to operation: the model's own routes, matched before anything is percent-decoded.

A path that the model knows but the emulator does not play answers 501 and names the operation, so that nothing fails
silently; a path that the model does not know answers 404; a known path with another method answers 405.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection

    from connect_users.emulator.model import Operation, Service


@dataclass(frozen=True)
class _Route:
    operation: str
    #: One entry per path segment: (literal, label name); exactly one of the two is set.
    segments: tuple[tuple[str | None, str | None], ...]

    def labels(self, parts: list[str]) -> dict[str, str] | None:
        labels = {}
        for part, (literal, label) in zip(parts, self.segments, strict=True):
            if label is None:
                if part != literal:
                    return None
            elif not part:
                return None
            else:
                labels[label] = unquote(part)
        return labels


class NotEmulated(ApiError):
    """AWS has this operation, but the emulator does not."""

    def __init__(self, operation: str) -> None:
        super().__init__("UnsupportedOperationException", f"{operation} is not emulated")
        self.operation = operation


class Router:
    """The routes of one service; `supported` names the operations that have a handler."""

    def __init__(self, service: Service, supported: Collection[str]) -> None:
        self._service = service
        self._supported = frozenset(supported)
        self._routes: dict[tuple[str, int], list[_Route]] = {}
        for name, (method, uri) in service.uris.items():
            route = _Route(name, _segments(uri))
            self._routes.setdefault((method, len(route.segments)), []).append(route)
        for routes in self._routes.values():
            # The model has literal siblings of labels; literals first, then what is played before what is not.
            routes.sort(key=lambda route: (sum(s[1] is not None for s in route.segments), route.operation))

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and its decoded path labels; `path` is raw, without its query."""
        parts = path.split("/")[1:]
        for route in self._routes.get((method, len(parts)), ()):
            labels = route.labels(parts)
            if labels is None:
                continue
            if route.operation not in self._supported:
                raise NotEmulated(route.operation)
            return self._service.operation(route.operation), labels
        allowed = sorted(
            {
                m
                for (m, n), routes in self._routes.items()
                if n == len(parts)
                for route in routes
                if route.labels(parts) is not None
            }
        )
        if allowed:
            raise ApiError("MethodNotAllowedException", f"this path takes {', '.join(allowed)}")
        raise ApiError("UnknownOperationException", "no operation has this path")


def _segments(uri: str) -> tuple[tuple[str | None, str | None], ...]:
    parts = uri.split("?")[0].split("/")[1:]
    return tuple((None, part[1:-1]) if part.startswith("{") else (part, None) for part in parts)
