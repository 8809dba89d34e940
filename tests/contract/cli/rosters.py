"""The rosters of the tests of `connect-users check`."""

HEADER = "username,identity_info.first_name,identity_info.last_name,routing_profile,security_profiles,hierarchy_group"
ADA = "ada,Ada,Lovelace,Support,Agent,EMEA/UK/London"
BAD = f"""{HEADER}
{ADA}
grace,Grace,Hopper,Suport,Agent,EMEA/UK/London
a b,,,Support,Agent,
ada,Ada,Byron,Sales,Agent|Admn,
"""
LISTS = ["--routing-profiles", "Support,Sales", "--security-profiles", "Agent,Admin"]
