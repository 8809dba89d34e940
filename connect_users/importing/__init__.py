"""The users of an existing instance as code and state, for ``connect-users import``.

It may import `review`, `roster`, `connect`, `core` and the schema of `plugin`, and never the SDK. Start reading at
`files`, which writes the folder. `live` reads the users, `rows` converts them to a roster and back, `programs` writes
the program in its language, `entries` the states. `skeleton` fills the file of an existing program, and `origins` reads
the states of tools that manage the users today.
"""
