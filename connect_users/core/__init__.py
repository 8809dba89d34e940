"""The pure core: what a user is, what is allowed, what a difference needs. No call, no pulumi, no boto3."""
