"""The access review: its data, and the page in a real browser, by clicking and reading."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main
from connect_users.emulator import Emulator, seed, seed_users
from connect_users.review.access import page, sources
from connect_users.review.access.findings import AccessReview, changes
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.naming import Labels
from connect_users.review.powers import Powers
from tests.contract.emulator.support import connect
from tests.contract.review import browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STATE = Path(__file__).resolve().parents[2] / "data" / "previews" / "state-export.json"
POWERS = Powers(("Admin", "CallCenterManager"))
SITES = ("EMEA/UK/London", "EMEA/UK/Leeds", "AMER/US/Austin", "AMER")
EVIL = "=1+1</script><img src=x onerror=alert(1)>"


def people(count: int) -> Snapshot:
    """A contact centre: some with power, some in no group, some with a desk phone, one with an evil profile."""
    entries = []
    for number in range(count):
        profiles = ["Agent"]
        profiles += ["Admin"] if number % 100 == 0 else []
        profiles += ["CallCenterManager"] if number % 50 == 0 else []
        profiles += [EVIL] if number == 1 else []
        entries.append(
            UserAccess(
                f"agent{number:05d}",
                ("Support", "Sales")[number % 2],
                tuple(sorted(profiles)),
                "" if number % 40 == 3 else SITES[number % len(SITES)],
                "DESK_PHONE" if number % 50 == 7 else "SOFT_PHONE",
                None if number else False,
            )
        )
    return Snapshot("roster agents.csv", tuple(entries))


def flags(snapshot: Snapshot, powers: Powers = POWERS) -> Sequence[tuple[str, ...]]:
    return AccessReview(snapshot, powers).flags


def flagged(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Username -> flags, of people who occur once."""
    return {entry.username: flags_ for entry, flags_ in zip(snapshot.people, flags(snapshot), strict=True)}


def test_flags_say_what_to_look_at() -> None:
    """The phone type is odd only where nearly all colleagues have another one."""
    flags_ = flagged(people(1_000))
    assert flags_["agent00000"] == ("power", "multi-power", "unmanaged")
    assert flags_["agent00050"] == ("power",)
    assert flags_["agent00003"] == ("no-hierarchy",)
    assert flags_["agent00007"] == ("odd-phone",)
    assert flags_["agent00002"] == ()
    few = Snapshot(
        "", tuple(UserAccess(f"a{n}", "Support", (), "EMEA", phone) for n, phone in enumerate(("A", "A", "B")))
    )
    assert set(flags(few)) == {()}


def test_a_security_profile_that_nothing_is_known_of_is_flagged() -> None:
    """It may be the powerful one; by its id, its permissions or its name it can be judged."""
    unknown = "40000000-0000-4000-8000-000000000001"
    snapshot = Snapshot("", (UserAccess("ada", profiles=(unknown, "Agent"), hierarchy="EMEA"),))
    assert flags(snapshot) == [("unnamed-power",)]
    assert flags(snapshot, Powers((unknown,))) == [("power",)]
    assert flags(snapshot, Powers(granted={unknown: ["Users.View"]})) == [()]


def test_changes_since_another_snapshot_are_shown() -> None:
    """Who joined, who left, and what differs."""
    before = Snapshot("", (UserAccess("ada", "Support", ("Agent",), "EMEA"), UserAccess("bo"), UserAccess("same")))
    after = Snapshot(
        "", (UserAccess("ada", "Sales", ("Admin",), ""), UserAccess("chloe", profiles=("Agent",)), UserAccess("same"))
    )
    assert [each[:4] for each in changes(before, after)] == [
        ("ada", "changed", "+ Admin; - Agent; routing Support → Sales", ("Admin",)),
        ("bo", "left", "", ()),
        ("chloe", "joined", "Agent", ("Agent",)),
    ]


def test_the_page_loads_nothing_and_its_data_cannot_break_out() -> None:
    """No address of anything, and no tag that a profile's name would end."""
    html = page.render(AccessReview(people(3), POWERS), title="<Review>")
    assert "http://" not in html
    assert "https://" not in html
    assert "<title>&lt;Review&gt;</title>" in html
    assert html.count("</script>") == 2
    assert "default-src 'none'" in html
    assert "%%" not in html


def test_a_state_and_a_roster_are_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By file; neither a password nor a name of a person is on the page."""
    roster = tmp_path / "agents.csv"
    roster.write_text("username,first_name,security_profiles\nada,Augusta,Agent\nzoe,Zoe,Admin\n", encoding="utf-8")
    out = tmp_path / "review.html"
    assert main(["report", "--html", str(out), "--state", str(STATE), "--since", str(roster)]) == 0
    captured = capsys.readouterr()
    assert out.stat().st_mode & 0o777 == 0o600
    assert captured.out == f"{out}: 6 people of state state-export.json\n"
    assert "2 security profiles have no known name and may be power (40000000-" in captured.err
    text = out.read_text(encoding="utf-8")
    for hidden in ("Lovelace", "ada@example.com", "ciphertext", "Augusta"):
        assert hidden not in text
    assert '["zoe","left","Admin",false]' in text
    assert re.search(r'"made":"\d{4}-\d\d-\d\d \d\d:\d\d UTC"', text)
    assert main(["report", "--html", str(out), "--state", str(STATE), "--roster", str(roster)]) == 2
    assert "one of --roster, --state and --instance, not --roster and --state" in capsys.readouterr().err
    assert main(["report"]) == 2


def test_a_live_instance_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in place of ids, and who was not made by a stack; nothing is written."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "review.html"
    with Emulator() as emulator:
        ids = seed_users(emulator.store, 12)
        client, here = connect(emulator), {"InstanceId": seed.INSTANCE_ID}
        lead = client.create_security_profile(SecurityProfileName="Lead", Permissions=["Users.Edit"], **here)
        profiles = [lead["SecurityProfileId"], seed.SECURITY_PROFILES["Agent"]]
        client.update_user_security_profiles(UserId=ids[1], SecurityProfileIds=profiles, **here)
        place = ["--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        assert main(["report", "--html", str(out), "--instance", seed.INSTANCE_ALIAS, *place]) == 0
    data = json.loads(
        out.read_text(encoding="utf-8").partition('type="application/json">')[2].partition("</script>")[0]
    )
    assert len(data["people"]) == 12
    assert data["profiles"] == ["Agent", "Lead"]
    assert data["powers"] == {"Lead": "Users.Edit"}
    assert data["people"][1][-1] == ["power", "unmanaged"]
    username, routing, _, hierarchy, _, flagged = data["people"][0]
    assert username == "agent00001"
    assert routing in seed.ROUTING_PROFILES
    assert hierarchy in seed.HIERARCHY_GROUPS
    assert flagged == ["unmanaged"]


def test_an_instance_names_what_a_state_says_by_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The people are those of the state; power is judged by names and permissions."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "review.html"
    with Emulator() as emulator:
        place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        command = ["report", "--html", str(out), "--state", str(STATE), *place, "--power-permission", "Listen*"]
        assert main(command) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (f"{out}: 6 people of state state-export.json\n", "")
    text = out.read_text(encoding="utf-8")
    assert '"profiles":["Agent","QualityAnalyst"]' in text
    assert '"powers":{"QualityAnalyst":"ListenCallRecordings"}' in text


def test_a_live_user_of_a_stack_is_distinguished_from_others() -> None:
    """By the ownership tag, where it names a resource."""
    owned = {"connect-users:owner": "t urn:pulumi:dev::shop::t::ada"}
    users = [
        {"Username": "ada", "Tags": owned},
        {"Username": "bo", "Tags": {"team": "a"}},
        {"Username": "cy", "Tags": {"connect-users:owner": "finance"}},
    ]
    assert [entry.managed for entry in sources.from_live("", users, Labels()).people] == [True, False, False]


@pytest.fixture(scope="module")
def shown() -> Iterator[browser.Browser]:
    """The page of 5,000 people, open in a browser."""
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    before = Snapshot("last month", people(4_990).people)
    now = list(people(5_000).people)
    now[42] = dataclasses.replace(now[42], profiles=("Agent", "Supervisor"))
    powers = Powers(granted={"Supervisor": ("Users.View", "Users.Edit")})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        file = Path(home) / "review.html"
        file.write_text(
            page.render(AccessReview(Snapshot("roster agents.csv", tuple(now)), powers, before)), encoding="utf-8"
        )
        with browser.Browser(program, Path(home)) as opened:
            opened.look(width=1280, height=800, dark=False)
            opened.open(file)
            yield opened


@pytest.fixture
def window(shown: browser.Browser) -> browser.Browser:
    """The page as it was when it was opened."""
    shown.look(width=1280, height=800, dark=False)
    shown.click("#filters button[type=reset]")
    shown.click("#head th:first-child button")
    if shown.run("document.querySelector('#head th').getAttribute('aria-sort')") != "ascending":
        shown.click("#head th:first-child button")
    return shown


def count(window: browser.Browser) -> str:
    return str(window.run("document.getElementById('count').textContent"))


def usernames(window: browser.Browser) -> list[str]:
    return list(window.run("[...document.querySelectorAll('#rows th')].map((cell) => cell.textContent)"))


def test_it_opens_from_disk_and_asks_nobody(window: browser.Browser) -> None:
    """5,000 people; only those in sight are in the document; no error, no request but its own file."""
    assert count(window) == "5,000 of 5,000 people"
    assert len(usernames(window)) < 100
    assert usernames(window)[0] == "agent00000"
    assert window.problems == []
    assert all(url.startswith("file:") for url in window.requests)
    assert window.run("document.getElementById('source').textContent") == "5,000 people of roster agents.csv"


def test_its_cost_does_not_grow_with_the_people(window: browser.Browser) -> None:
    """What takes time in a browser is the elements; after filters and sorting there are as few as at first."""
    window.click('#head button[title="Sort by Agent"]')
    window.type("#search", "agent")
    assert count(window) == "5,000 of 5,000 people"
    assert window.run("document.querySelectorAll('*').length") < 2_000


def test_typing_filters(window: browser.Browser) -> None:
    """By username, and by profile; several words all count."""
    window.type("#search", "agent0012")
    assert count(window) == "10 of 5,000 people"
    window.click("#filters button[type=reset]")
    window.type("#search", "admin support")
    assert count(window) == "50 of 5,000 people"
    window.type("#search", " nobody-like-this")
    assert "Nobody. Clear the filters" in window.run("document.getElementById('rows').textContent")


def test_a_flag_and_a_group_filter_by_a_click(window: browser.Browser) -> None:
    """Both at once; a second click takes the filter away."""
    window.click('#flags button[data-flag="no-hierarchy"]')
    assert count(window) == "125 of 5,000 people"
    assert window.run("document.querySelector('#flags [data-flag=no-hierarchy]').ariaPressed") == "true"
    window.click('#flags button[data-flag="no-hierarchy"]')
    window.click('#tree button[data-group="=EMEA/UK"]')
    assert count(window) == "2,500 of 5,000 people"
    window.click('#flags button[data-flag="multi-power"]')
    assert count(window) == "50 of 5,000 people"


def test_the_tree_counts_everybody_below(window: browser.Browser) -> None:
    """A group's number is that of its people and of all groups under it."""
    texts = window.run("[...document.querySelectorAll('#tree button')].map((each) => each.textContent)")
    assert texts == [
        "Everybody5,000",
        "AMER2,375",
        "US1,250",
        "Austin1,250",
        "EMEA2,500",
        "UK2,500",
        "Leeds1,250",
        "London1,250",
        "No group125",
    ]


def test_a_click_on_a_heading_sorts(window: browser.Browser) -> None:
    """Up, then down; a profile's column brings those who have it to the top, and screen readers hear it."""
    window.click("#head th:first-child button")
    assert usernames(window)[0] == "agent04999"
    assert window.run("document.querySelector('#head th').getAttribute('aria-sort')") == "descending"
    window.click('#head button[title="Sort by Admin"]')
    assert usernames(window)[:3] == ["agent00000", "agent00100", "agent00200"]
    row = window.run("document.querySelector('#rows tr').textContent")
    assert "Admin" in row
    assert "multi power" in row


def test_power_stands_first_and_says_why(window: browser.Browser) -> None:
    """The columns that matter, then those that most people have; with the number of their holders."""
    heads = window.run("[...document.querySelectorAll('#head th')].map((each) => each.textContent)")
    assert heads[:5] == ["Username", "CallCenterManager100", "Admin50", "Supervisor1", "Agent5,000"]
    assert heads[-4:] == ["Flags", "Routing profile", "Hierarchy", "Phone"]
    text = window.run("document.getElementById('powers').textContent")
    assert text == "Powerful: Admin, CallCenterManager, Supervisor (Users.Edit)"


def test_columns_stay_where_they_are(window: browser.Browser) -> None:
    """Whichever rows are in the document: a table that jumps cannot be read."""
    places = "[...document.querySelectorAll('#head th')].map((each) => Math.round(each.getBoundingClientRect().width))"
    before = window.run(places)
    window.type("#search", "agent04999")
    assert window.run(places) == before
    window.type("#search", "nobody at all")
    assert window.run(places) == before


def test_the_keyboard_does_what_the_mouse_does(window: browser.Browser) -> None:
    """Every control is reached by tabs, and worked by Enter; what cannot be cleared is not offered."""
    window.run("document.querySelector('a, button, input, select, summary').focus()")
    reached = [window.run("document.activeElement.textContent")]
    for _ in range(40):
        window.press("Tab")
        reached.append(window.run("document.activeElement.id || document.activeElement.textContent"))
    assert reached[0] == "Skip to the people"
    assert {"search", "routing", "profile", "csv", "people", "Username"} <= set(reached)
    assert "clear" not in reached
    window.run("document.querySelector('#head button[title=\"Sort by Phone\"]').focus()")
    window.press("Enter")
    assert window.run("document.querySelector('#head th:last-child').getAttribute('aria-sort')") == "ascending"
    window.run("document.querySelector('#flags button').focus()")
    window.press("Enter")
    assert window.run("document.getElementById('clear').disabled") is False
    assert window.run("document.getElementById('filtered').textContent") == "Only: Powerful security profile"


def test_the_page_has_landmarks(window: browser.Browser) -> None:
    """One of each, and those of which there may be more have names."""
    nodes = window.call("Accessibility.getFullAXTree")["nodes"]
    shown = [
        (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")
    ]
    for landmark in (
        ("banner", ""),
        ("complementary", "Hierarchy"),
        ("main", ""),
        ("search", "Filter people"),
        ("region", "People and their security profiles"),
        ("region", "11 changes since last month"),
    ):
        assert shown.count(landmark) == 1, landmark


def test_scrolling_shows_the_last_one(window: browser.Browser) -> None:
    """Rows are made as they come into sight."""
    window.run("document.getElementById('people').scrollTop = 1e9")
    window.until("[...document.querySelectorAll('#rows th')].some((cell) => cell.textContent === 'agent04999')")
    assert window.run("document.querySelector('#rows tr:last-child').ariaRowIndex") == "5001"


def test_what_is_shown_is_exported(window: browser.Browser) -> None:
    """As a CSV that a roster could be, with nothing that a spreadsheet would run."""
    window.type("#search", "agent0000")
    window.click("#csv")
    file = window.downloads / "access-review.csv"
    end = time.monotonic() + 30
    while not file.exists() or not file.read_text(encoding="utf-8-sig").endswith("\n"):
        assert time.monotonic() < end, "no file was downloaded"
        time.sleep(0.05)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["username", "routing_profile", "security_profiles", "hierarchy_group", "phone_type", "flags"]
    assert len(rows) == 11
    assert rows[1] == [
        "agent00000", "Support", "Admin|Agent|CallCenterManager", SITES[0], "SOFT_PHONE", "power|multi-power|unmanaged",
    ]  # fmt: skip
    assert rows[2][2] == f"'{EVIL}|Agent"


def test_changes_are_listed(window: browser.Browser) -> None:
    """Above the people, with what they are since; who gains power comes first, and a link leads there."""
    order = "[...document.querySelectorAll('main > *')].map((each) => each.id)"
    assert window.run(order).index("changes") < window.run(order).index("people")
    assert window.run("document.getElementById('changes-title').textContent") == "11 changes since last month"
    window.click("#more-changes")
    assert window.run("document.querySelectorAll('#changed .joined').length") == 10
    assert window.run("document.querySelector('#changed tr').textContent") == (
        "agent00042changedgains power + Supervisor"
    )
    link = "document.querySelector('#flags a')"
    assert window.run(f"{link}.textContent + {link}.getAttribute('href')") == "11changes since last month#changes-title"


def test_a_page_of_nobody_says_so(tmp_path: Path) -> None:
    """No empty tables, no advice that does not help."""
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    file = tmp_path / "review.html"
    nobody = Snapshot("roster x.csv", ())
    file.write_text(page.render(AccessReview(nobody, POWERS, nobody)), encoding="utf-8")
    with browser.Browser(program, tmp_path) as opened:
        opened.open(file)
        assert opened.problems == []
        assert opened.run("document.getElementById('rows').textContent") == "Nobody is here."
        assert opened.run("document.getElementById('changes').innerText").strip() == "No changes since roster x.csv"


def test_many_changes_come_in_parts_and_on_paper_all(tmp_path: Path) -> None:
    """Thousands of rows at once would hold the browser up."""
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    file = tmp_path / "review.html"
    file.write_text(page.render(AccessReview(people(1_500), POWERS, Snapshot("then", ()))), encoding="utf-8")
    rows = "document.querySelectorAll('#changed tr').length"
    with browser.Browser(program, tmp_path) as opened:
        opened.look(width=1280, height=800, dark=False)
        opened.open(file)
        more = "document.getElementById('more-changes')"
        assert (opened.run(rows), opened.run(f"{more}.textContent")) == (10, "Show more (1,490 left)")
        opened.click("#more-changes")
        assert opened.run(rows) == 1_010
        opened.run("dispatchEvent(new Event('beforeprint'))")
        assert opened.run(rows) == 1_500
        assert opened.run(f"{more}.hidden") is True


def test_printing_brings_everybody(window: browser.Browser) -> None:
    """Not only the rows in sight."""
    window.run("dispatchEvent(new Event('beforeprint'))")
    assert len(usernames(window)) == 5_000
    window.run("dispatchEvent(new Event('afterprint'))")
    assert len(usernames(window)) < 100


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_fits_any_window(window: browser.Browser, width: int, dark: bool) -> None:
    """The page never scrolls sideways, and text stands out from its ground (WCAG AA for text: 4.5)."""
    window.look(width=width, height=800, dark=dark)
    assert window.run("document.documentElement.scrollWidth") <= width
    contrast = window.run(
        """[...document.querySelectorAll('h1, #source, #powers b, #count, .number, #tree button, #flags button, '
          + '#head button, #rows td, #rows .flag')]
        .slice(0, 150).map((each) => {
          const light = (text) => {
            const [r, g, b] = text.match(/[\\d.]+/g).map((value) => value / 255)
              .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          let ground = each;
          while (/, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
          const one = light(getComputedStyle(each).color), other = light(getComputedStyle(ground).backgroundColor);
          return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        }).reduce((least, each) => Math.min(least, each), 99)"""
    )
    assert contrast >= 4.5


def test_everything_can_be_reached_by_its_name(window: browser.Browser) -> None:
    """Every control has a name for screen readers, the tables have headings."""
    nodes = window.call("Accessibility.getFullAXTree")["nodes"]
    controls = [
        node
        for node in nodes
        if node.get("role", {}).get("value") in ("button", "searchbox", "combobox", "region", "table")
        and not node.get("ignored")
    ]
    assert len(controls) > 20
    assert [node for node in controls if not node.get("name", {}).get("value")] == [
        node for node in controls if node["role"]["value"] == "table" and not node.get("name", {}).get("value")
    ]
    assert window.run("document.querySelectorAll('#rows tr th[scope=row]').length") > 10
