"""Door 1: the dynamic provider, which Pulumi's own host runs for a Python program.

It decodes, calls `connect_users.lifecycle` and encodes. It may import the SDK, `engine`, `lifecycle`, `connect`,
`roster` and `core`. Start reading at `provider`; `host` alone works around the host.
"""
