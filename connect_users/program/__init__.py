"""The face in a Python program: users, rosters, look-ups and explicit providers, and what is judged while it registers.

It may import the `dynamic` door and everything below. Start reading at `user`, then `registration` (what happens
between a declaration and the engine) and `roster`.
"""
