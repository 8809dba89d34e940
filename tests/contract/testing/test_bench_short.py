"""``make bench`` works and its tables are whole; what is fast and what is slow is not judged here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bench import doors
from tests.bench.cli_engine import PHASES
from tests.bench.meter import Usage
from tests.bench.peers import KINDS
from tests.bench.scale import Phase
from tests.bench.throttled import Throttled

ROOT = Path(__file__).resolve().parents[3]
USERS = 10


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of the short mode over the gRPC host, which is there on every machine."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    folders = [folder for folder in os.get_exec_path() if shutil.which("pulumi", path=folder) is None]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--short", "--report", str(path)],
        cwd=ROOT,
        env={**os.environ, "PATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "users phase" in done.stdout
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_every_phase_is_measured_beside_the_floor(report: dict[str, Any]) -> None:
    assert report["engine"] == "gRPC host"
    assert [line["phase"] for line in report["scale"]] == list(PHASES)
    for line in report["scale"]:
        assert {"ours", "floor"} <= line["medians"].keys()
        assert all(usage["seconds"] > 0 for usage in line["medians"].values())
        assert line["ratios"]["seconds"] is not None


def test_scripts_are_measured_where_the_job_is_the_same(report: dict[str, Any]) -> None:
    scripts = {f"boto3 {kind}" for kind in KINDS}
    with_scripts = {line["phase"] for line in report["scale"] if scripts <= line["medians"].keys()}
    assert with_scripts == {"up new", "refresh"}
    for line in report["scale"]:
        assert all(line["medians"][who]["failed"] == 0 for who in scripts & line["medians"].keys())


def test_requests_are_as_few_as_promised(report: dict[str, Any]) -> None:
    """One for each new user, none without a change, one for one change, few for a refresh."""
    requests = {line["phase"]: line["medians"]["ours"]["requests"] for line in report["scale"]}
    assert requests.pop("refresh") <= 10
    # Each is described before it is deleted (is it still ours?), and one listing tells what they leave behind.
    assert 2 * USERS <= requests.pop("destroy") <= 2 * USERS + 2
    assert requests == {
        "preview new": 0,
        "up new": USERS,
        "preview unchanged": 0,
        "up unchanged": 0,
        "up 1 % changed": 1,
    }


def test_the_quota_is_measured_for_all(report: dict[str, Any]) -> None:
    usages = report["quota"]["usages"]
    assert usages.keys() == {"ours", "floor", *(f"boto3 {kind}" for kind in KINDS)}
    assert usages["ours"]["requests"] >= USERS
    assert report["quota"]["create_span"] > 0


def test_the_small_rows_are_there(report: dict[str, Any]) -> None:
    assert len(report["rows"]) >= 3
    assert all(row["ours"] > 0 and row["baseline"] > 0 for row in report["rows"])
    assert any("port" in row["what"] for row in report["rows"])


DYNAMIC = Usage(10.0, 10.0, 300.0, provider_memory=70.0, provider_cpu=3.0, requests=9)
PLUGIN = Usage(20.0, 9.4, 300.0, provider_memory=44.0, provider_cpu=1.7, requests=9)


def between_doors(phase: str, plugin: Usage, state: float = 2400.0) -> dict[str, str]:
    """Figure -> verdict, of a phase of 1,000 users."""
    usages = {"ours": [DYNAMIC], "plugin": [plugin]}
    states = {"ours": 2700.0, "plugin": state} if phase == "up new" else {}
    rows = doors.rows(Phase(1000, "pulumi, fast lane", phase, usages, states), "plugin")
    return {row.what.rpartition(": ")[2]: row.verdict for row in rows}


def test_the_plugin_is_judged_beside_the_dynamic_door() -> None:
    """Time is shown, and never judged."""
    assert between_doors("preview unchanged", PLUGIN) == {
        "time": "",
        "whole CPU": "met",
        "CPU of the provider": "met",
        "memory of the provider": "met",
        "requests": "",
    }
    assert between_doors("refresh", PLUGIN)["requests"] == "met"
    assert between_doors("up new", PLUGIN)["state of a user"] == "met"


@pytest.mark.parametrize(
    ("phase", "change", "missed"),
    [
        ("up unchanged", {"cpu": 9.6}, "whole CPU"),
        ("preview unchanged", {"provider_cpu": 1.9}, "CPU of the provider"),
        ("preview new", {"provider_memory": 46.0}, "memory of the provider"),
        ("refresh", {"provider_memory": 81.0}, "memory of the provider"),
        ("refresh", {"requests": 11}, "requests"),
    ],
)
def test_a_missed_bar_of_the_plugin_is_reported(phase: str, change: dict[str, Any], missed: str) -> None:
    verdicts = between_doors(phase, replace(PLUGIN, **change))
    assert [figure for figure, verdict in verdicts.items() if verdict == "MISSED"] == [missed]


def test_a_state_that_is_too_large_is_reported() -> None:
    assert between_doors("up new", PLUGIN, 2451.0)["state of a user"] == "MISSED"


def test_what_a_machine_does_not_report_is_left_out() -> None:
    """Where there is no /proc, nobody knows the provider's part."""
    verdicts = between_doors("refresh", replace(PLUGIN, provider_cpu=0.0, provider_memory=0.0))
    assert verdicts.keys() == {"time", "whole CPU", "requests"}


@pytest.mark.parametrize(
    ("ours", "state", "missed"),
    [
        (Usage(1.1, 1.0, 120.0, requests=10), 1.1, []),
        (Usage(1.2, 1.0, 120.0, requests=10), 1.1, ["time 1.20 > 1.15"]),
        (Usage(1.1, 1.0, 130.0, requests=10), 1.1, ["memory 1.30 > 1.25"]),
        (Usage(1.1, 1.0, 120.0, requests=11), 1.1, ["requests 11 > 10"]),
        (Usage(1.1, 1.0, 120.0, requests=10), 1.2, ["state 1.20 > 1.15"]),
        (Usage(1.1, 1.0, 120.0, requests=10, emulator=0.5), 1.1, ["emulator 0.33 > 0.20"]),
    ],
)
def test_a_missed_bar_is_reported(ours: Usage, state: float, missed: list[str]) -> None:
    floor = Usage(1.0, 1.0, 100.0)
    line = Phase(1000, "pulumi", "refresh", {"ours": [ours], "floor": [floor]}, {"ours": state, "floor": 1.0})
    assert line.missed() == missed


@pytest.mark.parametrize(
    ("seconds", "requests", "missed"),
    [
        (48.9, 100, []),
        (49.4, 100, ["time 1.04 > 1.03"]),
        (48.9, 111, ["requests 111 > 1.1 x 100"]),
    ],
)
def test_a_missed_bar_under_a_quota_is_reported(seconds: float, requests: int, missed: list[str]) -> None:
    """The floor of 100 users at 2/s, burst 5, is 47.5 s."""
    usages = {"ours": Usage(seconds, 1.0, 1.0, requests=requests), "floor": Usage(10.0, 1.0, 1.0)}
    assert Throttled(100, 2.0, usages, 47.5).missed() == missed
