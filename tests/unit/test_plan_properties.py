"""The calls of a plan do what the plan was made for, whatever AWS does where its documentation is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connect_users.core import channels, plan, steps
from connect_users.core.changes import review_change
from connect_users.core.fields import BY_NAME, Kind
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.core.ownership import TAG_KEY
from connect_users.core.rules import review
from connect_users.core.spec import from_wire, to_wire
from connect_users.lifecycle.blocks import BlockWriter
from tests.strategies import users
from tests.unit.plan_rows import ACW, LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEUTRAL = {
    "PhoneType": "SOFT_PHONE",
    "AutoAccept": False,
    "AfterContactWorkTimeLimit": 0,
    "PersistentConnection": False,
}


class _Live:
    """A user in Connect: made by CreateUser, changed by steps, returned by DescribeUser.

    It reads AWS's documentation in every way that it leaves open.

    Args:
        reading: what an update does to settings it leaves out: replace, merge (channels) or keep (members).
        view: phone settings are returned as "lists", "phone" or "both".
    """

    def __init__(self, request: dict[str, Any], reading: str, view: str = "both") -> None:
        self.reading = reading
        self.view = view
        self.doc = {name: value for name, value in request.items() if not name.endswith("Config")}
        self.settings: dict[str, dict[str, Any]] = {}
        self.skills: dict[tuple[str, str], dict[str, Any]] = {}
        self.doc["Tags"] = dict(request.get("Tags", {}))
        self.set_up(
            {name: self.doc.pop(name) for name in list(self.doc) if name.endswith("Configs")}
            | {"PhoneConfig": request.get("PhoneConfig", {})}
        )

    def set_up(self, request: dict[str, Any]) -> None:
        """Take the phone settings and lists of a request."""
        self._phone(request.get("PhoneConfig", {}))
        self._lists({name: entries for name, entries in request.items() if name.endswith("Configs")})

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

    def apply(self, step: steps.Step, new: dict[str, Any]) -> None:
        """Carry out a step on the way to ``new``, of a user for whom more may be set than a program declares."""
        writer = BlockWriter(self.update, lambda: self.describe()[0])
        match step:
            case steps.WriteIdentityInfo(info):
                writer.identity_info(info)
            case steps.WritePhoneConfig(config):
                writer.phone_config(config)
            case steps.WriteLists(lists):
                writer.lists(lists, new)
            case _:
                self.update(step.operation, step.params)

    def update(self, operation: str, params: Mapping[str, Any]) -> None:
        if operation in ("UpdateUserRoutingProfile", "UpdateUserSecurityProfiles"):
            self.doc.update(params)
        elif operation == "UpdateUserHierarchy":
            self.doc.pop("HierarchyGroupId", None)
            self.doc.update(params)
        elif operation == "UpdateUserIdentityInfo":
            before = self.doc.get("IdentityInfo", {})
            if self.reading == "replace":
                # Nobody is without a name.
                before = {name: it for name, it in before.items() if name in ("FirstName", "LastName")}
            self.doc["IdentityInfo"] = {**before, **params["IdentityInfo"]}
        elif operation == "UpdateUserPhoneConfig":
            neutral = _NEUTRAL if self.reading == "replace" else {}
            self._phone({**neutral, **params["PhoneConfig"]})
        elif operation == "UpdateUserConfig":
            self._lists(dict(params))
        elif operation == "UntagResource":
            for key in params["tagKeys"]:
                del self.doc["Tags"][key]
        elif operation == "TagResource":
            self.doc["Tags"].update(params["tags"])
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

    def describe(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """``User`` and ``UserProficiencyList``."""
        user_ = {**self.doc, "SecurityProfileIds": list(reversed(self.doc["SecurityProfileIds"]))}
        if self.view != "phone":
            user_ |= {
                name: [{"Channel": channel, **entry} for channel, entry in entries.items()]
                for name, entries in self.settings.items()
            }
        if self.view != "lists":
            voice: dict[str, Any] = {}
            for entries in self.settings.values():
                voice |= entries.get("VOICE", {})
            limit = voice.get("AfterContactWorkConfig", {})
            number = {"DeskPhoneNumber": voice["PhoneNumber"]} if "PhoneNumber" in voice else {}
            flags = {name: voice[name] for name in ("AutoAccept", "PhoneType", "PersistentConnection") if name in voice}
            user_["PhoneConfig"] = {**_NEUTRAL, **flags, **limit, **number}
        return user_, list(self.skills.values())


def _made(props: dict[str, Any], reading: str, view: str = "both") -> _Live:
    live = _Live({**plan.create_request(props), "Tags": {**props.get("tags", {}), TAG_KEY: "token urn"}}, reading, view)
    for step in plan.update_steps({**props, "user_proficiencies": []}, props):
        live.apply(step, props)
    return live


def _changed_by_hand(live: _Live, other: dict[str, Any]) -> None:
    """Somebody gives the user the settings of another one."""
    names = ("identity_info", "phone_config", *channels.LISTS)
    request = plan.create_request({name: other[name] for name in names if name in other})
    live.doc["IdentityInfo"] = {**live.doc.get("IdentityInfo", {}), **request.pop("IdentityInfo", {})}
    live.set_up(request)


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
    live = _made(old, reading, view)
    state = old
    for step in plan.update_steps(old, new):
        live.apply(step, new)
        state = steps.after(state, step, new)
    assert plan.update_steps(state, new) == ()
    shown = live_props(*live.describe())
    seen = declared_view(shown, new)
    assert seen == new
    assert plan.update_steps(seen, new) == ()
    assert leftovers(shown, new) == {}


Cell = tuple[str, ...]
_CALLBACK_ACW = f"agent_first_callback_{ACW}"


def _cells(live: _Live) -> tuple[dict[Cell, Any], ...]:
    """Each setting by itself: as Connect returns it; without what is as good as never set; and as it takes effect."""
    props = live_props(live.describe()[0])
    shown: dict[Cell, Any] = {("identity_info", name): it for name, it in props.get("identity_info", {}).items()}
    bare, effective = dict(shown), dict(shown)
    for name in channels.LISTS:
        for entry in channels.filled(name, [], props.get(name, [])):
            of_the_channel: tuple[Any, ...] = (False, {}, {LIMIT: 0}, entry.get(ACW))
            for member, value in entry.items():
                cell = (name, entry["channel"], member)
                shown[cell] = value
                unused = member == "phone_number" and entry["phone_type"] == "SOFT_PHONE"
                if not unused and not (member.startswith("agent_first_callback") and value in of_the_channel):
                    bare[cell] = effective[cell] = value
            # Without a limit of its own, a callback has that of the channel.
            if ACW in entry:
                effective.setdefault((name, entry["channel"], _CALLBACK_ACW), entry[ACW])
    return shown, bare, effective


def _changed(live: _Live, before: tuple[dict[Cell, Any], ...]) -> set[Cell]:
    """The settings that are no longer what they were, however Connect tells that."""
    differing = [
        {cell for cell in {*old, *new} if old.get(cell) != new.get(cell)}
        for old, new in zip(before, _cells(live), strict=True)
    ]
    return set.intersection(*differing)


def _declared_cells(props: dict[str, Any]) -> set[Cell]:
    """The settings that ``props`` name; a declared soft phone has no number."""
    cells: set[Cell] = {("identity_info", member) for member in props.get("identity_info", {})}
    lists = {
        **channels.partial_lists(props.get("phone_config", {})),
        **{n: props[n] for n in channels.LISTS if n in props},
    }
    for name, entries in lists.items():
        for entry in entries:
            unused = {"phone_number"} if entry.get("phone_type") == "SOFT_PHONE" else set()
            cells |= {(name, entry["channel"], member) for member in {*entry, *unused}}
    return cells


_USER = {"instance_id": "11111111-2222-4333-8444-000000000001", "username": "ada", "security_profile_ids": ["p"]}


@settings(max_examples=200)
@example(
    old={**_USER, "routing_profile_id": "r"},
    new={**_USER, "routing_profile_id": "r", "phone_config": {LIMIT: 30}},
    other={**_USER, "after_contact_work_configs": [{"channel": "VOICE", ACW: {}, _CALLBACK_ACW: {LIMIT: 30}}]},
    reading="replace",
    view="both",
)
@given(users(), users(), users(), _READINGS, st.sampled_from(["both", "lists"]))
def test_what_is_not_declared_stays_as_connect_has_it(
    old: dict[str, Any], new: dict[str, Any], other: dict[str, Any], reading: str, view: str
) -> None:
    """Whether it was declared before or never: README, "Inputs, and what a change of each does".

    Only a list that is declared is complete: what it does not name is reset.
    """
    live = _made(old, reading, view)
    _changed_by_hand(live, other)
    before = _cells(live)
    for step in plan.update_steps(old, new):
        live.apply(step, new)
    lost = _changed(live, before) - _declared_cells(new)
    assert {cell[0] for cell in lost} <= {name for name in channels.LISTS if name in new}


@given(users(), users(), _READINGS)
def test_a_setting_that_a_change_of_the_file_takes_away_is_warned_of(
    old: dict[str, Any], new: dict[str, Any], reading: str
) -> None:
    """Nobody but the program touches the user: then every setting that changes is declared, or named by its list."""
    old, new = ({**props, "directory_user_id": "d"} for props in (old, new))
    live = _made(old, reading)
    before = _cells(live)
    for step in plan.update_steps(old, new):
        live.apply(step, new)
    silent = _changed(live, before) - _declared_cells(new)
    new.pop("on_password_change", None)
    warned = {warning.path for warning in review_change(old, new).warnings}
    assert {cell[0] for cell in silent} <= warned


@given(users(), users())
def test_steps_are_made_of_what_changed_and_named_once(old: dict[str, Any], new: dict[str, Any]) -> None:
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
    shown = live_props(*_made(props, reading, view).describe())
    assert declared_view(shown, props) == props
    assert review(props).problems == ()


@given(users(), users(), _READINGS)
def test_drift_that_is_seen_is_mended_by_the_next_plan(
    declared: dict[str, Any], other: dict[str, Any], reading: str
) -> None:
    """Somebody makes the user look like another one; refresh and up bring the declared one back."""
    declared.pop("directory_user_id", None)
    other.pop("directory_user_id", None)
    live = _made(other, reading)
    seen = declared_view(live_props(*live.describe()), declared)
    for step in plan.update_steps(seen, declared):
        live.apply(step, declared)
    assert declared_view(live_props(*live.describe()), declared) == declared


@given(users())
def test_every_field_survives_the_way_to_the_api_and_back(props: dict[str, Any]) -> None:
    for name, value in props.items():
        field = BY_NAME[name]
        if field.kind is not Kind.TAGS:
            assert from_wire(field, to_wire(value)) == value
