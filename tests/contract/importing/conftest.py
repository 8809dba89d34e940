"""An instance with a user who has every setting, and the command on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, Options, seed, seed_users
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An instance with 30 users, one of them with every setting that there is."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(None, Options(users_quota=None)) as emulator:
        ids = seed_users(emulator.store, 30)
        _give_everything(connect(emulator), ids[3])
        emulator.requests.clear()
        yield emulator


def _give_everything(client: Any, user_id: str) -> None:
    ids = {**HERE, "UserId": user_id}
    acw = {"AfterContactWorkTimeLimit": 30}
    client.update_user_config(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}],
        AfterContactWorkConfigs=[
            {"Channel": "VOICE", "AfterContactWorkConfig": acw, "AgentFirstCallbackAfterContactWorkConfig": acw},
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 120}},
        ],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}],
        PersistentConnectionConfigs=[{"Channel": "VOICE", "PersistentConnection": True}],
        VoiceEnhancementConfigs=[{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
        **ids,
    )
    client.associate_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 3.0}], **ids
    )
    info = client.describe_user(**ids)["User"]["IdentityInfo"]
    more = {"SecondaryEmail": "second@example.com", "Mobile": "+442079460001"}
    client.update_user_identity_info(IdentityInfo={**info, **more}, **ids)
    arn = f"{seed.INSTANCE_ARN}/agent/{user_id}"
    client.tag_resource(resourceArn=arn, tags={"a=b:c": "d=e", "empty": "", "é": "ü"})


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command: exit status, stdout, stderr."""
    return Command(emulator, tmp_path, capsys)
