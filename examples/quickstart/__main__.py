"""Two users of an Amazon Connect instance, whose profiles are looked up by name."""

import pulumi

from connect_users import ConnectInstance, ConnectUser

config = pulumi.Config()

# The embedded emulator's instance; on AWS, your own alias, id or ARN.
instance = ConnectInstance(config.get("instance") or "emulator")

# A first password for people who sign in to Connect itself: pulumi config set --secret firstPassword ...
# The default is public, so it is for the emulator only.
password = config.get_secret("firstPassword") or (
    None if config.get("instance") else pulumi.Output.secret("Change-Me-1")
)

ada = ConnectUser(
    "ada",
    instance_id=instance.arn,
    username="ada.lovelace",
    password=password,
    identity_info={"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
    routing_profile_id=instance.routing_profile_id("Support"),
    security_profile_ids=[instance.security_profile_id("Agent")],
    hierarchy_group_id=instance.hierarchy_group_id("EMEA/UK/London"),
    # Seconds of after-contact work, by channel.
    after_contact_work_configs=[
        {"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 30}},
        {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 120}},
    ],
    user_proficiencies=[{"attribute_name": "lang", "attribute_value": "en", "level": 5}],
    tags={"team": "support"},
)

grace = ConnectUser(
    "grace",
    instance_id=instance.arn,
    username="grace.hopper",
    password=password,
    identity_info={"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.com"},
    phone_config={"phone_type": "DESK_PHONE", "desk_phone_number": "+12025550123", "after_contact_work_time_limit": 60},
    routing_profile_id=instance.routing_profile_id("Sales"),
    security_profile_ids=instance.security_profile_ids("Agent", "CallCenterManager"),
)

pulumi.export("users", {"ada": ada.arn, "grace": grace.arn})
