"""The people of agents.csv: all of them in one stack, or those of one site in a stack of the site's own."""

import csv
from pathlib import Path

import pulumi

from connect_users import ConnectInstance, ConnectUserRoster

config = pulumi.Config()
site = config.get("site")


def people_of(site: str) -> list[dict[str, str]]:
    """The rows of one site."""
    with Path("agents.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["tags.site"] == site]


agents = ConnectUserRoster(
    "agents",
    # The embedded emulator's instance; on AWS, your own alias, id or ARN.
    instance=ConnectInstance(config.get("instance") or "emulator"),
    roster=people_of(site) if site else "agents.csv",
    # On AWS: pulumi config set passwords 'connect/{username}', the name of each person's secret in AWS Secrets Manager.
    passwords=config.get("passwords") or (lambda _username: pulumi.Output.secret("Emulator-Only-1")),
    # For people whose cell is empty.
    defaults={"phone_config": {"phone_type": "SOFT_PHONE"}},
    # Nobody is left alone with the floor: one manager at each site.
    min_holders={} if site == "home" else {"CallCenterManager": 1},
)

pulumi.export("people", agents.usernames)
