"""Killed at any moment: `pulumi cancel` where the lock is left, `pulumi up` again, and all is as declared.

The run under test makes a user, changes one in two steps, renames one and deletes one. It is killed at every request:
before it is carried out, once it is carried out and before the answer, and after the answer; the engine or the provider
alone, once it is carried out.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from connect_users.core.ownership import TAG_KEY, owner_of
from connect_users.emulator import Emulator, Phase, RequestRecord, seed
from tests.acceptance.processes import Victim, family, kill, kill_what_is_left, victims
from tests.acceptance.stack import PASSWORD, SALES, Stack, new_root, skilled, user

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.acceptance.conftest import NewStack

#: The requests of the run, as often as they are made.
REQUESTS: Final = {
    "CreateUser": 2,
    "AssociateUserProficiencies": 2,
    "UpdateUserRoutingProfile": 1,
    "TagResource": 1,
    "DescribeUser": 2,
    "DeleteUser": 2,
    "ListQuickConnects": 1,
}
POINTS: Final = [
    (victim, operation, number, phase)
    for victim in get_args(Victim)
    for operation, count in REQUESTS.items()
    for number in range(1, count + 1)
    for phase in get_args(Phase)
    # The provider that an engine leaves behind goes on by itself: one moment of each request shows that it stops. The
    # provider alone is killed at all three by the fault matrix; one of them shows what the real engine makes of it.
    if victim == "run" or phase == "committed"
]
BEFORE: Final = {"bob": user("bob"), "cem": skilled("cem"), "dan": user("dan")}
AFTER: Final = {
    "ada": skilled("ada"),
    "bob": user("bob", routing_profile_id=SALES, tags={"team": "red"}),
    "cem": skilled("cem2"),
}


class _Dropped(Exception):
    """Makes the emulator drop the connection before it does anything."""


class Assassin:
    """Kills a run at one point of it."""

    def __init__(self, operation: str, number: int, phase: Phase, victim: Victim) -> None:
        self._point = (operation, number, phase)
        self._victim = victim
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Phase], int] = {}
        self.process: subprocess.Popen[str] | None = None
        self.struck = False
        self.relatives: dict[int, str] = {}

    def __call__(self, phase: Phase, record: RequestRecord) -> None:
        if self.process is None:
            return
        with self._lock:
            count = self._counts[record.operation, phase] = self._counts.get((record.operation, phase), 0) + 1
            if self.struck or (record.operation, count, phase) != self._point:
                return
            self.struck = True
            self.relatives = family(self.process.pid)
            kill(victims(self.relatives, self.process.pid, self._victim))
        if phase == "received":
            raise _Dropped


@pytest.fixture(scope="module")
def beginning(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack of three users, beside a stranger's; ``emulator.sqlite`` is in it."""
    root = tmp_path_factory.mktemp("beginning") / "root"
    new_root(root, template)
    with Emulator(root / "emulator.sqlite") as emulator:
        stack = _tuned(Stack(root, emulator, dict(BEFORE)))
        stack.connect.create_user(
            Username="eva",
            Password=PASSWORD,
            IdentityInfo={"FirstName": "Eva", "LastName": "Stranger"},
            InstanceId=seed.INSTANCE_ID,
            SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
            RoutingProfileId=SALES,
        )
        stack.up()
    return root


def _tuned(stack: Stack) -> Stack:
    # The port differs from copy to copy: in the configuration it would be a change of its own.
    stack.environment["AWS_ENDPOINT_URL_CONNECT"] = stack.emulator.endpoint_url
    stack.configure(endpointUrl=None, region=seed.REGION, requestsPerSecond=1000, burst=1000, timeout=2)
    return stack


@pytest.fixture
def continue_from(new_stack: NewStack, beginning: Path) -> Any:
    """Makes copies of the beginning, about to become `AFTER`."""

    def make(assassin: Assassin | None = None) -> Stack:
        stack = _tuned(new_stack(like=beginning, state="emulator.sqlite", on_event=assassin))
        stack.users = dict(AFTER)
        return stack

    return make


def test_the_run_makes_the_requests_that_it_is_killed_at(continue_from: Any) -> None:
    stack = continue_from()
    stack.up()
    # How the quick connects are looked at, once listed, depends on how many there are.
    made = [operation for operation in stack.calls() if operation in REQUESTS or "QuickConnect" not in operation]
    assert {operation: made.count(operation) for operation in made} == REQUESTS
    _assert_as_declared(stack)


@pytest.mark.parametrize(("victim", "operation", "number", "phase"), POINTS)
def test_killed_at(continue_from: Any, victim: Victim, operation: str, number: int, phase: Phase) -> None:
    """Every user exists exactly once as declared, the state has the right ids, nobody else was touched."""
    assassin = Assassin(operation, number, phase, victim)
    stack = continue_from(assassin)
    try:
        with stack.start("up", "--yes", "--skip-preview") as process:
            assassin.process = process
            if victim == "provider":
                process.communicate(timeout=60)
            else:
                process.wait(timeout=60)
        assert assassin.struck, "the point was never reached"
        if victim != "provider":
            stack.mend_checkpoint()
            stack.pulumi("cancel", "--yes")
        stack.up()
    finally:
        kill_what_is_left(assassin.relatives)
    _assert_as_declared(stack)


def _assert_as_declared(stack: Stack) -> None:
    live = stack.live()
    assert sorted(live) == ["ada", "bob", "cem2", "eva"]
    state = {name: item for name, item in stack.state().items() if "ConnectUser" in item["type"]}
    assert sorted(state) == ["ada", "bob", "cem"]
    for item in state.values():
        live_user = live[item["inputs"]["username"]]
        owner = owner_of(live_user["Tags"])
        assert owner is not None
        assert item["id"] == live_user["Id"]
        assert item["outputs"]["arn"] == live_user["Arn"]
        assert item["outputs"]["ownership_token"] == owner.token
        assert owner.name.endswith(item["urn"].rsplit("::", 1)[1])
        assert "initErrors" not in item
        assert not item.get("delete")
    assert {name for name, live_user in live.items() if live_user["RoutingProfileId"] == SALES} == {"bob", "eva"}
    english = [{"AttributeName": "lang", "AttributeValue": "en", "Level": 3.0}]
    skills = {name: live_user["UserProficiencies"] for name, live_user in live.items()}
    assert skills == {"ada": english, "bob": [], "cem2": english, "eva": []}
    assert live["bob"]["Tags"]["team"] == "red"
    assert TAG_KEY not in live["eva"].get("Tags", {})


def test_the_provider_that_a_killed_engine_leaves_behind_sends_nothing_more(new_stack: NewStack) -> None:
    """Its users wait for their turn when the engine dies; sent during the next run, they would take its users over."""
    assassin = Assassin("CreateUser", 1, "committed", "engine")
    stack = new_stack(on_event=assassin)
    stack.configure(requestsPerSecond=0.5, burst=1)
    stack.users = {f"u{number}": user(f"u{number}") for number in range(4)}
    try:
        with stack.start("up", "--yes", "--skip-preview") as process:
            assassin.process = process
            process.wait(timeout=60)
        stack.mend_checkpoint()
        stack.pulumi("cancel", "--yes")
        assert stack.calls() == ["CreateUser"]
        stack.configure(requestsPerSecond=1000, burst=1000)
        stack.up()
        assert stack.plan() == {}
        # One that the first run made is refused, and made again.
        assert stack.calls().count("CreateUser") == 5
    finally:
        kill_what_is_left(assassin.relatives)
    live = stack.live()
    for name, item in stack.state().items():
        if name in live:
            owner = owner_of(live[name]["Tags"])
            assert owner is not None
            assert (item["id"], item["outputs"]["ownership_token"]) == (live[name]["Id"], owner.token)
