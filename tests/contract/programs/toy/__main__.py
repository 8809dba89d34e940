"""Two toys, one fed by the other; the second one's note comes from the configuration."""

import pulumi
from toy import Toy

note = pulumi.Config().get("note") or "hello"
first = Toy("first", note=note, password=pulumi.Output.secret("s3cret-value"))
second = Toy("second", note=first.arn)
pulumi.export("arn", first.arn)
pulumi.export("password", first.password) if hasattr(first, "password") else None
