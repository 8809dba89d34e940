"""The people of an instance that exists, as code and state: what ``connect-users import`` is made of.

`live` reads them, `rows` turns them into a roster and back, `programs` writes the program in its language, `entries`
the states, `files` the folder. `skeleton` fills the file of a program that exists, and `origins` reads the states of
other tools that have the users today.
"""
