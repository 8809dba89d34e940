"""A user's settings, from a document of Connect and from inputs: a translation that the product has no part in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.instance import Document

_INFO: Final = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "secondary_email": "SecondaryEmail",
    "mobile": "Mobile",
}
_LIMIT: Final = "AfterContactWorkTimeLimit"


def settings_of(doc: Document) -> dict[str, Any]:
    """Path -> value of everything that the simulation declares, of a user as it is."""
    settings = doc["Settings"]
    voice: Document = {}
    for entries in settings.values():
        voice.update(entries.get("VOICE", {}))
    work = settings.get("AfterContactWorkConfigs", {})
    return {
        "routing": doc["RoutingProfileId"],
        "security": sorted(doc["SecurityProfileIds"]),
        "hierarchy": doc["HierarchyGroupId"],
        **{f"identity.{name}": doc["IdentityInfo"].get(member) for name, member in _INFO.items()},
        "auto_accept": voice.get("AutoAccept", False),
        "phone_type": voice.get("PhoneType", "SOFT_PHONE"),
        "work": {
            channel: entry["AfterContactWorkConfig"][_LIMIT]
            for channel, entry in work.items()
            if entry["AfterContactWorkConfig"][_LIMIT]
        },
        "proficiencies": doc["Proficiencies"],
        "tags": {key: value for key, value in doc["Tags"].items() if not key.startswith("connect-users:")},
    }


def wanted(props: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Path -> value of what inputs, or outputs, declare."""
    yield "routing", props["routing_profile_id"]
    yield "security", sorted(props["security_profile_ids"])
    if "hierarchy_group_id" in props:
        yield "hierarchy", props["hierarchy_group_id"]
    for name, value in props.get("identity_info", {}).items():
        yield f"identity.{name}", value
    for name in ("auto_accept", "phone_type"):
        if name in props.get("phone_config", {}):
            yield name, props["phone_config"][name]
    if "after_contact_work_configs" in props:
        work = {
            entry["channel"]: entry["after_contact_work_config"]["after_contact_work_time_limit"]
            for entry in props["after_contact_work_configs"]
        }
        yield "work", {channel: seconds for channel, seconds in work.items() if seconds}
    if "user_proficiencies" in props:
        yield (
            "proficiencies",
            {(each["attribute_name"], each["attribute_value"]): each["level"] for each in props["user_proficiencies"]},
        )
    if "tags" in props:
        yield "tags", props["tags"]
