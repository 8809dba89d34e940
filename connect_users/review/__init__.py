"""Reviews: from the output of `pulumi preview --json` to the answers that a reviewer needs. Pure: no files, no calls.

It may import `core`. Start reading at `building`:

    reading -> Preview (steps of users, the rest counted)     naming -> names for ids
            -> building -> Review (a person, what happens to them, in words)
            -> gate (conditions that fail it)  text  markdown  documents (JSON and SARIF)

Contract:
- Secrets are never shown: neither values that the preview marks, nor values of secret inputs.
- The only personal data is the username, unless an option asks for more.
- What cannot be judged counts as dangerous: a security profile without a known name may be powerful.
"""
