"""The plugin, for `pulumi package add` of this repository: Pulumi makes an environment here and runs this."""

from connect_users.plugin.serve import main

main()
