"""What a user of Amazon Connect is, what AWS allows, and what a difference needs: pure, without pulumi, gRPC or boto3.

It imports nothing of the package. Start reading at `fields`, the table of inputs by which everything else goes; then
`rules` (what is wrong with inputs), `plan` (what a change needs) and `ownership` (who a user belongs to).
"""

#: Of the package; here, where every layer may read it.
__version__ = "0.1.0"
