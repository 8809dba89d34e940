"""The formats of `connect-users check`: JSON, annotations of GitHub, SARIF."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from connect_users.cli import main
from tests.contract.cli.rosters import ADA, BAD, HEADER, LISTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_json_is_one_document(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """The same by either option, good rosters and bad ones."""
    files = [write(BAD), write(f"{HEADER}\n{ADA.replace('ada', 'eve')}\n", "good.csv")]
    assert main(["check", *files, *LISTS, "--json"]) == 1
    output = capsys.readouterr()
    assert main(["check", *files, *LISTS, "--format", "json"]) == 1
    assert capsys.readouterr().out == output.out
    assert output.err == ""
    bad, good = json.loads(output.out)["rosters"]
    assert (bad["file"], good) == (
        "agents.csv",
        {
            "file": "good.csv",
            "people": 1,
            "findings": [],
            "more_problems": 0,
            "more_warnings": 0,
            "files": [{"file": "good.csv", "form": None, "inactive": []}],
        },
    )
    assert bad["findings"][0] == {
        "severity": "error",
        "file": "agents.csv",
        "line": 3,
        "column": "routing_profile",
        "username": "grace",
        "message": "'Suport' is not a routing profile of this roster; did you mean 'Support'?",
    }


def test_github_annotations_are_on_the_right_lines(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Read back by the rules of GitHub's runner: what separates is escaped in the file's name and in the text."""
    file = write(BAD.replace("Suport", '"100%: S,\nx"'), "a,b:100%.csv")
    assert main(["check", file, *LISTS, "--format", "github"]) == 1
    output = capsys.readouterr()
    assert output.err == ""
    results = []
    for line in output.out.splitlines():
        match = re.fullmatch(r"::(?P<command>error|warning) (?P<properties>[^:]*)::(?P<text>.*)", line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match["properties"].split(","))
        assert properties["title"]
        name = properties["file"].replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
        results.append((match["command"], name, int(properties["line"]), match["text"]))
    assert results[0][:3] == ("error", file, 3)
    assert results[0][3].startswith("routing_profile: '100%25: S,")
    # The quoted line break of that row counts: what follows is a line further down.
    assert {line for _, _, line, _ in results} == {3, 5, 6}


def test_github_says_nothing_of_a_good_roster(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """And of an unreadable one where it is broken."""
    assert main(["check", write(f"{HEADER}\n{ADA}\n"), "--format", "github"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["check", write(f'{HEADER}\n{ADA}\n"'), "--format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=agents.csv,line=3,")


def test_sarif_is_what_code_scanning_takes(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Version 2.1.0: rules that exist, lines from 1, places as URIs."""
    absolute = tmp_path / "all people.csv"
    absolute.write_text(BAD, encoding="utf-8")
    assert main(["check", write(BAD, "my agents.csv"), str(absolute), *LISTS, "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    uris = []
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        (where,) = result["locations"]
        assert where["physicalLocation"]["region"]["startLine"] >= 1
        uris.append(where["physicalLocation"]["artifactLocation"]["uri"])
    assert dict.fromkeys(uris) == dict.fromkeys(["my%20agents.csv", absolute.as_uri()])
    first = run["results"][0]
    assert first["message"]["text"].startswith("routing_profile: 'Suport' is not")
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
