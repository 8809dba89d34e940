"""``python -m connect_users.plugin``: what Pulumi starts as ``pulumi-resource-connect-users``."""

from connect_users.plugin.serve import main

main()
