"""What both doors need of Pulumi's engine: one-line errors with partial state, messages on a resource, cancellation.

It may import `core` and gRPC, and of the SDK only the generated messages (`protocol`). Start reading at `status`, then
`channel` (messages, and when a provider has to stop waiting) and `collector` (Python's garbage collector).
"""
