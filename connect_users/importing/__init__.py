"""The people of an instance that exists, as code and state: what ``connect-users import`` is made of.

`live` reads them, `rows` turns them into a roster and back, `entries` into states, `files` writes the folder, and
`skeleton` fills the file of a program that exists.
"""
