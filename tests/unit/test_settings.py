"""Configuration: precedence, types, misspellings, and the way there and back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core.errors import ConfigurationError
from connect_users.core.settings import KEYS, Settings, from_config, reached, reserved_tags

_READ: list[tuple[str, dict[str, object], Settings]] = [
    ("nothing leaves it all to the defaults", {}, Settings()),
    ("our region comes first", {"connect-users:region": "a", "aws:region": "b"}, Settings(region="a")),
    ("then that of aws", {"aws:region": "b", "aws:profile": "p"}, Settings(region="b", profile="p")),
    ("an empty region is none", {"connect-users:region": "", "aws:region": "b"}, Settings(region="b")),
    ("a blank region is none", {"connect-users:region": "  ", "aws:region": "b"}, Settings(region="b")),
    ("None is none", {"connect-users:region": None}, Settings()),
    ("texts are stripped", {"connect-users:endpointUrl": " http://x "}, Settings(endpoint_url="http://x")),
    ("numbers come as texts", {"connect-users:requestsPerSecond": "0.5"}, Settings(requests_per_second=0.5)),
    ("and as numbers", {"connect-users:timeout": 7, "connect-users:burst": 3.0}, Settings(timeout=7.0, burst=3)),
    ("flags come as texts", {"connect-users:ownershipTag": "False"}, Settings(ownership_tag=False)),
    ("removals may be off", {"connect-users:removals": "false"}, Settings(removals=False)),
    ("and as flags", {"connect-users:emulator": True}, Settings(emulator=True)),
    ("the emulator has a file", {"connect-users:emulatorState": "x.sqlite"}, Settings(emulator_state="x.sqlite")),
    ("others' keys are passed over", {"aws:defaultTags": "x", "connect-user:region": "x"}, Settings()),
]


@pytest.mark.parametrize(("config", "expected"), [row[1:] for row in _READ], ids=[row[0] for row in _READ])
def test_read(config: dict[str, object], expected: Settings) -> None:
    assert from_config(config) == expected


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("region", 7, "connect-users:region: 7 is not a string"),
        ("region", "us east!", 'connect-users:region: "us east!" is not a region'),
        ("endpointUrl", "localhost:4599", 'connect-users:endpointUrl: "localhost:4599" is not a URL; write http:// or'),
        ("endpointUrl", "http://", 'connect-users:endpointUrl: "http://" is not a URL'),
        ("endpointUrl", "http://[", 'connect-users:endpointUrl: "http://[" is not a URL'),
        ("endpointUrl", "http://host:port", 'connect-users:endpointUrl: "http://host:port" is not a URL'),
        ("emulator", "yes", 'connect-users:emulator: "yes" is neither true nor false'),
        ("emulator", 1, "connect-users:emulator: 1 is neither true nor false"),
        ("timeout", "soon", 'connect-users:timeout: "soon" is not a number'),
        ("timeout", True, "connect-users:timeout: true is not a number"),
        ("timeout", ["7"], 'connect-users:timeout: ["7"] is not a number'),
        ("timeout", 0, "connect-users:timeout: 0 is not a number above 0"),
        ("timeout", "-1", 'connect-users:timeout: "-1" is not a number above 0'),
        ("timeout", "nan", 'connect-users:timeout: "nan" is not a number above 0'),
        ("timeout", "inf", 'connect-users:timeout: "inf" is not a number above 0'),
        pytest.param("timeout", 10**309, "is not a number", id="more than a float holds"),
        ("burst", "2.5", 'connect-users:burst: "2.5" is not a whole number'),
        ("burst", 0, "connect-users:burst: 0 is not a number above 0"),
        (
            "timeOut",
            7,
            "connect-users:timeOut: no such setting; the settings are connect-users:burst, connect-users:emulator,",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(key: str, value: object, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_config({f"connect-users:{key}": value})
    assert text in str(caught.value)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_config(
            {"connect-users:burst": "x", "connect-users:timeout": "y", "connect-users:zone": "z", "aws:region": 7}
        )
    text = str(caught.value)
    assert [key for key in ("burst", "timeout", "zone", "aws:region") if key in text] == [
        "burst",
        "timeout",
        "zone",
        "aws:region",
    ]


def test_a_value_that_cannot_be_read_is_not_replaced_by_the_next_key() -> None:
    """Falling back to another region in silence would be worse."""
    with pytest.raises(ConfigurationError):
        from_config({"connect-users:region": 7, "aws:region": "b"})


def test_every_setting_has_its_key() -> None:
    assert list(KEYS) == [field.name for field in fields(Settings)]
    for name, (keys, _) in KEYS.items():
        words = name.split("_")
        assert keys[0] == "connect-users:" + words[0] + "".join(word.capitalize() for word in words[1:])


_texts = st.text("abc:/.-", min_size=1)
_regions = st.sampled_from(["eu-west-2", "us-gov-east-1", "mars"])
_urls = st.sampled_from(["http://127.0.0.1:9", "https://connect.example", "http://[::1]:4599/x"])
_numbers = st.floats(min_value=1e-3, max_value=1e6)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "region": _regions,
            "profile": _texts,
            "endpoint_url": _urls,
            "requests_per_second": _numbers,
            "burst": st.integers(1, 100),
            "timeout": _numbers,
            "ownership_tag": st.booleans(),
            "emulator": st.booleans(),
            "emulator_state": _texts,
        },
    )
)
def test_every_setting_is_read_from_a_string(values: dict[str, Any]) -> None:
    """A configuration of Pulumi has strings only."""
    config = {
        KEYS[name][0][0]: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }
    assert from_config(config) == Settings(**values)


def test_an_endpoint_that_is_named_comes_before_the_embedded_emulator() -> None:
    """Its patience and its pace are those of a real one."""
    assert Settings(emulator=True).embedded
    assert not Settings(emulator=True, endpoint_url="http://127.0.0.1:1").embedded
    assert not Settings().embedded


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"connect-users:region": "a"}, {"aws:region": " a "}, True),
        ({"connect-users:region": "a", "aws:region": "b"}, {"connect-users:region": "a", "aws:profile": "p"}, True),
        ({"connect-users:region": "a"}, {"connect-users:region": "b"}, False),
        ({}, {"connect-users:burst": "7", "connect-users:emulator": "False", "aws:region": ""}, True),
        ({}, {"connect-users:emulator": "true"}, False),
        ({}, {"aws:profile": "p"}, False),
        ({"connect-users:endpointUrl": "http://a"}, {"connect-users:endpointUrl": "http://b"}, False),
    ],
)
def test_configurations_reach_the_same_place_unless_region_endpoint_or_emulator_differ(
    one: dict[str, object], other: dict[str, object], same: bool
) -> None:
    """Without a region, a profile may name one."""
    assert (reached(one) == reached(other)) == same


@pytest.mark.parametrize(
    ("value", "expected"), [(None, 1), ("true", 1), (True, 1), ("false", 0), (False, 0), ("?", 0), (object(), 0)]
)
def test_a_tag_is_reserved_where_the_ownership_tag_is_known_to_be_set(value: object, expected: int) -> None:
    """An output is not known yet; what cannot be read is another's problem."""
    assert reserved_tags({"connect-users:ownershipTag": value}) == expected
