"""Reviews: from what `pulumi preview --json` says to what a reviewer wants to know. Pure; nothing is opened or called.

It may import `core`. Start reading at `building`:

    reading -> Preview (steps of users, the rest counted)     naming -> names for ids
            -> building -> Review (a person, what happens to them, in words)
            -> gate (which of it must not pass)  text  markdown  documents (JSON and SARIF)

Contract:
- A secret is never shown: neither one that the preview marks, nor a value of an input that is a secret by its nature.
- Of personal data only the username is shown, unless it is asked for.
- What cannot be judged counts as dangerous: a security profile without a known name may be the powerful one.
"""
