"""Who of a preview is on a contact now: whom to ask about, and what the review says of the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import tokens
from connect_users.review import documents, gate, markdown, naming, text
from connect_users.review.building import review
from connect_users.review.contacts import users_to_ask_about, with_contacts
from connect_users.review.reading import read_preview

if TYPE_CHECKING:
    from connect_users.review.model import Review

INSTANCE = "00000000-0000-4000-8000-000000000001"
ARN = f"arn:aws:connect:eu-west-2:123456789012:instance/{INSTANCE}"


def user(name: str = "ada", type_: str = tokens.USER, **changes: Any) -> dict[str, Any]:
    inputs = {"username": name, "instance_id": ARN, "routing_profile_id": "r1", "security_profile_ids": ["s1"]}
    urn = f"urn:pulumi:dev::agents::{type_}::{name}"
    return {"urn": urn, "type": type_, "id": f"id-of-{name}", "inputs": {**inputs, **changes}}


def step(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None = None) -> dict[str, Any]:
    states = {key: each for key, each in (("oldState", old), ("newState", new)) if each is not None}
    return {"op": op, "urn": (new or old or {})["urn"], **states}


def reviewed(*steps: dict[str, Any]) -> Review:
    return review(read_preview(json.dumps({"steps": list(steps)})), naming.Labels())


def on(name: str, *contacts: tuple[str, str]) -> dict[str, Any]:
    listed = [{"Channel": channel, "AgentContactState": state} for channel, state in contacts]
    return {"User": {"Id": f"id-of-{name}"}, "Contacts": listed}


@pytest.mark.parametrize(
    ("preview", "asked"),
    [
        (step("delete", user()), True),
        (step("delete", {**user(), "retainOnDelete": True}), False),
        (step("replace", user(), user(username="ada.l")), True),
        (step("update", user(), user(routing_profile_id="r2")), True),
        (step("update", user(), user(security_profile_ids=["s1", "s2"])), True),
        (step("update", user(), user(hierarchy_group_id="h1")), False),
        (step("update", user(), user(tags={"a": "b"})), False),
        (step("create", None, user()), False),
        (step("import", user(), user()), False),
        (step("delete", user(instance_id="another")), False),
        (step("delete", {**user(), "id": ""}), False),
    ],
    ids=[
        "leaver",
        "retained",
        "replaced",
        "routing",
        "security profile",
        "hierarchy",
        "tags",
        "joiner",
        "imported",
        "other instance",
        "no id",
    ],
)
def test_those_are_asked_about_whom_the_preview_takes_from_their_work(preview: dict[str, Any], asked: bool) -> None:
    """Each is a request's worth: nobody else is."""
    assert users_to_ask_about(reviewed(preview), INSTANCE) == (("id-of-ada",) if asked else ())


@pytest.mark.parametrize(
    ("type_", "id_"),
    [
        (tokens.USER, "id-of-ada"),
        (tokens.PLUGIN_USER, "id-of-ada"),
        (tokens.AWS_USER, f"{INSTANCE}:id-of-ada"),
        (tokens.NATIVE_USER, f"{ARN}/agent/id-of-ada"),
    ],
)
def test_the_live_user_is_known_by_the_id_of_each_kind_of_resource(type_: str, id_: str) -> None:
    """Whichever package it is of."""
    old = {**user(type_=type_), "id": id_}
    assert users_to_ask_about(reviewed(step("delete", old)), INSTANCE) == ("id-of-ada",)


def test_a_resource_that_may_hold_several_users_names_none_of_them() -> None:
    """Its id is its own."""
    old = user(type_="pulumi-python:dynamic/mine:Agent")
    assert users_to_ask_about(reviewed(step("delete", old)), INSTANCE) == ()


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        ([("VOICE", "CONNECTED")], "on a contact now (VOICE connected)"),
        (
            [("VOICE", "CONNECTED_ONHOLD"), ("CHAT", "ENDED")],
            "on a contact now (CHAT after-contact work, VOICE on hold)",
        ),
        ([("TASK", "SOMETHING_NEW")], "on a contact now (TASK something_new)"),
        ([("VOICE", "MISSED"), ("VOICE", "ERROR"), ("CHAT", "REJECTED")], ""),
        ([], ""),
    ],
)
def test_the_review_says_what_somebody_is_on(contacts: list[tuple[str, str]], words: str) -> None:
    """A state that is not known here counts; a contact that was missed or went wrong does not."""
    (person,) = with_contacts(reviewed(step("delete", user())), ["id-of-ada"], [on("ada", *contacts)]).people
    assert person.on_contact == words
    assert (words in person.words) if words else ("contact" not in person.words)


def _of_three() -> Review:
    before = reviewed(
        step("delete", user("ada")),
        step("delete", user("bob")),
        step("update", user("eve"), user("eve", routing_profile_id="r2")),
    )
    call = ("VOICE", "CONNECTED")
    return with_contacts(before, users_to_ask_about(before, INSTANCE), [on("ada", call), on("eve", call)])


def test_every_form_of_the_review_shows_it() -> None:
    found = _of_three()
    plain = text.render(found, width=200)
    assert "2 leavers, 1 mover; 2 of them are on a contact now" in plain
    assert "  ada: leaves: routing was r1; security profiles were s1; on a contact now (VOICE connected)" in plain
    page = markdown.render(found)
    assert "<details open><summary>On a contact now (2)</summary>" in page
    assert "- **ada** (leaves): on a contact now (VOICE connected)" in page
    document = documents.document(found)
    (unknown,) = documents.document(reviewed(step("delete", user())))["people"]
    assert unknown["contacts"] is None, "nobody asked"
    assert document["counts"]["on_contact"] == 2
    people = {each["username"]: each["contacts"] for each in document["people"]}
    assert people == {"ada": [{"channel": "VOICE", "state": "connected"}], "bob": [], "eve": people["ada"]}


def test_the_gate_counts_those_who_are_deleted() -> None:
    """A mover's call goes on; that of a leaver, and of one who is replaced, does not."""
    assert gate.failures(_of_three(), gate.conditions("leaver-on-contact>1")) == ()
    (failure,) = gate.failures(_of_three(), gate.conditions("leaver-on-contact"))
    assert failure == ("leaver-on-contact: 1 user who leaves or is replaced is on a contact now; the limit is 0 (ada)")
    before = reviewed(step("replace", user(), user(username="ada.l")))
    replaced = with_contacts(before, ["id-of-ada"], [on("ada", ("VOICE", "CONNECTED"))])
    assert gate.failures(replaced, gate.conditions("leaver-on-contact")) != ()
