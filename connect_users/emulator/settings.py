"""Phone and channel settings: PhoneConfig and the five per-channel lists, kept in one canonical form.

The canonical form is `{list name: {channel: entry}}`, with entries without their Channel. AWS does not document how a
user written in one form looks in the other [?]. The choice here: PhoneConfig's auto-accept, phone and persistent
connection are VOICE's, its ACW limit is every channel's, and both forms show all settings. `phone_view="as-written"`
shows each setting only in the form in which it was written, which `Origin` records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator.errors import invalid_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.emulator.calls import Document
    from connect_users.emulator.options import PhoneView, UpdateUserConfigMode

CHANNELS: Final = ("VOICE", "CHAT", "TASK", "EMAIL")
LISTS: Final = (
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
)
#: [M].
_VOICE_ONLY: Final = frozenset(LISTS[2:])
_VOICE_ONLY_MEMBERS: Final = ("AgentFirstCallbackAutoAccept", "AgentFirstCallbackAfterContactWorkConfig")
_LIMIT: Final = "AfterContactWorkTimeLimit"
#: PhoneConfig member -> the list with the same setting; both at once are an error [M].
_TWINS: Final = {
    "AutoAccept": "AutoAcceptConfigs",
    _LIMIT: "AfterContactWorkConfigs",
    "PhoneType": "PhoneNumberConfigs",
    "DeskPhoneNumber": "PhoneNumberConfigs",
    "PersistentConnection": "PersistentConnectionConfigs",
}
#: PhoneConfig before anything is written, and what UpdateUserPhoneConfig resets left-out members to [?].
_NEUTRAL: Final[Document] = {"PhoneType": "SOFT_PHONE", "AutoAccept": False, _LIMIT: 0, "PersistentConnection": False}


def check(params: Mapping[str, Any]) -> None:
    """Cross-field rules: no setting in both forms, VOICE-only lists and members, no channel twice [M, ?]."""
    phone = params.get("PhoneConfig", {})
    for member, twin in _TWINS.items():
        if member in phone and twin in params:
            raise invalid_request(f"PhoneConfig.{member} and {twin} must not be set together")
    for name in LISTS:
        seen = set()
        for entry in params.get(name, ()):
            channel = entry["Channel"]
            if channel in seen:
                raise invalid_request(f"{name} contains the channel {channel} twice")
            seen.add(channel)
            if channel != "VOICE":
                if name in _VOICE_ONLY:
                    raise invalid_request(f"{name} is for the VOICE channel only, not {channel}")
                for member in _VOICE_ONLY_MEMBERS:
                    if member in entry:
                        raise invalid_request(f"{name}: {member} is for the VOICE channel only, not {channel}")


def initial(doc: Document, params: Mapping[str, Any]) -> None:
    """Add the settings to a new user's document, from checked parameters of CreateUser."""
    doc["Settings"], doc["Origin"] = {}, {}
    if "PhoneConfig" in params:
        _write_phone(doc, params["PhoneConfig"])
    write_lists(doc, params, "replace")


def replace_phone(doc: Document, phone: Mapping[str, Any]) -> None:
    """UpdateUserPhoneConfig: the whole block is written, and one ACW limit for all channels [M]."""
    _write_phone(doc, {**_NEUTRAL, **phone})


def _write_phone(doc: Document, phone: Mapping[str, Any]) -> None:
    settings: dict[str, Document] = doc["Settings"]
    if "AutoAccept" in phone:
        settings.setdefault("AutoAcceptConfigs", {})["VOICE"] = {"AutoAccept": phone["AutoAccept"]}
    if _LIMIT in phone:
        settings["AfterContactWorkConfigs"] = {
            channel: {"AfterContactWorkConfig": {_LIMIT: phone[_LIMIT]}} for channel in CHANNELS
        }
    if "PhoneType" in phone or "DeskPhoneNumber" in phone:
        entry = {"PhoneType": phone.get("PhoneType", _NEUTRAL["PhoneType"])}
        if "DeskPhoneNumber" in phone:
            entry["PhoneNumber"] = phone["DeskPhoneNumber"]
        settings["PhoneNumberConfigs"] = {"VOICE": entry}
    if "PersistentConnection" in phone:
        settings["PersistentConnectionConfigs"] = {"VOICE": {"PersistentConnection": phone["PersistentConnection"]}}
    doc["Origin"].update({_TWINS[member]: "phone" for member in phone if member in _TWINS})


def write_lists(doc: Document, params: Mapping[str, Any], mode: UpdateUserConfigMode) -> None:
    """Write the lists in `params`. `mode` says whether channels that they leave out stay [?]."""
    settings: dict[str, Document] = doc["Settings"]
    for name in LISTS:
        entries = params.get(name)
        if entries is None:
            continue
        written = {
            entry["Channel"]: {key: item for key, item in entry.items() if key != "Channel"} for entry in entries
        }
        settings[name] = {**settings.get(name, {}), **written} if mode == "merge" else written
        doc["Origin"][name] = "lists"


def view(doc: Document, how: PhoneView, *, milliseconds: bool = False) -> Document:
    """PhoneConfig and the lists as a response has them. SearchUsers counts ACW in milliseconds [M]."""
    settings: dict[str, Document] = doc["Settings"]
    origin: dict[str, str] = doc["Origin"]
    shown: Document = {}
    phone = _phone(settings)
    if how == "as-written":
        phone = {member: item for member, item in phone.items() if origin.get(_TWINS[member]) == "phone"}
    if phone:
        shown["PhoneConfig"] = phone
    for name in LISTS:
        channels = settings.get(name)
        if channels and (how == "both" or origin.get(name) == "lists"):
            shown[name] = [{"Channel": channel, **channels[channel]} for channel in CHANNELS if channel in channels]
    return {name: _in_milliseconds(item) for name, item in shown.items()} if milliseconds else shown


def _phone(settings: Mapping[str, Document]) -> Document:
    voice: Document = {}
    for name in LISTS:
        voice.update(settings.get(name, {}).get("VOICE", {}))
    phone = {member: voice.get(member, neutral) for member, neutral in _NEUTRAL.items()}
    phone[_LIMIT] = voice.get("AfterContactWorkConfig", {}).get(_LIMIT, 0)
    if "PhoneNumber" in voice:
        phone["DeskPhoneNumber"] = voice["PhoneNumber"]
    return phone


def _in_milliseconds(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_milliseconds(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: item * 1000 if name == _LIMIT else _in_milliseconds(item) for name, item in value.items()}
