"""The people of people.csv, an export of Entra ID, with the settings of personas.yaml."""

import pulumi

from connect_users import ConnectInstance, ConnectUserRoster

config = pulumi.Config()

agents = ConnectUserRoster(
    "agents",
    # The embedded emulator's instance; on AWS, your own alias, id or ARN.
    instance=ConnectInstance(config.get("instance") or "emulator"),
    roster="people.csv",
    personas="personas.yaml",
    # On AWS: pulumi config set passwords 'connect/{username}'. With SAML, nobody has a password: replace these lines by
    # identity_management_type="SAML".
    passwords=config.get("passwords")
    or (None if config.get("instance") else lambda _username: pulumi.Output.secret("Emulator-Only-1")),
    min_holders={"CallCenterManager": 1},
)

pulumi.export("people", agents.usernames)
pulumi.export("personas", agents.personas)
