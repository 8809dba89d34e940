"""List and Search operations that all kinds of resources share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import paging, resources
from connect_users.emulator.resources import Resource
from connect_users.emulator.search import Field, Leaf, criteria, tag_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.emulator.arns import Kind
    from connect_users.emulator.calls import Call, Document, Result


def list_kind(
    call: Call,
    operation: str,
    kind: Kind,
    member: str,
    *,
    summary: Callable[[Resource], Document] = Resource.summary,
    keep: Callable[[Resource], bool] | None = None,
) -> Result:
    """A List operation: summaries of one kind under `member`, in the order of creation."""
    start = paging.cursor(call, operation)
    rows = ((seq, row) for seq, row in resources.after(call, kind, start.after) if keep is None or keep(row))
    page = paging.page(call, start, rows)
    return {member: [summary(row) for row in page.rows], "NextToken": page.next_token}


def search_kind(
    call: Call,
    operation: str,
    kind: Kind,
    member: str,
    fields: Mapping[str, Field],
    shown: Callable[[Resource], Document],
    *,
    leaf: Leaf | None = None,
) -> Result:
    """A Search operation: rows of one kind that satisfy criteria and tag filter."""
    start = paging.cursor(call, operation)
    wanted = criteria(call.params.get("SearchCriteria"), fields, leaf)
    tagged = tag_filter((call.params.get("SearchFilter") or {}).get("TagFilter"), lambda row: row.doc["Tags"])
    found = [(seq, row) for seq, row in resources.after(call, kind) if wanted(row) and tagged(row)]
    page = paging.page(call, start, [(seq, row) for seq, row in found if seq > start.after], total=len(found))
    return {
        member: [shown(row) for row in page.rows],
        "NextToken": page.next_token,
        "ApproximateTotalCount": len(found),
    }
