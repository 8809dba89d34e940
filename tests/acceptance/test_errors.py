"""What goes wrong reaches the user as one line that names the user, the reason and the way out; never a traceback."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from connect_users.emulator import Fault, seed
from tests.acceptance.stack import PASSWORD, user

if TYPE_CHECKING:
    from tests.acceptance.outcome import Outcome
    from tests.acceptance.stack import Stack

DENIED: Final = "User: arn:aws:iam::1:user/x is not authorized to perform: connect:CreateUser"
#: Resource (and username) -> error code, AWS's message, what the line must say of the way out, requests of CreateUser.
REFUSALS: Final = {
    "denied": ("AccessDeniedException", DENIED, "grant connect:CreateUser", 1),
    "expired": ("ExpiredTokenException", "The security token is expired", "aws sso login", 1),
    "unsigned": ("UnrecognizedClientException", "The security token is invalid", "AWS_PROFILE", 1),
    "full": ("LimitExceededException", "Limit exceeded", "Service Quotas", 1),
    "wrong": ("InvalidParameterException", "Something is invalid", "correct the named input", 1),
    "refused": ("InvalidRequestException", "Something is not allowed", "correct the named input", 1),
    "throttled": ("TooManyRequestsException", "Too many requests", "connect-users:requestsPerSecond", None),
    "slow": ("ThrottlingException", "Rate exceeded", "connect-users:requestsPerSecond", None),
    "broken": ("InternalServiceException", "Something failed", "run pulumi up again", None),
}
#: Seconds to keep trying: a few tries.
BRIEF: Final = 0.5


def _the_error(outcome: Outcome, name: str) -> str:
    messages = outcome.messages(name)
    assert not [line for line in messages if "Traceback" in line or line.startswith("File ")]
    (line,) = [line for line in messages if line.startswith("error: ")]
    return line


def test_every_refusal_of_a_creation_is_one_line(stack: Stack) -> None:
    """Nine users, nine reasons, all reported in one run; what cannot pass by waiting is asked once."""
    stack.configure(timeout=BRIEF)
    for name, (code, message, _, _) in REFUSALS.items():
        stack.emulator.faults.add(
            Fault("CreateUser", "error-before", 99, match=f'"{name}"', code=code, message=message)
        )
    stack.users = {name: user(name, identity_info={"first_name": "A", "last_name": "B"}) for name in REFUSALS}
    stack.users["lost"] = user("lost", routing_profile_id="30000000-0000-4000-8000-00000000000f")
    outcome = stack.up("--continue-on-error", code=1)
    asked = [record.params["Username"] for record in stack.emulator.requests]
    for name, (code, message, advice, requests) in REFUSALS.items():
        line = _the_error(outcome, name)
        assert line.startswith(f"error: creating Connect user '{name}': {message}")
        assert code in line
        assert advice in line
        assert requests is None or asked.count(name) == requests
    assert "Routing profile 30000000-0000-4000-8000-00000000000f" in _the_error(outcome, "lost")
    assert PASSWORD not in outcome.text


def test_refusals_of_update_refresh_and_delete_are_one_line(stack: Stack) -> None:
    """Each names the user and the action, and the state stays."""
    stack.users = {"ada": user("ada")}
    stack.up()
    state = stack.state()["ada"]["id"]
    stack.emulator.faults.add(Fault("*", "error-before", 99, code="AccessDeniedException", message="not authorized"))
    stack.users = {"ada": user("ada", hierarchy_group_id=seed.HIERARCHY_GROUPS["EMEA"])}
    for command, action in ((stack.up, "updating"), (stack.refresh, "reading"), (stack.destroy, "deleting")):
        line = _the_error(command(code=1), "ada")
        assert line.startswith(f"error: {action} Connect user 'ada': not authorized")
        assert "grant connect:" in line
        assert stack.state()["ada"]["id"] == state


def test_no_region_no_credentials_no_connection(stack: Stack) -> None:
    """Each says what to set."""
    stack.users = {"ada": user("ada")}
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    outcome = stack.pulumi("up", "--yes", "--skip-preview", without=keys, code=1)
    assert "Unable to locate credentials" in _the_error(outcome, "ada")
    stack.configure(region=None)
    expected = "no region: set connect-users:region (or the provider's region) or AWS_REGION"
    assert expected in _the_error(stack.up(code=1), "ada")
    stack.configure(region=seed.REGION, endpointUrl="http://127.0.0.1:9", timeout=BRIEF)
    assert "check the network and connect-users:endpointUrl" in _the_error(stack.up(code=1), "ada")
    assert stack.calls() == []


def test_twelve_bad_users_are_listed_at_once(stack: Stack) -> None:
    """All problems of all users in one preview, which asks Connect nothing and shows no password."""
    stack.users = {f"u{number}": user(f"bad user{number}", password="tooshor") for number in range(12)}
    stack.users["fine"] = user("fine")
    text = stack.preview(code=1).text
    for number in range(12):
        assert f"u{number} (bad user{number}): username:" in text
        assert f"u{number} (bad user{number}): password:" in text
    assert "fine" not in text
    assert "tooshor" not in text
    assert "Traceback" not in text
    assert stack.calls() == []


def test_a_misspelt_setting_is_refused_in_the_preview(stack: Stack) -> None:
    stack.users = {"ada": user("ada")}
    stack.configure(regoin="us-east-1")
    line = _the_error(stack.preview(code=1), "ada")
    assert "connect-users:regoin: no such setting" in line


#: Run without the CLI, on Pulumi's mocks: the CLI would first of all want to download the plugin of AWS.
PROGRAM_WITH_AWS: Final = """
import pulumi


class Mocks(pulumi.runtime.Mocks):
    def call(self, args):
        return {}

    def new_resource(self, args):
        return "id", args.inputs


pulumi.runtime.set_mocks(Mocks())

import pulumi_aws as aws
from connect_users import ConnectUser


class Team(pulumi.ComponentResource):
    def __init__(self, opts):
        super().__init__("acceptance:index:Team", "team", {}, opts)


london = aws.Provider("london", region="eu-west-2")
try:
    ids = {"instance_id": "i", "routing_profile_id": "r", "security_profile_ids": ["s"]}
    ConnectUser("ada", username="ada", **ids, opts=OPTIONS)
except pulumi.RunError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "options",
    [
        "pulumi.ResourceOptions(provider=london)",
        "pulumi.ResourceOptions(parent=Team(pulumi.ResourceOptions(providers=[london])))",
    ],
    ids=["given", "inherited"],
)
def test_an_aws_provider_is_refused(options: str) -> None:
    """Pulumi would ignore it, and write to whatever account the shell has."""
    pytest.importorskip("pulumi_aws")
    program = PROGRAM_WITH_AWS.replace("OPTIONS", options)
    text = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert text.startswith("ConnectUser 'ada': Pulumi would ignore its aws provider")
    assert "connect_users.Provider" in text


def test_import_is_refused(stack: Stack) -> None:
    """Pulumi cannot import dynamic resources by an option; the message names what can."""
    stack.users = {"ada": user("ada", opts={"import_": "some-id"})}
    text = stack.preview(code=1).text
    assert "connect-users import" in text
    assert "Traceback" not in text
