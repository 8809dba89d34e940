"""The live ring itself works: it passes against the emulator, whichever way AWS's open questions turn out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connect_users.emulator import Emulator, Options, seed

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(update_user_config="replace", phone_view="as-written", identity_management_type="SAML"),
        Options(update_user_config="merge", update_identity_info="keep", name_release_delay=1.0),
    ],
    ids=["defaults", "replace, one view, SAML", "merge, keep, late names"],
)
def test_the_live_ring_passes_against_the_emulator(options: Options) -> None:
    """The same tests that a person runs against AWS."""
    with Emulator(options=options) as emulator:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/live"],
            cwd=ROOT,
            env={
                **kept,
                "AWS_ACCESS_KEY_ID": "live",
                "AWS_SECRET_ACCESS_KEY": "live",
                "AWS_REGION": seed.REGION,
                "AWS_ENDPOINT_URL_CONNECT": emulator.endpoint_url,
                "CONNECT_USERS_LIVE": "1",
                "CONNECT_USERS_LIVE_INSTANCE": seed.INSTANCE_ID,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert "5 passed" in done.stdout, done.stdout[-3000:]
