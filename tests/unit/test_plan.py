"""The verdict table, line by line; and that the calls of a plan do what the plan was made for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users import channels, plan, progress
from connect_users.live import declared_view, leftovers, live_props
from connect_users.ownership import TAG_KEY
from connect_users.plan import Replacement
from connect_users.rules import review
from connect_users.spec import BY_NAME, FIELDS, UNKNOWN, Kind, Verdict, canonical, from_wire, to_wire
from tests.builders import INSTANCE_ID, user
from tests.strategies import users

quick = settings(deadline=None, max_examples=30)

_ACW = "after_contact_work_config"
_LIMIT = "after_contact_work_time_limit"
_VOICE_ON = [{"channel": "VOICE", "auto_accept": True}]
_OTHERS_OFF = [{"Channel": channel, "AutoAccept": False} for channel in ("CHAT", "TASK", "EMAIL")]
_CHAT_60 = [{"channel": "CHAT", _ACW: {_LIMIT: 60}}]


def _acw(voice: int = 0, chat: int = 0, task: int = 0, email: int = 0) -> list[dict[str, Any]]:
    limits = {"VOICE": voice, "CHAT": chat, "TASK": task, "EMAIL": email}
    return [
        {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": limit}}
        for channel, limit in limits.items()
    ]


def _skill(value: str, level: int, name: str = "Language") -> dict[str, Any]:
    return {"attribute_name": name, "attribute_value": value, "level": level}


def _wire_skill(value: str, level: int | None = None, name: str = "Language") -> dict[str, Any]:
    told: dict[str, Any] = {"AttributeName": name, "AttributeValue": value}
    return told if level is None else {**told, "Level": level}


#: Sentence, field, before, after (None: not declared), the calls or the replacement.
_Calls = list[tuple[str, dict[str, Any]]]
_ROWS: list[tuple[str, str, Any, Any, _Calls | Replacement]] = [
    # Replaced.
    ("another instance replaces, create first", "instance_id", "a", "b", Replacement(("instance_id",), False)),
    ("another name replaces, create first", "username", "a", "b", Replacement(("username",), False)),
    (
        "another directory id replaces, delete first",
        "directory_user_id",
        "a",
        "b",
        Replacement(("directory_user_id",), True),
    ),
    (
        "a directory id that appears replaces, delete first",
        "directory_user_id",
        None,
        "b",
        Replacement(("directory_user_id",), True),
    ),
    ("a directory id that is declared no longer changes nothing", "directory_user_id", "a", None, []),
    # No call.
    ("a changed password calls nothing", "password", "Correct-Horse-1", "Battery-Staple-2", []),
    ("a password that appears is recorded", "password", None, "Battery-Staple-2", []),
    ("a password that goes is recorded", "password", "Correct-Horse-1", None, []),
    ("another password secret is recorded", "password_secret_arn", "a", "b", []),
    ("another answer to password changes is recorded", "on_password_change", "refuse", "ignore", []),
    ("another identity management type is recorded", "identity_management_type", "SAML", "CONNECT_MANAGED", []),
    ("adopt_existing is recorded", "adopt_existing", None, True, []),
    ("delete_quick_connects is recorded", "delete_quick_connects", None, True, []),
    # One call each.
    (
        "another routing profile is one call",
        "routing_profile_id",
        "a",
        "b",
        [("UpdateUserRoutingProfile", {"RoutingProfileId": "b"})],
    ),
    (
        "an added security profile sends the whole set",
        "security_profile_ids",
        ["a"],
        ["a", "b"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["a", "b"]})],
    ),
    (
        "a removed security profile sends the whole set",
        "security_profile_ids",
        ["a", "b"],
        ["b"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["b"]})],
    ),
    (
        "an exchanged security profile sends the whole set",
        "security_profile_ids",
        ["a", "b"],
        ["a", "c"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["a", "c"]})],
    ),
    ("reordered security profiles call nothing", "security_profile_ids", ["a", "b"], ["b", "a"], []),
    (
        "a hierarchy group that appears is one call",
        "hierarchy_group_id",
        None,
        "a",
        [("UpdateUserHierarchy", {"HierarchyGroupId": "a"})],
    ),
    (
        "another hierarchy group is one call",
        "hierarchy_group_id",
        "a",
        "b",
        [("UpdateUserHierarchy", {"HierarchyGroupId": "b"})],
    ),
    (
        "a cleared hierarchy group is the call without an id",
        "hierarchy_group_id",
        "a",
        None,
        [("UpdateUserHierarchy", {})],
    ),
    (
        "one changed member sends the whole identity block",
        "identity_info",
        {"first_name": "Ada", "last_name": "L"},
        {"first_name": "Ada", "last_name": "M"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"FirstName": "Ada", "LastName": "M"}})],
    ),
    (
        "an identity block that appears is sent",
        "identity_info",
        None,
        {"secondary_email": "a@example.com"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"SecondaryEmail": "a@example.com"}})],
    ),
    (
        "a removed identity member sends the block without it",
        "identity_info",
        {"first_name": "Ada", "mobile": "+4930123456"},
        {"first_name": "Ada"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"FirstName": "Ada"}})],
    ),
    ("an identity block that goes calls nothing", "identity_info", {"first_name": "Ada"}, None, []),
    ("an identity block that is emptied calls nothing", "identity_info", {"first_name": "Ada"}, {}, []),
    # Phone settings alone.
    (
        "a phone block that appears is sent",
        "phone_config",
        None,
        {"auto_accept": True},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AutoAccept": True}})],
    ),
    (
        "0 seconds of after-contact work are sent, unlike none",
        "phone_config",
        {},
        {_LIMIT: 0},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AfterContactWorkTimeLimit": 0}})],
    ),
    (
        "a removed phone member is sent at its neutral value",
        "phone_config",
        {"auto_accept": True, _LIMIT: 30},
        {"auto_accept": True},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AutoAccept": True, "AfterContactWorkTimeLimit": 0}})],
    ),
    (
        "a phone block that goes is sent at its neutral values",
        "phone_config",
        {"phone_type": "DESK_PHONE", "desk_phone_number": "+4930123456", "persistent_connection": True},
        None,
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"PhoneType": "SOFT_PHONE", "PersistentConnection": False}})],
    ),
    ("an empty phone block calls nothing", "phone_config", None, {}, []),
    (
        "a number that is not in use and goes calls nothing",
        "phone_config",
        {"desk_phone_number": "+4930123456"},
        {},
        [],
    ),
    # Per-channel lists.
    (
        "a list that appears is sent with all four channels",
        "auto_accept_configs",
        None,
        _VOICE_ON,
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *_OTHERS_OFF]})],
    ),
    (
        "a list that goes is sent at its neutral values",
        "auto_accept_configs",
        _VOICE_ON,
        None,
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}, *_OTHERS_OFF]})],
    ),
    (
        "a channel that is dropped is sent at its neutral value",
        "after_contact_work_configs",
        [*_CHAT_60, {"channel": "VOICE", _ACW: {_LIMIT: 30}}],
        _CHAT_60,
        [("UpdateUserConfig", {"AfterContactWorkConfigs": _acw(chat=60)})],
    ),
    (
        "reordered channels call nothing",
        "auto_accept_configs",
        [*_VOICE_ON, {"channel": "CHAT", "auto_accept": True}],
        [{"channel": "CHAT", "auto_accept": True}, *_VOICE_ON],
        [],
    ),
    ("an empty list says no more than the neutral values", "auto_accept_configs", [], None, []),
    (
        "a first-callback member that goes takes the channel's own limit",
        "after_contact_work_configs",
        [{"channel": "VOICE", _ACW: {_LIMIT: 30}, f"agent_first_callback_{_ACW}": {_LIMIT: 30}}],
        [{"channel": "VOICE", _ACW: {_LIMIT: 60}}],
        [
            (
                "UpdateUserConfig",
                {
                    "AfterContactWorkConfigs": [
                        {
                            **_acw(voice=60)[0],
                            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60},
                        },
                        *_acw()[1:],
                    ]
                },
            )
        ],
    ),
    (
        "a first-callback limit of 0 that appears is sent",
        "after_contact_work_configs",
        [{"channel": "VOICE", _ACW: {_LIMIT: 30}}],
        [{"channel": "VOICE", _ACW: {_LIMIT: 30}, f"agent_first_callback_{_ACW}": {_LIMIT: 0}}],
        [
            (
                "UpdateUserConfig",
                {
                    "AfterContactWorkConfigs": [
                        {
                            **_acw(voice=30)[0],
                            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0},
                        },
                        *_acw()[1:],
                    ]
                },
            )
        ],
    ),
    (
        "a first-callback auto-accept that goes is switched off",
        "auto_accept_configs",
        [{"channel": "VOICE", "auto_accept": True, "agent_first_callback_auto_accept": True}],
        _VOICE_ON,
        [
            (
                "UpdateUserConfig",
                {
                    "AutoAcceptConfigs": [
                        {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False},
                        *_OTHERS_OFF,
                    ]
                },
            )
        ],
    ),
    (
        "a desk phone of a list is one call",
        "phone_number_configs",
        [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}],
        [{"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": "+4930123456"}],
        [
            (
                "UpdateUserConfig",
                {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+4930123456"}]},
            )
        ],
    ),
    (
        "a persistent connection that goes is switched off",
        "persistent_connection_configs",
        [{"channel": "VOICE", "persistent_connection": True}],
        None,
        [("UpdateUserConfig", {"PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}]})],
    ),
    (
        "a voice enhancement that goes is set to none",
        "voice_enhancement_configs",
        [{"channel": "VOICE", "voice_enhancement_mode": "VOICE_ISOLATION"}],
        [],
        [("UpdateUserConfig", {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NONE"}]})],
    ),
    # Proficiencies: only what differs, room first.
    (
        "an added proficiency is associated alone",
        "user_proficiencies",
        [_skill("en", 3)],
        [_skill("en", 3), _skill("fr", 2)],
        [("AssociateUserProficiencies", {"UserProficiencies": [_wire_skill("fr", 2)]})],
    ),
    (
        "a removed proficiency is disassociated without its level",
        "user_proficiencies",
        [_skill("en", 3), _skill("fr", 2)],
        [_skill("en", 3)],
        [("DisassociateUserProficiencies", {"UserProficiencies": [_wire_skill("fr")]})],
    ),
    (
        "another level is updated alone",
        "user_proficiencies",
        [_skill("en", 3), _skill("fr", 2)],
        [_skill("en", 4), _skill("fr", 2)],
        [("UpdateUserProficiencies", {"UserProficiencies": [_wire_skill("en", 4)]})],
    ),
    (
        "an exchanged proficiency makes room first",
        "user_proficiencies",
        [_skill("en", 3), _skill("fr", 2), _skill("one", 1, name="Product")],
        [_skill("en", 4), _skill("fr", 2), _skill("two", 1, name="Product")],
        [
            ("DisassociateUserProficiencies", {"UserProficiencies": [_wire_skill("one", name="Product")]}),
            ("AssociateUserProficiencies", {"UserProficiencies": [_wire_skill("two", 1, name="Product")]}),
            ("UpdateUserProficiencies", {"UserProficiencies": [_wire_skill("en", 4)]}),
        ],
    ),
    (
        "reordered proficiencies call nothing",
        "user_proficiencies",
        [_skill("en", 3), _skill("fr", 2)],
        [_skill("fr", 2), _skill("en", 3)],
        [],
    ),
    (
        "proficiencies that are declared no longer are disassociated",
        "user_proficiencies",
        [_skill("en", 3)],
        None,
        [("DisassociateUserProficiencies", {"UserProficiencies": [_wire_skill("en")]})],
    ),
    # Tags: only what differs, room first.
    ("an added tag is tagged alone", "tags", {"a": "1"}, {"a": "1", "b": ""}, [("TagResource", {"tags": {"b": ""}})]),
    (
        "a removed tag is untagged alone",
        "tags",
        {"a": "1", "b": ""},
        {"a": "1"},
        [("UntagResource", {"tagKeys": ["b"]})],
    ),
    (
        "another value is tagged",
        "tags",
        {"a": "1", "b": ""},
        {"a": "2", "b": ""},
        [("TagResource", {"tags": {"a": "2"}})],
    ),
    (
        "an exchanged tag makes room first",
        "tags",
        {"a": "1"},
        {"b": "1"},
        [("UntagResource", {"tagKeys": ["a"]}), ("TagResource", {"tags": {"b": "1"}})],
    ),
    ("reordered tags call nothing", "tags", {"a": "1", "b": "2"}, {"b": "2", "a": "1"}, []),
    (
        "tags that are declared no longer are untagged",
        "tags",
        {"a": "1"},
        None,
        [("UntagResource", {"tagKeys": ["a"]})],
    ),
    ("no tags and an empty map are the same user", "tags", None, {}, []),
]


def _calls(steps: tuple[plan.Step, ...]) -> _Calls:
    return [(step.operation, step.params) for step in steps]


@pytest.mark.parametrize(("sentence", "field", "before", "after", "expected"), _ROWS, ids=[row[0] for row in _ROWS])
def test_verdict_of(sentence: str, field: str, before: Any, after: Any, expected: _Calls | Replacement) -> None:
    """What a change of one input leads to."""
    old, new = canonical(user(**{field: before})), canonical(user(**{field: after}))
    if isinstance(expected, Replacement):
        assert plan.replacement(old, new) == expected
    else:
        assert plan.replacement(old, new) is None
        assert (plan.changed_fields(old, new) == ()) == (
            sentence.startswith("reordered") or "no longer changes" in sentence
        )
        steps = plan.update_steps(old, new)
        assert _calls(steps) == expected
        assert all(step.fields == (field,) for step in steps)


def test_every_input_has_one_verdict_and_a_row_here() -> None:
    """A new field fails this test until somebody has decided what its change does."""
    assert {field.name for field in FIELDS} == {row[1] for row in _ROWS}
    for field in FIELDS:
        assert isinstance(field.verdict, Verdict), field.name


def test_the_rows_do_what_the_verdict_says() -> None:
    """The text of a verdict, which the documentation prints, names the operations of its rows."""
    told: dict[str, str] = {
        "UpdateUserConfig": Verdict.CHANNELS.value,
        "UntagResource": Verdict.TAGS.value,
        "TagResource": Verdict.TAGS.value,
        "DisassociateUserProficiencies": "Disassociate-",
        "AssociateUserProficiencies": "Associate-",
    }
    for sentence, name, _, _, expected in _ROWS:
        verdict = BY_NAME[name].verdict
        assert verdict is not None
        if isinstance(expected, Replacement):
            assert verdict.value.startswith("replaced"), sentence
            assert ("deleted first" in verdict.value) == expected.delete_first, sentence
        for operation, _ in [] if isinstance(expected, Replacement) else expected:
            assert operation in verdict.value or told[operation] in verdict.value, sentence


_PHONE_ROWS: list[tuple[str, dict[str, Any], dict[str, Any], _Calls]] = [
    (
        "a phone block beside a list is changed by UpdateUserConfig",
        {"phone_config": {"auto_accept": False}, "after_contact_work_configs": _CHAT_60},
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": _CHAT_60},
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *_OTHERS_OFF]})],
    ),
    (
        "a list beside a phone block is changed alone",
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": _CHAT_60},
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": []},
        [("UpdateUserConfig", {"AfterContactWorkConfigs": _acw()})],
    ),
    (
        "auto-accept that moves into the list calls nothing",
        {"phone_config": {"auto_accept": True}},
        {"auto_accept_configs": _VOICE_ON},
        [],
    ),
    (
        "auto-accept that moves out of the list calls nothing",
        {"auto_accept_configs": _VOICE_ON},
        {"phone_config": {"auto_accept": True}},
        [],
    ),
    (
        "after-contact work that moves into a list of one channel changes the other channels",
        {"phone_config": {_LIMIT: 30}},
        {"after_contact_work_configs": [{"channel": "VOICE", _ACW: {_LIMIT: 30}}]},
        [("UpdateUserConfig", {"AfterContactWorkConfigs": _acw(voice=30)})],
    ),
    (
        "after-contact work that moves out of a list of one channel changes the other channels",
        {"after_contact_work_configs": [{"channel": "VOICE", _ACW: {_LIMIT: 30}}]},
        {"phone_config": {_LIMIT: 30}},
        [("UpdateUserConfig", {"AfterContactWorkConfigs": _acw(30, 30, 30, 30)})],
    ),
    (
        "a number alone is that of a soft phone",
        {"phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}]},
        {"phone_config": {"desk_phone_number": "+4930123456"}},
        [
            (
                "UpdateUserConfig",
                {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE", "PhoneNumber": "+4930123456"}]},
            )
        ],
    ),
    (
        "a list that goes while a phone block says the rest is reset, the block untouched",
        {"phone_config": {"persistent_connection": True}, "auto_accept_configs": _VOICE_ON},
        {"phone_config": {"persistent_connection": True}},
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}, *_OTHERS_OFF]})],
    ),
    (
        "a phone block that goes beside a list is reset by lists",
        {
            "phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "+4930123456"},
            "after_contact_work_configs": _CHAT_60,
        },
        {"after_contact_work_configs": _CHAT_60},
        [("UpdateUserConfig", {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]})],
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "expected"), [row[1:] for row in _PHONE_ROWS], ids=[row[0] for row in _PHONE_ROWS]
)
def test_phone_block_and_lists(before: dict[str, Any], after: dict[str, Any], expected: _Calls) -> None:
    """A setting that is said in the other form is the same setting."""
    steps = plan.update_steps(user(**before), user(**after))
    assert _calls(steps) == expected
    named = {name for props in (before, after) for name in props}
    assert all(set(step.fields) <= named and step.fields for step in steps)


def test_steps_come_in_an_order_that_never_passes_a_quota() -> None:
    """Everything at once: one call each, room made before it is used."""
    old = user(hierarchy_group_id="g", user_proficiencies=[_skill("en", 3), _skill("fr", 1)], tags={"a": "1"})
    new = user(
        routing_profile_id="r",
        security_profile_ids=["s"],
        identity_info={"first_name": "Grace"},
        phone_config={"auto_accept": True},
        user_proficiencies=[_skill("en", 4), _skill("de", 5)],
        tags={"b": "1"},
    )
    assert [step.operation for step in plan.update_steps(old, new)] == [
        "UpdateUserRoutingProfile",
        "UpdateUserSecurityProfiles",
        "UpdateUserHierarchy",
        "UpdateUserIdentityInfo",
        "UpdateUserPhoneConfig",
        "DisassociateUserProficiencies",
        "AssociateUserProficiencies",
        "UpdateUserProficiencies",
        "UntagResource",
        "TagResource",
    ]


def test_the_ownership_tag_rides_along_with_the_other_tags() -> None:
    """One TagResource call, whether other tags differ or not."""
    owner = {TAG_KEY: "token urn"}
    assert _calls(plan.update_steps(user(), user(), owner)) == [("TagResource", {"tags": owner})]
    steps = plan.update_steps(user(tags={}), user(tags={"a": "1"}), owner)
    assert _calls(steps) == [("TagResource", {"tags": {"a": "1", **owner}})]


_PASSWORDS: list[tuple[str, str | None, Any, str | None, bool]] = [
    ("refuse never replaces", "Old-1234", "New-1234", "refuse", False),
    ("ignore never replaces", "Old-1234", "New-1234", "ignore", False),
    ("no answer never replaces", "Old-1234", "New-1234", None, False),
    ("replace replaces", "Old-1234", "New-1234", "replace", True),
    ("replace leaves the same password alone", "Old-1234", "Old-1234", "replace", False),
    ("replace leaves an imported user alone", None, "New-1234", "replace", False),
    ("replace leaves a removed password alone", "Old-1234", None, "replace", False),
    ("replace shows a replacement while the password is not known", "Old-1234", UNKNOWN, "replace", True),
    ("a password that is not known replaces no imported user", None, UNKNOWN, "replace", False),
    ("refuse never replaces, known or not", "Old-1234", UNKNOWN, "refuse", False),
]


@pytest.mark.parametrize(
    ("before", "after", "policy", "replaces"), [row[1:] for row in _PASSWORDS], ids=[row[0] for row in _PASSWORDS]
)
def test_password(before: str | None, after: Any, policy: str | None, replaces: bool) -> None:
    """A user is deleted for a new password only where the program says so."""
    old, new = user(password=before), user(password=after, on_password_change=policy)
    assert plan.replacement(old, new) == (Replacement(("password",), True) if replaces else None)


def test_a_new_name_frees_the_order_even_beside_a_new_password() -> None:
    """The old user may go last as soon as the new one is called otherwise."""
    new = user(username="agent-8", password="Battery-Staple-2", on_password_change="replace", directory_user_id="d")
    found = plan.replacement(user(), new)
    assert found == Replacement(("username", "directory_user_id", "password"), delete_first=False)


def test_an_unknown_instance_counts_as_another_one() -> None:
    """The instance itself may be about to be replaced."""
    assert plan.replacement(user(), user(instance_id=UNKNOWN)) == Replacement(("instance_id",), delete_first=False)


def test_unknown_values_count_as_changed_at_any_depth() -> None:
    """A preview must show what may change."""
    unknown = [{"channel": "VOICE", _ACW: {_LIMIT: UNKNOWN}}]
    new = user(after_contact_work_configs=unknown, tags={"team": UNKNOWN}, hierarchy_group_id=UNKNOWN)
    assert plan.changed_fields(user(), new) == ("hierarchy_group_id", "after_contact_work_configs", "tags")


def test_only_inputs_are_compared() -> None:
    """The outputs hold more than the inputs, directory_user_id among it."""
    state = user(arn="arn:x", ownership_token="t", directory_user_id="computed")
    assert plan.changed_fields(state, user()) == ()
    assert plan.changed_fields(state, user(tags=None)) == ("tags",)


def test_create_sends_complete_lists_and_no_empty_ones() -> None:
    """CreateUser gets what is declared, in AWS's words; TagMap and friends must not be empty."""
    props = user(
        identity_info={},
        phone_config={"phone_type": "SOFT_PHONE"},
        auto_accept_configs=_VOICE_ON,
        user_proficiencies=[_skill("en", 3)],
        tags={},
        adopt_existing=True,
        on_password_change="ignore",
        arn="arn:x",
    )
    assert plan.create_request(props) == {
        "InstanceId": INSTANCE_ID,
        "Username": "agent-7",
        "RoutingProfileId": props["routing_profile_id"],
        "SecurityProfileIds": props["security_profile_ids"],
        "Password": "Correct-Horse-1",
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *_OTHERS_OFF],
    }


def test_create_keeps_the_keys_of_tags_as_they_are() -> None:
    """Tag keys are the user's words, not AWS's."""
    request = plan.create_request(user(tags={"cost_centre": "7"}), {TAG_KEY: "token urn"})
    assert request["Tags"] == {"cost_centre": "7", TAG_KEY: "token urn"}


# Properties. `_Live` reads AWS's documentation in every way that it leaves open.


_NEUTRAL = {
    "PhoneType": "SOFT_PHONE",
    "AutoAccept": False,
    "AfterContactWorkTimeLimit": 0,
    "PersistentConnection": False,
}


class _Live:
    """A user in Connect: made by CreateUser, changed by steps, told by DescribeUser."""

    def __init__(self, request: dict[str, Any], reading: str) -> None:
        """Args: reading: what an update does to settings it leaves out: replace, merge (channels) or keep (members)."""
        self.reading = reading
        self.told = {name: value for name, value in request.items() if not name.endswith("Config")}
        self.settings: dict[str, dict[str, Any]] = {}
        self.skills: dict[tuple[str, str], dict[str, Any]] = {}
        self.told["Tags"] = dict(request.get("Tags", {}))
        self._phone(request.get("PhoneConfig", {}))
        self._lists({name: self.told.pop(name) for name in list(self.told) if name.endswith("Configs")})

    def _phone(self, config: dict[str, Any]) -> None:
        def put(name: str, channel_list: list[str], entry: dict[str, Any]) -> None:
            self.settings.setdefault(name, {}).update(dict.fromkeys(channel_list, entry))

        if "AutoAccept" in config:
            put("AutoAcceptConfigs", ["VOICE"], {"AutoAccept": config["AutoAccept"]})
        if "AfterContactWorkTimeLimit" in config:
            limit = {"AfterContactWorkTimeLimit": config["AfterContactWorkTimeLimit"]}
            put("AfterContactWorkConfigs", ["VOICE", "CHAT", "TASK", "EMAIL"], {"AfterContactWorkConfig": limit})
        if "PhoneType" in config or "DeskPhoneNumber" in config:
            entry = {"PhoneType": config.get("PhoneType", "SOFT_PHONE")}
            if "DeskPhoneNumber" in config:
                entry["PhoneNumber"] = config["DeskPhoneNumber"]
            put("PhoneNumberConfigs", ["VOICE"], entry)
        if "PersistentConnection" in config:
            put("PersistentConnectionConfigs", ["VOICE"], {"PersistentConnection": config["PersistentConnection"]})

    def _lists(self, lists: dict[str, Any]) -> None:
        for name, entries in lists.items():
            before = {} if self.reading == "replace" else self.settings.get(name, {})
            written = {entry["Channel"]: {k: v for k, v in entry.items() if k != "Channel"} for entry in entries}
            if self.reading == "keep":
                written = {channel: {**before.get(channel, {}), **entry} for channel, entry in written.items()}
            self.settings[name] = {**before, **written}

    def apply(self, step: plan.Step) -> None:
        operation, params = step.operation, step.params
        if operation in ("UpdateUserRoutingProfile", "UpdateUserSecurityProfiles"):
            self.told.update(params)
        elif operation == "UpdateUserHierarchy":
            self.told.pop("HierarchyGroupId", None)
            self.told.update(params)
        elif operation == "UpdateUserIdentityInfo":
            before = {} if self.reading == "replace" else self.told.get("IdentityInfo", {})
            self.told["IdentityInfo"] = {**before, **params["IdentityInfo"]}
        elif operation == "UpdateUserPhoneConfig":
            neutral = _NEUTRAL if self.reading == "replace" else {}
            self._phone({**neutral, **params["PhoneConfig"]})
        elif operation == "UpdateUserConfig":
            self._lists(params)
        elif operation == "UntagResource":
            for key in params["tagKeys"]:
                del self.told["Tags"][key]
        elif operation == "TagResource":
            self.told["Tags"].update(params["tags"])
        else:
            self._proficiencies(operation, params["UserProficiencies"])

    def _proficiencies(self, operation: str, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            pair = (entry["AttributeName"], entry["AttributeValue"])
            assert (pair in self.skills) == (operation != "AssociateUserProficiencies")
            if operation == "DisassociateUserProficiencies":
                del self.skills[pair]
            else:
                self.skills[pair] = {**entry, "Level": float(entry["Level"])}

    def describe(self, view: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """``User`` and ``UserProficiencyList``; view: phone settings told by "lists", "phone" or "both"."""
        user_ = {**self.told, "SecurityProfileIds": list(reversed(self.told["SecurityProfileIds"]))}
        if view != "phone":
            user_ |= {
                name: [{"Channel": channel, **entry} for channel, entry in entries.items()]
                for name, entries in self.settings.items()
            }
        if view != "lists":
            voice: dict[str, Any] = {}
            for entries in self.settings.values():
                voice |= entries.get("VOICE", {})
            limit = voice.get("AfterContactWorkConfig", {})
            number = {"DeskPhoneNumber": voice["PhoneNumber"]} if "PhoneNumber" in voice else {}
            flags = {name: voice[name] for name in ("AutoAccept", "PhoneType", "PersistentConnection") if name in voice}
            user_["PhoneConfig"] = {**_NEUTRAL, **flags, **limit, **number}
        return user_, list(self.skills.values())


def _made(props: dict[str, Any], reading: str) -> _Live:
    live = _Live(plan.create_request(props, {TAG_KEY: "token urn"}), reading)
    for step in plan.update_steps({**props, "user_proficiencies": []}, props):
        live.apply(step)
    return live


_READINGS = st.sampled_from(["replace", "merge", "keep"])


@quick
@given(users())
def test_a_user_that_does_not_change_needs_nothing(props: dict[str, Any]) -> None:
    assert plan.changed_fields(props, dict(props)) == ()
    assert plan.replacement(props, props) is None
    assert plan.update_steps(props, props) == ()


@settings(deadline=None, max_examples=60)
@given(users(), users(), _READINGS, st.sampled_from(["both", "lists"]))
def test_the_steps_of_a_plan_bring_a_user_to_what_is_declared(
    old: dict[str, Any], new: dict[str, Any], reading: str, view: str
) -> None:
    """In every reading of what an update does to what it leaves out; and then nothing is left to do."""
    old.pop("directory_user_id", None)
    new.pop("directory_user_id", None)
    live = _made(old, reading)
    state = old
    for step in plan.update_steps(old, new):
        live.apply(step)
        state = progress.after(state, step, new)
    assert plan.update_steps(state, new) == ()
    told = live_props(*live.describe(view))
    seen = declared_view(told, new)
    assert seen == new
    assert plan.update_steps(seen, new) == ()
    assert leftovers(told, new) == {}


def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next_one() -> None:
    """The state that a failure leaves behind leads to the steps that were not done, and to no other."""
    old = user(
        hierarchy_group_id="g",
        phone_config={"auto_accept": True},
        user_proficiencies=[_skill("en", 3), _skill("fr", 1)],
        tags={"a": "1"},
    )
    new = user(
        routing_profile_id="r",
        phone_config={"auto_accept": False},
        user_proficiencies=[_skill("en", 4), _skill("de", 5)],
        tags={"b": "1"},
    )
    owner = {TAG_KEY: "token urn"}
    steps = plan.update_steps(old, new, owner)
    state = old
    for done, step in enumerate(steps, start=1):
        state = progress.after(state, step, new)
        left = plan.update_steps(state, new, owner if done < len(steps) else None)
        assert left == steps[done:]
    assert state == canonical(new)
    assert progress.after(state, plan.Step("TagResource", {"tags": owner}, ("tags",)), new) == state


@quick
@given(users(), users())
def test_steps_are_made_of_what_changed_and_told_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    changed = set(plan.changed_fields(old, new))
    for step in plan.update_steps(old, new):
        assert step.fields
        assert set(step.fields) <= changed | {"phone_config"} | set(channels.LISTS)
    operations = [step.operation for step in plan.update_steps(old, new)]
    assert len(operations) == len(set(operations))


@quick
@given(users(), _READINGS, st.sampled_from(["both", "lists", "phone"]))
def test_a_user_that_was_just_made_shows_no_drift(props: dict[str, Any], reading: str, view: str) -> None:
    """Whichever of the two views of phone settings Connect tells; PhoneConfig alone tells nothing of lists."""
    if view == "phone":
        props = {name: value for name, value in props.items() if name not in channels.LISTS}
    told = live_props(*_made(props, reading).describe(view))
    assert declared_view(told, props) == props
    assert review(props).problems == ()


@quick
@given(users(), users(), _READINGS)
def test_drift_that_is_seen_is_mended_by_the_next_plan(
    declared: dict[str, Any], other: dict[str, Any], reading: str
) -> None:
    """Somebody makes the user look like another one; refresh and up bring the declared one back."""
    declared.pop("directory_user_id", None)
    other.pop("directory_user_id", None)
    live = _made(other, reading)
    seen = declared_view(live_props(*live.describe("both")), declared)
    for step in plan.update_steps(seen, declared):
        live.apply(step)
    assert declared_view(live_props(*live.describe("both")), declared) == declared


@quick
@given(users())
def test_every_field_survives_the_way_to_the_api_and_back(props: dict[str, Any]) -> None:
    for name, value in props.items():
        field = BY_NAME[name]
        if field.kind is not Kind.TAGS:
            assert from_wire(field, to_wire(value)) == value
