"""One user for each input, each changed in that input alone: exactly the calls of its verdict, exactly its lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from connect_users.core.fields import FIELDS, Verdict
from connect_users.emulator import Emulator, seed
from tests.acceptance.stack import AGENT, PASSWORD, SALES, SUPPORT, Stack, new_root, proficiency, user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.outcome import Outcome

ADMIN: Final = seed.SECURITY_PROFILES["Admin"]
LONDON: Final = seed.HIERARCHY_GROUPS["EMEA/UK/London"]
AUSTIN: Final = seed.HIERARCHY_GROUPS["AMER/US/Austin"]


@dataclass(frozen=True)
class Case:
    """From the inputs of `before` to those of `after`; None takes an input away."""

    before: dict[str, Any]
    after: dict[str, Any]
    calls: list[str] = field(default_factory=list)
    lines: set[str] = field(default_factory=set)


def _acw(seconds: int) -> dict[str, Any]:
    return {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": seconds}}


def _phone(number: str) -> dict[str, Any]:
    return {"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": number}


BARE: Final = {"phone_config": None}
#: Keyed by the input that changes; what follows a dash tells several cases of one input apart.
CASES: Final[dict[str, Case]] = {
    "routing_profile_id": Case(
        {},
        {"routing_profile_id": SALES},
        ["UpdateUserRoutingProfile"],
        {f'~ routing_profile_id: "{SUPPORT}" => "{SALES}"'},
    ),
    "security_profile_ids": Case(
        {},
        {"security_profile_ids": [AGENT, ADMIN]},
        ["UpdateUserSecurityProfiles"],
        {f'~ [0]: "{AGENT}" => "{ADMIN}"', f'+ [1]: "{AGENT}"'},
    ),
    "security_profile_ids-order": Case(
        {"security_profile_ids": [AGENT, ADMIN]}, {"security_profile_ids": [ADMIN, AGENT]}
    ),
    "instance_id-bare": Case({}, {"instance_id": seed.INSTANCE_ID}),
    "identity_info": Case(
        {"identity_info": {"first_name": "Ada", "last_name": "Lovelace"}},
        {"identity_info": {"first_name": "Eda", "last_name": "Lovelace"}},
        ["UpdateUserIdentityInfo"],
        {'~ first_name: "Ada" => "Eda"'},
    ),
    "identity_info-secret": Case(
        {"identity_info": {"first_name": "Ada", "last_name": "L", "mobile": {"secret": "+4930555017"}}},
        {"identity_info": {"first_name": "Ada", "last_name": "L", "mobile": {"secret": "+4930555018"}}},
        ["UpdateUserIdentityInfo"],
        {"~ mobile: [secret] => [secret]"},
    ),
    "phone_config": Case(
        {},
        {"phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 0}},
        ["UpdateUserPhoneConfig"],
        {"~ after_contact_work_time_limit: 30 => 0"},
    ),
    "hierarchy_group_id": Case(
        {}, {"hierarchy_group_id": LONDON}, ["UpdateUserHierarchy"], {f'+ hierarchy_group_id: "{LONDON}"'}
    ),
    "hierarchy_group_id-removed": Case(
        {"hierarchy_group_id": AUSTIN},
        {"hierarchy_group_id": None},
        ["UpdateUserHierarchy"],
        {f'- hierarchy_group_id: "{AUSTIN}"'},
    ),
    "auto_accept_configs": Case(
        {**BARE, "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}]},
        {**BARE, "auto_accept_configs": [{"channel": "VOICE", "auto_accept": False}]},
        ["UpdateUserConfig"],
        {"~ auto_accept: true => false"},
    ),
    "after_contact_work_configs": Case(
        {**BARE, "after_contact_work_configs": [_acw(30)]},
        {**BARE, "after_contact_work_configs": [_acw(60)]},
        ["UpdateUserConfig"],
        {"~ after_contact_work_time_limit: 30 => 60"},
    ),
    "phone_number_configs": Case(
        {**BARE, "phone_number_configs": [_phone("+442055566601")]},
        {**BARE, "phone_number_configs": [_phone("+442055566602")]},
        ["UpdateUserConfig"],
        {'~ phone_number: "+442055566601" => "+442055566602"'},
    ),
    "persistent_connection_configs": Case(
        {**BARE, "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": False}]},
        {**BARE, "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}]},
        ["UpdateUserConfig"],
        {"~ persistent_connection: false => true"},
    ),
    "voice_enhancement_configs": Case(
        {**BARE, "voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "NONE"}]},
        {**BARE, "voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "NOISE_SUPPRESSION"}]},
        ["UpdateUserConfig"],
        {'~ voice_enhancement_mode: "NONE" => "NOISE_SUPPRESSION"'},
    ),
    "user_proficiencies": Case(
        {"user_proficiencies": [proficiency("lang", "en", 3)]},
        {"user_proficiencies": [proficiency("lang", "en", 5)]},
        ["UpdateUserProficiencies"],
        {"~ level: 3 => 5"},
    ),
    "user_proficiencies-all": Case(
        {"user_proficiencies": [proficiency("lang", "de", 1), proficiency("lang", "en", 3)]},
        {"user_proficiencies": [proficiency("lang", "en", 4), proficiency("lang", "fr", 1)]},
        ["DisassociateUserProficiencies", "AssociateUserProficiencies", "UpdateUserProficiencies"],
        {'~ attribute_value: "de" => "en"', "~ level: 1 => 4", '~ attribute_value: "en" => "fr"', "~ level: 3 => 1"},
    ),
    "tags": Case(
        {"tags": {"kept": "k", "changed": "a", "gone": "g"}},
        {"tags": {"kept": "k", "changed": "b", "fresh": "f"}},
        ["UntagResource", "TagResource"],
        {'~ changed: "a" => "b"', '- gone: "g"', '+ fresh: "f"'},
    ),
    "tags-secret": Case(
        {"tags": {"cost": {"secret": "hidden-one"}}},
        {"tags": {"cost": {"secret": "hidden-two"}}},
        ["TagResource"],
        {"~ cost: [secret] => [secret]"},
    ),
    "password": Case(
        {"on_password_change": "ignore"},
        {"on_password_change": "ignore", "password": "An0therSecretPhrase"},
        [],
        {"~ password: [secret] => [secret]"},
    ),
    "password_secret_arn": Case(
        {},
        {"password": None, "password_secret_arn": "agents"},
        [],
        {"- password: [secret]", '+ password_secret_arn: "agents"'},
    ),
    "on_password_change": Case({}, {"on_password_change": "ignore"}, [], {'+ on_password_change: "ignore"'}),
    "identity_management_type": Case(
        {}, {"identity_management_type": "CONNECT_MANAGED"}, [], {'+ identity_management_type: "CONNECT_MANAGED"'}
    ),
    "adopt_existing": Case({}, {"adopt_existing": True}, [], {"+ adopt_existing: true"}),
    "delete_quick_connects": Case({}, {"delete_quick_connects": True}, [], {"+ delete_quick_connects: true"}),
}
#: The preview of all changes, the calls of the run by resource, the stack.
Changed = tuple["Outcome", dict[str, list[str]], Stack]
REPLACED: Final = {field.name for field in FIELDS if field.verdict in (Verdict.REPLACE, Verdict.REPLACE_DELETE_FIRST)}


def test_every_input_has_a_case() -> None:
    """An input without one could change in silence."""
    assert {name.partition("-")[0] for name in CASES} | REPLACED == {each.name for each in FIELDS}


@pytest.fixture(scope="module")
def changed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """All cases in one stack, previewed and applied once: (preview's outcome, calls by resource, stack)."""
    root = tmp_path_factory.mktemp("changes") / "root"
    new_root(root, template)
    with Emulator() as emulator:
        stack = Stack(root, emulator)
        stack.configure(endpointUrl=emulator.endpoint_url, region=seed.REGION, requestsPerSecond=1000, burst=1000)
        stack.users = {name: user(f"u{number}", **case.before) for number, (name, case) in enumerate(CASES.items())}
        stack.up()
        stack.calls()
        stack.users = {
            name: user(f"u{number}", **{**case.before, **case.after})
            for number, (name, case) in enumerate(CASES.items())
        }
        preview = stack.preview("--diff")
        assert stack.calls() == []
        stack.up()
        yield preview, stack.calls_by_resource(), stack


@pytest.mark.parametrize("name", CASES)
def test_a_change_shows_its_lines_and_makes_its_calls(changed: Changed, name: str) -> None:
    """Exactly the lines that differ are shown, secrets hidden, and exactly the calls of the verdict are made."""
    preview, calls, _ = changed
    assert preview.changes().get(name, set()) == CASES[name].lines
    assert calls.get(name, []) == CASES[name].calls


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
