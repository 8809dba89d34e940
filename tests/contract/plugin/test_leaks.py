"""Secrets through every call and every error of the plugin, and whatever else a Struct may hold: nothing comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from connect_users.testing.values import UNKNOWN, Secret, reveal
from tests.contract.plugin.driver import user
from tests.structs import BAGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.hosting import Site
    from tests.contract.plugin.driver import Plugin

#: Valid as passwords; with characters that quoting changes.
PASSWORDS = ["Kn0wn-passw0rd", "Kn0wn'pass\"w0rd", "Kn0wn\\pass%w0rd", "Kn0wnpässwörd"]
FAULTS = [
    ("error-before", "AccessDeniedException"),
    ("error-before", "InvalidParameterException"),
    ("error-after", "InternalServiceException"),
    ("drop-after", "-"),
    ("garbage", "-"),
]
WHOLE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def forms(secret: str) -> set[str]:
    """How a text may be quoted."""
    quoted = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return quoted | {secret.encode("unicode_escape").decode()}


def assert_clean(text: str, secrets: list[str]) -> None:
    for secret in secrets:
        for form in forms(secret):
            assert form not in text, f"a secret is in: {text.replace(form, '[IT]')}"


class Run:
    """Calls of a plugin, and all their messages."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.texts: list[str] = []

    def attempt(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What it gives; None where it fails, in one line."""
        try:
            return act(*arguments, **named)
        except HostError as error:
            text = str(error)
            assert "\n" not in text
            assert "Traceback" not in text
            assert "please report it" not in text, f"a defect: {text}"
            self.texts.append(text)
            return None

    def everything_said(self) -> str:
        return "\n".join([*self.texts, *(each.message for each in self.plugin.log.take())])


def live_through(run: Run, site: Site, inputs: dict[str, Any], name: str = "ada") -> None:
    """Check, create, fail in every way, be taken over, change, be refreshed, go."""
    plugin = run.plugin
    checked = plugin.check(inputs, name=name)
    run.texts += [reason for _, reason in checked.failures]
    state = None
    for kind, code in FAULTS:
        message = f"Values {json.dumps(reveal(checked.inputs))} are not good"[:900]
        for operation in ("CreateUser", "TagResource", "DescribeUser", "UpdateUserRoutingProfile", "DeleteUser"):
            site.emulator.faults.add(Fault(operation, kind, code=code, message=message))  # type: ignore[arg-type]
        state = run.attempt(plugin.create, checked.inputs, name=name) or state
        if state is not None and state.id:
            news = {**checked.inputs, "routingProfileId": seed.ROUTING_PROFILES["Sales"]}
            found = state
            run.attempt(plugin.update, found.id, found.outputs, news, name=name)
            run.attempt(plugin.read, found.id, found.outputs, checked.inputs, name=name)
            run.attempt(plugin.delete, found.id, found.outputs, name=name)
        site.emulator.faults.clear()
    again = plugin.check({**inputs, "password": Secret("An0ther-password")}, checked.inputs, name=name)
    run.texts += [reason for _, reason in again.failures]


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_that_nobody_marked_is_nowhere_but_in_the_request_of_creation(
    password: str, site: Site, start_plugin: Callable[..., Plugin]
) -> None:
    """One that is marked goes through the tests of both doors."""
    run = Run(start_plugin(timeout="0.3"))
    for wrong in ("no upper case or digit: ", " blank "):
        checked = run.plugin.check(user(password=Secret(wrong + password), username="ada lovelace"))
        run.texts += [reason for _, reason in checked.failures]
    live_through(run, site, user(password=password))
    said = run.everything_said()
    assert "CreateUser" in said
    assert_clean(said, [password])


def test_a_secret_of_a_program_is_in_no_message(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    """Names, ids, numbers and tags, valid and not; the plugin's tests of values hold how they come back."""
    run = Run(start_plugin(timeout="0.3"))
    values = ["ada.of.secret", "Augusta-secret", "augusta@secret.example", "secret-key", "Secret value"]
    inputs = user(
        username=Secret(values[0]),
        identityInfo={"firstName": Secret(values[1]), "email": Secret(values[2])},
        tags=Secret({values[3]: values[4]}),
    )
    live_through(run, site, inputs)
    ids = ["secret:composite", "arn:secret", "secret id with blanks"]
    wrong = run.plugin.check(
        user(
            instanceId=Secret(ids[0]),
            routingProfileId=Secret(ids[1]),
            securityProfileIds=[Secret(ids[2])],
            phoneConfig={"afterContactWorkTimeLimit": Secret(98765432.5)},
        )
    )
    assert len(wrong.failures) >= 4
    run.texts += [reason for _, reason in wrong.failures]
    run.attempt(run.plugin.invoke, "getUser", instanceId=seed.INSTANCE_ID, username=Secret(values[0]))
    said = run.everything_said()
    assert "[secret]" in said
    assert_clean(said, [*values, *ids, "98765432"])


def test_whatever_a_struct_holds_is_answered_or_refused_in_one_line(
    site: Site, start_plugin: Callable[..., Plugin]
) -> None:
    """Nothing is touched by it, and the process lives on without a word on its standard error."""
    plugin = start_plugin(timeout="0.3")
    run = Run(plugin)
    marker = "Kn0wn-in-a-struct"
    secretly = st.one_of(BAGS, st.builds(lambda bag, key: {**bag, key: Secret([marker])}, BAGS, st.text(max_size=4)))

    @WHOLE
    @example({"instanceId": "0"}, {})
    @example({"instanceId": "0", "takeoverPending": True}, {})
    @given(secretly, secretly)
    def send(one: dict[str, Any], other: dict[str, Any]) -> None:
        run.attempt(plugin.check, one, other)
        run.attempt(plugin.check, {**user(), **one}, other)
        run.attempt(plugin.diff, one, other, {})
        run.attempt(plugin.create, {**one, "username": UNKNOWN}, preview=True)
        run.attempt(plugin.update, "id", one, other, preview=True)
        run.attempt(plugin.update, "id", {**one, "arn": "x"}, other)
        run.attempt(plugin.read, "id", {**one, "arn": "x"}, other)
        run.attempt(plugin.delete, "id", one)
        run.attempt(plugin.ask, "CheckConfig", "provider", olds=one, news=other)
        for function in ("getInstance", "getUsers"):
            run.attempt(plugin.invoke, function, **one)

    send()
    assert plugin.process is not None
    assert plugin.process.poll() is None
    assert site.users() == {}
    assert_clean(run.everything_said(), [marker])
    assert plugin.check(user()).failures == ()


def test_a_defect_of_the_door_itself_shows_neither_values_nor_a_traceback(site: Site, tmp_path: Any) -> None:
    """A defect of ours, made on purpose, with the password in its text: the message has its type and place only."""
    from tests.contract.hosting import environment
    from tests.contract.plugin.conftest import plain_config
    from tests.contract.plugin.driver import Plugin

    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.abc, importlib.util, sys\n"
        "class Spoiler(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'connect_users.plugin.details':\n"
        "            return None\n"
        "        sys.meta_path.remove(self)\n"
        "        spec = importlib.util.find_spec(name)\n"
        "        plain = spec.loader.exec_module\n"
        "        def exec_module(module):\n"
        "            plain(module)\n"
        "            def broken(found, state, old_inputs, new):\n"
        "                raise KeyError('no ' + new['password'])\n"
        "            module.details = broken\n"
        "        spec.loader.exec_module = exec_module\n"
        "        return spec\n"
        "sys.meta_path.insert(0, Spoiler())\n",
        encoding="utf-8",
    )
    with Plugin(environment(PYTHONPATH=str(tmp_path))) as plugin:
        plugin.configure(plain_config(site))
        with pytest.raises(HostError) as caught:
            plugin.diff({}, user(password=Secret(PASSWORDS[0])), {})
        text = str(caught.value)
        assert text.startswith("unexpected KeyError at sitecustomize.py:")
        assert_clean(text + "".join(each.message for each in plugin.log.take()), PASSWORDS)
