"""The life of a user on plain dicts: check, diff, create, read, update, delete, adopt.

It may import `connect` and `core`, and knows neither Pulumi nor gRPC: the parts of a request are arguments. Start
reading at `life`, which both doors call.
"""
