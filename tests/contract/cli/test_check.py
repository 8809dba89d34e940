"""`connect-users check` as it is run: the verdict of the roster, its formats, names of an instance, exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import yaml

from connect_users import ConnectUserRoster
from connect_users.cli import main
from connect_users.emulator import Emulator, seed
from connect_users.emulator.faults import Fault
from tests.contract.cli.rosters import ADA, BAD, HEADER, LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOP = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An instance to ask."""
    with Emulator() as running:
        yield running


@pytest.fixture
def place(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that lead to it."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    emulator.faults.clear()
    return ["--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]


def test_a_good_roster_passes(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on stderr."""
    assert main(["check", write(f"{HEADER}\n{ADA}\n"), *LISTS, "--hierarchy-groups", "EMEA / UK/London"]) == 0
    assert capsys.readouterr() == ("agents.csv: 1 person, no problems\n", "")


def test_all_problems_are_reported_at_once_one_a_line(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With file, line and column, and what may have been meant."""
    assert main(["check", write(BAD), *LISTS]) == 1
    output = capsys.readouterr()
    lines = output.err.splitlines()
    assert lines[0] == (
        "agents.csv:3: routing_profile: 'Suport' is not a routing profile of this roster; did you mean 'Support'?"
    )
    assert any(line.startswith("agents.csv:4: username: ") for line in lines)
    assert "agents.csv:5: username: 'ada' is on lines 2 and 5; a username may appear once" in lines
    assert any(line.startswith("agents.csv:5: security_profiles: 'Admn' is not a security profile") for line in lines)
    assert output.out == f"agents.csv: {len(lines)} problems\n"


@pytest.mark.parametrize("identity", [None, "SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"])
def test_the_verdict_is_the_rosters(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], identity: Any
) -> None:
    """The same lines as the program's error."""
    import pulumi

    file = write(BAD)
    with pytest.raises(pulumi.RunError) as refused:
        ConnectUserRoster(
            "agents",
            roster=file,
            instance_id=seed.INSTANCE_ID,
            routing_profiles=seed.ROUTING_PROFILES,
            security_profiles=seed.SECURITY_PROFILES,
            hierarchy_groups=seed.HIERARCHY_GROUPS,
            identity_management_type=identity,
        )
    lists = ["--routing-profiles", ",".join(seed.ROUTING_PROFILES)]
    lists += ["--security-profiles", ",".join(seed.SECURITY_PROFILES)]
    lists += ["--hierarchy-groups", ",".join(seed.HIERARCHY_GROUPS)]
    assert main(["check", file, *lists, *(["--identity-management", identity] if identity else [])]) == 1
    problems = [line for line in capsys.readouterr().err.splitlines() if ": warning: " not in line]
    assert problems == [line.strip() for line in str(refused.value).splitlines()[1:]]


def test_identity_management_changes_the_verdict(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """A CONNECT_MANAGED user needs a password, one of SAML does not, and `passwords=` may bring it."""
    file = write(f"{HEADER}\n{ADA}\n")
    assert main(["check", file, "--identity-management", "SAML"]) == 0
    assert capsys.readouterr().err == ""
    managed = ["check", file, "--identity-management", "CONNECT_MANAGED"]
    assert main(managed) == 1
    assert re.match(r"agents\.csv:1: password: missing", capsys.readouterr().err)
    assert main([*managed, "--passwords-elsewhere"]) == 0


def test_names_without_a_list_are_not_judged(write: Callable[..., str]) -> None:
    """Each kind for itself; a list may be given in parts, and a name with a comma goes in quotes."""
    file = write(f'{HEADER}\nada,Ada,Lovelace,"Support, night",Nobody,No/Where\n')
    assert main(["check", file]) == 0
    assert main(["check", file, "--routing-profiles", "Sales", "--routing-profiles", '"Support, night",Other']) == 0
    assert main(["check", file, "--routing-profiles", "Support, night"]) == 1
    assert main(["check", file, "--hierarchy-groups", "EMEA"]) == 1


@pytest.mark.parametrize("separator", [";", ", "])
@pytest.mark.parametrize("lists", [[], ["--security-profiles", "Agent,QualityAnalyst"]], ids=["any name", "names"])
def test_several_names_with_another_separator_are_reported(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], separator: str, lists: list[str]
) -> None:
    """Whether the names are known or not; the advice has all of them."""
    cell = f"Agent{separator}QualityAnalyst"
    assert main(["check", write(f'{HEADER}\nada,Ada,Lovelace,Support,"{cell}",\n'), *lists]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"agents.csv:2: security_profiles: '{cell}' is not ")
    assert line.endswith("; write | between names: 'Agent|QualityAnalyst'")


def test_a_blank_that_is_not_the_names_is_shown(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """In a line in which white space is folded, and on a terminal that shows all of it alike."""
    rows = "".join(f"{name},A,B,Support,Quality{gap}Analyst,\n" for name, gap in (("a", "  "), ("b", "\u00a0")))
    assert main(["check", write(f"{HEADER}\n{rows}"), "--security-profiles", "Quality Analyst"]) == 1
    two, no_break = capsys.readouterr().err.splitlines()
    assert "'Quality<2 blanks>Analyst' is not a security profile of this roster; did you mean 'Quality An" in two
    assert "'Quality<no-break space>Analyst' is not a security profile of this roster; did you mean 'Qual" in no_break


def test_one_person_in_two_files_is_reported_with_both_places(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """No problem, since the files may be of two instances; the same file twice is nothing."""
    files = [write(f"{HEADER}\n{ADA}\n", "london.csv"), write(f"{HEADER}\neve{ADA[3:]}\n{ADA}\n", "austin.csv")]
    assert main(["check", *files, *LISTS]) == 0
    assert capsys.readouterr().err == (
        "austin.csv:3: warning: username: 'ada' is also in london.csv:2; a user of one instance belongs to one roster\n"
    )
    assert main(["check", files[0], f"./{files[0]}", *LISTS]) == 0
    assert capsys.readouterr().err == ""


def test_options_before_the_files_leave_the_files_alone(write: Callable[..., str]) -> None:
    """As pre-commit calls it: options first, then every file."""
    files = [write(f"{HEADER}\n{ADA}\n", name) for name in ("one.csv", "two.csv")]
    assert main(["check", *LISTS, "--ignore-columns", "note", *files]) == 0


def test_an_unknown_column_is_a_problem_unless_it_is_ignored(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Told once, on the line of the headers."""
    file = write(f"{HEADER},cost centre,desk\n{ADA},4711,12\n")
    assert main(["check", file]) == 1
    assert [line.split(": ")[:2] for line in capsys.readouterr().err.splitlines()] == [
        ["agents.csv:1", "cost centre"],
        ["agents.csv:1", "desk"],
    ]
    assert main(["check", file, "--ignore-columns", "Cost Centre,desk"]) == 0


def test_a_warning_does_not_fail(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """Told as one, and the password is not repeated."""
    file = write(f"{HEADER},password\n{ADA},Secret-Word-1\n")
    assert main(["check", file, "--identity-management", "CONNECT_MANAGED"]) == 0
    output = capsys.readouterr()
    assert re.match(r"agents\.csv: warning: password: the roster holds 1 password in plain text", output.err)
    assert main(["check", file, "--format", "github"]) == 0
    annotations = capsys.readouterr().out
    assert annotations.startswith("::warning file=agents.csv,line=1,")
    assert "Secret-Word-1" not in output.out + output.err + annotations


def test_defaults_and_holders_are_the_programs(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """What a program gives `ConnectUserRoster` beside the file may be given here."""
    file = write("username,security_profiles\nada,Agent\n")
    names = ["--default", "identity_info.first_name=A", "--default", "identity_info.last_name=B"]
    rest = [*names, "--default", "routing_profile=Support"]
    assert main(["check", file, *rest]) == 0
    assert main(["check", file, *rest, "--min-holders", "Admin=1", "--required-holders", "Admin=ada"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "agents.csv: min_holders: 0 people would have the security profile 'Admin', but at least 1 must",
        "agents.csv:2: required_holders: 'ada' must have the security profile 'Admin', but does not",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("agents.tsv", "username\trouting_profile\tsecurity_profiles\nada\tSuport\tAgent\n"),
        ("agents.yaml", "# a team\n- {username: ada, routing_profile: Suport, security_profiles: [Agent]}\n"),
        ("agents.json", '[\n{"username": "ada", "routing_profile": "Suport", "security_profiles": ["Agent"]}\n]\n'),
    ],
)
def test_every_kind_of_file_has_its_lines(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    """The second line is the bad one in each."""
    assert main(["check", write(text, name), *LISTS]) == 1
    assert capsys.readouterr().err.startswith(f"{name}:2: routing_profile: 'Suport' is not a routing profile")


def test_an_excel_file_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The row is the line."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["username", "routing_profile", "security_profiles"], ["ada", "Suport", "Agent"]):
        sheet.append(row)
    file = tmp_path / "agents.xlsx"
    book.save(file)
    assert main(["check", str(file), *LISTS]) == 1
    assert capsys.readouterr().err.startswith(f"{file}:2: routing_profile: 'Suport' is not")


def test_a_missing_library_is_reported_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to install."""
    file = tmp_path / "agents.xlsx"
    file.write_bytes(b"PK")
    # What an absent module looks like to an import statement.
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert main(["check", str(file)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "pip install 'connect-users[xlsx]'" in message


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("gone.csv", None, "gone.csv: cannot be read: No such file or directory"),
        ("agents.doc", b"x", "agents.doc: files with the suffix '.doc' cannot be read; use one of "),
        ("agents.csv", b"username\n\xff\xfe\n", "agents.csv:2: is not UTF-8; "),
        ("agents.csv", b"", "agents.csv: is empty; "),
        ("agents.csv", b'username\n"ada\n', "agents.csv:2: a quote is opened on this line and never closed"),
        ("agents.json", b"{}", "agents.json:1: is an empty dict; "),
        ("agents.xlsx", b"PK", "agents.xlsx: is not a readable Excel workbook "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    expected: str,
) -> None:
    """Another exit status than that of a bad row."""
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["check", name]) == 2
    message = capsys.readouterr().err
    assert message.startswith(expected)
    assert message.count("\n") == 1


def test_the_text_of_a_file_in_place_of_its_path_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{HEADER}\n{ADA}\n"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("roster: 1 problem\n", "roster: is not a path; pass the path of a file, not its text\n")


def test_the_other_rosters_are_judged_beside_an_unreadable_one(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """All problems of all files in one run; the worse status counts."""
    assert main(["check", "gone.csv", write(BAD), *LISTS]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("gone.csv: ")
    assert lines[1].startswith("agents.csv:3: routing_profile: ")


@pytest.mark.parametrize(
    "options",
    [
        ["--identity-management", "LDAP"],
        ["--format", "xml"],
        ["--unheard-of"],
        ["--default", "routing_profile"],
        ["--min-holders", "Admin=few"],
        ["--required-holders", "Admin"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(write: Callable[..., str], capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    """Whoever finds it, argparse or the command."""
    file = write(f"{HEADER}\n{ADA}\n")
    try:
        status: Any = main(["check", file, *options])
    except SystemExit as left:
        status = left.code
    assert status == 2
    assert options[0] in capsys.readouterr().err


def test_what_steers_a_terminal_is_not_written_to_it(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A header may hold anything, line breaks too."""
    assert main(["check", write(f'{HEADER},"odd\x1b[2J\nheader"\n{ADA},1\n')]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "\x1b" not in message


@pytest.mark.parametrize("instance", [seed.INSTANCE_ALIAS, seed.INSTANCE_ARN])
def test_an_instance_knows_the_names(
    write: Callable[..., str], place: list[str], capsys: pytest.CaptureFixture[str], instance: str
) -> None:
    """Of every kind, with what may have been meant; names that a list has are not asked for."""
    good = write(f"{HEADER}\n{ADA}\n", "good.csv")
    options = ["--instance", instance, *place, "--identity-management", "SAML"]
    assert main(["check", good, *options]) == 0
    bad = write(f"{HEADER}\nbob,B,B,Suport,Agnt,EMEA/UK/Londn\neve,E,E,Planned,Agent,EMEA\n")
    capsys.readouterr()
    assert main(["check", bad, *options, "--routing-profiles", "Planned"]) == 1
    routing, security, group = capsys.readouterr().err.splitlines()
    assert routing.startswith("agents.csv:2: routing_profile: ")
    assert "has no routing profile 'Suport'; did you mean 'Support'?" in routing
    assert "has no security profile 'Agnt'; did you mean 'Agent'?" in security
    assert "has no hierarchy group 'EMEA/UK/Londn'; did you mean 'EMEA/UK/London'?" in group


def test_an_instance_gives_its_identity_management(
    write: Callable[..., str], place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the command line does not: the emulator's is asked, and an alias nobody has is one line."""
    file = write(f"{HEADER}\n{ADA}\n")
    status = main(["check", file, "--instance", seed.INSTANCE_ALIAS, *place, "--json"])
    document = json.loads(capsys.readouterr().out)
    results = [
        main(["check", file, "--json", "--identity-management", identity]) for identity in ("SAML", "CONNECT_MANAGED")
    ]
    documents = [json.loads(text) for text in re.split(r"(?<=^\})\n", capsys.readouterr().out, flags=re.MULTILINE)[:2]]
    assert documents[0] != documents[1]
    assert (status, document) in list(zip(results, documents, strict=True))
    assert main(["check", file, "--instance", "emulatr", *place]) == 1
    assert "did you mean 'emulator'?" in capsys.readouterr().err


def test_each_kind_is_listed_once_and_only_when_it_is_named(
    write: Callable[..., str], place: list[str], emulator: Emulator
) -> None:
    """However many rows and rosters name it."""
    rows = "\n".join(f"user{number},A,B,Support,Agent," for number in range(50))
    files = [write(f"{HEADER}\n{rows}\n", name) for name in ("one.csv", "two.csv")]
    before = len(emulator.requests)
    assert main(["check", *files, "--instance", seed.INSTANCE_ID, *place, "--identity-management", "SAML"]) == 0
    operations = [request.operation for request in list(emulator.requests)[before:]]
    assert sorted(operations) == ["ListRoutingProfiles", "ListSecurityProfiles"]


def test_an_instance_that_cannot_be_asked_is_one_line(
    write: Callable[..., str], place: list[str], emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no problem of every row."""
    file = write(f"{HEADER}\n{ADA}\n{ADA.replace('ada', 'bob').replace('Support', 'Sales')}\n")
    emulator.faults.add(Fault("ListRoutingProfiles", "error-before", code="AccessDeniedException", status=403))
    assert main(["check", file, "--instance", seed.INSTANCE_ID, *place, "--identity-management", "SAML"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("connect-users: ")
    assert output.err.count("\n") == 1


def test_neither_a_stack_nor_credentials_nor_aws(tmp_path: Path) -> None:
    """A process with nothing in its environment does not even load what makes clients."""
    (tmp_path / "agents.csv").write_text(BAD, encoding="utf-8")
    code = "import sys; from connect_users.cli import main; status = main(sys.argv[1:]); "
    code += "print([name for name in ('boto3',) if name in sys.modules]); sys.exit(status)"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "agents.csv", *LISTS],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "[]"
    assert "did you mean 'Support'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_hook_is_formed_as_pre_commit_wants_it_and_finds_rosters(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its entry runs with the files appended; other files are left alone."""
    (hook,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert (hook["language"], hook["entry"]) == ("python", "connect-users check")
    rosters = ["agents.csv", "teams/roster.yaml", "roster-london.xlsx", "london_roster.tsv", "rosters/uk.json"]
    others = ["agents.py", "data.csv", "reagents.csv", "package.json", "rosters/readme.md", "agents.csv.bak"]
    assert [name for name in (*rosters, *others) if re.search(hook["files"], name)] == rosters
    command, *words = hook["entry"].split()
    assert command == "connect-users"
    assert main([*words, *hook.get("args", []), write(BAD), *LISTS]) == 1
    assert "agents.csv:3: " in capsys.readouterr().err
