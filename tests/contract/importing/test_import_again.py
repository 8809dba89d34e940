"""`connect-users import` over a folder that is there: what a person did to it, what an interruption left."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, Fault, Options, seed, seed_users
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command, users_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OWNER = "connect-users:owner"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """The command, at an instance with 30 users."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(None, Options(users_quota=None)) as emulator:
        seed_users(emulator.store, 30)
        yield Command(emulator, tmp_path, capsys)


def _edit(run: Command) -> None:
    """Other headers, another separator, the rows upside down, a column more."""
    rows = list(run.rows().values())
    names = {"username": "user login", "routing_profile": "Routing Profile Name"}
    headers = list({header: None for row in rows for header in row})
    with (run.folder / "agents.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*(names.get(header, header) for header in headers), "delete_quick_connects"])
        for row in reversed(rows):
            writer.writerow([*(row.get(header, "") for header in headers), "yes"])


def _move(run: Command, username: str) -> None:
    client = connect(run.emulator)
    profile = seed.ROUTING_PROFILES["Basic Routing Profile" if username.endswith("1") else "Support"]
    client.update_user_routing_profile(UserId=users_of(client)[username], RoutingProfileId=profile, **HERE)


def test_a_roster_that_says_the_same_in_other_words_is_left_alone(run: Command) -> None:
    """Its order, its headers and its own columns are a person's work."""
    run()
    _edit(run)
    before = run.files()
    assert run()[0] == 0
    assert run.files() == before


def test_a_roster_in_the_words_of_the_console_is_compared_by_what_it_means(run: Command) -> None:
    """Its one limit of after-contact work stands for four channels."""
    run()
    headers = ["user login", "routing profile name", "security_profile_name_1", "first name", "last name"]
    headers += ["email address", "user_hierarchy_1", "ACW timeout (seconds)", "tags"]
    names = ["username", "routing_profile", "security_profiles", "identity_info.first_name", "identity_info.last_name"]
    names += ["identity_info.email", "hierarchy_group", "acw.voice", "tags"]
    rows = list(run.rows().values())
    with (run.folder / "agents.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *([row.get(name, "") for name in names] for row in rows)])
    before = run.files()
    for _ in range(2):
        assert run("--check") == (0, f"{run.folder / 'agents.csv'} and the instance agree on 30 people\n", "")
        assert run()[0] == 0
        assert run.files() == before
        # Once as it was known from the import, once as Connect describes it.
        (run.folder / "import.json").unlink()
        before.pop("import.json", None)
        assert run("--check")[0] == 0
        run()
        before = run.files()


def test_what_changed_in_the_instance_comes_into_an_edited_roster(run: Command) -> None:
    """And nothing else changes in it: order, headers, columns of a person's own, ends of lines."""
    run()
    _edit(run)
    roster = run.folder / "agents.csv"
    lines = roster.read_bytes().decode().splitlines()
    _move(run, "agent00001")
    seed_users(run.emulator.store, 31)
    client = connect(run.emulator)
    client.delete_user(UserId=users_of(client)["agent00030"], **HERE)
    ids = {**HERE, "UserId": users_of(client)["agent00002"]}
    skill = {"AttributeName": "lang", "AttributeValue": "en", "Level": 3.0}
    client.associate_user_proficiencies(UserProficiencies=[skill], **ids)
    status, said, _ = run()
    assert status == 0
    assert "agents.csv written" in said
    merged = roster.read_bytes()
    assert merged.count(b"\r\n") == merged.count(b"\n")
    headers, *people = merged.decode().splitlines()
    assert headers == f"{lines[0]};user_proficiencies"
    named = {line.partition(";")[0]: line for line in people}
    # The last one was the first; the new one comes at the end.
    assert list(named) == [f"agent{number:05d}" for number in range(29, 0, -1)] + ["agent00031"]
    before = {line.partition(";")[0]: line for line in lines[1:]}
    assert named["agent00001"] == before["agent00001"].replace("Support", "Basic Routing Profile") + ";"
    assert named["agent00002"] == before["agent00002"] + ";lang:en=3"
    assert all(
        named[name] == f"{before[name]};" for name in named.keys() & before.keys() - {"agent00001", "agent00002"}
    )
    files = run.files()
    assert run()[0] == run("--check")[0] == 0
    assert run.files() == files


def test_what_both_sides_changed_is_nobodys_to_decide(run: Command) -> None:
    """Then nothing is written at all, unless the instance is said to be right."""
    run()
    _edit(run)
    roster = run.folder / "agents.csv"
    roster.write_text(roster.read_text(encoding="utf-8").replace("agent00001;Support", "agent00001;Sales"), "utf-8")
    _move(run, "agent00001")
    _move(run, "agent00002")
    before = run.files()
    status, _, said = run()
    assert status == 1
    assert "agents.csv was edited since the last import, and the instance changed too (agent00001); nothing" in said
    assert run.files() == before
    assert run("--overwrite")[0] == 0
    assert list(run.rows()) == [f"agent{number:05d}" for number in range(1, 31)]


def test_what_was_edited_and_is_not_deployed_yet_stays(run: Command) -> None:
    """A joiner, a mover and a leaver wait for the next `pulumi up`, while the instance changes elsewhere."""
    run()
    roster = run.folder / "agents.csv"
    headers, *lines = roster.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("Basic Routing Profile", "Sales")
    joiner = ["joiner", "Support", "Agent", "Jo"] + [""] * (headers.count(",") - 3)
    roster.write_text("\n".join([headers, *lines[:-1], ",".join(joiner)]) + "\n", encoding="utf-8")
    _move(run, "agent00001")
    status, _, said = run()
    assert status == 0
    assert said.splitlines() == [
        f"{name}: the edited line stays, for the next pulumi up" for name in ("agent00003", "agent00030", "joiner")
    ]
    found = run.rows()
    assert {name: found[name]["routing_profile"] for name in ("agent00001", "agent00003", "joiner")} == {
        "agent00001": "Basic Routing Profile",
        "agent00003": "Sales",
        "joiner": "Support",
    }
    assert "agent00030" not in found
    assert [line.partition(":")[0] for line in run("--check")[2].splitlines()] == ["agent00003", "agent00030", "joiner"]


def test_a_roster_that_nobody_edited_follows_the_instance(run: Command) -> None:
    """Also when an editor or a version control changed nothing but its line ends."""
    run()
    roster = run.folder / "agents.csv"
    roster.write_bytes(roster.read_bytes().replace(b"\n", b"\r\n"))
    before = run.files()
    assert run()[0] == 0
    assert run.files() == before
    _move(run, "agent00001")
    status, said, _ = run()
    assert status == 0
    assert "agents.csv written" in said
    assert run.rows()["agent00001"]["routing_profile"] == "Basic Routing Profile"


def test_a_name_that_changed_in_the_instance_is_no_edit_of_the_roster(run: Command) -> None:
    """It is said which name that is."""
    run()
    before = run.files()
    with run.emulator.store.write() as tx:
        renamed = "UPDATE resources SET doc = replace(doc, '\"Support\"', '\"Helpdesk\"') WHERE id = ?"
        tx.execute(renamed, (seed.ROUTING_PROFILES["Support"],))
    status, _, said = run()
    assert status == 1
    assert "agents.csv does not fit the instance (roster:2: routing_profile: 'Support' is not a routing profile" in said
    assert "and 9 more); nothing was written; --check shows everything" in said
    assert run.files() == before
    assert run("--overwrite")[0] == 0
    assert run.rows()["agent00001"]["routing_profile"] == "Helpdesk"


def test_a_byte_order_mark_is_no_edit(run: Command) -> None:
    """Excel writes one; it stays, since without it Excel would not read UTF-8."""
    run()
    roster = run.folder / "agents.csv"
    roster.write_bytes(b"\xef\xbb\xbf" + roster.read_bytes())
    before = run.files()
    for options in ((), ("--overwrite",)):
        assert "nothing has changed" in run(*options)[1]
        assert run.files() == before
    _move(run, "agent00001")
    assert "agents.csv written" in run()[1]
    assert roster.read_bytes().startswith(b"\xef\xbb\xbfusername,")


def _own(run: Command, name: str) -> None:
    """Everybody has the ownership tag of one resource."""
    client = connect(run.emulator)
    for id_ in users_of(client).values():
        client.tag_resource(resourceArn=f"{seed.INSTANCE_ARN}/agent/{id_}", tags={OWNER: f"{'0' * 24} {name}"})


def test_a_check_counts_the_people_whom_it_compares(run: Command) -> None:
    """Users of another stack are not among them."""
    _own(run, "urn:pulumi:prod::shop::x::bob")
    assert run()[0] == 0
    assert run("--check") == (
        0,
        f"{run.folder / 'agents.csv'} and the instance agree on 0 people; 30 users are managed elsewhere\n",
        "",
    )
    result = json.loads(run("--check", "--json")[1])
    assert (result["people"], result["differences"], len(result["others"])) == (0, [], 30)


def test_a_tag_steers_no_terminal(run: Command) -> None:
    """Whoever may tag users can write any character into the name of an owner."""
    _own(run, "urn:pulumi:=1B=5B2J=0A=3A=3Aerror=3A=3Ax")
    stderr = run()[2]
    assert "of project 'error'" in stderr
    assert not {"\x1b", "\x9b"} & set(stderr)
    assert not any(line.startswith("::") for line in stderr.splitlines())


def test_a_user_of_the_same_name_in_another_project_stays_there(run: Command) -> None:
    """The default name of the roster is the same everywhere: only the project tells whose a user is."""
    run()
    client = connect(run.emulator)
    arns = {name: f"{seed.INSTANCE_ARN}/agent/{id_}" for name, id_ in users_of(client).items()}
    kind = "connect_users:index:ConnectUserRoster=24pulumi-python:dynamic/connect_users:ConnectUser"
    for project, username in (("emulator-users", "agent00001"), ("elsewhere", "agent00002")):
        owner = f"{'0' * 24} urn:pulumi:prod::{project}::{kind}::agents-{username}"
        client.tag_resource(resourceArn=arns[username], tags={OWNER: owner})
    status, _, said = run("--check")
    assert status == 1
    assert said == (
        "agent00002: in the roster, but belongs to urn:pulumi:prod::elsewhere::connect_users:index:ConnectUserRoster$"
        "pulumi-python:dynamic/connect_users:ConnectUser::agents-agent00002 now\n"
    )
    status, _, said = run()
    assert status == 0
    assert said == "agent00002: not imported, owned by stack 'prod' of project 'elsewhere' (tag connect-users:owner)\n"
    assert set(run.rows()) == {f"agent{number:05d}" for number in range(1, 31) if number != 2}
    # Nobody of either is anybody's business in a new folder.
    for file in run.folder.iterdir():
        file.unlink()
    assert len(run()[2].splitlines()) == 2
    assert not {"agent00001", "agent00002"} & set(run.rows())


def test_a_leaver_whose_line_is_gone_is_not_thought_to_be_somebody_elses(run: Command) -> None:
    """Until `pulumi up` deletes the user, code and instance differ."""
    run()
    client = connect(run.emulator)
    arn = f"{seed.INSTANCE_ARN}/agent/{users_of(client)['agent00030']}"
    owner = f"{'0' * 24} urn:pulumi:prod::emulator-users::x::agents-agent00030"
    client.tag_resource(resourceArn=arn, tags={OWNER: owner})
    roster = run.folder / "agents.csv"
    roster.write_text("".join(roster.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert run("--check")[2] == "agent00030: in the instance, not in the roster\n"


def test_an_interrupted_import_goes_on_where_it_was(run: Command) -> None:
    """What was read is kept beside the files, which are written whole or not at all."""
    fault = Fault("DescribeUser", "error-before", skip=20, times=99, code="ExpiredTokenException", status=403)
    run.emulator.faults.add(fault)
    status, _, said = run()
    assert status == 1
    kept, problem = said.splitlines()
    assert kept.endswith("users were read and saved; run the same command to continue")
    assert "ExpiredTokenException" in problem
    assert set(run.files()) == {"import.unfinished.json"}
    count = len(json.loads(run.files()["import.unfinished.json"])["resources"])
    run.emulator.faults.clear()
    run.calls()
    assert run()[0] == 0
    assert run.calls()["DescribeUser"] == 30 - count < 30
    assert len(run.rows()) == 30
    assert "import.unfinished.json" not in run.files()
    before = run.files()
    (run.folder / "import.json").unlink()
    run()
    assert run.files() == before


def test_how_long_it_will_take_is_said_before(run: Command) -> None:
    """E-mail addresses cost a request each: nobody should wonder what the command is doing for minutes."""
    run.emulator.faults.add(Fault("DescribeUser", "error-before", times=99, code="AccessDeniedException", status=403))
    status, _, said = run("--requests-per-second", "1")
    assert status == 1
    first, *_ = said.splitlines()
    assert first.endswith(
        "30 users; describing 30 of them one by one, for their e-mail addresses, takes about 30 s at 1 "
        "a second (Ctrl-C keeps what was read)"
    )
    assert "described one by one" not in run("--requests-per-second", "1000")[2]


def test_the_results_as_json(run: Command) -> None:
    """On stdout alone, for the jobs that read it."""
    client = connect(run.emulator)
    arn = f"{seed.INSTANCE_ARN}/agent/{users_of(client)['agent00001']}"
    client.tag_resource(resourceArn=arn, tags={OWNER: f"{'0' * 24} urn:pulumi:prod::shop::x::bob"})
    status, out, _ = run("--json")
    assert status == 0
    assert json.loads(out) == {
        "instance": seed.INSTANCE_ALIAS,
        "people": 29,
        "language": "python",
        "each": False,
        "changed": ["agents.csv", "__main__.py", "Pulumi.yaml", "import.json"],
        "left_out": {},
        "others": {"agent00001": "urn:pulumi:prod::shop::x::bob"},
        "unselected": [],
        "pending": [],
    }
    _move(run, "agent00002")
    client.delete_user(UserId=users_of(client)["agent00003"], **HERE)
    status, out, _ = run("--check", "--json")
    assert status == 1
    assert json.loads(out)["differences"] == [
        {"username": "agent00002", "text": "differs in routing_profile_id", "inputs": ["routing_profile_id"]},
        {"username": "agent00003", "text": "in the roster, not in the instance", "inputs": []},
    ]


def test_a_program_that_does_not_know_the_roster_gets_a_line_that_says_what_to_add(run: Command) -> None:
    """It is the user's own, and so is not written."""
    (run.folder / "__main__.py").write_text("# mine\n", encoding="utf-8")
    _, said, _ = run("--name", "sales")
    sdk = "from connect_users import ConnectInstance, ConnectUserRoster"
    assert f"add these lines to __main__.py:\n{sdk}\nConnectUserRoster(\n" in said
    (run.folder / "__main__.py").write_text("roster='sales.csv'\n", encoding="utf-8")
    assert "add these lines" not in run("--name", "sales")[1]


@pytest.mark.parametrize(
    ("project", "package", "main"),
    [
        ("runtime: python\nmain: infra/\n", None, "infra/__main__.py"),
        ("runtime: python\nmain: ./app.py\n", None, "./app.py"),
        ("runtime: nodejs\n", '{"main": "src/index.ts"}', "src/index.ts"),
        ("runtime: nodejs\n", '{"main": "index.js"}', "index.js"),
    ],
)
def test_no_program_is_written_beside_one_that_is_elsewhere(
    project: str, package: str | None, main: str, run: Command
) -> None:
    """Pulumi would not run it: the next preview would delete everybody who was imported."""
    written = {"Pulumi.yaml": f"name: x\n{project}", main: "", **({} if package is None else {"package.json": package})}
    for name, text in written.items():
        (run.folder / name).parent.mkdir(exist_ok=True)
        (run.folder / name).write_text(text, encoding="utf-8")
    _, said, _ = run("--json")
    assert json.loads(said)["changed"] == ["agents.csv", "import.json"]
    _, said, _ = run()
    before, _, snippet = said.partition(" (paths are relative to the folder in which Pulumi runs it):\n")
    assert before.endswith(f"add these lines to {main}")
    (run.folder / main).write_text(snippet, encoding="utf-8")
    assert run()[1].endswith("nothing has changed\n")


def test_who_is_not_selected_any_more_stays_in_the_roster(run: Command) -> None:
    """A tag that somebody took away must not lead to the deletion of its user by the next `pulumi up`."""
    select = ("--select", "tag=team=team-4")
    run(*select)
    assert set(run.rows()) == {"agent00004", "agent00024"}
    assert run(*select, "--check")[0] == 0
    client = connect(run.emulator)
    arn = f"{seed.INSTANCE_ARN}/agent/{users_of(client)['agent00004']}"
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert run(*select, "--check")[2] == "agent00004: differs in tags\n"
    status, _, said = run(*select)
    assert status == 0
    stays = "no longer selected, but stays in the roster; without the line, pulumi up deletes the user"
    assert said == f"agent00004: {stays}\n"
    assert "tags" not in run.rows()["agent00004"]
    run(*select, "--overwrite")
    assert set(run.rows()) == {"agent00024"}


def test_groups_and_profiles_with_odd_names_can_be_chosen(run: Command) -> None:
    """Also those whose names a roster cannot hold, and who is below them."""
    client = connect(run.emulator)
    users = users_of(client)
    parent = seed.HIERARCHY_GROUPS["EMEA"]
    group = client.create_user_hierarchy_group(Name="a/b|c", ParentGroupId=parent, **HERE)["HierarchyGroupId"]
    client.update_user_hierarchy(UserId=users["agent00003"], HierarchyGroupId=group, **HERE)
    queue = seed.QUEUES["BasicQueue"]
    profile = client.create_routing_profile(
        Name="Gold | 1", Description="x", DefaultOutboundQueueId=queue, MediaConcurrencies=[], **HERE
    )["RoutingProfileId"]
    client.update_user_routing_profile(UserId=users["agent00004"], RoutingProfileId=profile, **HERE)
    client.tag_resource(resourceArn=f"{seed.INSTANCE_ARN}/agent/{users['agent00005']}", tags={"a=b": "c=d"})
    for select, username in (
        ("hierarchy=EMEA/a/b|c", "agent00003"),
        ("routing-profile=Gold | 1", "agent00004"),
        ("tag=a=b=c=d", "agent00005"),
    ):
        assert run("--select", select, "--overwrite")[0] == 0
        assert set(run.rows()) == {username}
    run("--select", "hierarchy=EMEA", "--overwrite")
    assert {"agent00003", "agent00001"} <= set(run.rows())


def test_groups_are_described_where_they_cannot_be_searched(run: Command) -> None:
    """The right may be missing: it is slower then."""
    run.emulator.faults.add(
        Fault("SearchUserHierarchyGroups", "error-before", code="AccessDeniedException", status=403)
    )
    assert run()[0] == 0
    assert run.calls()["DescribeUserHierarchyGroup"] == len(seed.HIERARCHY_GROUPS)


def test_a_search_that_finds_no_proficiencies_is_not_believed_where_there_were_some(run: Command) -> None:
    """That it finds whoever has any is not documented."""
    client = connect(run.emulator)
    ids = {**HERE, "UserId": users_of(client)["agent00007"]}
    skill = {"AttributeName": "lang", "AttributeValue": "en", "Level": 3.0}
    client.associate_user_proficiencies(UserProficiencies=[skill], **ids)
    run()
    assert run.rows()["agent00007"]["user_proficiencies"] == "lang:en=3"
    client.disassociate_user_proficiencies(UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en"}], **ids)
    run.calls()
    assert run("--check")[2] == "agent00007: differs in user_proficiencies\n"
    assert run.calls()["ListUserProficiencies"] == 30


def _broken(run: Command, name: str, change: Callable[[Any], object]) -> None:
    """Change what the last import wrote of the first user."""
    file = run.folder / name
    document = json.loads(file.read_text(encoding="utf-8"))
    change(next(entry for entry in document["resources"] if "outputs" in entry and entry["id"] != "agents"))
    file.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("name", ["import.json", "import.unfinished.json"])
@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.update(inputs=["username"]),
        lambda entry: entry.update(outputs=None),
        lambda entry: entry.pop("inputs"),
        None,
    ],
    ids=["inputs are a list", "outputs are nothing", "no inputs", "endless nesting"],
)
def test_a_file_that_is_not_of_an_import_is_named_and_nothing_is_lost(
    run: Command, name: str, change: Callable[[Any], object] | None
) -> None:
    run()
    (run.folder / "import.unfinished.json").write_bytes((run.folder / "import.json").read_bytes())
    if change is None:
        (run.folder / name).write_text("[" * 100_000, encoding="utf-8")
    else:
        _broken(run, name, change)
    before = run.files()
    status, _, stderr = run()
    assert status == 1
    assert stderr == f"connect-users: {run.folder / name}: cannot be read as the file of an import; remove it\n"
    assert run.files() == before


@pytest.mark.parametrize(
    "inputs",
    [{}, {"username": "ada"}, {"shoe_size": 44}, {"identity_info": None}, {"username": {}}],
    ids=["none", "some", "unknown", "nothing", "wrong"],
)
def test_inputs_that_nobody_can_have_are_read_again(run: Command, inputs: dict[str, Any]) -> None:
    """A file that a hand or a merge has broken: what it says of that user is not believed."""
    run()
    good = run.files()
    _broken(run, "import.json", lambda entry: entry.update(inputs=inputs))
    run.calls()
    assert run()[0] == 0
    assert run.calls()["DescribeUser"] == 1
    assert set(run.files()) == set(good)
    assert run.files()["import.json"] == good["import.json"]
