"""The life of a user on plain dicts: check, diff, create, read, update, delete, adopt.

It may import `connect` and `core`, and knows neither Pulumi nor gRPC: what a request holds comes as arguments. Start
reading at `life`, which both doors call.
"""
