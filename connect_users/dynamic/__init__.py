"""Door 1: the dynamic provider, which Pulumi's own host runs for a Python program.

It decodes, asks `connect_users.lifecycle`, and encodes. It may import `engine`, `lifecycle`, `connect` and `core`, and
is the only place (with `program`) that knows the SDK. Start reading at `provider`; what reaches around the host is in
`host` alone.
"""
