"""Which of the users that a preview deletes, replaces or moves are on a contact now.

The preview has the users, and GetCurrentUserData their contacts; `connect_users.cli.contacts` calls it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id
from connect_users.review.model import ADOPTED, JOINS, LEAVES, REPLACED, Contact, Review, UserChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.review.steps import Resource

#: A change of these takes an agent away from the queues, or from the tools, of a contact.
_MOVING: Final = frozenset({"routing_profile_id", "security_profile_ids"})
#: States of a contact that the agent does not have (any more), of `ContactState` in AWS's model.
_OVER: Final = frozenset({"MISSED", "ERROR", "REJECTED"})
#: In words; AWS calls the after-contact work ENDED ("About contact states", administrator guide).
_WORDS: Final = {"CONNECTED_ONHOLD": "on hold", "ENDED": "after-contact work"}


def user_id_of(resource: Resource | None) -> str:
    """The id of a resource's live user; "" if it is not known, or if the resource has several users."""
    if resource is None or resource.type not in (*tokens.USERS, tokens.AWS_USER, tokens.NATIVE_USER):
        return ""
    # aws.connect.User has INSTANCE:USER, aws-native.connect.User the ARN.
    return str(bare_id(resource.id if resource.id.startswith("arn:") else resource.id.rpartition(":")[2]))


def users_to_ask_about(review: Review, instance_id: str) -> tuple[str, ...]:
    """The ids of the users of an instance whom the preview deletes, replaces or moves."""
    people = (person for person in review.people if _deleted(person) or _moved(person))
    return tuple(dict.fromkeys(person.user_id for person in people if _is_in(person, instance_id)))


def users_elsewhere(review: Review, instance_id: str) -> tuple[str, ...]:
    """The names of users that the preview deletes and whose contacts that instance cannot return."""
    people = (person for person in review.people if _deleted(person))
    return tuple(person.username for person in people if not _is_in(person, instance_id))


def _is_in(person: UserChange, instance_id: str) -> bool:
    return person.user_id != "" and person.instance_id == instance_id


def _deleted(person: UserChange) -> bool:
    return person.action in (LEAVES, REPLACED) and not person.retained


def _moved(person: UserChange) -> bool:
    return person.action not in (JOINS, ADOPTED, LEAVES) and any(change.about in _MOVING for change in person.changes)


def with_contacts(review: Review, ids: Iterable[str], data: Iterable[Mapping[str, Any]]) -> Review:
    """The review with the contacts of users.

    Args:
        ids: of the users in the request.
        data: entries of ``UserDataList``; AWS returns none for a user who is not signed in.
    """
    contacts: dict[str, tuple[Contact, ...]] = dict.fromkeys(ids, ())
    contacts |= {str((each.get("User") or {}).get("Id")): _contacts(each) for each in data}
    people = (dataclasses.replace(person, contacts=contacts.get(person.user_id)) for person in review.people)
    return dataclasses.replace(review, people=tuple(people))


def _contacts(data: Mapping[str, Any]) -> tuple[Contact, ...]:
    listed = [
        (str(each.get("Channel") or "?"), str(each.get("AgentContactState"))) for each in data.get("Contacts") or ()
    ]
    return tuple(
        Contact(channel, _WORDS.get(state, state.lower())) for channel, state in sorted(listed) if state not in _OVER
    )
