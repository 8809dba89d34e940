"""The users that every contestant makes: the same inputs, as a project file and as requests of CreateUser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import spelling
from connect_users.emulator import seed
from connect_users.roster import csv_text

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "Corr3ct-horse"

#: One user in so many is changed in the runs that change some.
CHANGED_EACH = 100


def inputs(number: int, *, changed: bool = False) -> dict[str, Any]:
    """What a program declares; a change is one request."""
    return {
        "instance_id": seed.INSTANCE_ID,
        "username": f"agent{number:05d}",
        "routing_profile_id": seed.ROUTING_PROFILES["Sales" if changed else "Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identity_info": {"first_name": "Ada", "last_name": "Lovelace", "email": f"agent{number:05d}@example.com"},
        "phone_config": {"phone_type": "SOFT_PHONE", "auto_accept": False, "after_contact_work_time_limit": 30},
        "tags": {"team": "Blue"},
    }


def declared(count: int, *, changed: bool = False) -> dict[str, dict[str, Any]]:
    """Resource name -> inputs; with `changed`, one in `CHANGED_EACH` differs (one at least)."""
    return {f"agent{n:05d}": inputs(n, changed=changed and n % CHANGED_EACH == 0) for n in range(count)}


def write(path: Path, count: int, *, changed: bool = False, camel: bool = False) -> None:
    """The same as a file; ``camel``: in the plugin's words."""
    given = declared(count, changed=changed)
    if camel:
        given = {name: spelling.theirs(inputs) for name, inputs in given.items()}
    path.write_text(json.dumps(given), encoding="utf-8")


def write_roster(path: Path, count: int, *, changed: bool = False) -> None:
    """The same as a roster, but for the passwords, which its program has."""
    rows = [
        {
            "username": given["username"],
            "routing_profile": "Sales" if given["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"] else "Support",
            "security_profiles": "Agent",
            **given["identity_info"],
            "phone_type": given["phone_config"]["phone_type"],
            "auto_accept": "no",
            "acw": str(given["phone_config"]["after_contact_work_time_limit"]),
            "tags.team": given["tags"]["team"],
        }
        for given in declared(count, changed=changed).values()
    ]
    path.write_text(csv_text.write(list(rows[0]), rows), encoding="utf-8")


#: What gives the people of an export the rest of what they have.
PERSONAS: Final = {
    "personas": {
        name: {
            "routing_profile": name,
            "security_profiles": "Agent",
            "phone_type": "SOFT_PHONE",
            "auto_accept": "no",
            "acw": "30",
            "tags": {"team": "Blue"},
        }
        for name in ("Sales", "Support")
    },
    "rules": [
        {"persona": "Sales", "when": {"department": ["Sales", "Sales *"], "jobTitle": "Clerk"}},
        {"persona": "Support", "when": {"department": "Support"}},
    ],
}


def write_export(path: Path, count: int, *, changed: bool = False) -> None:
    """The same as what Entra ID exports, with as many columns, of which half are empty; for `PERSONAS`."""
    rows = [
        {
            "userPrincipalName": given["username"],
            "displayName": "Ada Lovelace",
            "surname": given["identity_info"]["last_name"],
            "mail": given["identity_info"]["email"],
            "givenName": given["identity_info"]["first_name"],
            "id": name,
            "userType": "Member",
            "jobTitle": "Clerk",
            "department": "Sales" if given["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"] else "Support",
            "accountEnabled": "True",
            **{f"attribute{number}": "value" if number % 2 else "" for number in range(19)},
        }
        for name, given in declared(count, changed=changed).items()
    ]
    path.write_text(csv_text.write(list(rows[0]), rows), encoding="utf-8")


def request(number: int) -> dict[str, Any]:
    """CreateUser of the same user, as somebody who writes a script would send it."""
    given = inputs(number)
    return {
        "InstanceId": given["instance_id"],
        "Username": given["username"],
        "RoutingProfileId": given["routing_profile_id"],
        "SecurityProfileIds": given["security_profile_ids"],
        "Password": given["password"],
        "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": given["identity_info"]["email"]},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 30},
        "Tags": given["tags"],
    }
