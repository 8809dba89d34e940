"""The people of an instance that exists, as code and state, for ``connect-users import``.

It may import `review`, `roster`, `connect`, `core` and the schema of `plugin`, and never the SDK. Start reading at
`files`, which writes the folder. `live` reads the people, `rows` turns them into a roster and back, `programs` writes
the program in its language, `entries` the states. `skeleton` fills the file of a program that exists, and `origins`
reads the states of other tools that have the users today.
"""
