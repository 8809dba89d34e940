"""The calls of a plan do what the plan was made for, whatever AWS does where its documentation is silent."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.core import channels, plan, progress
from connect_users.core.fields import BY_NAME, Kind
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.core.ownership import TAG_KEY
from connect_users.core.rules import review
from connect_users.core.spec import from_wire, to_wire
from tests.strategies import users

_NEUTRAL = {
    "PhoneType": "SOFT_PHONE",
    "AutoAccept": False,
    "AfterContactWorkTimeLimit": 0,
    "PersistentConnection": False,
}


class _Live:
    """A user in Connect: made by CreateUser, changed by steps, told by DescribeUser.

    It reads AWS's documentation in every way that it leaves open.
    """

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


@given(users())
def test_a_user_that_does_not_change_needs_nothing(props: dict[str, Any]) -> None:
    assert plan.changed_fields(props, dict(props)) == ()
    assert plan.replacement(props, props) is None
    assert plan.update_steps(props, props) == ()


@settings(max_examples=100)
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


@given(users(), users())
def test_steps_are_made_of_what_changed_and_told_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    changed = set(plan.changed_fields(old, new))
    for step in plan.update_steps(old, new):
        assert step.fields
        assert set(step.fields) <= changed | {"phone_config"} | set(channels.LISTS)
    operations = [step.operation for step in plan.update_steps(old, new)]
    assert len(operations) == len(set(operations))


@given(users(), _READINGS, st.sampled_from(["both", "lists", "phone"]))
def test_a_user_that_was_just_made_shows_no_drift(props: dict[str, Any], reading: str, view: str) -> None:
    """Whichever of the two views of phone settings Connect tells; PhoneConfig alone tells nothing of lists."""
    if view == "phone":
        props = {name: value for name, value in props.items() if name not in channels.LISTS}
    told = live_props(*_made(props, reading).describe(view))
    assert declared_view(told, props) == props
    assert review(props).problems == ()


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


@given(users())
def test_every_field_survives_the_way_to_the_api_and_back(props: dict[str, Any]) -> None:
    for name, value in props.items():
        field = BY_NAME[name]
        if field.kind is not Kind.TAGS:
            assert from_wire(field, to_wire(value)) == value
