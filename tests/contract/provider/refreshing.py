"""What the judges of bulk refresh share: users in a state, what may happen to them, and two ways to read them.

Everything runs in virtual time, in this process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_users.connect.gateway import Gateway
from connect_users.connect.survey import survey_of
from connect_users.core.fields import ARN_KEY
from connect_users.core.live import live_props
from connect_users.core.settings import Settings
from connect_users.core.snapshot_proof import described, read_stamp
from connect_users.core.spec import canonical
from connect_users.emulator import seed, seed_users
from connect_users.lifecycle import create, observe
from connect_users.lifecycle.operation import Operation
from tests.contract.hosting import OWNER_KEY, urn, user
from tests.contract.provider.timed import EPOCH, TimedSite

if TYPE_CHECKING:
    from collections.abc import Callable

SALES, BASIC = seed.ROUTING_PROFILES["Sales"], seed.ROUTING_PROFILES["Basic Routing Profile"]
ADMIN = seed.SECURITY_PROFILES["Admin"]

Props = dict[str, Any]


@dataclass
class Person:
    """One resource of a state."""

    name: str
    id: str
    inputs: Props
    outputs: Props

    @property
    def ids(self) -> dict[str, str]:
        return {"InstanceId": seed.INSTANCE_ID, "UserId": self.id}


@dataclass
class Crew:
    """A gateway to a site, and the resources that were made through it."""

    site: TimedSite
    requests_per_second: float = 1_000.0
    burst: int = 1_000
    people: list[Person] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = Settings(
            endpoint_url=self.site.emulator.endpoint_url,
            requests_per_second=self.requests_per_second,
            burst=self.burst,
        )
        timer = self.site.timer
        self.gateway = Gateway(self.site.clients, settings, timer, wall=self.now)

        def pass_time(phase: str, _: object) -> None:
            """No two requests come in the same millisecond."""
            if phase == "received":
                timer.wait(0.001)

        self.site.on_event = pass_time

    def now(self) -> float:
        return EPOCH + self.site.timer.now()

    def operation(self, name: str) -> Operation:
        def say(severity: str, text: str) -> None:
            self.said.append((severity, text))

        def wait(seconds: float) -> None:
            self.site.timer.wait(seconds)

        return Operation(self.gateway, urn(name), True, 300.0, say, wait)

    def make(self, name: str, **changes: Any) -> Person:
        inputs = canonical({key: value for key, value in user(name, **changes).items() if not key.startswith("__")})
        user_id, outputs = create.create(self.operation(name), inputs)
        person = Person(name, user_id, inputs, outputs)
        self.people.append(person)
        # No two users are made in the same moment, nor at a whole second.
        self.site.timer.wait(0.137)
        return person

    def read(self, person: Person) -> observe.UserState | None:
        return observe.read(self.operation(person.name), person.id, person.outputs, person.inputs)

    def read_directly(self, person: Person) -> observe.UserState | None:
        """As if it were the only one."""
        survey_of(self.gateway).forget()
        return self.read(person)

    def refresh(self, people: list[Person]) -> dict[str, observe.UserState | None]:
        survey_of(self.gateway).forget()
        return {person.name: self.read(person) for person in people}

    def remember(self, found: dict[str, observe.UserState | None]) -> None:
        """What the engine keeps of a refresh."""
        for person in self.people:
            seen = found.get(person.name)
            if seen is not None:
                person.inputs, person.outputs = seen.inputs, seen.outputs

    def calls(self) -> dict[str, int]:
        """How often each operation was asked for since the last question."""
        counts: dict[str, int] = {}
        for operation in self.site.calls():
            counts[operation] = counts.get(operation, 0) + 1
        self.site.forget()
        return counts


def full(number: int) -> Props:
    """Inputs that declare everything that Connect tells."""
    return {
        "identity_info": {
            "first_name": "Ada",
            "last_name": f"Byron {number}",
            "email": f"a{number}@example.com",
            "secondary_email": f"b{number}@example.com",
            "mobile": "+442079460000",
        },
        "hierarchy_group_id": seed.HIERARCHY_GROUPS["EMEA/UK"],
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}],
        "after_contact_work_configs": [
            {"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 30 + number}},
            {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 1000}},
        ],
        "phone_number_configs": [{"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": "+442079460001"}],
        "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}],
        "voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "NOISE_SUPPRESSION"}],
        "user_proficiencies": [
            {"attribute_name": "lang", "attribute_value": "en", "level": 3},
            {"attribute_name": "lang", "attribute_value": "fr", "level": 2},
        ],
        "tags": {"team": "blue", "site": "london"},
    }


def phone(number: int) -> Props:
    """Inputs with the older form of the settings, and few others."""
    return {
        "phone_config": {"phone_type": "SOFT_PHONE", "auto_accept": True, "after_contact_work_time_limit": number},
        "tags": {"team": "red"},
    }


def _info(**changes: str) -> Callable[[Any, Person], None]:
    def drift(client: Any, person: Person) -> None:
        now = client.describe_user(**person.ids)["User"]["IdentityInfo"]
        client.update_user_identity_info(IdentityInfo={**now, **changes}, **person.ids)

    return drift


def _config(**lists: Any) -> Callable[[Any, Person], None]:
    return lambda client, person: client.update_user_config(**lists, **person.ids)


def _arn(person: Person) -> str:
    return str(person.outputs["arn"])


def _skill(value: str, level: float | None = None) -> dict[str, Any]:
    pair: dict[str, Any] = {"AttributeName": "lang", "AttributeValue": value}
    return pair if level is None else {**pair, "Level": level}


#: What somebody may do to a user with all settings (`full`) behind the program's back, by the field that it changes.
DRIFTS: dict[str, Callable[[Any, Person], None]] = {
    "routing_profile_id": lambda client, person: client.update_user_routing_profile(
        RoutingProfileId=SALES, **person.ids
    ),
    "security_profile_ids": lambda client, person: client.update_user_security_profiles(
        SecurityProfileIds=[ADMIN], **person.ids
    ),
    "hierarchy_group_id": lambda client, person: client.update_user_hierarchy(**person.ids),
    "identity_info.first_name": _info(FirstName="Eve"),
    "identity_info.last_name": _info(LastName="Eve"),
    "identity_info.email": _info(Email="eve@example.com"),
    "identity_info.secondary_email": _info(SecondaryEmail="eve@example.com"),
    "identity_info.mobile": _info(Mobile="+12025550123"),
    "phone_config": lambda client, person: client.update_user_phone_config(
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 77}, **person.ids
    ),
    "auto_accept_configs": _config(AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": False}]),
    "after_contact_work_configs": _config(
        AfterContactWorkConfigs=[{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 1}}]
    ),
    "phone_number_configs": _config(PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]),
    "persistent_connection_configs": _config(
        PersistentConnectionConfigs=[{"Channel": "VOICE", "PersistentConnection": False}]
    ),
    "voice_enhancement_configs": _config(
        VoiceEnhancementConfigs=[{"Channel": "VOICE", "VoiceEnhancementMode": "VOICE_ISOLATION"}]
    ),
    "user_proficiencies, changed": lambda client, person: client.update_user_proficiencies(
        UserProficiencies=[_skill("en", 1.0)], **person.ids
    ),
    "user_proficiencies, one more": lambda client, person: client.associate_user_proficiencies(
        UserProficiencies=[_skill("de", 5.0)], **person.ids
    ),
    "user_proficiencies, one less": lambda client, person: client.disassociate_user_proficiencies(
        UserProficiencies=[_skill("fr")], **person.ids
    ),
    "gone": lambda client, person: client.delete_user(**person.ids),
}

#: The same by tags, which SearchUsers alone tells where LastModifiedTime does not move with them.
TAG_DRIFTS: dict[str, Callable[[Any, Person], None]] = {
    "tags, changed": lambda client, person: client.tag_resource(resourceArn=_arn(person), tags={"team": "green"}),
    "tags, one more": lambda client, person: client.tag_resource(resourceArn=_arn(person), tags={"more": ""}),
    "tags, one less": lambda client, person: client.untag_resource(resourceArn=_arn(person), tagKeys=["team"]),
    "owner removed": lambda client, person: client.untag_resource(resourceArn=_arn(person), tagKeys=[OWNER_KEY]),
    "owner exchanged": lambda client, person: client.tag_resource(
        resourceArn=_arn(person), tags={OWNER_KEY: f"{'0' * 24} urn:somebody-else"}
    ),
}


def seeded(crew: Crew, count: int) -> None:
    """Users of an instance that is full of them, in a state as an import or an earlier refresh leaves it."""
    seed_users(crew.site.emulator.store, count)
    for listed in survey_of(crew.gateway).everyone(seed.INSTANCE_ID, lambda _: None):
        assert listed.summary is not None
        declared = {"identity_info": {"email": f"{listed.username}@example.com"}}
        inputs = live_props(next(iter(described(listed.summary, declared))))
        inputs.pop("directory_user_id")
        inputs.pop("phone_config")
        inputs = canonical({**inputs, "instance_id": seed.INSTANCE_ID})
        outputs = {**inputs, ARN_KEY: listed.arn, **read_stamp(listed.modified, crew.now())}
        crew.people.append(Person(listed.username, listed.id, inputs, outputs))
    survey_of(crew.gateway).forget()
    crew.calls()
