"""Users and garbage for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from connect_users.channels import TWINS
from connect_users.limits import CHANNELS, VOICE_ENHANCEMENT_MODES
from connect_users.spec import FIELDS, UNKNOWN, canonical
from tests.builders import user

_IDS = st.sampled_from([f"id-{number}" for number in range(4)])
_NAMES = st.sampled_from(["Ada", "Grace", "Zoë", "李", "O'Neill"])
_SECONDS = st.sampled_from([0, 1, 30, 5_400, 2_000_000])
_NUMBERS = st.sampled_from(["+4930123456", "+12025550100"])
_LIMIT = st.fixed_dictionaries({}, optional={"after_contact_work_time_limit": _SECONDS})


@st.composite
def _phones(draw: st.DrawFn, number: str) -> dict[str, Any]:
    """A phone type, and the number that a desk phone needs under the name ``number``."""
    kind = draw(st.sampled_from(["SOFT_PHONE", "DESK_PHONE"]))
    with_number = kind == "DESK_PHONE" or draw(st.booleans())
    return {"phone_type": kind, **({number: draw(_NUMBERS)} if with_number else {})}


@st.composite
def _phone_configs(draw: st.DrawFn) -> dict[str, Any]:
    config: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "auto_accept": st.booleans(),
                "after_contact_work_time_limit": _SECONDS,
                "persistent_connection": st.booleans(),
            },
        )
    )
    phone = draw(st.sampled_from(["none", "number only", "phone", "phone"]))
    if phone == "number only":
        config["desk_phone_number"] = draw(_NUMBERS)
    elif phone == "phone":
        config |= draw(_phones("desk_phone_number"))
    return config


def _entries(members: st.SearchStrategy[dict[str, Any]], voice: dict[str, Any], *, voice_only: bool = False) -> Any:
    """A list of entries of distinct channels; ``voice``: optional members of VOICE entries only."""

    @st.composite
    def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
        channels = draw(st.lists(st.sampled_from(["VOICE"] if voice_only else CHANNELS), unique=True))
        return [
            {
                "channel": channel,
                **draw(members),
                **(draw(st.fixed_dictionaries({}, optional=voice)) if channel == "VOICE" else {}),
            }
            for channel in channels
        ]

    return entries()


_LISTS = {
    "auto_accept_configs": _entries(
        st.fixed_dictionaries({"auto_accept": st.booleans()}), {"agent_first_callback_auto_accept": st.booleans()}
    ),
    "after_contact_work_configs": _entries(
        st.fixed_dictionaries({"after_contact_work_config": _LIMIT}),
        {"agent_first_callback_after_contact_work_config": _LIMIT},
    ),
    "phone_number_configs": _entries(_phones("phone_number"), {}, voice_only=True),
    "persistent_connection_configs": _entries(
        st.fixed_dictionaries({"persistent_connection": st.booleans()}), {}, voice_only=True
    ),
    "voice_enhancement_configs": _entries(
        st.fixed_dictionaries({"voice_enhancement_mode": st.sampled_from(VOICE_ENHANCEMENT_MODES)}),
        {},
        voice_only=True,
    ),
}
_PROFICIENCIES = st.lists(
    st.fixed_dictionaries(
        {
            "attribute_name": st.sampled_from(["Language", "Product"]),
            "attribute_value": st.sampled_from(["one", "two", "three"]),
            "level": st.integers(1, 5),
        }
    ),
    unique_by=lambda entry: (entry["attribute_name"], entry["attribute_value"]),
)
_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "password": st.sampled_from(["Correct-Horse-1", "Battery-Staple-2"]),
    "on_password_change": st.sampled_from(["refuse", "ignore", "replace"]),
    "identity_info": st.fixed_dictionaries(
        {},
        optional={
            "first_name": _NAMES,
            "last_name": _NAMES | st.just(""),
            "email": st.sampled_from(["a@example.com", "b@example.com"]),
            "secondary_email": st.just("c@example.com"),
            "mobile": _NUMBERS,
        },
    ),
    "phone_config": _phone_configs(),
    "directory_user_id": _IDS,
    "hierarchy_group_id": _IDS,
    **_LISTS,
    "user_proficiencies": _PROFICIENCIES,
    "tags": st.dictionaries(st.sampled_from(["team", "cost centre", "x:y"]), st.sampled_from(["", "a", "b"])),
    "adopt_existing": st.booleans(),
    "delete_quick_connects": st.booleans(),
}


@st.composite
def users(draw: st.DrawFn) -> dict[str, Any]:
    """Valid users in canonical form, of one name and instance, with any combination of inputs."""
    props = user(password=None, identity_info=None, tags=None, routing_profile_id=draw(_IDS))
    props["security_profile_ids"] = draw(st.lists(_IDS, min_size=1, max_size=3, unique=True))
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
    """Users of whom any part, at any depth, may be anything."""
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
