"""The access review of names that somebody chose so that a reader sees something else, or nothing."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.review.access import page
from connect_users.review.access.audit import Finding, judge
from connect_users.review.access.findings import AccessReview
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.powers import Powers
from tests.contract.review import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Is shown as "SupportSales" where the mark is obeyed.
TURNED = "Support\u202eselaS"
UNSEEN = "Agent\u200b\u00a0"
HUGE = "x" * 3_000
#: Members that every JavaScript object has.
MEMBERS = ("__proto__", "constructor", "toString")
HEBREW = ("\u05d0" * 5, "\u05d1" * 5)


@pytest.fixture(scope="module")
def window() -> Iterator[browser.Browser]:
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    people = (
        UserAccess("ada", TURNED, ("Admin", *MEMBERS), "/odd"),
        UserAccess("bo", HEBREW[1], (UNSEEN,), "EMEA//UK"),
        UserAccess(HUGE, "Sales", ("Admin",), ""),
    )
    before = Snapshot(f"roster {HUGE}", (people[0], UserAccess("bo", HEBREW[0], (UNSEEN,), "EMEA//UK")))
    powers = Powers(granted={"constructor": ("Users.Edit",)})
    review = AccessReview(Snapshot(f"roster {TURNED}{HUGE}", people), powers, before)
    findings = [Finding("unmanaged", each.username, "", f"no stack owns {TURNED}") for each in people]
    judged = judge(findings, {}, date(2026, 11, 27))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        file = Path(home) / "review.html"
        file.write_text(page.render(review, findings=judged), encoding="utf-8")
        with browser.Browser(program, Path(home)) as opened:
            opened.look(width=1280, height=800, dark=False)
            opened.open(file)
            yield opened


def texts(window: browser.Browser, selector: str) -> list[str]:
    found = window.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)")
    return list(found)


def test_no_name_stops_the_page(window: browser.Browser) -> None:
    """A security profile may have the name of something that every object of the language has."""
    assert window.problems == []
    assert {f"{name}1" for name in MEMBERS} <= set(texts(window, "#head th"))
    assert texts(window, "#powers") == ["Powerful: Admin, constructor (Users.Edit)"]
    assert texts(window, "#count") == ["3 of 3 people"]


def test_a_group_without_a_name_is_a_group(window: browser.Browser) -> None:
    """And the groups beside it stay beside it."""
    assert texts(window, "#tree > ul > li > button") == ["Everybody3", "1", "EMEA1", "No group1"]
    assert texts(window, "#tree li li > button") == ["odd1", "1", "UK1"]
    window.click('#tree button[data-group="=/odd"]')
    assert texts(window, "#rows th") == ["ada"]
    window.click('#tree button[data-group="=/odd"]')


def test_what_is_invisible_is_shown_and_turns_no_text(window: browser.Browser) -> None:
    """In every element and every tip."""
    shown = window.run(
        "[...document.querySelectorAll('body :not(script)')].flatMap((each) => [each.title, each.dataset.name, "
        "...[...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data)]).join(' ')"
    )
    assert not {"\u202e", "\u200b", "\u00a0"} & set(shown)
    assert "Support\ufffdselaS" in shown
    assert "Agent\ufffd\ufffd" in shown


def test_an_arrow_between_names_that_are_read_from_the_right_keeps_its_direction(window: browser.Browser) -> None:
    """The old name is on its left."""
    places = window.run(
        """(() => {
          const cells = [...document.querySelectorAll('#changed td')];
          const cell = cells.find((each) => each.textContent.includes('\\u05d0'));
          const text = cell.lastChild, range = document.createRange();
          return ['\\u05d0', '\\u2192', '\\u05d1'].map((letter) => {
            const at = text.data.indexOf(letter);
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            return range.getBoundingClientRect().x;
          });
        })()"""
    )
    assert places == sorted(places)


@pytest.mark.parametrize("width", [1280, 400])
def test_a_huge_name_pushes_nothing_out_of_sight(window: browser.Browser, width: int) -> None:
    """Neither the page nor a list has to be scrolled sideways to see what is said of the others."""
    window.look(width=width, height=800, dark=False)
    assert window.run("document.documentElement.scrollWidth") <= width
    for name in ("changes", "findings"):
        box = f"document.getElementById('{name}')"
        assert window.run(f"{box}.scrollWidth <= {box}.clientWidth"), name


def test_the_exports_have_the_names_unchanged(window: browser.Browser) -> None:
    """Whoever compares them with another list needs them as they are."""
    window.look(width=1280, height=800, dark=False)
    window.click("#json")
    file = window.downloads / "access-review.json"
    end = time.monotonic() + 30
    while not file.exists() or not file.stat().st_size:
        assert time.monotonic() < end, "no file was downloaded"
        time.sleep(0.05)
    people = {each["username"]: each for each in json.loads(file.read_text(encoding="utf-8"))["people"]}
    assert people["ada"]["routing_profile"] == TURNED
    assert people["bo"]["security_profiles"] == [UNSEEN]
    assert HUGE in people
