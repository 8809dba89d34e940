"""The access review of rosters and states as they may be: in several instances, with secrets, ids, wrong types."""

from __future__ import annotations

import csv
import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import access, main, parser
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.core.tokens import USER as USER_TYPE
from connect_users.emulator import Emulator, seed, seed_users
from connect_users.review.access import page, sources
from connect_users.review.access.findings import AccessReview, changes
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.naming import Labels
from connect_users.review.powers import Powers
from connect_users.review.reading import read_state
from connect_users.roster import reading
from tests.contract.review import browser

if TYPE_CHECKING:
    from pathlib import Path

ADMIN, AGENT = seed.SECURITY_PROFILES["Admin"], seed.SECURITY_PROFILES["Agent"]
SIGNED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
#: What a file may hold where something else belongs.
ODD: tuple[Any, ...] = (None, True, 5, -1.5, "x", "\ud800", [], [[]], {}, {"a": 1}, [7, None], SIGNED, [SIGNED])


def names() -> Labels:
    labels = Labels()
    for name, id_ in seed.SECURITY_PROFILES.items():
        labels.add(SECURITY_PROFILE, id_, name)
    labels.add(ROUTING_PROFILE, "r1", "Support")
    labels.add(HIERARCHY_GROUP, "g1", "EMEA/UK")
    return labels


def state(*users: dict[str, Any]) -> str:
    entries = [
        {"urn": f"urn:pulumi:dev::agents::{USER_TYPE}::u{number}", "type": USER_TYPE, "inputs": inputs}
        for number, inputs in enumerate(users)
    ]
    return json.dumps({"version": 3, "deployment": {"resources": entries}})


def of_state(*users: dict[str, Any]) -> Snapshot:
    return sources.from_state("s", read_state(state(*users)), names())


_DAY = dt.date(2026, 11, 27)


def of_rows(*rows: dict[str, Any]) -> Snapshot:
    return sources.from_roster(reading.read(list(rows)), names(), _DAY)


def data_of(file: Path) -> dict[str, Any]:
    """The data of a page."""
    text = file.read_text(encoding="utf-8").partition('type="application/json">')[2].partition("</script>")[0]
    return dict(json.loads(text))


def test_a_roster_is_shown_without_those_whose_last_day_is_past() -> None:
    """Who is to come is there: somebody has to see who will have power."""
    rows = [
        {"username": "ada", "last_day": "2026-11-26"},
        {"username": "bo", "last_day": "2026-11-27"},
        {"username": "cy", "first_day": "2026-12-01"},
        {"username": "di", "last_day": "soon"},
        {"username": "ed", "last_day": ["2026-01-01"]},
    ]
    shown = sources.from_roster(reading.read(rows), names(), _DAY)
    assert [entry.username for entry in shown.people] == ["bo", "cy", "di", "ed"]
    begun = sources.from_roster(reading.read(rows), names(), _DAY, begun=True)
    assert [entry.username for entry in begun.people] == ["bo", "di", "ed"]


@pytest.mark.parametrize(("zone", "people"), [([], ["ada", "bo"]), (["--timezone", "Europe/Berlin"], ["bo"])])
def test_the_day_of_a_roster_is_that_of_the_time_zone(tmp_path: Path, zone: list[str], people: list[str]) -> None:
    """Of the roster itself, and of the one of --since: at 23:30 UTC it is the next day in Berlin."""
    file = tmp_path / "agents.csv"
    file.write_text("username,last_day\nada,2026-11-27\nbo,2026-11-28\n", encoding="utf-8")
    argv = ["report", "--html", "x", "--roster", str(file), "--since", str(file), *zone]
    now = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.timezone.utc)
    review = access.review_of(parser(argv).parse_args(argv), "--html", lambda: now)
    assert review.before is not None
    for snapshot in (review.snapshot, review.before):
        assert [entry.username for entry in snapshot.people] == people


def test_a_username_of_two_instances_is_two_users() -> None:
    """Neither hides the other's power, nor that it is new."""
    both = of_state(
        {"username": "ada", "instance_id": "i1", "security_profile_ids": [ADMIN]},
        {"username": "ada", "instance_id": "i2", "security_profile_ids": [AGENT]},
    )
    flags = AccessReview(both, Powers()).flags
    assert [(entry.instance, flag) for entry, (flag, *_) in zip(both.people, flags, strict=True)] == [
        ("i1", "power"),
        ("i2", "no-hierarchy"),
    ]
    before = of_state(
        {"username": "ada", "instance_id": "i1", "security_profile_ids": [AGENT]},
        {"username": "ada", "instance_id": "i2", "security_profile_ids": [AGENT]},
    )
    assert changes(before, both) == [("ada", "changed", "+ Admin; - Agent", ("Admin",), "i1")]
    data = page.data(AccessReview(both, Powers(), before))
    assert data["instances"] == ["i1", "i2"]
    assert data["changes"] == [("ada (i1)", "changed", "+ Admin; - Agent", True)]
    assert page.data(AccessReview(of_state({"username": "ada", "instance_id": "i1"}), Powers()))["instances"] == []


def test_users_who_are_elsewhere_are_new() -> None:
    """As in a preview; but where one side tells no instance, the username alone counts, and every row of it."""
    here = of_state({"username": "ada", "instance_id": "i1", "security_profile_ids": [ADMIN]})
    there = of_state({"username": "ada", "instance_id": "i2", "security_profile_ids": [ADMIN]})
    assert [each[:2] for each in changes(here, there)] == [("ada", "left"), ("ada", "joined")]
    assert changes(of_rows({"username": "ada", "security_profiles": "Admin"}), there) == []
    two = Snapshot("", (*here.people, *there.people))
    (change,) = changes(of_rows({"username": "ada", "security_profiles": "Admin"}), two)
    assert (change.kind, change.gained, change.instance) == ("joined", ("Admin",), "i2")


def test_a_live_instance_is_compared_with_its_own_users_only() -> None:
    """A state may be about more."""
    users = [{"Username": "ada", "SecurityProfileIds": [AGENT]}]
    live = sources.from_live("prod", users, names(), "i1")
    before = of_state(
        {"username": "ada", "instance_id": "i1", "security_profile_ids": [AGENT]},
        {"username": "bo", "instance_id": "i2", "security_profile_ids": [AGENT]},
    )
    assert changes(before, live) == []


def test_two_rows_of_a_roster_with_the_same_username_are_both_shown() -> None:
    """A mistake that `check` tells of; it must not hide power."""
    rows = ({"username": "ada", "security_profiles": "Admin"}, {"username": "ada", "security_profiles": "Agent"})
    for several in (rows, rows[::-1]):
        snapshot = of_rows(*several)
        assert sorted(each[0] for each in AccessReview(snapshot, Powers()).flags) == ["no-hierarchy", "power"]
        (change,) = changes(of_rows(rows[1]), snapshot)
        assert (change.kind, change.gained) == ("joined", ("Admin",))


@pytest.mark.parametrize(
    ("row", "profiles", "flag"),
    [
        ({"security_profile_ids": ADMIN}, ("Admin",), "power"),
        ({"security_profile_ids": [AGENT, ADMIN]}, ("Admin", "Agent"), "power"),
        ({"security_profile_ids": f"arn:aws:connect:eu-west-2:123456789012:instance/i/security-profile/{ADMIN}"},
         ("Admin",), "power"),
        ({"security_profile_ids": "sp-9"}, ("sp-9",), "unnamed-power"),
        ({"security_profiles": "Agent", "security_profile_ids": ADMIN}, ("Admin", "Agent"), "power"),
        ({"security_profiles": "Admin", "security_profile_name": "Agent"}, ("Admin", "Agent"), "power"),
        ({"security_profiles": ADMIN}, ("Admin",), "power"),
        ({"security_profiles": 5}, ("5",), "no-hierarchy"),
        ({"security_profiles": {"a": 1}}, ("[not a string]",), "unnamed-power"),
        ({"security_profiles": ["Agent", ["Admin"]]}, ("Agent", "[not a string]"), "unnamed-power"),
    ],
)  # fmt: skip
def test_a_roster_has_profiles_by_name_and_by_id(row: dict[str, Any], profiles: Any, flag: str) -> None:
    """Whatever is in the cell."""
    snapshot = of_rows({"username": "ada", **row})
    assert snapshot.people[0].profiles == profiles
    assert AccessReview(snapshot, Powers()).flags[0][0] == flag


def test_a_roster_has_everything_else_by_id_too() -> None:
    """Through the same names; a row without a username is shown where it has power to hide."""
    (entry,) = of_rows({"username": "ada", "routing_profile_id": "r1", "hierarchy_group_id": "g1"}).people
    assert (entry.routing, entry.hierarchy) == ("Support", "EMEA/UK")
    snapshot = of_rows({"security_profiles": "Admin"}, {"tags.team": "a"})
    assert [entry.username for entry in snapshot.people] == ["[no username, line 1]"]


@pytest.mark.parametrize("value", [SIGNED, "[secret]", [SIGNED], [AGENT, SIGNED]])
def test_secret_profiles_of_a_state_are_shown_as_unnamed(value: Any) -> None:
    """And never as none."""
    snapshot = of_state({"username": "ada", "security_profile_ids": value})
    assert "[secret]" in snapshot.people[0].profiles
    assert "unnamed-power" in AccessReview(snapshot, Powers()).flags[0]
    joined = page.data(AccessReview(snapshot, Powers(), of_state({"username": "bo"})))["changes"][0]
    assert (joined[0], joined[3]) == ("ada", True)


NAMES = (
    "username", "instance_id", "routing_profile_id", "security_profile_ids", "hierarchy_group_id", "phone_config",
    "phone_number_configs",
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_value_breaks_a_page(odd: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a state, by input and in blocks; of a roster, by column; all can be written and read again."""
    users = [{"username": "ada", name: odd} for name in NAMES]
    users += [{"phone_config": {"phone_type": odd}}, {"phone_number_configs": [odd, {"phone_type": odd}]}]
    rows = [{"username": "ada", name: odd} for name in ("username", *sources._COLUMNS)]
    for name, written in (("state.json", state(*users)), ("roster.json", json.dumps(rows))):
        file, out = tmp_path / name, tmp_path / "review.html"
        file.write_text(written, encoding="utf-8")
        option = "--state" if name == "state.json" else "--roster"
        assert main(["report", "--html", str(out), option, str(file), "--since", str(file), "--title", "a\udc80"]) == 0
        assert "Traceback" not in capsys.readouterr().err
        assert len(data_of(out)["people"]) >= 1


def test_a_user_whose_deletion_is_still_to_come_has_access(tmp_path: Path) -> None:
    """An update that stopped before it leaves the replaced one in Connect."""
    document = json.loads(state({"username": "alice", "security_profile_ids": [ADMIN]}, {"username": "mallory"}))
    document["deployment"]["resources"][0]["delete"] = True
    file, out = tmp_path / "state.json", tmp_path / "review.html"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert main(["report", "--html", str(out), "--state", str(file)]) == 0
    assert [person[0] for person in data_of(out)["people"]] == ["alice", "mallory"]


@pytest.mark.parametrize(
    ("option", "name", "written", "said"),
    [
        ("--state", "x.json", "[]", "x.json: this is not a state"),
        ("--state", "x.txt", '{"deployment": {"resources": [' + '{"a":' * 100_000, "nested too deeply"),
        ("--state", "none.json", None, "none.json cannot be read"),
        ("--roster", "x.json", "[" * 100_000, "nested too deeply"),
        ("--roster", "x.json", f"[{'9' * 5_000}]", "has a number that is too long"),
        ("--roster", "none.csv", None, "cannot be read"),
        ("--names", "x.json", '{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_usage(
    tmp_path: Path, option: str, name: str, written: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, with its name."""
    file = tmp_path / name
    if written is not None:
        file.write_text(written, encoding="utf-8")
    roster = tmp_path / "agents.csv"
    roster.write_text("username\nada\n", encoding="utf-8")
    more = ["--roster", str(roster)] if option == "--names" else []
    assert main(["report", "--html", str(tmp_path / "out.html"), option, str(file), *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert said in line


def test_the_result_is_json_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was written, and what is to be looked at."""
    old, new, out = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "review.html"
    old.write_text("username,security_profiles\nada,Agent\nbo,Agent\n", encoding="utf-8")
    new.write_text(f"username,security_profiles\nada,Admin\nchloe,{AGENT}\n", encoding="utf-8")
    assert main(["report", "--html", str(out), "--roster", str(new), "--since", str(old), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result.pop("flags")["power"] == 1
    assert result == {
        "file": str(out),
        "source": "roster new.csv",
        "people": 2,
        "unnamed_security_profiles": [AGENT],
        "since": "roster old.csv",
        "changes": {"joined": 1, "left": 1, "changed": 1, "gain_power": 2},
    }
    assert main(["report", "--html", str(out), "--unmanaged", "--instance", "i"]) == 2
    assert "one at a time" in capsys.readouterr().err


def test_names_of_the_older_state_are_names_of_the_newer_one(tmp_path: Path) -> None:
    """A security profile that left the stack is not another one for that."""
    profile = {
        "urn": "urn:p", "type": "aws:connect/securityProfile:SecurityProfile",
        "inputs": {"name": "Lead", "permissions": []}, "outputs": {"securityProfileId": AGENT},
    }  # fmt: skip
    before = json.loads(state({"username": "ada", "security_profile_ids": [AGENT]}))
    old, new, out = tmp_path / "old.json", tmp_path / "new.json", tmp_path / "review.html"
    new.write_text(json.dumps(before), encoding="utf-8")
    before["deployment"]["resources"].append(profile)
    old.write_text(json.dumps(before), encoding="utf-8")
    assert main(["report", "--html", str(out), "--state", str(new), "--since", str(old)]) == 0
    assert (data_of(out)["profiles"], data_of(out)["changes"]) == (["Lead"], [])


def test_a_roster_is_named_by_an_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what it says by ids."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    roster, out = tmp_path / "agents.csv", tmp_path / "review.html"
    roster.write_text(f"username,security_profile_ids\nada,{ADMIN}\n", encoding="utf-8")
    with Emulator() as emulator:
        seed_users(emulator.store, 2)
        place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        assert main(["report", "--html", str(out), "--roster", str(roster), *place]) == 0
        assert data_of(out)["powers"] == {"Admin": ""}
        assert main(["report", "--html", str(out), "--since", str(roster), *place]) == 0
    assert len(data_of(out)["changes"]) == 3


def exported(file: Path) -> list[list[str]]:
    """The rows of a download, once it is there."""
    end = time.monotonic() + 30
    while not file.exists() or not file.read_text(encoding="utf-8-sig").endswith("\n"):
        assert time.monotonic() < end, "no file was downloaded"
        time.sleep(0.05)
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_instances_are_shown_where_there_are_several(tmp_path: Path) -> None:
    """As a column, in the search and in the export; not where there is one."""
    program = browser.found()
    if program is None:
        pytest.skip(f"no browser on PATH (looked for {', '.join(browser.NAMES)})")
    file = tmp_path / "review.html"
    people = tuple(UserAccess("ada", "Support", ("Agent",), instance=f"i-{number}") for number in range(3))
    with browser.Browser(program, tmp_path) as opened:
        for count, shown in ((3, ["i-0", "i-1", "i-2"]), (1, [])):
            file.write_text(page.render(AccessReview(Snapshot("state s", people[:count]), Powers())), encoding="utf-8")
            opened.open(file)
            assert opened.problems == []
            cells = "[...document.querySelectorAll('#rows td')].map((cell) => cell.textContent)"
            assert [text for text in opened.run(cells) if text.startswith("i-")] == shown
        file.write_text(page.render(AccessReview(Snapshot("state s", people), Powers())), encoding="utf-8")
        opened.open(file)
        opened.type("#search", "i-1")
        assert opened.run("document.getElementById('count').textContent") == "1 of 3 people"
        opened.click("#csv")
        rows = exported(opened.downloads / "access-review.csv")
    assert (rows[0][-1], rows[1][-1]) == ("instance", "i-1")
