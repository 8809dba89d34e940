"""What users refer to: each kind of thing has its words in one place, and every other table goes by them."""

from __future__ import annotations

import pytest

from connect_users.core.fields import FIELDS, Kind
from connect_users.core.permissions import RESOURCES
from connect_users.core.references import BY_FIELD, HIERARCHY_GROUP, OF_USERS, REFERENCES, Reference
from connect_users.roster.columns import find


def test_every_id_of_a_user_but_the_instance_refers_to_something() -> None:
    ids = {field.name: field.reference for field in FIELDS if field.kind in (Kind.ID, Kind.IDS)}
    assert ids == {"instance_id": None, **BY_FIELD}


@pytest.mark.parametrize("reference", OF_USERS, ids=lambda reference: reference.word)
def test_a_roster_has_a_column_of_names_and_one_of_ids(reference: Reference) -> None:
    """Both lead to the same input; only names are looked up."""
    names, ids = find(reference.column), find(reference.field)
    assert names is not None
    assert ids is not None
    assert names.path == ids.path == (reference.field,)
    assert (names.reference, ids.reference) == (reference, None)


def test_the_words_of_a_reference() -> None:
    """In messages, in the arguments of a roster, and in IAM."""
    group = HIERARCHY_GROUP
    assert (group.nouns, group.argument, group.word) == ("hierarchy groups", "hierarchy_groups", "hierarchy-group")
    assert RESOURCES["hierarchy-group"] == "/agent-group/*"
    assert RESOURCES.keys() == {"instance", *(reference.word for reference in REFERENCES)}
