"""Door 2: the plugin ``pulumi-resource-connect-users``, which Pulumi's engine starts for programs of every language.

It decodes, calls `connect_users.lifecycle` and encodes. It speaks the engine's protocol itself: the SDK's own server
for providers shows tracebacks, and takes a second to import. It may import `program` (in `component` alone, which is a
little program) and all folders below. Start reading at `service`; `serve` is the process around it.
"""
