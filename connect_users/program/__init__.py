"""The API of a Python program: users, rosters, look-ups and explicit providers, and the checks while they register.

It may import the SDK, `dynamic` and all folders below. Start reading at `user`, then `registration` (what happens
between a declaration and the engine) and `roster`.
"""
