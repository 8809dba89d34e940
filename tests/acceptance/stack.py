"""A Pulumi project of its own, driven by the real `pulumi`, against an emulator in this process.

Contract:
- Nothing of the machine's Pulumi or AWS is touched or seen: own PULUMI_HOME, own file:// backend, own HOME, dummy keys.
- The program is `PROGRAM`, which declares what `Stack.users` says, unless a test writes another one.
- The emulator runs in the test's process, so that requests can be counted, stopped at, and made behind Pulumi's back.
"""

from __future__ import annotations

import json
import shutil
from functools import partialmethod
from typing import TYPE_CHECKING, Any

from connect_users import testing
from connect_users.emulator import seed
from tests.acceptance.outcome import Outcome

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_connect.client import ConnectClient

    from connect_users.emulator import Emulator

PROJECT = "acceptance"
STACK = "dev"
PASSWORD = "Sup3rSecretPhrase"
SALES = seed.ROUTING_PROFILES["Sales"]
SUPPORT = seed.ROUTING_PROFILES["Support"]
AGENT = seed.SECURITY_PROFILES["Agent"]

PROGRAM = """
import json
from pathlib import Path

import pulumi
from connect_users import ConnectUser


def value(given):
    if isinstance(given, dict) and set(given) == {"secret"}:
        return pulumi.Output.secret(given["secret"])
    if isinstance(given, dict):
        return {key: value(item) for key, item in given.items()}
    return [value(item) for item in given] if isinstance(given, list) else given


for name, inputs in json.loads(Path("users.json").read_text()).items():
    options = inputs.pop("opts", {})
    options["aliases"] = [pulumi.Alias(**alias) for alias in options.pop("aliases", [])]
    ConnectUser(name, **value(inputs), opts=pulumi.ResourceOptions(**options))
"""


def user(username: str, **changes: Any) -> dict[str, Any]:
    """The inputs of a valid user; None takes one away."""
    inputs: dict[str, Any] = {
        "instance_id": seed.INSTANCE_ARN,
        "username": username,
        "routing_profile_id": SUPPORT,
        "security_profile_ids": [AGENT],
        "password": PASSWORD,
        "identity_info": {"first_name": "Ada", "last_name": "Lovelace", "email": f"{username}@example.com"},
        "phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 30},
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def skilled(username: str, **changes: Any) -> dict[str, Any]:
    """A valid user with proficiencies, whose creation takes two requests."""
    return user(username, user_proficiencies=[proficiency("lang", "en", 3)], **changes)


def proficiency(name: str, value: str, level: int) -> dict[str, Any]:
    return {"attribute_name": name, "attribute_value": value, "level": level}


class Stack(testing.Stack):
    """One project and stack; `users` are what its program declares."""

    def __init__(
        self, root: Path, emulator: Emulator, users: dict[str, dict[str, Any]] | None = None, *, name: str = STACK
    ) -> None:
        super().__init__(root, name=name)
        self.emulator = emulator
        self.users = users or {}

    def write_program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(text, encoding="utf-8")

    def configure(self, **values: object) -> None:
        """Set ``connect-users:`` keys of the stack; None takes one away."""
        self.set_config({f"connect-users:{key}": value for key, value in values.items()})

    def start(self, *args: str, without: tuple[str, ...] = (), **options: Any) -> subprocess.Popen[str]:
        """Start ``pulumi`` with `users` declared."""
        (self.folder / "users.json").write_text(json.dumps(self.users), encoding="utf-8")
        return super().start(*args, without=without, **options)

    def pulumi(self, *args: str, code: int = 0, without: tuple[str, ...] = ()) -> Outcome:
        """Run ``pulumi`` to its end."""
        return Outcome(*super().pulumi(*args, code=code, without=without))

    preview = partialmethod(pulumi, "preview")
    up = partialmethod(pulumi, "up", "--yes", "--skip-preview")
    refresh = partialmethod(pulumi, "refresh", "--yes", "--skip-preview")
    destroy = partialmethod(pulumi, "destroy", "--yes", "--skip-preview")

    @property
    def _checkpoint(self) -> Path:
        return self.backend / ".pulumi" / "stacks" / PROJECT / f"{self.name}.json"

    def state(self) -> dict[str, dict[str, Any]]:
        """The stack's resources by name, from the backend's file; secrets are left as they are stored."""
        latest = json.loads(self._checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"] or {}
        return {resource["urn"].rsplit("::", 1)[1]: resource for resource in latest.get("resources", ())}

    def mend_checkpoint(self) -> None:
        """Take away the side files (``.attrs``) of the state that a killed CLI left empty, and then cannot read.

        Pulumi's file:// backend replaces the state itself in one step, but not these; without them it does as well.
        """
        for path in self._checkpoint.parent.glob("*.attrs"):
            if not path.stat().st_size:
                path.unlink()

    def calls(self) -> list[str]:
        """The operations that were asked of the emulator since the last call of this."""
        names = [record.operation for record in self.emulator.requests]
        self.emulator.requests.clear()
        return names

    def calls_by_resource(self) -> dict[str, list[str]]:
        """The same by the resource that they were about, by the ids in the state; new users by their names."""
        names = {item["id"]: name for name, item in self.state().items() if item.get("id")}
        usernames = {
            item["inputs"]["username"]: name
            for name, item in self.state().items()
            if "username" in item.get("inputs", {})
        }
        found: dict[str, list[str]] = {}
        for record in self.emulator.requests:
            arn = record.params.get("resourceArn", "")
            about = names.get(record.params.get("UserId") or arn.rpartition("/")[2])
            if about is None:
                about = usernames.get(record.params.get("Username", ""), "?")
            found.setdefault(about, []).append(record.operation)
        self.emulator.requests.clear()
        return found

    @property
    def connect(self) -> ConnectClient:
        """A client of the emulator, for what is done behind Pulumi's back; its requests count, too."""
        return client(self.emulator)

    def live(self) -> dict[str, dict[str, Any]]:
        """Every live user by name, proficiencies included, read past the emulator's request log."""
        with self.emulator.store.read() as tx:
            rows = tx.execute("SELECT id, username FROM users WHERE instance_id = ?", (seed.INSTANCE_ID,)).fetchall()
        assert len({name for _, name in rows}) == len(rows)
        counted = list(self.emulator.requests)
        found = {}
        for id_, name in rows:
            described = dict(self.connect.describe_user(InstanceId=seed.INSTANCE_ID, UserId=id_)["User"])
            entries = self.connect.list_user_proficiencies(InstanceId=seed.INSTANCE_ID, UserId=id_)
            found[name] = {**described, "UserProficiencies": entries["UserProficiencyList"]}
        _restore(self.emulator, counted)
        return found

    def files(self) -> Iterator[Path]:
        """Every file that Pulumi wrote: state, backups, history, logs."""
        for folder in (self.backend, self.root / "home"):
            yield from (path for path in folder.rglob("*") if path.is_file())


def client(emulator: Emulator) -> ConnectClient:
    import boto3

    return boto3.client(
        "connect",
        endpoint_url=emulator.endpoint_url,
        region_name=seed.REGION,
        aws_access_key_id="behind",
        aws_secret_access_key="the-back",
    )


def _restore(emulator: Emulator, counted: list[Any]) -> None:
    emulator.requests.clear()
    for record in counted:
        emulator.requests.add(record)


def new_root(root: Path, template: Path | None = None, name: str = STACK) -> None:
    """A project's folders, with an empty stack of that name; a copy of ``template``'s where one is given."""
    if template is not None:
        shutil.copytree(template, root)
        return
    source = root.with_name(f"{root.name}-source")
    source.mkdir(parents=True)
    (source / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    (source / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    testing.Stack.create(source, root, name=name)
