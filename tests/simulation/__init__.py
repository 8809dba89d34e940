"""A deterministic simulation: one Connect instance, two stacks, the engine and a person with the console.

`README.md` says what is simulated, and what it has found. Read `events`, then `world`, then `judge`.
"""
