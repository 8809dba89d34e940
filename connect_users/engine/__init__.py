"""What both doors say to Pulumi's engine: one-line errors with partial state, messages on a resource, cancellation.

Imports `core` and gRPC, and nothing of the SDK but its protocol. Start reading at `status`; `cancellation` says when a
provider's process has to stop waiting.
"""
