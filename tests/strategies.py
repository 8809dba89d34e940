"""Users and garbage for property tests."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from connect_users.core.channels import TWINS
from connect_users.core.fields import FIELDS
from connect_users.core.limits import CHANNELS, VOICE_ENHANCEMENT_MODES
from connect_users.core.spec import UNKNOWN, canonical
from tests.builders import user

if TYPE_CHECKING:
    from collections.abc import Sequence

_IDS = tuple(f"id-{number}" for number in range(4))
_SECONDS = (0, 1, 30, 5_400, 2_000_000)
_NUMBERS = ("+4930123456", "+12025550100")
_FLAGS = (False, True)

#: Among the choices of a part: it is left out.
_OUT: Any = object()


def _blocks(**choices: Sequence[Any]) -> list[dict[str, Any]]:
    """Every block of these members."""
    combinations = itertools.product(*choices.values())
    return [
        {name: value for name, value in zip(choices, values, strict=True) if value is not _OUT}
        for values in combinations
    ]


def _lists(*choices: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of one choice of each, but for those left out.

    Drawn as the one number of the combination: what a draw costs is the number of choices that hypothesis makes.
    """

    def at(number: int) -> list[Any]:
        drawn = []
        for values in choices:
            number, index = divmod(number, len(values))
            drawn.append(values[index])
        return [value for value in drawn if value is not _OUT]

    return st.integers(0, math.prod(map(len, choices)) - 1).map(at)


def _subsets(values: Sequence[Any], most: int) -> list[list[Any]]:
    """Every set of 1 to ``most`` of the values, in both orders."""
    sets = [list(chosen) for size in range(1, most + 1) for chosen in itertools.combinations(values, size)]
    return [*sets, *(chosen[::-1] for chosen in sets if len(chosen) > 1)]


def _per_channel(voice: dict[str, Sequence[Any]], **members: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """A list of entries of distinct channels; ``voice``: members of VOICE entries only."""
    return _lists(
        *([_OUT, *_blocks(channel=[name], **members, **(voice if name == "VOICE" else {}))] for name in CHANNELS)
    )


def _voice_only(*entries: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
    return st.sampled_from([[], *([{"channel": "VOICE", **entry}] for entry in entries)])


def _phones(number: str) -> list[dict[str, Any]]:
    """Phone types, with the number that a desk phone needs under the name ``number``."""
    return [
        *_blocks(phone_type=["SOFT_PHONE"], **{number: (_OUT, *_NUMBERS)}),
        *_blocks(phone_type=["DESK_PHONE"], **{number: _NUMBERS}),
    ]


_ACW_LIMITS = _blocks(after_contact_work_time_limit=(_OUT, *_SECONDS))
_PHONE_CONFIGS = [
    {**settings, **phone}
    for settings in _blocks(
        auto_accept=(_OUT, *_FLAGS),
        after_contact_work_time_limit=(_OUT, *_SECONDS),
        persistent_connection=(_OUT, *_FLAGS),
    )
    for phone in ({}, *_blocks(desk_phone_number=_NUMBERS), *_phones("desk_phone_number"))
]
_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "password": st.sampled_from(["Correct-Horse-1", "Battery-Staple-2"]),
    "on_password_change": st.sampled_from(["refuse", "ignore", "replace"]),
    "identity_info": st.sampled_from(
        _blocks(
            first_name=(_OUT, "Ada", "Grace", "Zoë", "李", "O'Neill"),
            last_name=(_OUT, "Ada", "Zoë", "李", "O'Neill", ""),
            email=(_OUT, "a@example.com", "b@example.com"),
            secondary_email=(_OUT, "c@example.com"),
            mobile=(_OUT, *_NUMBERS),
        )
    ),
    "phone_config": st.sampled_from(_PHONE_CONFIGS),
    "directory_user_id": st.sampled_from(_IDS),
    "hierarchy_group_id": st.sampled_from(_IDS),
    "auto_accept_configs": _per_channel({"agent_first_callback_auto_accept": (_OUT, *_FLAGS)}, auto_accept=_FLAGS),
    "after_contact_work_configs": _per_channel(
        {"agent_first_callback_after_contact_work_config": (_OUT, *_ACW_LIMITS)}, after_contact_work_config=_ACW_LIMITS
    ),
    "phone_number_configs": _voice_only(*_phones("phone_number")),
    "persistent_connection_configs": _voice_only(*_blocks(persistent_connection=_FLAGS)),
    "voice_enhancement_configs": _voice_only(*_blocks(voice_enhancement_mode=VOICE_ENHANCEMENT_MODES)),
    "user_proficiencies": _lists(
        *(
            [_OUT, *_blocks(attribute_name=[name], attribute_value=[value], level=range(1, 6))]
            for name in ("Language", "Product")
            for value in ("one", "two", "three")
        )
    ),
    "tags": st.sampled_from(_blocks(**dict.fromkeys(("team", "cost centre", "x:y"), (_OUT, "", "a", "b")))),
    "adopt_existing": st.booleans(),
    "delete_quick_connects": st.booleans(),
    "sign_out": st.sampled_from(["never", "on_delete", "on_loss"]),
}


_SECURITY_PROFILES = st.sampled_from(_subsets(_IDS, 3))


@st.composite
def users(draw: st.DrawFn) -> dict[str, Any]:
    """Valid users in canonical form, of one name and instance, with any combination of inputs."""
    props = user(password=None, identity_info=None, tags=None, routing_profile_id=draw(st.sampled_from(_IDS)))
    props["security_profile_ids"] = list(draw(_SECURITY_PROFILES))
    props |= draw(st.fixed_dictionaries({}, optional=_OPTIONAL))
    if "phone_config" in props:
        props["phone_config"] = {
            name: value for name, value in props["phone_config"].items() if TWINS[name] not in props
        }
    return canonical(props)


_MEMBERS = sorted({member.name for field in FIELDS for member in field.members})
_SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 11)
    | st.sampled_from([10**400, -(10**400), 2**63, 1e300, float("nan"), float("inf"), -0.0, 2.5])
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "VOICE",
            "CHAT",
            "DESK_PHONE",
            "SAML",
            "CONNECT_MANAGED",
            "EXISTING_DIRECTORY",
            "arn:aws:connect:r:1:instance/i/routing-profile/p",
            "arn:aws:connect:r:1:instance/i",
            "arn:aws:connect:r:1:instance/i/agent/arn:aws:connect:r:1:instance/j",
            "x" * 5_000,
            "\ud800",
        ]
    )
    | st.just(UNKNOWN)
)
_KEYS = st.sampled_from(_MEMBERS) | st.text(max_size=5)
garbage: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def broken_users(draw: st.DrawFn) -> dict[str, Any]:
    """Users any part of which, at any depth, may be anything."""
    props: dict[str, Any] = draw(users())
    for name in draw(st.lists(st.sampled_from([field.name for field in FIELDS]), max_size=4)):
        props[name] = _broken(draw, props.get(name))
    props |= draw(st.dictionaries(st.text(max_size=8), garbage, max_size=2))
    return props


def _broken(draw: st.DrawFn, value: Any) -> Any:
    """``value`` with one part replaced by garbage, at a depth that the draw decides."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: _broken(draw, value[key])}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [_broken(draw, value[0]), *value[1:]]
    return draw(garbage)
