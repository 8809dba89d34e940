"""YAML as nodes, with limits: a document that is too large is refused while it is read.

PyYAML's own composer has no limits. A few hundred bytes with aliases that repeat each other, lists nested a hundred
thousand deep, or millions of empty values would take all memory, or the whole stack. Here each value counts as often as
aliases repeat it, because the code that walks the nodes visits it as often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits
from connect_users.roster.tables import UnreadableRoster, check_cells, check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALAR: Final = "scalar"
SEQUENCE: Final = "sequence"
MAPPING: Final = "mapping"
#: To YAML a value like ``*Leads`` is an alias.
_QUOTES: Final = "; a value that begins with * needs quotes"


class Node:
    """A scalar, a sequence or a mapping.

    Attributes:
        line: its first line, from 1.
        value: the string of a scalar, the nodes of a sequence, the pairs of nodes of a mapping.
        plain: whether a scalar is written without quotes.
        size: the number of values in it, including itself. Values that aliases repeat count each time.
        depth: the levels of nodes in it, including itself.
    """

    __slots__ = ("depth", "kind", "line", "plain", "size", "value")

    def __init__(self, kind: str, line: int, value: Any, *, plain: bool = False) -> None:
        self.kind = kind
        self.line = line
        self.value = value
        self.plain = plain
        self.size = 1
        self.depth = 1

    def hold(self, node: Node) -> None:
        """Add a node's size and depth to this one's."""
        self.size += node.size
        self.depth = max(self.depth, node.depth + 1)


def compose(text: str, source: str) -> Node | None:
    """The node of the document; None if it is empty.

    Raises:
        UnreadableRoster: the text is not YAML, or exceeds a limit.
    """
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _Composer(yaml.parse(text, Loader=loader), source).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = _QUOTES if "alias" in (error.context or "") else ""
        reason = f"is not YAML: {error.problem or 'unreadable'}{hint}"
        raise UnreadableRoster(source, reason, mark.line + 1 if mark else 0) from None
    except yaml.YAMLError:
        raise UnreadableRoster(source, "is not YAML") from None


class _Composer:
    """Builds nodes from the events of one text."""

    def __init__(self, events: Iterator[Any], source: str) -> None:
        self._events = events
        self._source = source
        #: None while the node is still being read.
        self._anchors: dict[str, Node | None] = {}
        #: Scalars repeat themselves, especially the keys of people.
        self._texts: dict[str, str] = {}
        self._count = 0

    def document(self) -> Node | None:
        root = None
        documents = 0
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise UnreadableRoster(self._source, "has more than one document", event.start_mark.line + 1)
            elif kind not in _FRAME:
                root = self._node(event, limits.ROSTER_DEPTH_MAX)
        # An empty document is an empty scalar.
        empty = root is not None and root.kind == SCALAR and root.plain and not root.value
        return None if empty else root

    def _node(self, event: Any, depth: int) -> Node:
        kind, line = type(event).__name__, event.start_mark.line + 1
        if kind == "AliasEvent":
            return self._repeated(event.anchor, depth, line)
        if not depth:
            raise UnreadableRoster(self._source, "is nested too deeply", line)
        self._add(1, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if kind == "ScalarEvent":
            node = Node(SCALAR, line, self._texts.setdefault(event.value, event.value), plain=not event.style)
        else:
            node = self._collection(SEQUENCE if kind == "SequenceStartEvent" else MAPPING, line, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _collection(self, kind: str, line: int, depth: int) -> Node:
        node = Node(kind, line, [])
        for event in self._events:
            if type(event).__name__ in _ENDS:
                break
            items = [self._node(event, depth - 1)]
            if kind == MAPPING:
                items.append(self._node(next(self._events), depth - 1))
            node.value.append(tuple(items) if kind == MAPPING else items[0])
            for item in items:
                node.hold(item)
            check_rows(self._source, len(node.value), items[0].line)
        return node

    def _repeated(self, anchor: str, depth: int, line: int) -> Node:
        if anchor not in self._anchors:
            raise UnreadableRoster(self._source, f"is not YAML: found undefined alias {anchor!r}{_QUOTES}", line)
        node = self._anchors[anchor]
        if node is None or node.depth > depth:
            # A node that is still being read contains itself.
            raise UnreadableRoster(self._source, "is nested too deeply", line)
        self._add(node.size, line)
        return node

    def _add(self, size: int, line: int) -> None:
        self._count += size
        # Each value in a mapping has a key, which counts too.
        check_cells(self._source, self._count // 2, line)


#: Events that end a sequence or a mapping.
_ENDS: Final = frozenset(("SequenceEndEvent", "MappingEndEvent"))
#: Events at the beginning and the end of the text and of its documents.
_FRAME: Final = frozenset(("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"))
