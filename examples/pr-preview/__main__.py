"""The people of agents.csv, with names instead of ids."""

import pulumi

from connect_users import ConnectInstance, ConnectUserRoster

config = pulumi.Config()

ConnectUserRoster(
    "agents",
    # The embedded emulator's instance; on AWS, your own alias, id or ARN.
    instance=ConnectInstance(config.get("instance") or "emulator"),
    roster="agents.csv",
    # On AWS: pulumi config set passwords 'connect/{username}', the name of each person's secret in AWS Secrets Manager.
    passwords=config.get("passwords")
    or (None if config.get("instance") else lambda _username: pulumi.Output.secret("Emulator-Only-1")),
    # A truncated file must not delete the contact centre.
    max_deletions="20%",
)
