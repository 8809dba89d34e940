"""Three people of a contact centre, by the names of their profiles."""

import pulumi

from connect_users import ConnectInstance, ConnectUser

instance = ConnectInstance("emulator")
password = pulumi.Config().require_secret("firstPassword")

ConnectUser(
    "ada",
    instance_id=instance.arn,
    username="ada.lovelace",
    password=password,
    identity_info={"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
    routing_profile_id=instance.routing_profile_id("Support"),
    security_profile_ids=[instance.security_profile_id("Agent")],
    after_contact_work_configs=[
        {"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 30}},
        {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 120}},
    ],
    user_proficiencies=[{"attribute_name": "lang", "attribute_value": "en", "level": 5}],
)
ConnectUser(
    "grace",
    instance_id=instance.arn,
    username="grace.hopper",
    password=password,
    identity_info={"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.com"},
    routing_profile_id=instance.routing_profile_id("Sales"),
    security_profile_ids=[instance.security_profile_id("Agent")],
    hierarchy_group_id=instance.hierarchy_group_id("EMEA/UK/London"),
)
ConnectUser(
    "edsger",
    instance_id=instance.arn,
    username="edsger.dijkstra",
    password=password,
    identity_info={"first_name": "Edsger", "last_name": "Dijkstra", "email": "edsger@example.com"},
    phone_config={"phone_type": "DESK_PHONE", "desk_phone_number": "+31201234567"},
    routing_profile_id=instance.routing_profile_id("Support"),
    security_profile_ids=[instance.security_profile_id("CallCenterManager")],
    tags={"team": "operations"},
)
