"""``python -m connect_users.plugin``: what Pulumi starts as ``pulumi-resource-connect-users``."""

import sys

from connect_users.plugin.serve import main

sys.exit(main())
