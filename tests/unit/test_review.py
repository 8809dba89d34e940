"""Reviews of previews that a real engine wrote (tests/data/previews), and of what it could write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.emulator import seed
from connect_users.review import documents, gate, markdown, naming, sarif, text
from connect_users.review.building import review
from connect_users.review.model import CHANGES, JOINS, LEAVES, MOVES, REPLACED, InputChange, Review, UserChange
from connect_users.review.powers import Powers
from connect_users.review.reading import UnreadablePreview, read_preview, read_state

PREVIEWS = Path(__file__).resolve().parents[1] / "data" / "previews"
USER_TYPE = "pulumi-python:dynamic/connect_users:ConnectUser"
#: In the recorded programs: passwords, a secret tag, and personal data.
SECRETS = ("Passw0rd1", "N3w-Passw0rd", "hush")
PERSONAL = ("Lovelace", "King", "ada@example.com", "ada.king@example.com", "Hopper", "+12025550123")


def recorded(name: str) -> str:
    return (PREVIEWS / f"{name}.json").read_text(encoding="utf-8")


def names() -> naming.Labels:
    labels = naming.Labels()
    naming.from_mapping(
        labels,
        {
            "routing_profiles": seed.ROUTING_PROFILES,
            "security_profiles": seed.SECURITY_PROFILES,
            "hierarchy_groups": seed.HIERARCHY_GROUPS,
        },
    )
    return labels


def words(review_: Review) -> dict[str, str]:
    return {person.username: person.words for person in review_.people}


def step(op: str, username: str, old: dict[str, Any] | None, new: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::agents::{USER_TYPE}::{more.pop('resource', username)}"
    depends = more.pop("depends", {})

    def state(inputs: dict[str, Any]) -> dict[str, Any]:
        inputs = {"username": username, **inputs}
        return {"urn": urn, "type": USER_TYPE, "inputs": inputs, "propertyDependencies": depends}

    states = {key: state(inputs) for key, inputs in (("oldState", old), ("newState", new)) if inputs is not None}
    return {"op": op, "urn": urn, **states, **more}


def preview(*steps: dict[str, Any]) -> str:
    return json.dumps({"steps": list(steps), "changeSummary": {}})


@pytest.mark.parametrize("name", ["change", "replacement-steps"])
def test_everybody_is_described_in_words_with_names_in_place_of_ids(name: str) -> None:
    """The same whether the engine shows a replacement as one step or as three."""
    review_ = review(read_preview(recorded(name)), names())
    assert words(review_) == {
        "bo": "leaves: routing was Support; security profiles were Agent",
        "dae.kim": "replaced (new username): username dae → dae.kim",
        "eve": "replaced (new password): new password; "
        "deleted first, then created again with a new id: statistics and contact history stay with the old user",
        "grace": "joins: routing Support; + security profiles Agent, CallCenterManager ⚠",
        "hugo": "joins: routing [not known yet]; + security profiles Agent, [not known yet 1]",
        "ada": "routing Support → Sales; + security profile Admin ⚠; identity: last name, email changed; phone: phone "
        "type SOFT_PHONE → DESK_PHONE, after-contact work 30 s → 60 s, desk phone number changed; hierarchy "
        "EMEA/UK/London → AMER/US/Austin; tag team changed",
        "chloe": "- security profile QualityAnalyst; proficiency lang:en 3 → 5; + proficiency lang:fr 2",
    }
    assert review_.counts == {LEAVES: 1, REPLACED: 2, JOINS: 2, "imported": 0, MOVES: 1, CHANGES: 1}
    assert review_.others == {"create": 1}


@pytest.mark.parametrize("personal", [False, True])
@pytest.mark.parametrize("name", ["change", "replacement-steps", "create"])
def test_no_output_holds_a_secret_and_personal_data_only_on_request(name: str, personal: bool) -> None:
    """In every format; the recorded files themselves hold the personal data."""
    raw = recorded(name)
    review_ = review(read_preview(raw), names(), personal=personal)
    outputs = (
        text.render(review_),
        markdown.render(review_).replace("<!-- -->", ""),
        json.dumps(documents.document(review_), ensure_ascii=False),
        json.dumps(documents.as_sarif(review_, "1"), ensure_ascii=False),
    )
    for secret in SECRETS:
        assert not any(secret in output for output in outputs)
    if not personal:
        assert not [each for each in PERSONAL for output in outputs if each in output]
    elif name == "change":
        assert "Lovelace → King" in outputs[0]


def test_a_secret_with_pulumis_signature_is_not_shown_even_on_request() -> None:
    """A tag's value, and a password that a tool wrote in plain text."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"s3cret"'}
    inputs = {"tags": {"pin": secret}, "password": "Plain-Text-1"}
    read = read_preview(preview(step("create", "ada", None, inputs)))
    assert "Plain-Text-1" not in repr(read)
    review_ = review(read, names(), personal=True)
    output = text.render(review_) + json.dumps(documents.document(review_))
    assert "s3cret" not in output
    assert "Plain-Text-1" not in output
    assert "pin=[secret]" in output


def test_an_empty_preview_says_so() -> None:
    """Also where the engine shows what stays as it is."""
    review_ = review(read_preview(preview(step("same", "ada", {}, {}))), names())
    assert text.render(review_) == "no user changes"


def test_a_failed_preview_is_shown_with_its_reasons() -> None:
    """Nobody takes it for one without changes."""
    review_ = review(read_preview(recorded("failed")), names())
    assert "fa rid" in review_.errors[0]
    assert "the preview failed\n  1 problem" in text.render(review_)
    assert "> ❌ 1 problem" in markdown.render(review_)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "not a preview"),
        ("warning: nothing", "not a preview"),
        ("{}", "has no steps"),
        ('{"sequence": 0}\n{"sequence": 1}', "stream of events"),
        ("[1]", "not a preview"),
    ],
)
def test_what_is_no_preview_is_refused(written: str, said: str) -> None:
    """With what to do instead."""
    with pytest.raises(UnreadablePreview, match=said):
        read_preview(written)


def test_warnings_before_the_json_do_no_harm() -> None:
    """Shells mix stderr in; a warning may hold a brace."""
    assert len(read_preview("warning: {odd}\n" + recorded("change")).steps) == 7


def test_names_come_from_the_stacks_own_resources() -> None:
    """From outputs where they exist, by the dependencies where they do not yet; groups get their paths."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

    def thing(kind: str, name: str, outputs: dict[str, str] | None, **more: Any) -> dict[str, Any]:
        type_ = f"aws:connect/{kind[0].lower()}{kind[1:]}:{kind}"
        urn = f"urn:pulumi:dev::agents::{type_}::{name}"
        state = {"urn": urn, "type": type_, "inputs": {"name": name, **more.pop("inputs", {})}, **more}
        return {"op": "create", "urn": urn, "newState": {**state, **({"outputs": outputs} if outputs else {})}}

    emea = thing("UserHierarchyGroup", "EMEA", {"hierarchyGroupId": "g1"})
    uk = thing("UserHierarchyGroup", "UK", {"hierarchyGroupId": "g2"}, inputs={"parentGroupId": "g1"})
    boss = thing("SecurityProfile", "Admin", None)
    night = thing("RoutingProfile", "Night", None)
    later = {"routing_profile_id": [night["urn"]], "security_profile_ids": [boss["urn"]]}
    inputs = {"routing_profile_id": unknown, "security_profile_ids": [unknown], "hierarchy_group_id": "g2"}
    read = read_preview(preview(emea, uk, boss, night, step("create", "ada", None, inputs, depends=later)))
    labels = naming.Labels()
    naming.from_resources(labels, read.resources)
    (person,) = review(read, labels).people
    assert person.words == "joins: routing Night; + security profile Admin ⚠; hierarchy EMEA/UK"
    assert person.gained == ("Admin",)


def test_a_roster_gives_names_only_where_they_follow() -> None:
    """From who has which: a name that two ids could have stays unnamed."""
    read = read_preview(
        preview(
            step("create", "ada", None, {"routing_profile_id": "r1", "security_profile_ids": ["s1", "s2"]}),
            step("create", "bo", None, {"routing_profile_id": "r2", "security_profile_ids": ["s1"]}),
            step("create", "chloe", None, {"routing_profile_id": "r1", "security_profile_ids": ["s3", "s4"]}),
        )
    )
    labels = naming.Labels()
    naming.from_roster(
        labels,
        {
            "ada": {"routing_profile_id": ("Support",), "security_profile_ids": ("Agent", "Admin")},
            "bo": {"routing_profile_id": ("Sales",), "security_profile_ids": ("Agent",)},
            "chloe": {"routing_profile_id": ("Support",), "security_profile_ids": ("One", "Two")},
        },
        read.resources,
    )
    assert labels.in_roster == {
        ROUTING_PROFILE: {"r1": "Support", "r2": "Sales"},
        SECURITY_PROFILE: {"s1": "Agent", "s2": "Admin"},
    }
    assert dict(labels.known) == {}


def test_a_security_profile_without_a_name_counts_as_power() -> None:
    """What cannot be judged does not pass the gate; with its name it does."""
    read = read_preview(preview(step("update", "ada", {"security_profile_ids": []}, {"security_profile_ids": ["s1"]})))
    checked = gate.conditions("admin-gained")
    (failure,) = gate.failures(review(read, naming.Labels()), checked)
    assert "1 of them has a security profile without a known name, which counts as power" in failure
    labels = naming.Labels()
    labels.add(SECURITY_PROFILE, "s1", "Agent")
    assert gate.failures(review(read, labels), checked) == ()


@pytest.mark.parametrize(
    ("powers", "gained"), [(["admin"], ("Admin",)), (["Agent"], ()), ([seed.SECURITY_PROFILES["Admin"]], ("Admin",))]
)
def test_what_is_power_can_be_chosen(powers: list[str], gained: tuple[str, ...]) -> None:
    """By name, whatever its case, or by id."""
    review_ = review(read_preview(recorded("change")), names(), powers=Powers(tuple(powers)))
    assert next(person.gained for person in review_.people if person.username == "ada") == gained


@pytest.mark.parametrize(
    ("conditions", "failing"),
    [
        ("", []),
        ("admin-gained", ["admin-gained: 3 users gain power; the limit is 0"]),
        ("deletions>3", []),
        ("deletions > 2", ["deletions: 3 users are deleted or replaced; the limit is 2"]),
        ("leavers,joiners>2", ["leavers: 1 user leaves; the limit is 0"]),
        ("replacements,movers>1,policy", ["replacements: 2 users are replaced; the limit is 0"]),
    ],
)
def test_the_gate_names_what_must_not_pass(conditions: str, failing: list[str]) -> None:
    """One line for each condition that is met."""
    review_ = review(read_preview(recorded("change")), names())
    failures = gate.failures(review_, gate.conditions(conditions))
    assert [failure.startswith(start) for failure, start in zip(failures, failing, strict=True)] == [True] * len(
        failing
    )


@pytest.mark.parametrize("conditions", ["admin", "deletions>x", "deletions<3", "movers>-1"])
def test_a_condition_that_nobody_knows_is_refused(conditions: str) -> None:
    """A gate with a spelling mistake must not stand open."""
    with pytest.raises(ValueError, match="is not a condition"):
        gate.conditions(conditions)


def test_a_comment_fits_whatever_the_number_of_people() -> None:
    """Those who gain power stay, and what was cut is counted to the last line."""
    crowd = tuple(
        UserChange(
            f"agent{number:05d}", LEAVES, f"urn:{number}", (InputChange("routing_profile_id", "routing was Support"),)
        )
        for number in range(5_000)
    )
    boss = UserChange("boss", JOINS, "urn:boss", gained=("Admin",))
    comment = markdown.render(Review((*crowd, boss)))
    assert len(comment) <= markdown.LIMIT < 65_536
    shown = comment.count("- **agent")
    assert shown > 500
    assert f"… and {5_000 - shown:,} more" in comment
    assert "- **boss** (joins): Admin" in comment
    assert comment.count("<details") == comment.count("</details>")


def test_names_cannot_format_or_mention_in_a_comment() -> None:
    """They come from outside: a profile may be named like a tag, a link or a person."""
    evil = "@org/team </details><script>x</script> [a](http://e.vil) #1 `b` **c**\n# d"
    comment = markdown.render(Review((UserChange("ada", JOINS, "urn", gained=(evil,)),)))
    line = next(line for line in comment.splitlines() if line.startswith("- **ada** (joins)"))
    assert line == (
        r"- **ada** (joins): @<!-- -->org/team &lt;/details&gt;&lt;script&gt;x&lt;/script&gt; "
        r"\[a\](http&#58;//e.vil) #<!-- -->1 \`b\` \*\*c\*\* #<!-- --> d"
    )


def test_a_terminal_gets_no_control_characters_and_its_width() -> None:
    """Names are not broken apart; colour is only there when asked for."""
    review_ = Review(
        (UserChange("ada", JOINS, "urn", tuple(InputChange("x", f"word{n} \x1b[31m") for n in range(20))),)
    )
    lines = text.render(review_, width=50).splitlines()
    assert max(map(len, lines)) <= 50
    assert "\x1b" not in text.render(review_)
    assert "\x1b[32mada\x1b[0m" in text.render(review_, color=True)


def test_a_leaver_who_is_kept_is_shown_as_such() -> None:
    """Retained resources are not deleted in Connect."""
    entry = step("delete", "ada", {}, None)
    entry["oldState"]["retainOnDelete"] = True
    kept = review(read_preview(preview(entry)), names())
    assert "stays in Connect, only Pulumi" in text.render(kept)
    assert gate.failures(kept, gate.conditions("deletions,leavers")) == ("leavers: 1 user leaves; the limit is 0",)


def test_per_channel_settings_are_shown_by_channel() -> None:
    """With units."""

    def work(seconds: int) -> dict[str, Any]:
        limit = {"after_contact_work_time_limit": seconds}
        return {"after_contact_work_configs": [{"channel": "VOICE", "after_contact_work_config": limit}]}

    read = read_preview(preview(step("update", "ada", work(30), work(60))))
    assert words(review(read, names())) == {"ada": "after-contact work VOICE 30 s → 60 s"}


def test_sarif_points_at_the_program_or_the_roster() -> None:
    """Code scanning refuses results without a file; a roster's line is nearer than the program's."""
    read = read_preview(recorded("change"))
    log = documents.as_sarif(review(read, names(), lines={"ada": ("agents.csv", 7)}), "1.0")
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    found = {}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        found[result["message"]["text"].partition(":")[0], result["ruleId"]] = (
            place["artifactLocation"]["uri"],
            place["region"]["startLine"],
        )
    assert {rule for _, rule in found} <= rules
    assert found["ada", "power-gained"] == ("agents.csv", 7)
    assert found["grace", "power-gained"][0] == "__main__.py"
    assert ("bo", "leaves") in found
    assert ("chloe", "leaves") not in found


def test_the_json_has_counts_people_and_the_gate() -> None:
    """For machines; the members are part of the contract."""
    review_ = review(read_preview(recorded("change")), names())
    document = documents.document(review_, ["admin-gained: ..."])
    assert document["schema"] == 1
    assert document["counts"]["power_gained"] == 3
    assert document["gate_failures"] == ["admin-gained: ..."]
    ada = next(person for person in document["people"] if person["username"] == "ada")
    assert (ada["action"], ada["power_gained"]) == (MOVES, ["Admin"])
    assert {"input": "routing_profile_id", "text": "routing Support → Sales"} in ada["changes"]


def test_a_state_gives_its_resources_without_secrets() -> None:
    """Passwords are encrypted there, and not even that is passed on."""
    users = [resource for resource in read_state(recorded("state-export")) if resource.type == USER_TYPE]
    assert sorted(str(user.inputs["username"]) for user in users) == ["ada", "bo", "chloe", "dae", "eve", "farid"]
    assert "ciphertext" not in repr(users)
    with pytest.raises(UnreadablePreview, match="has no resources"):
        read_state("{}")


def test_how_the_stack_deals_with_a_user_is_shown_only_when_nothing_else_changes() -> None:
    """It changes nothing in Connect; but a line that says nothing would be worse."""
    old, new = {"tags": {"a": "1"}}, {"tags": {}, "adopt_existing": True}
    shown = words(review(read_preview(preview(step("update", "ada", old, new))), names()))
    assert shown == {"ada": "- tag a"}
    shown = words(review(read_preview(preview(step("update", "ada", {}, {"adopt_existing": True}))), names()))
    assert shown == {"ada": "only in the stack: adopt existing none → yes"}


def test_what_a_roster_adds_to_its_people_is_no_other_resource() -> None:
    """A reviewer would look for it in vain."""
    ours = ("connect_users:index:ConnectUserRoster", "pulumi-python:dynamic/connect_users:RosterGuard")
    helpers = (*ours, "pulumi:pulumi:Stack")
    steps = [
        {"op": "update", "urn": f"urn:pulumi:dev::agents::{type_}::x", "newState": {"urn": "x", "type": type_}}
        for type_ in (*helpers, "aws:s3/bucket:Bucket")
    ]
    assert review(read_preview(preview(*steps)), names()).others == {"update": 1}


def test_no_line_of_a_narrow_terminal_ends_in_a_sign() -> None:
    """A plus belongs to what is added, a warning to what it is about."""
    changes = tuple(InputChange("tags", f"+ tag {'t' * number}") for number in range(1, 40))
    shown = text.render(Review((UserChange("ada", CHANGES, "urn", changes),)), width=40)
    assert "\u00a0" not in shown
    assert not [line for line in shown.splitlines() if line.rstrip().endswith(("+", "-"))]


def test_a_preview_that_failed_does_not_pass_for_one_without_changes() -> None:
    """What it says is not all; that the program ended is not why."""
    said = (
        "error: ada: no such profile",
        "error: an unhandled error occurred: program exited with non-zero exit code: 1",
    )
    failed = {"steps": [], "diagnostics": [{"severity": "error", "message": each} for each in said]}
    review_ = review(read_preview(json.dumps(failed)), names())
    assert review_.errors == ("ada: no such profile",)
    assert text.summary(review_) == "the preview failed"
    joiner = step("create", "ada", None, {"security_profile_ids": []})
    some = review(read_preview(json.dumps({**failed, "steps": [joiner]})), names())
    assert text.summary(some) == "the preview failed; until then: 1 joiner"


def test_code_scanning_gets_no_more_results_than_it_takes() -> None:
    """Those that matter least are left out, and counted."""
    crowd = tuple(UserChange(f"a{number}", LEAVES, f"urn:{number}") for number in range(sarif.RESULTS))
    (run,) = documents.as_sarif(Review((*crowd, UserChange("boss", JOINS, "urn:b", gained=("Admin",)))), "1")["runs"]
    assert len(run["results"]) == sarif.RESULTS
    assert run["results"][0]["message"]["text"].startswith("boss")
    assert run["properties"] == {"results_left_out": 1}


@pytest.mark.parametrize("depth", [2_000, 100_000])
def test_a_preview_that_is_nested_without_end_is_refused(depth: int) -> None:
    """What a fork hands over may be anything."""
    inputs = '{"a":' * depth + "1" + "}" * depth
    hostile = json.dumps({"steps": [{"op": "create", "urn": "u", "newState": {"type": USER_TYPE, "inputs": 0}}]})
    with pytest.raises(UnreadablePreview, match="nested too deeply"):
        read_preview(hostile.replace('"inputs": 0', f'"inputs": {inputs}'))
