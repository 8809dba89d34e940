"""The plugin, for `pulumi package add` of this repository: Pulumi makes an environment here and runs this."""

import sys

from connect_users.plugin.serve import main

sys.exit(main())
