"""Whatever a Struct of the engine may hold, in the form of `connect_users.testing.values`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from connect_users.core.tokens import OUTPUT_SIGNATURE, RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE, UNKNOWNS
from connect_users.testing.values import UNKNOWN, Secret

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=6),
    st.just(UNKNOWN),
    st.sampled_from(sorted(UNKNOWNS)),
)
NAMES = st.one_of(
    st.sampled_from(["instanceId", "instance_id", "identityInfo", "firstName", "password", "tags", "__provider"]),
    st.sampled_from([SIGNATURE, "value", "secret", "urn", "id"]),
    st.text(max_size=4),
)
MARKS = st.sampled_from([SECRET_SIGNATURE, OUTPUT_SIGNATURE, RESOURCE_SIGNATURE, "x"])


def _deeper(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    marked = st.builds(lambda mark, rest: {**rest, SIGNATURE: mark}, MARKS, st.dictionaries(NAMES, values, max_size=3))
    return st.one_of(
        st.lists(values, max_size=3), st.dictionaries(NAMES, values, max_size=3), marked, st.builds(Secret, values)
    )


VALUES = st.recursive(SCALARS, _deeper, max_leaves=12)
BAGS = st.dictionaries(NAMES, VALUES, max_size=5)
