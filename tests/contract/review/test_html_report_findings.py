"""The access review with everything that is known: findings, who accepted them, whom power reaches, who was online."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.review.access import page
from connect_users.review.access.acceptances import Acceptance
from connect_users.review.access.audit import Finding, judge, of_people
from connect_users.review.access.dormancy import Dormancy, LastOnline, OnlineTimes
from connect_users.review.access.findings import AccessReview
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.powers import Powers
from connect_users.review.reach import ProfileFacts, Reach, Restriction
from tests.contract.review import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

EVIL = "</script><img src=x onerror=\"document.title='broken'\">"
NOW = datetime.fromisoformat("2026-11-27")
POWERS = Powers(
    granted={"Lead": ("Users.Edit",), "Admin": ("Users.Edit",)},
    facts={"Lead": ProfileFacts(Reach({"User": frozenset({Restriction("EMEA/UK")})}), managed=True)},
)


def people() -> Snapshot:
    """30 agents; one in ten leads a site, one in fifteen is an administrator."""
    entries = []
    for number in range(30):
        profiles = ["Agent", *(["Lead"] if number % 10 == 0 else []), *(["Admin"] if number % 15 == 1 else [])]
        entries.append(
            UserAccess(f"agent{number:02d}", "Support", tuple(sorted(profiles)), f"EMEA/{EVIL}", "SOFT_PHONE")
        )
    return Snapshot("instance contact-center", tuple(entries))


def shown_page(file: Path) -> None:
    snapshot = people()
    online = {
        entry.username: LastOnline(NOW - timedelta(days=number * 5)) for number, entry in enumerate(snapshot.people)
    }
    del online["agent01"]
    dormancy = Dormancy([OnlineTimes("report", online)], NOW, 60)
    before = Snapshot(
        "the audit of last night", tuple(dataclasses.replace(each, profiles=("Agent",)) for each in snapshot.people)
    )
    review = AccessReview(snapshot, POWERS, before, dormancy)
    findings = [
        *of_people(review, [("agent02", f"no stack owns this user {EVIL}")]),
        Finding("drift", EVIL, "gone", "is in the state, but not in the instance"),
    ]
    why = f"=leads {EVIL}"
    accepted = {
        "power/agent01/Admin": Acceptance("power/agent01/Admin", "grace", date(2026, 11, 27), why, 1),
        "power/agent16/Admin": Acceptance("power/agent16/Admin", "grace", date(2026, 11, 26), why, 2),
    }
    known = {"power/agent00/Lead (only hierarchy EMEA/UK)", "power/agent10/Lead (only hierarchy EMEA/UK)"}
    judged = judge(findings, accepted, date(2026, 11, 27), known)
    file.write_text(page.render(review, findings=judged, title=EVIL), encoding="utf-8")


@pytest.fixture(scope="module")
def opened() -> Iterator[browser.Browser]:
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        file = Path(home) / "review.html"
        shown_page(file)
        with browser.Browser(program, Path(home)) as window:
            window.look(width=1280, height=800, dark=False)
            window.open(file)
            yield window


@pytest.fixture
def window(opened: browser.Browser) -> browser.Browser:
    """The page with all filters off."""
    opened.look(width=1280, height=800, dark=False)
    opened.click("#filters button[type=reset]")
    return opened


def texts(window: browser.Browser, selector: str) -> list[str]:
    found = window.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)")
    return list(found)


def test_power_that_nobody_uses_stands_first(window: browser.Browser) -> None:
    """Then power of which nobody knows whether it is used; a filter shows each alone."""
    assert texts(window, "#rows th")[:3] == ["agent16", "agent20", "agent01"]
    assert "2026-09-08" in texts(window, "#rows tr")[0]
    assert "unknown" in texts(window, "#rows tr")[2]
    assert texts(window, '#flags button[data-flag="dormant-power"]') == ["2Power, and not online for 60 days"]
    window.click('#flags button[data-flag="dormant-power"]')
    assert texts(window, "#rows th") == ["agent16", "agent20"]


def test_power_is_filtered_by_whom_it_reaches(window: browser.Browser) -> None:
    """In the words of the security profiles; whoever reaches everybody by one of them reaches everybody."""
    assert texts(window, "#reach option") == ["all", "everybody", "only hierarchy EMEA/UK"]
    window.run(
        "{ const reach = document.getElementById('reach'); reach.value = 'only hierarchy EMEA/UK'; "
        "reach.dispatchEvent(new Event('change')); }"
    )
    assert sorted(texts(window, "#rows th")) == ["agent00", "agent10", "agent20"]
    assert texts(window, "#filtered") == ["Only: power reaches only hierarchy EMEA/UK"]
    assert texts(window, "#powers") == ["Powerful: Admin, Lead (Users.Edit, only hierarchy EMEA/UK; AWS-managed)"]


def test_findings_follow_the_filters(window: browser.Browser) -> None:
    """By status, and with the people: new ones first, each with the id by which it can be accepted."""
    assert texts(window, "#statuses button") == ["1expired", "5new", "2open", "1accepted"]
    assert texts(window, "#found code")[0] == "power/agent16/Admin"
    assert "accepted by grace until 2026-11-26: =leads" in texts(window, "#found td")[1]
    window.click('#statuses button[data-status="open"]')
    assert texts(window, "#found th") == ["agent00", "agent10"]
    assert texts(window, "#findings-title") == ["2 of 9 findings"]
    assert window.run("document.getElementById('clear').disabled") is False
    window.type("#search", "agent10")
    assert texts(window, "#found code") == ["power/agent10/Lead (only hierarchy EMEA/UK)"]
    assert window.run("document.querySelector('#statuses [data-status=open]').ariaPressed") == "true"
    window.click("#filters button[type=reset]")
    assert len(texts(window, "#found tr")) == 9
    assert texts(window, "#findings-title") == ["9 findings"]


def test_nothing_on_the_page_is_markup_but_its_own(window: browser.Browser) -> None:
    """Whatever the title, a group, a username, a reason or an acceptance says."""
    assert window.run("document.querySelectorAll('img').length") == 0
    assert window.run("document.title") == EVIL
    assert EVIL in texts(window, "#found th")
    assert window.problems == []


def downloaded(file: Path) -> str:
    end = time.monotonic() + 30
    while not file.exists() or not file.stat().st_size:
        assert time.monotonic() < end, "no file was downloaded"
        time.sleep(0.05)
    return file.read_text(encoding="utf-8-sig")


def test_all_of_it_is_exported(window: browser.Browser) -> None:
    """As CSV and as JSON, of the people who are shown."""
    window.type("#search", "agent16")
    window.click("#csv")
    (row,) = csv.DictReader(downloaded(window.downloads / "access-review.csv").splitlines())
    assert (row["last_online"], row["reach"]) == ("2026-09-08", "everybody")
    assert row["findings"] == "power/agent16/Admin|dormant-power/agent16"
    window.click("#json")
    document: dict[str, Any] = json.loads(downloaded(window.downloads / "access-review.json"))
    assert [person["username"] for person in document["people"]] == ["agent16"]
    assert document["people"][0]["flags"] == ["power", "dormant-power"]
    assert len(document["findings"]) == 9
    assert {change["what"] for change in document["changes"]} == {"changed"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing(window: browser.Browser, width: int, dark: bool) -> None:
    """The rules of WCAG and of good practice, in every look of the page; the whole of it fits the window."""
    script = Path(sys.prefix) / "axe.min.js"
    if not script.exists():
        pytest.skip("axe-core is not here (`make test` fetches it where npm is)")
    window.look(width=width, height=800, dark=dark)
    assert window.run("document.documentElement.scrollWidth") <= width
    window.run(f"{script.read_text(encoding='utf-8')}; 0")
    found = window.run(
        "axe.run().then((all) => all.violations.flatMap((each) => each.nodes.map((node) => [each.id, node.html])))"
    )
    assert found == []


def test_every_page_on_paper_has_headings(window: browser.Browser) -> None:
    """As text: where Chromium repeats a heading on the next page, it leaves out the buttons in it."""
    window.call("Emulation.setEmulatedMedia", media="print")
    shown = window.run(
        "[...document.querySelectorAll('#head th')].map((each) => [getComputedStyle(each, '::before').content, "
        "getComputedStyle(each.firstChild).display])"
    )
    window.call("Emulation.setEmulatedMedia", media="")
    assert [each[0] for each in shown[:3]] == ['"Username"', '"Lead"', '"Admin"']
    assert {each[1] for each in shown} == {"none"}
