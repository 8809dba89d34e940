"""The people of agents.csv: all of them in one stack, or one stack for each site."""

import pulumi

from connect_users import ConnectInstance, ConnectUserRoster

config = pulumi.Config()
site = config.get("site")

agents = ConnectUserRoster(
    "agents",
    # The embedded emulator's instance; on AWS, your own alias, id or ARN.
    instance=ConnectInstance(config.get("instance") or "emulator"),
    roster="agents.csv",
    where={"tags.site": site} if site else None,
    # On AWS: pulumi config set passwords 'connect/{username}', the name of each person's secret in AWS Secrets Manager.
    passwords=config.get("passwords")
    or (None if config.get("instance") else lambda _username: pulumi.Output.secret("Emulator-Only-1")),
    # For people whose cell is empty.
    defaults={"phone_config": {"phone_type": "SOFT_PHONE"}},
    # Each site needs a manager.
    min_holders={} if site == "home" else {"CallCenterManager": 1},
)

pulumi.export("people", agents.usernames)
