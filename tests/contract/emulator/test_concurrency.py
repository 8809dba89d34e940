"""Many clients, several servers over one file, restarts: no user is created twice, nothing is lost."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from connect_users.emulator import Emulator, UnusableState, embedded, seed, seed_users
from connect_users.emulator.store import Store
from tests.contract.emulator.support import connect, create, described, user

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = {"InstanceId": seed.INSTANCE_ID}
CLIENTS = 32


def _race(clients: list[Any], work: Callable[[Any, int], Any]) -> list[Any]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda n: work(clients[n % len(clients)], n), range(CLIENTS)))


def _try(client: Any, name: str) -> str:
    try:
        create(client, name)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "made"


@pytest.fixture(params=["memory", "file", "two servers on one file"])
def clients(request: pytest.FixtureRequest, start_emulator: Callable[..., Emulator], tmp_path: Path) -> list[Any]:
    state = None if request.param == "memory" else tmp_path / "state.sqlite"
    servers = 2 if request.param == "two servers on one file" else 1
    return [connect(start_emulator(state, users_quota=None)) for _ in range(servers)]


def test_a_username_is_created_once(clients: list[Any]) -> None:
    outcomes = _race(clients, lambda client, _: [_try(client, f"u{number}") for number in range(4)])
    for column in zip(*outcomes, strict=True):
        assert sorted(column) == ["DuplicateResourceException"] * (CLIENTS - 1) + ["made"]
    assert len(clients[0].list_users(**HERE)["UserSummaryList"]) == 4


def test_no_tag_is_lost(clients: list[Any]) -> None:
    user_id = create(clients[0])
    arn = f"{seed.INSTANCE_ARN}/agent/{user_id}"
    _race(clients, lambda client, n: client.tag_resource(resourceArn=arn, tags={f"k{n}": str(n)}))
    assert described(clients[-1], user_id)["Tags"] == {f"k{n}": str(n) for n in range(CLIENTS)}


def test_different_parts_of_one_user_are_updated_at_once_without_loss(clients: list[Any]) -> None:
    user_id = create(clients[0])
    who = {**HERE, "UserId": user_id}
    accept = [{"Channel": "CHAT", "AutoAccept": True}]

    def work(client: Any, n: int) -> None:
        (
            lambda: client.update_user_routing_profile(**who, RoutingProfileId=seed.ROUTING_PROFILES["Sales"]),
            lambda: client.update_user_hierarchy(**who, HierarchyGroupId=seed.HIERARCHY_GROUPS["AMER"]),
            lambda: client.update_user_identity_info(**who, IdentityInfo={"FirstName": "A", "LastName": "L"}),
            lambda: client.update_user_config(**who, AutoAcceptConfigs=accept),
        )[n % 4]()

    _race(clients, work)
    shown = described(clients[0], user_id)
    assert shown["RoutingProfileId"] == seed.ROUTING_PROFILES["Sales"]
    assert shown["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["AMER"]
    assert shown["IdentityInfo"] == {"FirstName": "A", "LastName": "L"}
    assert shown["AutoAcceptConfigs"] == accept


def test_the_quota_holds_among_many_clients(start_emulator: Callable[..., Emulator]) -> None:
    emulator = start_emulator(users_quota=10)
    outcomes = _race([connect(emulator)], lambda client, n: _try(client, f"u{n}"))
    assert sorted(outcomes) == ["LimitExceededException"] * (CLIENTS - 10) + ["made"] * 10


def test_everything_survives_a_restart(start_emulator: Callable[..., Emulator], tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.sqlite"
    first = start_emulator(state, identity_management_type="SAML")
    user_id = create(connect(first), Password=None, IdentityInfo={"FirstName": "A", "LastName": "L"})
    before = described(connect(first), user_id)
    first.close()
    client = connect(start_emulator(state))
    assert described(client, user_id) == before
    assert client.describe_instance(**HERE)["Instance"]["IdentityManagementType"] == "SAML"
    client.delete_instance(**HERE)
    assert connect(start_emulator(state)).list_instances()["InstanceSummaryList"] == []


def test_a_commit_survives_the_death_of_the_process(start_emulator: Callable[..., Emulator], tmp_path: Path) -> None:
    """The process is killed by its own event, between the commit and the answer."""
    state = tmp_path / "state.sqlite"
    code = f"""
        import os, signal
        from connect_users.emulator import Emulator
        def die(phase, record):
            if phase == "committed" and record.operation == "CreateUser":
                os.kill(os.getpid(), signal.SIGKILL)
        with Emulator({str(state)!r}, on_event=die) as emulator:
            print(emulator.endpoint_url, flush=True)
            signal.pause()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        client = connect(_At(process.stdout.readline().strip()))  # type: ignore[arg-type]
        with pytest.raises(Exception, match="onnection"):
            client.create_user(**user())
        assert process.wait(60) == -9
    assert len(connect(start_emulator(state)).list_users(**HERE)["UserSummaryList"]) == 1


class _At:
    def __init__(self, url: str) -> None:
        self.endpoint_url = url


def test_processes_that_share_a_file_create_a_user_once_and_lose_no_tag(
    start_emulator: Callable[..., Emulator], tmp_path: Path
) -> None:
    state = tmp_path / "state.sqlite"
    code = """
        import sys
        from botocore.exceptions import ClientError
        from connect_users.emulator import Emulator, seed
        from tests.contract.emulator.support import connect, create
        made = 0
        with Emulator(sys.argv[1]) as emulator:
            client = connect(emulator)
            for number in range(20):
                try:
                    user_id = create(client, f"u{number}")
                    made += 1
                except ClientError as error:
                    assert error.response["Error"]["Code"] == "DuplicateResourceException", error
                client.tag_resource(resourceArn=seed.INSTANCE_ARN, tags={f"{sys.argv[2]}-{number}": ""})
        print(made)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(state)]
    processes = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(output) for output in outputs) == 20
    client = connect(start_emulator(state))
    tags = client.list_tags_for_resource(resourceArn=seed.INSTANCE_ARN)["tags"]
    assert len(tags) == 40
    assert len(client.list_users(**HERE)["UserSummaryList"]) == 20


def test_embedded_is_one_per_process_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state.sqlite"
    with ThreadPoolExecutor(8) as pool:
        running = list(pool.map(lambda _: embedded(state), range(8)))
    assert len({id(emulator) for emulator in running}) == 1
    monkeypatch.chdir(tmp_path)
    assert embedded("state.sqlite") is running[0]
    assert embedded() is not running[0]
    create(connect(running[0]))
    running[0].close()
    again = embedded(state)
    assert again is not running[0]
    assert len(connect(again).list_users(**HERE)["UserSummaryList"]) == 1
    again.close()
    embedded().close()


def test_seeding_is_the_same_every_time_and_leaves_users_alone(emulator: Emulator, client: Any) -> None:
    ids = seed_users(emulator.store, 50)
    client.delete_user(**HERE, UserId=ids[7])
    before = described(client, ids[0])
    client.tag_resource(resourceArn=before["Arn"], tags={"mine": ""})
    assert seed_users(emulator.store, 60)[:50] == ids
    assert len(client.list_users(**HERE)["UserSummaryList"]) == 60
    assert described(client, ids[0])["Tags"] == {**before["Tags"], "mine": ""}
    assert before["Username"] == "agent00001"


def test_a_file_of_another_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    store = Store(state)
    with store.write() as tx:
        tx.execute("PRAGMA user_version = 99")
    store.close()
    before = state.read_bytes()
    with pytest.raises(UnusableState, match=r"^\S+ cannot be used as the emulator's file: .* \(format 99\)"):
        Emulator(state)
    assert state.read_bytes() == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "places.sqlite"
    with contextlib.closing(sqlite3.connect(state)) as other:
        other.execute("CREATE TABLE places (url TEXT)")
    before = state.read_bytes()
    with pytest.raises(UnusableState, match="it is the database of another program"):
        Emulator(state)
    assert state.read_bytes() == before


def test_a_transaction_that_cannot_be_committed_is_over() -> None:
    """Its connection is used again by the next request."""
    store = Store()
    connection: Any = store._memory
    connection.execute("PRAGMA foreign_keys = ON")
    with store.write() as tx:
        tx.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        tx.execute("CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(sqlite3.IntegrityError), store.write() as tx:
        tx.execute("INSERT INTO children VALUES (1)")
    with store.write() as tx:
        assert tx.execute("SELECT COUNT(*) FROM children").fetchone() == (0,)
    store.close()


def test_a_transaction_that_sqlite_itself_has_ended_keeps_its_error() -> None:
    """As on a full disk."""
    store = Store()

    def fill() -> None:
        with store.write() as tx:
            tx.execute("ROLLBACK")
            raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        fill()
    store.close()
