"""The workflows of examples/pr-preview: linted, and their shell steps run here, against the emulator."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from connect_users.cli import COMMANDS, parser
from connect_users.emulator import Emulator, seed, seed_users

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "pr-preview"
#: The example's, and the one of this repository itself.
WORKFLOWS = [file for place in (EXAMPLE, ROOT) for file in sorted((place / ".github" / "workflows").glob("*.yml"))]
CHANGE = Path(__file__).resolve().parents[2] / "data" / "previews" / "change.json"
#: Stands for GitHub's command: tells what it was asked, and that there is (not) a comment of ours.
_GH = """#!/bin/sh
echo "$@" >> calls.txt
case "$*" in */pulls*) cat pulls.txt ;; *--paginate*) cat existing.txt ;; esac
"""
_PULUMI = """#!/bin/sh
echo "$@" >> calls.txt
cat "$RECORDED_PREVIEW"
exit 1
"""


def workflow(name: str) -> dict[str, Any]:
    """A workflow of the example."""
    return read(EXAMPLE / ".github" / "workflows" / f"{name}.yml")


def read(file: Path) -> dict[str, Any]:
    """A workflow; YAML takes the key ``on`` for a truth value."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return {"on" if key is True else str(key): value for key, value in document.items()}


def steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of all jobs."""
    return [step for job in document["jobs"].values() for step in job["steps"]]


def script(name: str, step: str) -> str:
    return str(next(each["run"] for each in steps(workflow(name)) if each.get("name") == step))


def shell(text: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: bash, which stops at the first failure."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash on PATH")
    path = os.pathsep.join((str(place / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=place,
        env={
            **os.environ,
            "PATH": path,
            "GITHUB_REPOSITORY": "org/agents",
            "NUMBER": "7",
            "STACK": "prod",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def command(place: Path, name: str, text: str) -> None:
    """Put a command on the PATH of a step."""
    file = place / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


LINTERS = {
    "actionlint": ["actionlint"],
    "check-jsonschema": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
    "zizmor": ["zizmor", "--offline", "--no-progress", "--color", "never"],
}


@pytest.mark.parametrize("linter", LINTERS)
def test_the_linters_of_workflows_find_nothing(linter: str) -> None:
    """GitHub's schema, actionlint (with shellcheck for the scripts), zizmor for what can be attacked."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    program = shutil.which(linter, path=path)
    if program is None:
        pytest.skip(f"{linter} is not on PATH (`make test` installs it; actionlint where Go is)")
    command = [program, *LINTERS[linter][1:], *map(str, WORKFLOWS)]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_updates_of_the_pinned_actions_are_asked_for() -> None:
    """As GitHub's schema for Dependabot has it; with a pause, in which a bad release is found out."""
    file = EXAMPLE / ".github" / "dependabot.yml"
    updates = yaml.safe_load(file.read_text(encoding="utf-8"))["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip"}
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates)
    program = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("check-jsonschema is not installed (`make test` installs it)")
    command = [program, "--builtin-schema", "vendor.dependabot", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


#: Those of GitHub whose names stand for one release of a system.
RUNNERS = {"ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025"}


def runners(job: dict[str, Any]) -> set[str]:
    if job["runs-on"] == "${{ matrix.runner }}":
        return {each["runner"] for each in job["strategy"]["matrix"]["include"]}
    return {job["runs-on"]}


def runs_our_code(job: dict[str, Any]) -> bool:
    """Whether the source is there at all."""
    return any(step.get("uses", "").startswith("actions/checkout@") for step in job["steps"])


def test_a_release_is_published_by_jobs_that_run_none_of_its_code() -> None:
    """After every archive was started, with tokens of the run alone; started by hand, nothing is published."""
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    publishing = {name: job for name, job in jobs.items() if job["permissions"] != {"contents": "read"}}
    assert set(publishing) == {"pypi", "npm", "github"}
    assert {name: job.get("environment") for name, job in publishing.items()} == {
        "pypi": "pypi",
        "npm": "npm",
        "github": None,
    }
    for job in publishing.values():
        assert job["if"] == "github.event_name == 'push'"
        assert job["needs"] == "check"
        assert not runs_our_code(job)
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "secrets." not in text


def test_every_archive_of_a_release_is_started_with_every_python() -> None:
    """On a runner of its own platform."""
    matrix = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]["check"]["strategy"]["matrix"]
    assert matrix["platform"] == [each["platform"] for each in matrix["include"]]
    source = (ROOT / "plugin" / "release" / "archives.py").read_text(encoding="utf-8")
    assert matrix["platform"] == re.findall(r'"(\w+-\w+)": "', source)
    assert f"PYTHONS: Final = ({', '.join(json.dumps(each) for each in matrix['python'])})" in source


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_is_formed_as_github_wants_it(file: Path) -> None:
    """Every step runs or uses, jobs have limits and runners that do not move."""
    document = read(file)
    assert {"name", "on", "permissions", "jobs"} <= document.keys()
    for job in document["jobs"].values():
        assert runners(job) <= RUNNERS
        assert 0 < job["timeout-minutes"] <= 120
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert "name" in step or "uses" in step


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_and_permissions_are_few(file: Path) -> None:
    """Commits with their version beside them; nothing by default; checkouts leave no token behind."""
    text = file.read_text(encoding="utf-8")
    uses = re.findall(r"(?<!\w)uses: (\S+)(.*)", text)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    document = read(file)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert set(job["permissions"]) <= {"contents", "id-token", "pull-requests", "actions", "statuses"}
        assert job["permissions"]["contents"] == "read" or not runs_our_code(job)
        assert job["permissions"].get("actions", "read") == "read"
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_the_same_action_is_pinned_alike_everywhere() -> None:
    """One version of each."""
    uses = {match for file in WORKFLOWS for match in re.findall(r"(?<!\w)uses: (\S+)@(\S+)", file.read_text("utf-8"))}
    assert len(uses) == len({action for action, _ in uses})


def test_only_jobs_without_code_of_the_pull_request_may_write_or_reach_more_than_a_preview_needs() -> None:
    """A token for AWS goes to the four jobs that need one; the job that runs the pull request writes nothing."""
    granted = {
        name: {
            permission
            for permission, level in job["permissions"].items()
            if level == "write" or permission == "actions"
        }
        for name in ("preview", "review", "rehearsal", "rehearsal-comment", "apply", "audit")
        for job in workflow(name)["jobs"].values()
    }
    assert granted == {
        "preview": {"id-token"},
        "review": {"actions", "id-token", "pull-requests", "statuses"},
        "rehearsal": set(),
        "rehearsal-comment": {"actions", "pull-requests"},
        "apply": {"id-token"},
        "audit": {"actions", "id-token"},
    }
    for name in ("review", "rehearsal-comment"):
        assert list(workflow(name)["on"]) == ["workflow_run"]
        assert "secrets." not in (EXAMPLE / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")


def test_the_readme_shows_which_run_may_take_which_role() -> None:
    """Each role trusts one `sub`, which GitHub writes into the token of the run."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    for sub in ("pull_request", "ref:refs/heads/main", "environment:production"):
        assert f"repo:ORG/REPOSITORY:{sub}" in text
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    (trust,) = (block for block in blocks if "Statement" in block)
    (statement,) = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert set(statement["Condition"]["StringEquals"]) == {
        "token.actions.githubusercontent.com:aud",
        "token.actions.githubusercontent.com:sub",
    }
    assert workflow("apply")["jobs"]["apply"]["environment"] == "production"


def test_a_fork_gets_no_secret() -> None:
    """Neither secrets, nor a token that writes, nor expressions of the pull request inside a script."""
    text = (EXAMPLE / ".github" / "workflows" / "rehearsal.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "write" not in text
    assert "pull_request_target" not in "".join(file.read_text("utf-8") for file in WORKFLOWS)
    for file in WORKFLOWS:
        for step in steps(read(file)):
            assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_the_commands_of_a_workflow_exist(file: Path) -> None:
    """With the options that they are given."""
    text = "\n".join(step.get("run", "") for step in steps(read(file))).replace("\\\n", "")
    # What the shell leaves out when a variable is empty has to be right, too.
    for line in re.sub(r"\$\{\w+:\+(.*?)\}", r"\1", text).splitlines():
        called = re.search(r"(?<!<!-- )connect-users (?P<name>\w+) [^;|]*", line)
        if called is None:
            continue
        if called["name"] not in COMMANDS:
            pytest.skip(f"connect-users has no command '{called['name']}' in this version")
        words = [word for word in shlex.split(called[0])[1:] if word != "$@"]
        assert callable(parser(words).parse_args(words).run)


def reviewing(place: Path) -> None:
    """What review.yml has: the default branch, and the preview of the pull request."""
    shutil.copy(EXAMPLE / "policy.yaml", place)
    (place / "preview").mkdir()
    shutil.copy(CHANGE, place / "preview" / "preview.json")


def test_a_preview_that_fails_is_handed_over_with_its_reason(tmp_path: Path) -> None:
    """The review says it; without any JSON there is nothing to hand over, and the job fails."""
    command(tmp_path, "pulumi", _PULUMI)
    done = shell(script("preview", "Preview"), tmp_path, RECORDED_PREVIEW=str(CHANGE))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "preview.json").read_bytes() == CHANGE.read_bytes()
    assert "--show-secrets" not in (tmp_path / "calls.txt").read_text(encoding="utf-8")
    assert shell(script("preview", "Preview"), tmp_path, RECORDED_PREVIEW=os.devnull).returncode == 1


def test_the_review_has_every_report_and_the_gate_fails_it(tmp_path: Path) -> None:
    """Without an instance nothing names the security profiles, and so they count as power."""
    reviewing(tmp_path)
    done = shell(script("review", "Explain"), tmp_path, INSTANCE="")
    assert done.returncode == 1
    assert "admin-gained: 5 users gain power; the limit is 0 (dae.kim, eve, grace, hugo, ada)" in done.stderr
    assert "policy: " in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "review.md").read_text(encoding="utf-8").startswith("<!-- connect-users explain -->\n")
    assert "Leavers (1)" in (tmp_path / "review.txt").read_text(encoding="utf-8")
    assert '"schema": 1' in (tmp_path / "review.json").read_text(encoding="utf-8")


def test_the_instance_is_asked_where_a_variable_names_it(tmp_path: Path) -> None:
    """For the names that decide."""
    reviewing(tmp_path)
    with Emulator() as emulator:
        place = {"AWS_ENDPOINT_URL_CONNECT": emulator.endpoint_url, "AWS_REGION": seed.REGION}
        keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}
        done = shell(script("review", "Explain"), tmp_path, INSTANCE=seed.INSTANCE_ALIAS, **place, **keys)
    assert done.returncode == 1
    assert "admin-gained: 3 users gain power" in done.stderr
    assert "ada: routing Support → Sales; + security profile Admin ⚠" in (tmp_path / "review.txt").read_text("utf-8")


def test_the_nightly_audit_fails_on_what_is_new_and_says_it(tmp_path: Path) -> None:
    """The second night nothing is; no username is markup in the summary."""
    for name in ("agents.csv", "accepted.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    resources = {"version": 3, "deployment": {"resources": []}}
    (tmp_path / "state.json").write_text(json.dumps(resources), encoding="utf-8")
    summary = tmp_path / "summary.md"
    with Emulator() as emulator:
        seed_users(emulator.store, 1)
        environment = {
            "AWS_ENDPOINT_URL_CONNECT": emulator.endpoint_url,
            "AWS_REGION": seed.REGION,
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x",
            "INSTANCE": seed.INSTANCE_ALIAS,
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        for status, lines in ((1, 5), (0, 0)):
            done = shell(script("audit", "Audit"), tmp_path, **environment)
            assert done.returncode == status, done.stderr
            lines_of = summary.read_text(encoding="utf-8").splitlines()
            assert len(lines_of) == lines
            assert all(line.startswith("    new: ") for line in lines_of)
    assert "there is no finding 'power/grace.hopper/CallCenterManager'" in done.stderr
    (step,) = (each for each in steps(workflow("audit")) if each.get("name") == "Audit")
    assert step["shell"] == "bash"
    assert (tmp_path / "audit.html").exists()


@pytest.mark.parametrize(("last", "downloads"), [("41", 1), ("", 0)])
def test_an_audit_is_compared_with_the_last_one_of_the_default_branch(
    tmp_path: Path, last: str, downloads: int
) -> None:
    """The artefact of another branch, or of a fork, could say that everything is known."""
    command(tmp_path, "gh", '#!/bin/sh\necho "$@" >> calls.txt\ncase "$*" in api*) echo "$LAST" ;; esac\n')
    done = shell(script("audit", "Last audit"), tmp_path, BRANCH="main", LAST=last)
    assert (done.returncode, done.stderr) == (0, "")
    calls = (tmp_path / "calls.txt").read_text(encoding="utf-8")
    assert '.workflow_run.head_branch == "main"' in calls
    assert ".workflow_run.head_repository_id == .workflow_run.repository_id" in calls
    assert calls.count("run download 41 --repo org/agents --name audit") == downloads


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("success", "success"), ("failure", "failure"), ("skipped", "failure"), ("cancelled", "failure"), ("", "failure")],
)
def test_only_a_review_that_was_made_passes_the_commit(tmp_path: Path, outcome: str, state: str) -> None:
    """Where there was no preview, or it could not be read, nobody has judged it."""
    command(tmp_path, "gh", _GH)
    done = shell(script("review", "Status"), tmp_path, OUTCOME=outcome, COMMIT="abc", RUN="https://run")
    assert (done.returncode, done.stderr) == (0, "")
    (call,) = (tmp_path / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert f"repos/org/agents/statuses/abc --silent --raw-field state={state}" in call
    assert "context=connect-users review" in call
    (status,) = (each for each in steps(workflow("review")) if each.get("name") == "Status")
    assert status["if"] == "${{ always() }}"


@pytest.mark.parametrize("name", ["review", "rehearsal-comment"])
@pytest.mark.parametrize(
    ("existing", "call"),
    [
        ("", "api --method POST repos/org/agents/issues/7/comments --field body=@review.md --silent"),
        ("41\n42\n", "api --method PATCH repos/org/agents/issues/comments/41 --field body=@review.md --silent"),
    ],
    ids=["no comment yet", "a comment of ours"],
)
def test_the_comment_is_made_once_and_then_edited(tmp_path: Path, name: str, existing: str, call: str) -> None:
    """By the marker that `explain` puts first."""
    command(tmp_path, "gh", _GH)
    (tmp_path / "existing.txt").write_text(existing, encoding="utf-8")
    (tmp_path / "pulls.txt").write_text("7\n", encoding="utf-8")
    done = shell(script(name, "Comment"), tmp_path, HEAD="fork:fix", COMMIT="abc")
    assert (done.returncode, done.stderr) == (0, "")
    *_, asked, written = (tmp_path / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert "<!-- connect-users explain -->" in asked
    assert written == call


@pytest.mark.parametrize("name", ["review", "rehearsal-comment"])
def test_a_comment_goes_to_the_pull_request_that_github_names(tmp_path: Path, name: str) -> None:
    """Found by branch and commit of the run; nothing is written when it has moved on, or was closed."""
    command(tmp_path, "gh", _GH)
    (tmp_path / "pulls.txt").touch()
    done = shell(script(name, "Comment"), tmp_path, HEAD="fork:$(id)", COMMIT="abc")
    assert (done.returncode, done.stderr) == (0, "")
    (asked,) = (tmp_path / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert "repos/org/agents/pulls" in asked
    assert "head=fork:$(id)" in asked
    assert 'select(.head.sha == "abc")' in asked


@pytest.mark.parametrize(("name", "other"), [("review", "preview"), ("rehearsal-comment", "rehearsal")])
def test_a_review_is_made_without_the_code_of_the_pull_request(name: str, other: str) -> None:
    """Checked out is the default branch; of the pull request comes an artefact, which is data."""
    used = [each for each in steps(workflow(name)) if "uses" in each]
    (checkout,) = (each for each in used if each["uses"].startswith("actions/checkout@"))
    assert "ref" not in checkout["with"]
    assert "repository" not in checkout["with"]
    (download,) = (each for each in used if each["uses"].startswith("actions/download-artifact@"))
    # In a folder of its own, so that it replaces nothing of the default branch.
    assert download["with"]["path"] == download["with"]["name"] == other
    assert workflow(name)["on"] == {"workflow_run": {"workflows": [other.capitalize()], "types": ["completed"]}}
    assert workflow(other)["name"] == other.capitalize()
    (upload,) = (each for each in steps(workflow(other)) if each.get("uses", "").startswith("actions/upload-artifact@"))
    assert (upload["with"]["name"], upload["with"]["retention-days"]) == (other, 1)


def change(place: Path, *replacements: tuple[str, str]) -> None:
    """The example before, and after a fork's change of the roster."""
    for name in ("before", "after"):
        shutil.copytree(EXAMPLE, place / name)
    roster = place / "after" / "agents.csv"
    text = roster.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    roster.write_text(text, encoding="utf-8")


def test_a_forks_change_is_rehearsed_and_reviewed(tmp_path: Path) -> None:
    """The summary says who gains power, and the gate fails the job; the comment says the same."""
    leaver = "edsger.dijkstra,Edsger,Dijkstra,Support,Agent,EMEA/UK/London,support\n"
    change(
        tmp_path, (",Support,Agent,EMEA/UK/London,support\nedsger", ",Sales,Agent|Admin,,support\nedsger"), (leaver, "")
    )
    summary = tmp_path / "summary.md"
    done = shell(script("rehearsal", "Rehearse"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell(script("rehearsal", "Explain"), tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1
    text = summary.read_text(encoding="utf-8")
    assert "**1 leaver, 1 mover; 1 user gains power ⚠**" in text
    assert "⛔ admin-gained: 1 user gains power; the limit is 0 (ada.lovelace)" in text
    assert "- **ada.lovelace**: routing Support → Sales; + security profile Admin ⚠" in text
    assert "hierarchy-required" in text
    assert "no-plain-passwords" not in text
    assert "REHEARSAL" in text
    assert "Lovelace" not in text.partition("<summary>Log")[0]
    assert "Emulator-Only-1" not in text + (tmp_path / "preview.json").read_text(encoding="utf-8")

    trusted = tmp_path / "trusted"
    shutil.copytree(EXAMPLE, trusted)
    (trusted / "rehearsal").mkdir()
    for name in ("preview.json", "after.txt"):
        shutil.copy(tmp_path / name, trusted / "rehearsal")
    done = shell(script("rehearsal-comment", "Explain"), trusted)
    assert done.returncode == 0, done.stderr
    comment = (trusted / "review.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- connect-users explain -->\n### Rehearsal on the emulator\n")
    assert text == comment


@pytest.mark.parametrize("data", ["", "{", "[]", '{"steps": "x"}', '{"steps": [{"op": 1, "urn": [], "newState": 7}]}'])
def test_data_of_a_fork_that_is_no_preview_makes_no_comment(tmp_path: Path, data: str) -> None:
    """One line that says so, or a review without anybody; never a traceback."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "rehearsal").mkdir()
    (tmp_path / "rehearsal" / "preview.json").write_text(data, encoding="utf-8")
    (tmp_path / "rehearsal" / "after.txt").touch()
    done = shell(script("rehearsal-comment", "Explain"), tmp_path)
    assert "Traceback" not in done.stderr
    assert (done.returncode != 0) == (not (tmp_path / "review.md").exists())


def test_a_forks_mistake_fails_the_rehearsal_with_its_reason(tmp_path: Path) -> None:
    """The summary is written all the same."""
    change(tmp_path, ("Support", "Suport"))
    summary = tmp_path / "summary.md"
    done = shell(script("rehearsal", "Rehearse"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell(script("rehearsal", "Explain"), tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1
    assert "❌ " in summary.read_text(encoding="utf-8")
    assert "did you mean 'Support'?" in summary.read_text(encoding="utf-8")
