"""One user for each input, each changed in that input alone: exactly the calls of its verdict, exactly its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from connect_users.core.fields import FIELDS, Verdict
from connect_users.emulator import Emulator, seed
from tests.acceptance.stack import PASSWORD, Stack, new_root, user
from tests.changes import ADMIN, AGENT, AUSTIN, CHANGES, LONDON, SALES, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.outcome import Outcome

#: Change -> the lines of `pulumi preview --diff` that show it.
LINES: Final[dict[str, set[str]]] = {
    "routing_profile_id": {f'~ routing_profile_id: "{SUPPORT}" => "{SALES}"'},
    "security_profile_ids": {f'~ [0]: "{AGENT}" => "{ADMIN}"', f'+ [1]: "{AGENT}"'},
    "identity_info": {'~ first_name: "Ada" => "Eda"'},
    "identity_info-secret": {"~ mobile: [secret] => [secret]"},
    "phone_config": {"~ after_contact_work_time_limit: 30 => 0"},
    "hierarchy_group_id": {f'+ hierarchy_group_id: "{LONDON}"'},
    "hierarchy_group_id-removed": {f'- hierarchy_group_id: "{AUSTIN}"'},
    "auto_accept_configs": {"~ auto_accept: false => true"},
    "after_contact_work_configs": {"~ after_contact_work_time_limit: 30 => 60"},
    "phone_number_configs": {'~ phone_number: "+442055566601" => "+442055566602"'},
    "persistent_connection_configs": {"~ persistent_connection: false => true"},
    "voice_enhancement_configs": {'~ voice_enhancement_mode: "NONE" => "NOISE_SUPPRESSION"'},
    "user_proficiencies": {"~ level: 3 => 5"},
    "user_proficiencies-all": {
        '~ attribute_value: "de" => "en"',
        "~ level: 1 => 4",
        '~ attribute_value: "en" => "fr"',
        "~ level: 3 => 1",
    },
    "tags": {'~ changed: "a" => "b"', '- gone: "g"', '+ fresh: "f"'},
    "tags-secret": {"~ cost: [secret] => [secret]"},
    "password": {"~ password: [secret] => [secret]"},
    "password_secret_arn": {"- password: [secret]", '+ password_secret_arn: "agents"'},
    "on_password_change": {'+ on_password_change: "ignore"'},
    "identity_management_type": {'+ identity_management_type: "CONNECT_MANAGED"'},
    "adopt_existing": {"+ adopt_existing: true"},
    "delete_quick_connects": {"+ delete_quick_connects: true"},
    "sign_out": {'+ sign_out: "on_loss"'},
}
#: The preview of all changes, the calls of the run by resource, the stack.
Changed = tuple["Outcome", dict[str, list[str]], Stack]
REPLACED: Final = {field.name for field in FIELDS if field.verdict in (Verdict.REPLACE, Verdict.REPLACE_DELETE_FIRST)}


def test_every_input_has_a_case() -> None:
    """An input without one could change in silence."""
    assert {name.partition("-")[0] for name in CHANGES} | REPLACED == {each.name for each in FIELDS}


@pytest.fixture(scope="module")
def changed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """All cases in one stack, previewed and applied once: (preview's outcome, calls by resource, stack)."""
    root = tmp_path_factory.mktemp("changes") / "root"
    new_root(root, template)
    with Emulator() as emulator:
        stack = Stack(root, emulator)
        stack.configure(endpointUrl=emulator.endpoint_url, region=seed.REGION, requestsPerSecond=1000, burst=1000)
        stack.users = {name: user(f"u{number}", **case.before) for number, (name, case) in enumerate(CHANGES.items())}
        stack.up()
        stack.calls()
        stack.users = {
            name: user(f"u{number}", **{**case.before, **case.after})
            for number, (name, case) in enumerate(CHANGES.items())
        }
        preview = stack.preview("--diff")
        assert stack.calls() == []
        stack.up()
        yield preview, stack.calls_by_resource(), stack


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_its_lines_and_makes_its_calls(changed: Changed, name: str) -> None:
    """Exactly the lines that differ are shown, secrets hidden, and exactly the calls of the verdict are made."""
    preview, calls, _ = changed
    assert preview.changes().get(name, set()) == LINES.get(name, set())
    assert calls.get(name, []) == list(CHANGES[name].calls)


def test_nothing_is_left_to_do(changed: Changed) -> None:
    """After the changes the preview is empty, and so it is after a refresh, whatever form the inputs came in."""
    _, _, stack = changed
    assert stack.plan() == {}
    stack.refresh()
    assert stack.plan() == {}


def test_secrets_stay_encrypted(changed: Changed) -> None:
    """Neither state, nor its backups, nor its history, nor Pulumi's logs hold a secret in plain text."""
    _, _, stack = changed
    for secret in (PASSWORD, "An0therSecretPhrase", "+4930555017", "+4930555018", "hidden-one", "hidden-two"):
        found = [path.name for path in stack.files() if secret.encode() in path.read_bytes()]
        assert found == [], secret
