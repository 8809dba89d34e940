"""A whole contact centre: pulumi_aws declares instance, queue, profiles, hierarchy; connect_users the users."""

import pulumi
from pulumi_aws import connect

from connect_users import ConnectUser, IdentityInfoArgs

config = pulumi.Config()
password = config.require_secret("firstPassword")

instance = connect.Instance(
    "centre",
    instance_alias="example-centre",
    identity_management_type="CONNECT_MANAGED",
    inbound_calls_enabled=True,
    outbound_calls_enabled=True,
)
hours = connect.HoursOfOperation(
    "office",
    instance_id=instance.id,
    name="Office hours",
    time_zone="Europe/London",
    configs=[
        {"day": day, "start_time": {"hours": 9, "minutes": 0}, "end_time": {"hours": 17, "minutes": 30}}
        for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    ],
)
support_queue = connect.Queue(
    "support",
    instance_id=instance.id,
    name="Support",
    description="Customers with a problem",
    hours_of_operation_id=hours.hours_of_operation_id,
)
support = connect.RoutingProfile(
    "support",
    instance_id=instance.id,
    name="Support",
    description="Calls and chats of customers with a problem",
    default_outbound_queue_id=support_queue.queue_id,
    media_concurrencies=[{"channel": "VOICE", "concurrency": 1}, {"channel": "CHAT", "concurrency": 3}],
)
agent = connect.SecurityProfile(
    "agent", instance_id=instance.id, name="Floor agent", permissions=["BasicAgentAccess", "OutboundCallAccess"]
)
supervisor = connect.SecurityProfile(
    "supervisor", instance_id=instance.id, name="Floor supervisor", permissions=["BasicAgentAccess", "AccessMetrics"]
)
levels = connect.UserHierarchyStructure(
    "levels",
    instance_id=instance.id,
    hierarchy_structure={"level_one": {"name": "Country"}, "level_two": {"name": "Site"}},
)
uk = connect.UserHierarchyGroup(
    "uk", instance_id=instance.id, name="UK", opts=pulumi.ResourceOptions(depends_on=[levels])
)
london = connect.UserHierarchyGroup(
    "london", instance_id=instance.id, name="London", parent_group_id=uk.hierarchy_group_id
)

# Use routing_profile_id and the like: the id of a pulumi_aws.connect resource is a composite.
PEOPLE = {
    "ada": ("Ada", "Lovelace", [agent.security_profile_id, supervisor.security_profile_id]),
    "grace": ("Grace", "Hopper", [agent.security_profile_id]),
    "edsger": ("Edsger", "Dijkstra", [agent.security_profile_id]),
}
for name, (first, last, profiles) in PEOPLE.items():
    user = ConnectUser(
        name,
        # With the ARN, the user's own ARN stays known in previews of later changes.
        instance_id=instance.arn,
        username=name,
        password=password,
        identity_management_type="CONNECT_MANAGED",
        identity_info=IdentityInfoArgs(first_name=first, last_name=last, email=f"{name}@example.com"),
        routing_profile_id=support.routing_profile_id,
        security_profile_ids=profiles,
        hierarchy_group_id=london.hierarchy_group_id,
        auto_accept_configs=[{"channel": "VOICE", "auto_accept": True}],
        tags={"site": "london"},
    )
    pulumi.export(name, user.arn)
