"""``report --dormant``: who was not online for a long time, by Login/Logout reports and the online time of agents."""

from __future__ import annotations

import csv
import dataclasses
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.core.permissions import PERMISSIONS, Feature, iam_policy
from connect_users.emulator import Emulator, Fault, Options, seed
from tests.contract.emulator.support import ADMIN, AGENT, connect, create

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The emulator's time, which the commands take for AWS's.
NOW = datetime(2026, 11, 27, 9, 37, tzinfo=timezone.utc)
HERE = {"InstanceId": seed.INSTANCE_ID}
ROSTER = "username,security_profiles\nada,Admin\nbo,Agent\ncy,Admin\n"


def ago(days: int, now: datetime = NOW) -> str:
    return f"{now - timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Ada, who is powerful, and Bo were online lately, the others were not; Zoe was never seen."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator(options=Options(clock=NOW.timestamp)) as emulator:
        client = connect(emulator)
        for username, profile in {"ada": ADMIN, "bo": AGENT, "cy": AGENT, "dee": ADMIN, "zoe": ADMIN}.items():
            create(client, username, SecurityProfileIds=[profile])
        emulator.set_online({"ada": {ago(3): 60}, "bo": {ago(0): 60}, "cy": {ago(70): 9}, "dee": {ago(80): 60}})
        emulator.requests.clear()
        yield emulator


def live(emulator: Emulator, *options: str) -> list[str]:
    place = ["--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
    return ["report", "--instance", seed.INSTANCE_ALIAS, *place, *options]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_people_with_power_who_were_not_online_stand_first(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody was "never" online: AWS keeps three months."""
    code, out, err = printed(capsys, *live(emulator, "--dormant", "60d"))
    assert (code, out.splitlines()) == (
        1,
        [
            f"dee: {ago(80)} ⚠ Admin",
            f"zoe: no online time as an agent since {ago(89)}; AWS keeps nothing from before ⚠ Admin",
            f"cy: {ago(70)}",
        ],
    )
    assert err == "3 of 5 people were not online in the last 60 days\n"
    assert "never" not in out.lower()
    assert printed(capsys, *live(emulator, "--dormant", "95d"))[::2] == (
        0,
        "0 of 5 people were not online in the last 95 days; unknown for 1\n",
    )


def test_the_report_is_also_json_and_csv(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Everybody is in both; power says why, and whom it reaches."""
    client = connect(emulator)
    lead = client.create_security_profile(
        SecurityProfileName="Lead",
        Permissions=["Users.Edit"],
        HierarchyRestrictedResources=["User"],
        AllowedAccessControlHierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA/UK"],
        **HERE,
    )
    create(client, "eve", SecurityProfileIds=[lead["SecurityProfileId"]])
    file = tmp_path / "dormant.csv"
    code, out, _ = printed(capsys, *live(emulator, "--dormant", "60d", "--json", "--csv", str(file)))
    rows = {row["username"]: row for row in json.loads(out)}
    assert (code, list(rows)) == (1, ["dee", "eve", "zoe", "cy", "ada", "bo"])
    assert rows["ada"] == {
        "username": "ada",
        "instance": seed.INSTANCE_ID,
        "dormant": False,
        "last_online": f"{ago(3)} 00:00:00",
        "signed_in": False,
        "absent_since": None,
        "text": ago(3),
        "power": {"Admin": ""},
    }
    assert (rows["zoe"]["last_online"], rows["zoe"]["absent_since"]) == (None, ago(89))
    assert rows["eve"]["power"] == {"Lead": "Users.Edit, only hierarchy EMEA/UK"}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        cells = {row["username"]: row for row in csv.DictReader(opened)}
    assert (cells["eve"]["power"], cells["eve"]["dormant"]) == ("Lead (Users.Edit, only hierarchy EMEA/UK)", "yes")
    assert (cells["bo"]["power"], cells["bo"]["dormant"], cells["zoe"]["last_online"]) == ("", "no", "")


def test_login_reports_alone_say_who_was_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a roster, without any instance; of who is not in them nothing follows."""
    roster, one, two = (tmp_path / name for name in ("agents.csv", "one.csv", "two.csv"))
    roster.write_text(ROSTER, encoding="utf-8")
    now = datetime.now(timezone.utc)
    long_ago, lately = ago(90, now), ago(2, now)
    header = "Agent,Login time,Logout time,Duration\n"
    one.write_text(f"{header}ada,{long_ago} 08:00,{long_ago} 16:00,8:00\nbo,{long_ago} 08:00,,\n", encoding="utf-8")
    two.write_text(f"{header}bo,{lately} 08:00,{lately} 16:00,8:00\n", encoding="utf-16")
    options = ["--roster", str(roster), "--dormant", "60d", "--logins", str(one), "--logins", str(two)]
    code, out, err = printed(capsys, "report", *options)
    unknown = f"not in one.csv ({long_ago} to {long_ago}), not in two.csv ({lately} to {lately})"
    assert (code, out) == (1, f"ada: {long_ago} ⚠ Admin\ncy: unknown: {unknown} ⚠ Admin\n")
    assert err == "1 of 3 people were not online in the last 60 days; unknown for 1\n"


def test_a_sign_in_to_the_admin_website_counts_where_a_report_shows_it(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An administrator has no online time as an agent."""
    file = tmp_path / "logins.csv"
    file.write_text(f"Agent,Login time,Logout time\nzoe,{ago(1)} 08:00,\n", encoding="utf-8")
    _, out, _ = printed(capsys, *live(emulator, "--dormant", "60d", "--logins", str(file)))
    assert [line.partition(":")[0] for line in out.splitlines()] == ["dee", "cy"]


def test_people_of_a_roster_are_found_in_the_instance(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By their usernames; who is not there yet is unknown."""
    roster = tmp_path / "agents.csv"
    roster.write_text(f"{ROSTER}new,Admin\n", encoding="utf-8")
    code, out, _ = printed(capsys, *live(emulator, "--roster", str(roster), "--dormant", "60d"))
    assert (code, out.splitlines()) == (
        1,
        [f"cy: {ago(70)} ⚠ Admin", "new: unknown: not in the online time of agents ⚠ Admin"],
    )


@pytest.mark.parametrize("unknown", ["left-out", "not-found"])
def test_users_of_a_state_who_are_gone_are_not_asked_about(
    unknown: str, emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nor those of another instance; AWS might refuse the whole request."""
    emulator.options = dataclasses.replace(emulator.options, unknown_agents=unknown)  # type: ignore[arg-type]
    live_ids = {user["Username"]: user["Id"] for user in connect(emulator).list_users(**HERE)["UserSummaryList"]}
    other = seed.INSTANCE_ARN.replace(seed.INSTANCE_ID, "11111111-1111-4111-8111-111111111111")
    resources = []
    for username, instance, id_ in (
        ("dee", seed.INSTANCE_ARN, live_ids["dee"]),
        ("gone", seed.INSTANCE_ARN, "99999999-1111-4111-8111-111111111111"),
        ("zoe", other, live_ids["zoe"]),
    ):
        inputs = {
            "username": username,
            "instance_id": instance.rpartition("/")[2],
            "security_profile_ids": [seed.SECURITY_PROFILES["Admin"]],
        }
        urn = f"urn:pulumi:dev::shop::{tokens.USER}::{username}"
        outputs = {**inputs, "arn": f"{instance}/agent/{id_}"}
        resources.append({"urn": urn, "type": tokens.USER, "inputs": inputs, "outputs": outputs})
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}), encoding="utf-8")
    code, out, _ = printed(capsys, *live(emulator, "--state", str(state), "--dormant", "60d"))
    nobody = "unknown: not in the online time of agents ⚠ Admin"
    assert (code, out.splitlines()) == (1, [f"dee: {ago(80)} ⚠ Admin", f"gone: {nobody}", f"zoe: {nobody}"])


def test_without_the_permission_login_reports_are_enough(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A line says what is not known; where nothing else is given, it is an error."""
    file = tmp_path / "logins.csv"
    file.write_text(f"Agent,Login time,Logout time\ndee,{ago(1)} 08:00,\n", encoding="utf-8")
    for operation in ("GetMetricDataV2", "DescribeSecurityProfile"):
        emulator.faults.add(Fault(operation, "error-before", 100, code="AccessDeniedException", message="IAM"))
    code, out, err = printed(capsys, *live(emulator, "--dormant", "60d", "--logins", str(file)))
    assert code == 0
    assert [line.partition(":")[0] for line in out.splitlines()] == ["ada", "zoe"]
    assert "cannot show whom security profiles reach" in err
    assert "connect:DescribeSecurityProfile" in err
    assert "the online time of agents is not known" in err
    code, out, err = printed(capsys, *live(emulator, "--dormant", "60d"))
    assert (code, out) == (1, "")
    assert "connect:GetMetricDataV2" in err.splitlines()[-1]


def test_the_policy_for_reviews_is_enough(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is called, and nothing is written."""
    features = [Feature.USERS, Feature.LOOKUPS, Feature.REVIEWS]
    document = iam_policy(seed.INSTANCE_ARN, read_only=True, features=features)
    allowed = {action.partition(":")[2] for statement in document["Statement"] for action in statement["Action"]}
    for operation in {permission.operation for permission in PERMISSIONS} - allowed:
        emulator.faults.add(Fault(operation, "error-before", 100, code="AccessDeniedException", message="IAM"))
    assert printed(capsys, *live(emulator, "--dormant", "60d"))[0] == 1
    assert {record.status for record in emulator.requests} == {200}


def test_the_page_says_when_people_were_last_online(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Beside each of them, and in the summary."""
    page = tmp_path / "review.html"
    code, out, _ = printed(capsys, *live(emulator, "--html", str(page), "--dormant", "60d", "--json"))
    flags = json.loads(out)["flags"]
    assert (code, flags["dormant-power"], flags["dormant"], flags["unseen-power"]) == (0, 2, 1, 0)
    text = page.read_text(encoding="utf-8").partition('type="application/json">')[2].partition("</script>")[0]
    data: dict[str, Any] = json.loads(text)
    assert data["online"][:4] == [ago(3), ago(0), ago(70), ago(80)]
    assert "dormant-power" in data["people"][3][5]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--dormant", "soon"], "'soon' is not a number of days, such as 60d"),
        (["--roster", "r.csv", "--dormant", "60d"], "--dormant needs --logins FILE or --instance"),
        (["--roster", "r.csv", "--html", "x.html", "--logins", "l.csv"], "--logins needs --dormant DAYS"),
        (["--dormant", "60d", "--logins", "l.csv"], "--dormant shows one of --roster, --state and --instance"),
        (["--dormant", "60d", "--unmanaged", "--instance", "i"], "--dormant and --unmanaged are two reports"),
        (["--roster", "r.csv", "--dormant", "60d", "--logins", "r.csv"], "r.csv: it is not a Login/Logout report"),
        (["--roster", "r.csv", "--dormant", "60d", "--logins", "none.csv"], "none.csv cannot be read"),
        (["--roster", "r.csv", "--html", "x.html", "--csv", "x.csv"], "--csv is for --dormant without --html"),
    ],
)
def test_wrong_usage_is_one_line(
    options: list[str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says what to do."""
    monkeypatch.chdir(tmp_path)
    Path("r.csv").write_text(ROSTER, encoding="utf-8")
    Path("l.csv").write_text("Agent,Login,Logout\n", encoding="utf-8")
    try:
        code = main(["report", *options])
    except SystemExit as ended:
        code = ended.code  # type: ignore[assignment]
    assert code == 2
    assert problem in capsys.readouterr().err.splitlines()[-1]
