"""Who is signed in, and on which contacts: GetCurrentUserData, DeleteAllEntitySessions, and the side port's `agents`.

Nobody signs in to an emulator, so `set_activity` says who has. It is kept in the user's document as ``Activity``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import paging, user_rows, wire
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import ApiCall, Document, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.emulator.store import Store
    from connect_users.emulator.user_rows import StoredUser

_KEY: Final = "Activity"
#: "A maximum of one filter can be passed from queues, routing profiles, agents, and user hierarchy groups" [D].
_FILTERS: Final = ("Queues", "RoutingProfiles", "Agents", "UserHierarchyGroups")


@writes("DeleteAllEntitySessions")
def delete_all_entity_sessions(call: ApiCall) -> Document:
    """[M]; whatever the agent is on is over [I]. Of a user without a session: `Options.no_session` [?]."""
    user = user_rows.find(call, call.params["EntityId"], newest=True)
    if user.doc.pop(_KEY, None) is None and call.options.no_session == "not-found":
        raise not_found("Session of user", user.id)
    user_rows.save(call, user)
    return {}


@reads("GetCurrentUserData")
def get_current_user_data(call: ApiCall) -> Document:
    """Users who are signed in [I], of those that the filter names; unknown agents are left out [?]."""
    filters = call.params["Filters"]
    used = [name for name in _FILTERS if name in filters]
    if len(used) > 1:
        raise invalid_request(f"Filters: at most one of {', '.join(_FILTERS)}")
    if used not in ([], ["Agents"]):
        raise ApiError("UnsupportedOperationException", f"GetCurrentUserData: the filter {used[0]} is not emulated")
    states = filters.get("ContactFilter", {}).get("ContactStates")
    users = [
        user
        for user in _agents(call, filters.get("Agents"))
        if user.doc.get(_KEY) is not None
        and (not states or any(each["AgentContactState"] in states for each in user.doc[_KEY]["Contacts"]))
    ]
    page = paging.numbered_page(call, users)
    return {
        "UserDataList": [_data(user) for user in page.rows],
        "NextToken": page.next_token,
        "ApproximateTotalCount": len(users),
    }


def _agents(call: ApiCall, values: Iterable[str] | None) -> Iterator[StoredUser]:
    if values is None:
        yield from user_rows.rows(call)
        return
    for value in dict.fromkeys(values):
        try:
            yield user_rows.find(call, value)
        except ApiError as error:
            if error.code != "ResourceNotFoundException":
                raise


def _data(user: StoredUser) -> Document:
    arn, profile = user.instance.arn, user.doc["RoutingProfileId"]
    activity = user.doc[_KEY]
    return {
        "User": {"Id": user.id, "Arn": f"{arn}/agent/{user.id}"},
        "RoutingProfile": {"Id": profile, "Arn": f"{arn}/routing-profile/{profile}"},
        "Status": {"StatusName": activity["Status"], "StatusStartTimestamp": activity["Since"]},
        "Contacts": activity["Contacts"],
    }


def set_activity(store: Store, agents: Mapping[str, Any], now: float) -> None:
    """Sign users of the seeded instance in or out.

    Args:
        agents: username -> None for one who is signed out, or an object with ``contacts``, a list of objects such as
            ``{"channel": "VOICE", "state": "CONNECTED"}``, and ``status`` (default: Available).

    Raises:
        ValueError: a user does not exist, or a value is not of that form.
    """
    with store.write() as tx:
        for username, activity in agents.items():
            document = None if activity is None else _activity(username, activity, now)
            user_rows.set_seeded(tx, username, _KEY, document)


def signed_in(store: Store) -> dict[str, Document]:
    """Username -> activity of everybody who is signed in."""
    return user_rows.seeded(store, _KEY)


def _activity(username: str, wanted: Any, now: float) -> Document:
    readable = isinstance(wanted, dict) and wanted.keys() <= {"contacts", "status"}
    wanted_contacts = wanted.get("contacts", []) if readable else None
    if not isinstance(wanted_contacts, list) or not all(isinstance(contact, dict) for contact in wanted_contacts):
        raise ValueError(f"{username}: write null, or an object with contacts, a list of objects, and status")
    contacts = []
    for contact in wanted_contacts:
        channel = _one_of("Channel", username, contact.get("channel", "VOICE"))
        state = _one_of("ContactState", username, contact.get("state", "CONNECTED"))
        contacts.append(
            {"ContactId": new_id(), "Channel": channel, "AgentContactState": state, "StateStartTimestamp": now}
        )
    status = wanted.get("status", "Available")
    if not isinstance(status, str):
        raise ValueError(f"{username}: {status!r} is not the name of a status")
    return {"Status": status, "Since": now, "Contacts": contacts}


def _one_of(shape: str, username: str, value: object) -> object:
    choices = wire.service("connect").shape_for(shape).metadata["enum"]
    if value not in choices:
        raise ValueError(f"{username}: {value!r} is not one of {', '.join(choices)}")
    return value
