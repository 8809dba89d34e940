"""A known password, through every path and every error: found in the request of creation, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from connect_users.emulator import Fault
from connect_users.testing import HostError
from connect_users.testing.values import Secret
from tests.changes import EVERYTHING
from tests.contract.doors import DOORS, Host
from tests.contract.hosting import ROOT, CheckFailed, Engine, Site, environment, user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Valid as passwords; with characters that quoting changes.
PASSWORDS = ["Kn0wn-passw0rd", "Kn0wn'pass\"w0rd", "Kn0wn\\pass%w0rd", "Kn0wnpässwörd"]
FROM_THE_VAULT = "Kn0wn-from-the-vault"
NEVER = [*PASSWORDS, FROM_THE_VAULT]


def _forms(secret: str) -> set[str]:
    """How a text may be quoted."""
    quoted = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return quoted | {secret.encode("unicode_escape").decode()}


def _assert_clean(text: str, where: str) -> None:
    for secret in NEVER:
        for form in _forms(secret):
            assert form not in text, f"a password is in {where}"


class Everything:
    """All that a run shows: every message, everything that the host prints, every error, every answer."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.errors: list[str] = []

    def texts(self) -> Iterator[tuple[str, str]]:
        for message in self.host.log.take():
            yield message.message, "a message or the output of the host"
        for error in self.errors:
            yield error, "an error"


@pytest.fixture(scope="module")
def verbose_host(door: str, shared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """One whose libraries log everything to its standard error."""
    folder = tmp_path_factory.mktemp("verbose")
    (folder / "sitecustomize.py").write_text(
        "import logging, sys\n"
        # botocore's debug log shows bodies of requests by design; what it logs above that must be clean.
        "logging.basicConfig(level=logging.INFO, stream=sys.stderr)\n"
        "logging.getLogger('connect_users').setLevel(logging.DEBUG)\n"
        "logging.getLogger('grpc').setLevel(logging.DEBUG)\n",
        encoding="utf-8",
    )
    vault = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": shared_site.emulator.endpoint_url, "PYTHONPATH": str(folder)}
    host = DOORS[door](env=environment(**vault), cwd=ROOT, project="shop").start()
    host.configure(shared_site.config(timeout="0.3"))
    yield host
    host.close()


@pytest.fixture
def watched(verbose_host: Host) -> Everything:
    """What the host shows; a late line of the test before is judged as well."""
    return Everything(verbose_host)


def _try(watched: Everything, act: Any) -> None:
    try:
        act()
    except (HostError, CheckFailed) as error:
        watched.errors.append(str(error))


FAULTS = [
    ("error-before", "AccessDeniedException"),
    ("error-before", "InvalidRequestException"),
    ("error-before", "InvalidParameterException"),
    ("error-after", "InternalServiceException"),
    ("drop-after", "-"),
    ("garbage", "-"),
    ("error-before", "SomethingNewException"),
]


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_is_nowhere_but_in_the_request_of_creation(password: str, site: Site, watched: Everything) -> None:
    """Checked, refused, created, failed in every way, taken over, changed, refreshed, deleted."""
    engine = Engine(watched.host)
    mine = {"password": Secret(password)}
    for wrong in ("no upper case or digit: ", " blank "):
        _try(watched, lambda wrong=wrong: engine.up(user(password=Secret(wrong + password), username="ada lovelace")))
    for kind, code in FAULTS:
        # AWS quotes what it was sent, in its own way of quoting.
        message = f"Value {password!r} ({json.dumps(password)}) at 'password' is {password}"
        site.emulator.faults.add(Fault("CreateUser", kind, code=code, message=message, times=50))  # type: ignore[arg-type]
        _try(watched, lambda: engine.up(user(**EVERYTHING.before, **mine)))
        site.emulator.faults.clear()
        engine.state = None
    engine.up(user(**EVERYTHING.before, **mine))
    for call in ("UpdateUserIdentityInfo", "TagResource", "DescribeUser", "DeleteUser"):
        site.emulator.faults.add(Fault(call, "error-before", code="AccessDeniedException", message=f"No: {call}"))
        for act in (lambda: engine.up(user(**EVERYTHING.after, **mine)), engine.refresh, engine.destroy):
            _try(watched, act)
        site.emulator.faults.clear()
        if engine.state is None:
            engine.up(user(**EVERYTHING.before, **mine))
    _try(watched, lambda: engine.up(user(**EVERYTHING.after, password=Secret("N3w-" + password[:40]))))
    engine.up(user(**EVERYTHING.after, on_password_change="ignore", password=Secret("N3w-" + password[:40])))
    engine.refresh()
    assert engine.state is not None
    held = engine.state
    assert isinstance(held.inputs["password"], Secret)
    assert isinstance(held.outputs["password"], Secret)
    _assert_clean(repr(held.inputs) + repr(held.outputs), "a state, outside of a secret")
    _assert_clean(json.dumps([str(record.params) for record in site.records()]), "a request other than its member")
    engine.destroy()
    assert watched.errors
    for text, where in watched.texts():
        _assert_clean(text, where)


def test_a_password_from_secrets_manager_is_nowhere_at_all(site: Site, watched: Everything) -> None:
    """Not even in the state; nor when it is refused."""
    vault = site.client_of("secretsmanager")
    engine = Engine(watched.host)
    for value in (FROM_THE_VAULT, json.dumps({"password": FROM_THE_VAULT}), f"{FROM_THE_VAULT} with blanks"):
        arn = vault.create_secret(Name=f"ada-{uuid4()}", SecretString=value)["ARN"]
        for kind, code in FAULTS:
            message = f"Value {FROM_THE_VAULT!r} is not good"
            site.emulator.faults.add(Fault("CreateUser", kind, code=code, message=message, times=50))  # type: ignore[arg-type]
            _try(watched, lambda arn=arn: engine.up(user(password=None, password_secret_arn=arn)))
            site.emulator.faults.clear()
            if engine.state is not None:
                engine.destroy()
        _try(watched, lambda arn=arn: engine.up(user(password=None, password_secret_arn=arn)))
        if engine.state is not None:
            engine.refresh()
            from connect_users.testing.values import reveal

            _assert_clean(repr(reveal(engine.state.inputs)) + repr(reveal(engine.state.outputs)), "a state")
            engine.destroy()
    assert watched.errors
    for text, where in watched.texts():
        _assert_clean(text, where)


def test_an_unexpected_exception_shows_neither_values_nor_a_traceback(door: str, site: Site, tmp_path: Path) -> None:
    """A defect of ours, made on purpose, with the password in its text: shown by type and place only."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.abc, importlib.util, sys\n"
        "class Spoiler(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'connect_users.core.plan':\n"
        "            return None\n"
        "        sys.meta_path.remove(self)\n"
        "        spec = importlib.util.find_spec(name)\n"
        "        plain = spec.loader.exec_module\n"
        "        def exec_module(module):\n"
        "            plain(module)\n"
        "            def broken(props, owner_tag=None):\n"
        "                raise KeyError('no ' + props['password'])\n"
        "            module.create_request = broken\n"
        "        spec.loader.exec_module = exec_module\n"
        "        return spec\n"
        "sys.meta_path.insert(0, Spoiler())\n",
        encoding="utf-8",
    )
    host = DOORS[door](env=environment(PYTHONPATH=str(tmp_path)), cwd=ROOT, project="shop").start()
    host.configure(site.config())
    try:
        with pytest.raises(HostError) as caught:
            Engine(host).up(user(password=Secret(PASSWORDS[0])))
    finally:
        host.close()
    text = str(caught.value)
    assert text.startswith("creating Connect user 'ada': unexpected KeyError at sitecustomize.py:")
    assert "\n" not in text
    _assert_clean(text, "an error")
    for message in host.log.take():
        _assert_clean(message.message, "the output of the host")
