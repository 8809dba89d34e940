"""A policy pack: checks that come with connect_users, and one of our own."""

from pulumi_policy import PolicyPack

from connect_users.policy import (
    Policy,
    admins_only,
    hierarchy_required,
    no_plain_passwords,
    pack_policies,
    sign_out_required,
    tags_required,
)

#: A pack sees ids only. These are the emulator's; list yours with `aws connect list-security-profiles`.
SECURITY_PROFILES = {
    "40000000-0000-4000-8000-000000000001": "Admin",
    "40000000-0000-4000-8000-000000000002": "Agent",
    "40000000-0000-4000-8000-000000000003": "CallCenterManager",
    "40000000-0000-4000-8000-000000000004": "QualityAnalyst",
}


def _dotted(subject):
    """A check takes a user and yields what is wrong with it."""
    if subject.username and "." not in subject.username:
        yield "is not named first.last"


PolicyPack(
    "connect-users",
    policies=pack_policies(
        admins_only("root.ops", profiles=["Admin"]),
        no_plain_passwords(),
        hierarchy_required(),
        tags_required("team"),
        sign_out_required(),
        Policy("dotted-names", "Usernames are first.last.", _dotted),
        names=SECURITY_PROFILES,
    ),
)
