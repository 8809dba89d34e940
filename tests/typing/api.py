"""The public API as a user writes it. Checked by mypy (strict), never run: what an editor and mypy must accept.

`# type: ignore` marks what they must refuse; mypy says so where it does not.
"""

from __future__ import annotations

import pulumi

import connect_users
from connect_users import (
    AfterContactWorkConfigArgs,
    AfterContactWorkConfigPerChannelArgs,
    AutoAcceptConfigArgs,
    ConnectInstance,
    ConnectUser,
    IdentityInfoArgs,
    PersistentConnectionConfigArgs,
    PhoneConfigArgs,
    PhoneNumberConfigArgs,
    Provider,
    UserProficiencyArgs,
    VoiceEnhancementConfigArgs,
)

config = pulumi.Config()
password: pulumi.Output[str] = config.require_secret("firstPassword")
text: pulumi.Output[str] = pulumi.Output.from_input("text")


def with_dicts() -> None:
    """Nested blocks as plain dicts, each with every member."""
    user = ConnectUser(
        "ada",
        instance_id="i",
        username="ada.lovelace",
        routing_profile_id="r",
        security_profile_ids=["s", text],
        password=password,
        on_password_change="replace",
        sign_out="on_loss",
        identity_info={
            "first_name": "Ada",
            "last_name": text,
            "email": "ada@example.com",
            "secondary_email": "ada@example.org",
            "mobile": "+441632960961",
        },
        directory_user_id="d",
        hierarchy_group_id=text,
        auto_accept_configs=[
            {"channel": "VOICE", "auto_accept": True, "agent_first_callback_auto_accept": False},
            {"channel": "CHAT", "auto_accept": pulumi.Output.from_input(True)},
        ],
        after_contact_work_configs=[
            {
                "channel": "VOICE",
                "after_contact_work_config": {"after_contact_work_time_limit": 30},
                "agent_first_callback_after_contact_work_config": {"after_contact_work_time_limit": 0},
            },
            {"channel": "TASK", "after_contact_work_config": {}},
        ],
        phone_number_configs=[{"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": "+441632960961"}],
        persistent_connection_configs=[{"channel": "VOICE", "persistent_connection": True}],
        voice_enhancement_configs=[{"channel": "VOICE", "voice_enhancement_mode": "VOICE_ISOLATION"}],
        user_proficiencies=[{"attribute_name": "lang", "attribute_value": "en", "level": 5}],
        tags={"team": "support", "site": text},
        identity_management_type="CONNECT_MANAGED",
        adopt_existing=True,
        opts=pulumi.ResourceOptions(protect=True),
    )
    id_: pulumi.Output[str] = user.id
    arn: pulumi.Output[str] = user.arn
    profiles: pulumi.Output[list[str]] = user.security_profile_ids
    pulumi.export("user", {"id": id_, "arn": arn, "profiles": profiles, "name": user.username})


def with_args() -> None:
    """Nested blocks as Args, each with every member, some of them outputs."""
    ConnectUser(
        "grace",
        instance_id=text,
        username=text,
        routing_profile_id=text,
        security_profile_ids=pulumi.Output.from_input(["s"]),
        password_secret_arn="connect/grace",
        identity_info=IdentityInfoArgs(
            first_name="Grace",
            last_name=text,
            email="grace@example.com",
            secondary_email="grace@example.org",
            mobile="+12025550123",
        ),
        phone_config=PhoneConfigArgs(
            phone_type="DESK_PHONE",
            auto_accept=True,
            after_contact_work_time_limit=60,
            desk_phone_number="+12025550123",
            persistent_connection=False,
        ),
        user_proficiencies=[
            UserProficiencyArgs(attribute_name="lang", attribute_value="en", level=5),
            {"attribute_name": "lang", "attribute_value": text, "level": 3},
        ],
        tags=pulumi.Output.from_input({"team": "support"}),
        adopt_existing=pulumi.Output.from_input(True),
    )
    ConnectUser(
        "edsger",
        instance_id="i",
        username="edsger",
        routing_profile_id="r",
        security_profile_ids=("s",),
        identity_info=pulumi.Output.from_input(IdentityInfoArgs(first_name="Edsger")),
        auto_accept_configs=[AutoAcceptConfigArgs(channel="CHAT", auto_accept=True)],
        after_contact_work_configs=[
            AfterContactWorkConfigPerChannelArgs(
                channel="EMAIL",
                after_contact_work_config=AfterContactWorkConfigArgs(after_contact_work_time_limit=30),
            ),
            AfterContactWorkConfigPerChannelArgs(
                channel="VOICE",
                after_contact_work_config={"after_contact_work_time_limit": 30},
                agent_first_callback_after_contact_work_config=AfterContactWorkConfigArgs(),
            ),
        ],
        phone_number_configs=[PhoneNumberConfigArgs(channel="VOICE", phone_type="SOFT_PHONE")],
        persistent_connection_configs=[PersistentConnectionConfigArgs(channel="VOICE", persistent_connection=False)],
        voice_enhancement_configs=[VoiceEnhancementConfigArgs(channel="VOICE", voice_enhancement_mode="NONE")],
    )


def with_look_ups() -> None:
    """Ids by names, of the stack's configuration or of an explicit provider."""
    provider = Provider(
        "london",
        region="eu-west-2",
        profile=text,
        endpoint_url="https://connect.eu-west-2.amazonaws.com",
        requests_per_second=2.5,
        burst=5,
        timeout=60,
        ownership_tag=False,
        emulator=pulumi.Output.from_input(True),
        emulator_state="london.sqlite",
        opts=pulumi.ResourceOptions(protect=True),
    )
    instance = ConnectInstance("example-centre", provider=provider)
    ConnectInstance(text)
    kind: pulumi.Output[str] = instance.identity_management_type
    group: pulumi.Output[str] = instance.hierarchy_group_id("EMEA/UK/London")
    pulumi.export("found", [instance.id, instance.alias, kind, instance.queue_id("BasicQueue")])
    pulumi.export("quick", [instance.quick_connect_id("Front desk"), instance.user_id(text)])
    pulumi.export("count", instance.users(tag={"team": "support"}).apply(len))
    ConnectUser(
        "ada",
        instance_id=instance.arn,
        username="ada",
        routing_profile_id=instance.routing_profile_id("Support"),
        security_profile_ids=instance.security_profile_ids("Agent", "CallCenterManager"),
        hierarchy_group_id=group,
        opts=pulumi.ResourceOptions(provider=provider),
    )
    ConnectUser(
        "grace",
        instance_id=instance.id,
        username="grace",
        routing_profile_id=instance.routing_profile_id(text),
        security_profile_ids=[instance.security_profile_id("Agent"), "40000000-0000-4000-8000-000000000001"],
    )


def refused() -> None:
    """What mypy must find before a preview does."""
    ConnectUser("ada", "i")  # type: ignore[call-arg]
    ConnectUser(
        "ada",
        instance_id="i",
        username="ada",
        routing_profile_id="r",
        security_profile_ids=["s"],
        on_password_change="replce",  # type: ignore[arg-type]
        identity_info={"firstname": "Ada"},  # type: ignore[arg-type]
        auto_accept_configs=[{"channel": "SMS", "auto_accept": True}],  # type: ignore[list-item]
        phone_number_configs=[{"channel": "CHAT", "phone_type": "SOFT_PHONE"}],  # type: ignore[list-item]
        tags={"team": 5},  # type: ignore[dict-item]
    )
    IdentityInfoArgs("Ada")  # type: ignore[call-arg]
    UserProficiencyArgs(attribute_name="lang", attribute_value="en")  # type: ignore[call-arg]
    Provider("p", region=5)  # type: ignore[arg-type]
    ConnectInstance("x").users()  # type: ignore[call-arg]


def public_modules() -> None:
    """They are attributes of the package."""
    emulator: connect_users.emulator.Emulator = connect_users.emulator.Emulator()
    connect_users.testing.Rehearsal("infra", emulator=emulator)
    connect_users.policy.stranger()  # type: ignore[attr-defined]
