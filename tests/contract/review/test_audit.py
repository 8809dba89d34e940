"""`connect-users audit`: one look at an instance, what it finds, and what of it is new the next night."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import ownership, tokens
from connect_users.core.fields import TOKEN_KEY, VERIFIED_KEY
from connect_users.emulator import Emulator, Options, seed, seed_users
from tests.contract.emulator.support import connect
from tests.contract.review.test_html_report_sources import ODD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AGENT, ADMIN = seed.SECURITY_PROFILES["Agent"], seed.SECURITY_PROFILES["Admin"]
SALES, SUPPORT = seed.ROUTING_PROFILES["Sales"], seed.ROUTING_PROFILES["Support"]
HERE = {"InstanceId": seed.INSTANCE_ID}


class Night:
    """An instance with users of a stack, in a folder with the files of the audit."""

    def __init__(self, emulator: Emulator, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.emulator = emulator
        self.client = connect(emulator)
        self.folder = folder
        self._capsys = capsys
        self.resources: list[dict[str, Any]] = []
        self.place = ["--endpoint-url", self.emulator.endpoint_url, "--region", seed.REGION]

    def make(self, username: str, **inputs: Any) -> str:
        """A user of the stack, as CreateUser and a refresh leave it; returns the id."""
        urn = f"urn:pulumi:prod::shop::{tokens.USER}::{username}"
        token = f"{len(self.resources):024x}"
        declared = {
            "instance_id": seed.INSTANCE_ID,
            "username": username,
            "routing_profile_id": SUPPORT,
            "security_profile_ids": [AGENT],
            "identity_info": {"first_name": "Ada", "email": f"{username}@example.com"},
            **inputs,
        }
        made = self.client.create_user(
            Username=username,
            IdentityInfo={"FirstName": "Ada", "LastName": "L", "Email": f"{username}@example.com"},
            RoutingProfileId=declared["routing_profile_id"],
            SecurityProfileIds=declared["security_profile_ids"],
            PhoneConfig={"PhoneType": "SOFT_PHONE"},
            Password="Emulator-Only-1",
            Tags=ownership.tag(token, urn),
            **HERE,
        )
        modified = self.client.describe_user(UserId=made["UserId"], **HERE)["User"]["LastModifiedTime"].timestamp()
        outputs = {**declared, "arn": made["UserArn"], TOKEN_KEY: token, VERIFIED_KEY: f"{modified:.3f}"}
        secret = {tokens.SIGNATURE: tokens.SECRET_SIGNATURE, "ciphertext": "v1:x"}
        self.resources.append(
            {"urn": urn, "type": tokens.USER, "inputs": {**declared, "password": secret}, "outputs": outputs}
        )
        return str(made["UserId"])

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def audit(self, *arguments: str) -> tuple[int, list[str], list[str]]:
        """The exit status, the lines of stdout and those of stderr."""
        state = self.file("state.json", {"version": 3, "deployment": {"resources": self.resources}})
        status = main(["audit", "--instance", seed.INSTANCE_ALIAS, "--state", state, *self.place, *arguments])
        captured = self._capsys.readouterr()
        return status, captured.out.splitlines(), captured.err.splitlines()


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Night]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(tmp_path / "emulator.sqlite", Options(users_quota=None)) as emulator:
        yield Night(emulator, tmp_path, capsys)


def test_an_instance_that_is_as_its_state_says_has_no_finding(night: Night) -> None:
    """And costs no more calls with more users: pages, names, and what each security profile permits."""
    for number in range(12):
        night.make(f"user{number:02d}")
    night.emulator.requests.clear()
    assert night.audit() == (0, [], ["0 new, 0 open, 0 expired, 0 accepted"])
    calls = [record.operation for record in night.emulator.requests]
    assert not {"DescribeUser", "ListUserProficiencies"} & set(calls)
    assert len(calls) == len(set(calls))


def test_every_kind_of_finding_has_an_id_and_a_reason(night: Night) -> None:
    """None of them shows a value that is personal."""
    changed, gone, moved = night.make("ada"), night.make("bo"), night.make("cy")
    night.make("dee", security_profile_ids=[ADMIN])
    seed_users(night.emulator.store, 1)
    night.client.update_user_security_profiles(UserId=changed, SecurityProfileIds=[AGENT, ADMIN], **HERE)
    night.client.update_user_identity_info(
        UserId=moved, IdentityInfo={"FirstName": "Ada", "LastName": "L", "Email": "thief@example.com"}, **HERE
    )
    night.client.update_user_routing_profile(UserId=moved, RoutingProfileId=SALES, **HERE)
    night.client.delete_user(UserId=gone, **HERE)
    arn = night.client.describe_user(UserId=moved, **HERE)["User"]["Arn"]
    night.client.untag_resource(resourceArn=arn, tagKeys=[ownership.TAG_KEY])
    status, lines, errors = night.audit()
    hashed = next(line for line in lines if "identity_info" in line).partition("#")[2].partition(":")[0]
    assert (status, errors) == (1, ["8 new, 8 open, 0 expired, 0 accepted"])
    assert lines == [
        "new: power/ada/Admin: security profile Admin",
        "new: power/dee/Admin: security profile Admin",
        "new: unmanaged/agent00001: no stack owns this user (no ownership tag)",
        "new: drift/ada/security_profile_ids + Admin: security profiles, state → instance: + Admin",
        "new: drift/bo/gone: is in the state, but not in the instance",
        f"new: drift/cy/identity_info#{hashed}: identity_info.email is not what the state says",
        "new: drift/cy/owner: its tag connect-users:owner is not that of the state: it was removed or written",
        "new: drift/cy/routing_profile_id Sales: routing profile, state → instance: Support → Sales",
    ]
    assert len(hashed) == 8
    assert "thief" not in "".join(lines)


def test_what_was_found_last_night_is_not_new(night: Night) -> None:
    """Whoever gains more is; the page says what changed since."""
    ada = night.make("ada", security_profile_ids=[ADMIN])
    audit, page = str(night.folder / "audit.json"), str(night.folder / "audit.html")
    assert night.audit("--json", audit)[:2] == (1, ["new: power/ada/Admin: security profile Admin"])
    assert night.audit("--json", audit) == (0, [], ["0 new, 1 open, 0 expired, 0 accepted"])
    manager = seed.SECURITY_PROFILES["CallCenterManager"]
    night.client.update_user_security_profiles(UserId=ada, SecurityProfileIds=[ADMIN, manager], **HERE)
    last = night.file("last.json", (night.folder / "audit.json").read_text(encoding="utf-8"))
    for arguments in (["--json", audit], ["--previous", last]):
        status, lines, _ = night.audit(*arguments, "--html", page)
        assert status == 1
        assert [line.rpartition(": ")[0].partition(":")[2].split(":")[0].strip() for line in lines] == [
            "power/ada/CallCenterManager",
            "drift/ada/security_profile_ids + CallCenterManager",
        ]
        shown = (night.folder / "audit.html").read_text(encoding="utf-8")
        assert '"changes":[["ada","changed","+ CallCenterManager",true]]' in shown
        assert '["new","ada","security profile CallCenterManager' in shown
    document = json.loads((night.folder / "audit.json").read_text(encoding="utf-8"))
    assert document["counts"] == {"new": 2, "open": 3, "expired": 0, "accepted": 0}
    (person,) = document["people"]
    assert (person["username"], person["security_profiles"], person["managed"]) == (
        "ada",
        ["Admin", "CallCenterManager"],
        True,
    )
    assert "email" not in json.dumps(document)


def test_what_somebody_accepts_is_not_new_until_the_day_is_over(night: Night) -> None:
    """An acceptance that expires brings its finding back, once as new; one of nothing is reported by its line."""
    night.make("ada", security_profile_ids=[ADMIN])
    audit = str(night.folder / "audit.json")
    entry = "- {finding: %s, by: grace, until: %s, why: 'leads #1'}\n"
    accepted = night.file(
        "ok.yaml",
        "".join(entry % (id_, "2999-12-31") for id_ in ("power/ada/Admin", "power/eda/Admin", "roster/bo/left")),
    )
    status, lines, errors = night.audit("--json", audit, "--accepted", accepted)
    assert (status, lines) == (0, [])
    assert errors == [
        f"connect-users audit: {accepted}:2: there is no finding 'power/eda/Admin'; did you mean 'power/ada/Admin'?",
        "0 new, 0 open, 0 expired, 1 accepted",
    ]
    expired = night.file(
        "over.json", [{"finding": "power/ada/Admin", "by": "grace", "until": "2020-01-01", "why": "x"}]
    )
    assert night.audit("--json", audit, "--accepted", expired) == (
        1,
        ["expired: power/ada/Admin: security profile Admin"],
        ["1 new, 0 open, 1 expired, 0 accepted"],
    )
    assert night.audit("--json", audit, "--accepted", expired)[0] == 0


def test_a_roster_says_who_may_be_there(night: Night) -> None:
    """Leavers who are still there, people who are missing, other profiles; what it leaves open is not compared."""
    for username in ("ada", "bo", "cy"):
        night.make(username)
    roster = night.file(
        "agents.csv",
        "username,routing_profile,security_profiles,phone_type\nada,Support,Agent|QualityAnalyst,DESK_PHONE\n"
        "bo,,,\nzoe,Sales,Agent,\n",
    )
    status, lines, _ = night.audit("--roster", roster)
    assert (status, lines) == (
        1,
        [
            "new: roster/ada/- QualityAnalyst: roster → instance: - QualityAnalyst",
            "new: roster/cy/joined: is not in the roster",
            "new: roster/zoe/left: is in the roster, but not in the instance",
        ],
    )


def test_a_setting_that_nobody_in_the_instance_has_is_compared(night: Night) -> None:
    """With a roster, and with the last night: it is not one that the instance does not tell."""
    ada = night.make("ada")
    roster = night.file("agents.csv", "username,security_profiles,hierarchy_group\nada,Agent,EMEA/UK\n")
    audit, page = str(night.folder / "audit.json"), str(night.folder / "audit.html")
    assert night.audit("--roster", roster, "--json", audit)[:2] == (
        1,
        ["new: roster/ada/hierarchy EMEA/UK → none: roster → instance: hierarchy EMEA/UK → none"],
    )
    night.client.update_user_hierarchy(UserId=ada, HierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA/UK"], **HERE)
    assert night.audit("--roster", roster, "--json", audit, "--html", page)[:2] == (0, [])
    shown = (night.folder / "audit.html").read_text(encoding="utf-8")
    assert '"changes":[["ada","changed","hierarchy none → EMEA/UK",false]]' in shown


def test_what_one_night_did_not_look_for_is_not_new_the_next_one(night: Night) -> None:
    """As where the roster could not be read in between."""
    night.make("ada")
    roster = night.file("agents.csv", "username,security_profiles\nada,QualityAnalyst\n")
    audit = str(night.folder / "audit.json")
    assert night.audit("--json", audit, "--roster", roster)[0] == 1
    assert night.audit("--json", audit)[0] == 0
    assert night.audit("--json", audit, "--roster", roster)[0] == 0


def test_a_roster_with_days_says_who_may_be_there_today(night: Night) -> None:
    """Whoever has left by date and is still there is found; whoever has not begun is not missing."""
    for username in ("ada", "bo"):
        night.make(username)
    roster = night.file(
        "agents.csv",
        "username,security_profiles,first_day,last_day\nada,Admin,,2020-01-31\nada,Agent,2020-02-01,\n"
        "bo,Agent,,2020-01-31\nzoe,Agent,2999-01-01,\n",
    )
    assert night.audit("--roster", roster)[:2] == (1, ["new: roster/bo/joined: is not in the roster"])
    status, _, (errors,) = night.audit("--roster", roster, "--timezone", "Europe/Londn")
    assert status == 2
    assert errors.startswith("connect-users audit: --timezone: 'Europe/Londn' is not the name of a time zone")


def test_personas_say_what_the_rows_of_a_roster_leave_open(night: Night) -> None:
    """So that whoever has more, or less, than the persona is found."""
    night.make("ada")
    night.make("bo")
    roster = night.file("agents.csv", "username,department\nada,Sales\nbo,Help\n")
    rules = [{"persona": "lead", "when": {"department": "Sales"}}]
    personas = {"lead": {"security_profiles": "Agent|QualityAnalyst"}, "agent": {"security_profiles": "Agent"}}
    file = night.file("personas.json", {"personas": personas, "rules": rules, "default": "agent"})
    assert night.audit("--roster", roster, "--personas", file)[:2] == (
        1,
        ["new: roster/ada/- QualityAnalyst: roster → instance: - QualityAnalyst"],
    )


def test_users_of_other_instances_and_of_other_types_are_compared_as_far_as_it_makes_sense(night: Night) -> None:
    """Neither tags that a provider adds, nor secrets, nor who is elsewhere; whoever is in a state is managed."""
    ada = night.make("ada")
    night.make("bo")
    theirs, elsewhere = night.resources
    theirs["type"] = tokens.AWS_USER
    theirs["inputs"] = {
        "name": "ada",
        "instanceId": seed.INSTANCE_ID,
        "routingProfileId": SUPPORT,
        "securityProfileIds": [AGENT],
        "tags": {"team": "of the provider"},
        "identityInfo": {
            "email": {tokens.SIGNATURE: tokens.SECRET_SIGNATURE, "ciphertext": "v1:x"},
            "firstName": "Ada",
        },
    }
    arn = theirs["outputs"]["arn"]
    theirs["outputs"] = {"arn": arn, **theirs["inputs"]}
    night.client.untag_resource(resourceArn=arn, tagKeys=[ownership.TAG_KEY])
    elsewhere["outputs"]["arn"] = elsewhere["outputs"]["arn"].replace(seed.INSTANCE_ID, "another")
    elsewhere["inputs"]["routing_profile_id"] = SALES
    audit = night.folder / "audit.json"
    assert night.audit("--json", str(audit))[:2] == (0, [])
    people = json.loads(audit.read_text(encoding="utf-8"))["people"]
    assert [(person["username"], person["managed"]) for person in people] == [("ada", True), ("bo", True)]
    # What of a block is not secret is compared.
    name = {"FirstName": "Eda", "LastName": "L", "Email": "ada@example.com"}
    night.client.update_user_identity_info(UserId=ada, IdentityInfo=name, **HERE)
    (line,) = night.audit()[1]
    assert line.endswith("identity_info.first_name is not what the state says")


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_value_of_a_state_breaks_an_audit(night: Night, odd: Any) -> None:
    """Whatever a file holds where something else belongs: at worst it differs from the instance."""
    night.make("ada")
    # Embedded, the emulator has no quota of requests, for which this would wait.
    night.place = ["--emulator-state", str(night.folder / "emulator.sqlite")]
    (whole,) = night.resources
    night.resources = [
        {**whole, "inputs": {**whole["inputs"], name: odd}, "outputs": {**whole["outputs"], name: odd}}
        for name in (*whole["inputs"], *whole["outputs"], "hierarchy_group_id", "tags", "phone_number_configs")
    ]
    status, lines, errors = night.audit("--html", str(night.folder / "audit.html"))
    assert status in (0, 1)
    assert all(line.startswith("new: ") for line in lines)
    assert errors[-1].endswith(" accepted")


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--previous", "{", "is not a previous audit: Expecting"),
        ("--previous", "[]", "is not a previous audit: it was not written by connect-users audit --json"),
        ("--previous", '{"schema": 9}', "its schema is 9, but this version reads 1"),
        ("--previous", '{"schema": 1, "instance": "i-2"}', "it is the audit of another instance, i-2"),
        ("--json", '{"precious": "file"}', "is not a previous audit"),
        ("--accepted", "finding: x", "is not a list; the file is a list of dicts with finding, by, until and why"),
        ("--accepted", "- {finding: a, by: b, until: soon, why: c}", ":1: until: 'soon' is not a day"),
        ("--roster", "[", "is not"),
        ("--state", "[]", "this is not a state"),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_usage(night: Night, option: str, content: str, said: str) -> None:
    """One line that names the file; the file that --json would replace stays as it is."""
    file = night.file("x.json", content)
    status, lines, errors = night.audit(option, file)
    assert (status, lines, len(errors)) == (2, [], 1)
    assert "x.json" in errors[0]
    assert said in errors[0]
    assert (night.folder / "x.json").read_text(encoding="utf-8") == content
