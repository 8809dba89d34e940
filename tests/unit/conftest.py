"""How property tests run."""

from __future__ import annotations

from hypothesis import settings

# No deadline: on a busy machine it would judge the machine.
settings.register_profile("unit", deadline=None, max_examples=40)
settings.load_profile("unit")
