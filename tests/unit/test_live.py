"""A live user in the words of the inputs: what is drift and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from connect_users.core import plan
from connect_users.core.live import declarable, declared_view, leftovers, live_props, shows
from connect_users.core.ownership import TAG_KEY
from connect_users.core.spec import canonical, to_wire
from tests.builders import connect_model, user
from tests.strategies import users

_LIMIT = "after_contact_work_time_limit"
_WORK = "after_contact_work_config"
_CHANNELS = ("VOICE", "CHAT", "TASK", "EMAIL")


def _voice(**members: Any) -> list[dict[str, Any]]:
    return [{"channel": "VOICE", **members}]


def _acw(seconds: int, *names: str) -> list[dict[str, Any]]:
    return [{"channel": channel, _WORK: {_LIMIT: seconds}} for channel in names]


def _described(**changes: Any) -> dict[str, Any]:
    """``User`` of DescribeUser, from inputs."""
    tags = changes.pop("tags", {})
    return {
        **to_wire(user(tags=None, password=None, instance_id=None, **changes)),
        "Id": "u",
        "Arn": "arn",
        "Tags": tags,
    }


@given(users())
def test_a_user_made_from_a_declaration_looks_like_it(props: dict[str, Any]) -> None:
    request = {**plan.create_request(props), "Tags": {**props.get("tags", {}), TAG_KEY: "token urn"}}
    skills = [{**to_wire(entry), "Level": float(entry["level"])} for entry in props.get("user_proficiencies", [])]
    assert declared_view(live_props(request, skills), props) == props


@settings(max_examples=60)
@given(users(), users())
def test_the_quick_yes_is_never_a_wrong_one(made: dict[str, Any], declared: dict[str, Any]) -> None:
    """Where a user is said to tell all that is declared, the full comparison finds no drift; and its own maker's is."""
    live = {**plan.create_request(made), "Tags": {**made.get("tags", {}), TAG_KEY: "token urn"}}
    live["UserProficiencies"] = to_wire(made.get("user_proficiencies", []))
    for props in (made, declared, {**made, **declared}, {name: made[name] for name in made if name in declared}):
        if shows(live, props):
            assert declared_view(live_props(live, live["UserProficiencies"]), props) == props


def test_the_quick_yes_holds_for_a_user_as_it_was_declared() -> None:
    """Or it would save nothing; and one changed setting of any kind takes it away."""
    phone = {"phone_type": "SOFT_PHONE", "auto_accept": False}
    declared = user(tags={"team": "Blue"}, phone_config=phone, user_proficiencies=[])
    live = {**_described(tags={"team": "Blue", TAG_KEY: "token urn"}, phone_config=phone), "UserProficiencies": []}
    assert shows(live, declared)
    for name, value in {
        "username": "other",
        "security_profile_ids": ["other"],
        "phone_config": {**phone, "auto_accept": True},
        "tags": {"team": "Red"},
        "user_proficiencies": [{"attribute_name": "a", "attribute_value": "b", "level": 1}],
        "hierarchy_group_id": "not returned",
    }.items():
        assert not shows(live, {**declared, name: value}), name


def test_live_props_are_all_that_connect_shows_in_canonical_form() -> None:
    """Sets sorted, levels whole, AWS's own tags and the ownership tag left out, what is not an input passed over."""
    live = _described(
        security_profile_ids=["b", "a"],
        directory_user_id="d",
        hierarchy_group_id="g",
        tags={"team": "Blue", TAG_KEY: "token urn", "aws:created-by": "x"},
    )
    skills = [{"AttributeName": "Language", "AttributeValue": "en", "Level": 3.0}]
    assert live_props({**live, "LastModifiedRegion": "r", "HierarchyPath": None}, skills) == {
        "username": "agent-7",
        "routing_profile_id": user()["routing_profile_id"],
        "security_profile_ids": ["a", "b"],
        "identity_info": user()["identity_info"],
        "directory_user_id": "d",
        "hierarchy_group_id": "g",
        "tags": {"team": "Blue"},
        "user_proficiencies": [{"attribute_name": "Language", "attribute_value": "en", "level": 3}],
    }


def test_proficiencies_that_were_not_asked_for_are_left_out() -> None:
    assert "user_proficiencies" not in live_props(_described())
    assert live_props(_described(), [])["user_proficiencies"] == []


def test_every_part_of_a_live_user_is_read_or_known_to_be_none_of_ours() -> None:
    """A member that AWS adds to DescribeUser fails this test with the botocore that brings it."""
    ours = {"Username", "RoutingProfileId", "SecurityProfileIds", "IdentityInfo", "PhoneConfig", "DirectoryUserId"}
    ours |= {"HierarchyGroupId", "Tags", "AutoAcceptConfigs", "AfterContactWorkConfigs", "PhoneNumberConfigs"}
    ours |= {"PersistentConnectionConfigs", "VoiceEnhancementConfigs"}
    others = {"Id", "Arn", "LastModifiedTime", "LastModifiedRegion"}
    assert set(connect_model()["shapes"]["User"]["members"]) == ours | others


#: Sentence, declared, returned by Connect, the inputs in which the view differs from the declaration.
_VIEWS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("a user as declared shows no drift", {}, {"tags": {"team": "Blue"}}, {}),
    ("what is not declared is no drift", {"tags": None}, {"hierarchy_group_id": "g", "tags": {"x": "y"}}, {}),
    ("another profile is drift", {"tags": None}, {"routing_profile_id": "x"}, {"routing_profile_id": "x"}),
    (
        "more security profiles are drift",
        {"tags": None},
        {"security_profile_ids": ["y", "x"]},
        {"security_profile_ids": ["x", "y"]},
    ),
    (
        "a hierarchy group that is gone is drift",
        {"tags": None, "hierarchy_group_id": "g"},
        {},
        {"hierarchy_group_id": None},
    ),
    (
        "another member of the identity is drift",
        {"tags": None, "identity_info": {"email": "a"}},
        {"identity_info": {"email": "b", "mobile": "m"}},
        {"identity_info": {"email": "b"}},
    ),
    (
        "an identity member that is gone is drift",
        {"tags": None, "identity_info": {"email": "a"}},
        {"identity_info": {}},
        {"identity_info": {}},
    ),
    ("an empty text is as good as none", {"tags": None, "identity_info": {"email": ""}}, {"identity_info": {}}, {}),
    (
        "no identity at all is drift of its members",
        {"tags": None, "identity_info": {"email": "a"}},
        {"identity_info": None},
        {"identity_info": {}},
    ),
    ("other tags are drift", {"tags": {}}, {"tags": {"x": "y"}}, {"tags": {"x": "y"}}),
    ("no tags are an empty map", {"tags": {}}, {}, {}),
    ("tags that are gone are drift", {"tags": {"a": "b"}}, {}, {"tags": {}}),
    # Phone block, returned by itself or by lists.
    (
        "the phone block returned by itself",
        {"tags": None, "phone_config": {"auto_accept": True}},
        {"phone_config": {"auto_accept": True, _LIMIT: 0}},
        {},
    ),
    (
        "the phone block returned by lists",
        {"tags": None, "phone_config": {"auto_accept": True, _LIMIT: 9}},
        {"auto_accept_configs": _voice(auto_accept=True), "after_contact_work_configs": _acw(9, *_CHANNELS)},
        {},
    ),
    (
        "drift of the phone block returned by lists",
        {"tags": None, "phone_config": {"auto_accept": True}},
        {"auto_accept_configs": _voice(auto_accept=False)},
        {"phone_config": {"auto_accept": False}},
    ),
    (
        "neutral phone settings need not be returned",
        {
            "tags": None,
            "phone_config": {
                "phone_type": "SOFT_PHONE",
                "auto_accept": False,
                _LIMIT: 0,
                "persistent_connection": False,
            },
        },
        {},
        {},
    ),
    (
        "other phone settings must be",
        {"tags": None, "phone_config": {"auto_accept": True, _LIMIT: 9}},
        {},
        {"phone_config": {}},
    ),
    (
        "the block says more than its lists",
        {"tags": None, "phone_config": {"auto_accept": True}},
        {"phone_config": {"auto_accept": True}, "auto_accept_configs": _voice(auto_accept=False)},
        {},
    ),
    (
        "a number that is not in use may be forgotten",
        {"tags": None, "phone_config": {"phone_type": "SOFT_PHONE", "desk_phone_number": "+4930123456"}},
        {"phone_config": {"phone_type": "SOFT_PHONE"}},
        {},
    ),
    (
        "a number alone is that of a soft phone and may be forgotten",
        {"tags": None, "phone_config": {"desk_phone_number": "+4930123456"}},
        {},
        {},
    ),
    (
        "a number that is in use may not",
        {"tags": None, "phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "+4930123456"}},
        {"phone_config": {"phone_type": "DESK_PHONE"}},
        {"phone_config": {"phone_type": "DESK_PHONE"}},
    ),
    # Lists, returned by themselves or by the phone block.
    (
        "a list returned complete",
        {"tags": None, "auto_accept_configs": _voice(auto_accept=True)},
        {"auto_accept_configs": [{"channel": c, "auto_accept": c == "VOICE"} for c in _CHANNELS]},
        {},
    ),
    (
        "a list returned by the phone block",
        {"tags": None, "auto_accept_configs": _voice(auto_accept=True)},
        {"phone_config": {"auto_accept": True}},
        {},
    ),
    (
        "a list says more than the block",
        {"tags": None, "auto_accept_configs": _voice(auto_accept=True)},
        {"auto_accept_configs": _voice(auto_accept=True), "phone_config": {"auto_accept": False}},
        {},
    ),
    (
        "a neutral list need not be returned",
        {"tags": None, "voice_enhancement_configs": _voice(voice_enhancement_mode="NONE")},
        {},
        {},
    ),
    (
        "another list must be",
        {"tags": None, "voice_enhancement_configs": _voice(voice_enhancement_mode="VOICE_ISOLATION")},
        {},
        {"voice_enhancement_configs": []},
    ),
    (
        "drift of a list shows what was declared and what was set",
        {"tags": None, "after_contact_work_configs": _acw(9, "CHAT", "VOICE")},
        {"after_contact_work_configs": [*_acw(0, "VOICE", "TASK"), *_acw(9, "CHAT"), *_acw(5, "EMAIL")]},
        {"after_contact_work_configs": [*_acw(9, "CHAT"), *_acw(5, "EMAIL"), *_acw(0, "VOICE")]},
    ),
    (
        "a first callback that is returned at its neutral value is not drift",
        {"tags": None, "auto_accept_configs": []},
        {
            "auto_accept_configs": [
                *_voice(auto_accept=False, agent_first_callback_auto_accept=False),
                {"channel": "CHAT", "auto_accept": True},
            ]
        },
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True}]},
    ),
]


@pytest.mark.parametrize(("declared", "live", "differs"), [row[1:] for row in _VIEWS], ids=[row[0] for row in _VIEWS])
def test_view(declared: dict[str, Any], live: dict[str, Any], differs: dict[str, Any]) -> None:
    props = canonical(user(**declared))
    expected = {name: value for name, value in {**props, **differs}.items() if value is not None}
    assert declared_view(live_props(_described(**live)), props) == expected


def test_what_connect_never_shows_is_carried_over() -> None:
    """And keys of the state that are no inputs are not."""
    carried = {
        "password": "Correct-Horse-1",
        "password_secret_arn": "arn:x",
        "on_password_change": "ignore",
        "identity_management_type": "SAML",
        "adopt_existing": True,
        "instance_id": "i",
    }
    assert declared_view({"username": "live"}, {**carried, "username": "declared", "arn": "arn"}) == {
        **carried,
        "username": "live",
    }


def test_proficiencies_are_a_set() -> None:
    """None returned is an empty set."""
    declared = user(user_proficiencies=[{"attribute_name": "Language", "attribute_value": "en", "level": 3}], tags=None)
    assert declared_view(live_props(_described(), []), declared)["user_proficiencies"] == []


_LEFTOVERS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("nothing set leaves nothing", {}, {"tags": {}, "user_proficiencies": []}, {}),
    (
        "what is declared is no leftover",
        {"hierarchy_group_id": "g", "tags": {}},
        {"hierarchy_group_id": "h", "tags": {"a": "b"}},
        {},
    ),
    ("a hierarchy group is left over", {}, {"hierarchy_group_id": "h"}, {"hierarchy_group_id": "h"}),
    ("tags are left over", {}, {"tags": {"a": "b"}}, {"tags": {"a": "b"}}),
    (
        "settings that no call takes back are not",
        {"phone_config": {"auto_accept": True}},
        {"after_contact_work_configs": _acw(9, "CHAT"), "identity_info": {"mobile": "+4930123456"}},
        {},
    ),
]


@pytest.mark.parametrize(
    ("declared", "live", "expected"), [row[1:] for row in _LEFTOVERS], ids=[row[0] for row in _LEFTOVERS]
)
def test_leftovers(declared: dict[str, Any], live: dict[str, Any], expected: dict[str, Any]) -> None:
    """What an update would take back, had it been declared before; no more and no less."""
    assert leftovers(live, declared) == expected
    undone = plan.update_steps(expected, {})
    assert bool(undone) == bool(expected)


@pytest.mark.parametrize("directory", [True, False])
def test_a_program_declares_what_a_new_user_would_not_have_by_itself(directory: bool) -> None:
    """Neutral settings and empty members say nothing; a directory's id says something where a directory signs in."""
    live: dict[str, Any] = {
        "username": "ada",
        "identity_info": {"first_name": "Ada", "last_name": ""},
        "directory_user_id": "S-1-5",
        "tags": {},
        "phone_config": {"phone_type": "SOFT_PHONE"},
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}, {"channel": "CHAT", "auto_accept": False}],
        "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": False}],
    }
    expected = {
        "instance_id": "i",
        "username": "ada",
        "identity_info": {"first_name": "Ada"},
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}],
    }
    declared = declarable(live, "i", directory=directory)
    assert declared == {**expected, **({"directory_user_id": "S-1-5"} if directory else {})}
    assert "identity_info" not in declarable({**live, "identity_info": {"last_name": ""}}, "i", directory=directory)


def test_a_program_declares_work_after_callbacks_beside_the_limit_of_the_channel() -> None:
    """A limit that Connect does not return is no limit; an entry needs it all the same."""
    after_callbacks = {"agent_first_callback_after_contact_work_config": {_LIMIT: 30}}
    live = {"after_contact_work_configs": [{"channel": "VOICE", **after_callbacks}]}
    assert declarable(live, "i", directory=False)["after_contact_work_configs"] == [
        {"channel": "VOICE", **after_callbacks, _WORK: {_LIMIT: 0}}
    ]


@pytest.mark.parametrize("empty", ["", None, {}, {"Email": ""}])
def test_what_is_empty_in_an_answer_is_absent(empty: object) -> None:
    """AWS's own examples show an empty DeskPhoneNumber beside a soft phone; a whole block may be empty, too."""
    seen = live_props(
        {**_described(), "HierarchyGroupId": empty if isinstance(empty, str) else None, "IdentityInfo": empty}
    )
    assert "hierarchy_group_id" not in seen
    assert not seen.get("identity_info")
