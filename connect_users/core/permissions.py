"""Which IAM permissions the package needs: one per operation that the gateway can call, and a policy of them. Pure.

- Resource types of every action are those of AWS's Service Authorization Reference ("Actions, resources, and condition
  keys for Amazon Connect", read in 2026); required and optional types are both allowed, or a call that names an
  optional one (a hierarchy group at CreateUser) would fail.
- Not verified: UpdateUserConfig is newer than the page that was read, and is taken to need what UpdateUserPhoneConfig
  needs (`connect-users policy` says that Access Analyzer does not know it). The policies were not tried on a real
  account.
- Connect quotes ds:DescribeDirectories as needed by ListInstances and DescribeInstance (`DEPENDENT`): an instance may
  keep its users in a directory.
- A policy cannot limit whose users these are. Whoever may call UpdateUserIdentityInfo can change an e-mail address and
  take the account over by a password reset (API reference); whoever may call CreateUser or UpdateUserSecurityProfiles
  can hand out security profiles, which `iam_policy` can limit to some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from connect_users.core.arns import PARTITION
from connect_users.core.references import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The resource types of the reference page, as ARN suffixes after the instance's ARN.
RESOURCES = {"instance": "", **{reference.word: f"/{reference.arn_word}/*" for reference in REFERENCES}}

#: Stands for actions that cannot be limited to a resource.
ANYTHING = "*"


class Feature(Enum):
    """What a permission is for; the values are the statement's Sid, with its number."""

    USERS = "Users"
    TAGS = "Tags"
    PROFICIENCIES = "Proficiencies"
    LOOKUPS = "LookUps"
    QUICK_CONNECTS = "QuickConnects"
    SIGN_OUT = "SignOut"
    REVIEWS = "Reviews"
    PASSWORDS = "PasswordSecrets"


@dataclass(frozen=True)
class Permission:
    """What one operation needs.

    Attributes:
        writes: it changes something.
        resources: names in `RESOURCES`, or `ANYTHING`; empty for Secrets Manager, whose resources the caller names.
        service: IAM's prefix of the action.
        also: another feature that cannot do without it.
    """

    operation: str
    feature: Feature
    writes: bool
    resources: tuple[str, ...]
    service: str = "connect"
    also: Feature | None = None

    @property
    def action(self) -> str:
        """The IAM action."""
        return f"{self.service}:{self.operation}"


def _read(feature: Feature, resources: tuple[str, ...], *operations: str) -> list[Permission]:
    return [Permission(operation, feature, False, resources) for operation in operations]


def _write(feature: Feature, resources: tuple[str, ...], *operations: str) -> list[Permission]:
    return [Permission(operation, feature, True, resources) for operation in operations]


_USER = ("user",)
_PROFICIENCY = ("instance", "user")

#: One for each operation of the gateway; a test compares them with what it sends.
PERMISSIONS: tuple[Permission, ...] = (
    *_read(Feature.USERS, ("instance",), "DescribeInstance", "ListUsers", "SearchUsers"),
    *_read(Feature.USERS, _USER, "DescribeUser"),
    # Also a dependent action of SearchUsers, so that it belongs to the users, whatever their proficiencies.
    *_read(Feature.USERS, _PROFICIENCY, "ListUserProficiencies"),
    *_write(Feature.USERS, ("user", "routing-profile", "security-profile", "hierarchy-group"), "CreateUser"),
    *_write(Feature.USERS, _USER, "DeleteUser", "UpdateUserConfig", "UpdateUserIdentityInfo", "UpdateUserPhoneConfig"),
    *_write(Feature.USERS, ("user", "routing-profile"), "UpdateUserRoutingProfile"),
    *_write(Feature.USERS, ("user", "security-profile"), "UpdateUserSecurityProfiles"),
    *_write(Feature.USERS, ("user", "hierarchy-group"), "UpdateUserHierarchy"),
    *_write(Feature.TAGS, _USER, "TagResource", "UntagResource"),
    *_write(
        Feature.PROFICIENCIES,
        _PROFICIENCY,
        "AssociateUserProficiencies",
        "DisassociateUserProficiencies",
        "UpdateUserProficiencies",
    ),
    *_read(Feature.LOOKUPS, (ANYTHING,), "ListInstances"),
    *_read(Feature.LOOKUPS, ("instance",), "ListRoutingProfiles", "ListSecurityProfiles", "ListUserHierarchyGroups"),
    *_read(Feature.LOOKUPS, ("hierarchy-group",), "DescribeUserHierarchyGroup"),
    # Its resource type was not read; both that it may have are allowed, as for the search of quick connects.
    *_read(Feature.LOOKUPS, ("instance", "hierarchy-group"), "SearchUserHierarchyGroups"),
    *_read(Feature.LOOKUPS, ("queue",), "ListQueues"),
    Permission("ListQuickConnects", Feature.LOOKUPS, False, ("quick-connect",), also=Feature.QUICK_CONNECTS),
    # Their resource types were not read; both that a request about users may have are allowed.
    *_read(Feature.REVIEWS, ("instance", "user"), "GetCurrentUserData", "GetMetricDataV2"),
    # Which security profiles are power, and whom they reach, for `explain --instance` and `report --instance`.
    *_read(
        Feature.REVIEWS,
        ("security-profile",),
        "ListSecurityProfilePermissions",
        "DescribeSecurityProfile",
        "ListSecurityProfileAIAgents",
    ),
    *_read(Feature.QUICK_CONNECTS, ("quick-connect",), "DescribeQuickConnect"),
    *_read(Feature.QUICK_CONNECTS, ("instance", "quick-connect"), "SearchQuickConnects"),
    *_write(Feature.QUICK_CONNECTS, ("quick-connect",), "DeleteQuickConnect"),
    # Newer than the page that was read; both resource types that it may have are allowed.
    *_write(Feature.SIGN_OUT, ("instance", "user"), "DeleteAllEntitySessions"),
    Permission("GetSecretValue", Feature.PASSWORDS, True, (), "secretsmanager"),
)

_NAMES = (
    "ListInstances",
    "ListRoutingProfiles",
    "ListSecurityProfiles",
    "ListUserHierarchyGroups",
    "SearchUserHierarchyGroups",
    "DescribeUserHierarchyGroup",
)
_EVERYBODY = ("ListUsers", "SearchUsers", "DescribeUser")
_POWER = ("ListSecurityProfilePermissions", "DescribeSecurityProfile", "ListSecurityProfileAIAgents")
_LIFE = {permission.operation: permission for permission in PERMISSIONS if permission.feature is not Feature.REVIEWS}

#: Command -> the operations that it calls; of Pulumi's own commands (`preview` and refresh, `up` and all others), those
#: that the package calls in them. Tests run each command and compare; every one that asks an instance has its row here.
COMMANDS: dict[str, frozenset[str]] = {
    "up": frozenset(_LIFE),
    "preview": frozenset(
        name for name, each in _LIFE.items() if not each.writes and each.feature is not Feature.QUICK_CONNECTS
    ),
    "audit": frozenset((*_NAMES, *_EVERYBODY, *_POWER, "DescribeInstance", "ListUserProficiencies", "GetMetricDataV2")),
    "check": frozenset((*_NAMES, "DescribeInstance")),
    "explain": frozenset((*_NAMES, *_POWER, "GetCurrentUserData")),
    "import": frozenset((*_NAMES, *_EVERYBODY, "DescribeInstance", "ListUserProficiencies")),
    "report": frozenset((*_NAMES, *_EVERYBODY, *_POWER, "GetMetricDataV2")),
}

#: Actions that AWS's reference page lists as dependent ones of ours; they cannot be limited to a resource.
DEPENDENT = {"DescribeInstance": "ds:DescribeDirectories", "ListInstances": "ds:DescribeDirectories"}

_INSTANCE_ARN = re.compile(rf"arn:{PARTITION}:connect:[a-z0-9-]+:\d{{12}}:instance/[A-Za-z0-9-]{{1,100}}")
_SECRET_ARN = re.compile(rf"arn:{PARTITION}:secretsmanager:[a-z0-9-]+:\d{{12}}:secret:[A-Za-z0-9/_+=.@!*?-]+")
_SECRET_SUFFIX = re.compile(r"-(?:[A-Za-z0-9]{6}|\?{6})$|\*$")


def iam_policy(
    instance_arn: str,
    *,
    read_only: bool = False,
    features: Iterable[Feature] = tuple(Feature),
    commands: Iterable[str] = (),
    security_profile_ids: Sequence[str] = (),
    password_secret_arns: Sequence[str] = (),
) -> dict[str, Any]:
    """The IAM policy for one instance, as small as AWS lets it be.

    Args:
        read_only: what a preview with look-ups, a refresh and an import need; nothing that changes anything, and no
            passwords.
        features: leave out what is not used.
        commands: words of `COMMANDS`, for what they call alone; none means everything.
        security_profile_ids: the only security profiles that may be given to a user; none means any.
        password_secret_arns: secrets that hold passwords; none means no access to Secrets Manager.

    Raises:
        ValueError: an ARN that is not one of an instance or of a secret, or a security profile that is not an id.
    """
    if not _INSTANCE_ARN.fullmatch(instance_arn):
        raise ValueError(
            f"'{instance_arn}' is not the ARN of a Connect instance (arn:aws:connect:REGION:ACCOUNT:instance/ID)"
        )
    wanted = set(features)
    called = frozenset[str]().union(*(COMMANDS[command] for command in commands))
    # One statement for all that has the same resources: their ARNs are what a policy's limited room goes to.
    groups: dict[tuple[str, ...], list[tuple[Feature, Permission]]] = {}
    for permission in PERMISSIONS:
        feature = next((each for each in (permission.feature, permission.also) if each in wanted), None)
        if called and permission.operation not in called:
            continue
        if feature is not None and not (read_only and permission.writes):
            resources = _arns(permission, instance_arn, security_profile_ids, password_secret_arns)
            if resources:
                groups.setdefault(resources, []).append((feature, permission))
    statements = []
    for number, (resources, members) in enumerate(groups.items(), start=1):
        sid = "".join(feature.value for feature in dict.fromkeys(feature for feature, _ in members))
        statements.append(_statement(f"{sid}{number}", [permission.action for _, permission in members], resources))
    dependent = {
        DEPENDENT[permission.operation]
        for members in groups.values()
        for _, permission in members
        if permission.operation in DEPENDENT
    }
    if dependent:
        statements.append(_statement("Directories", dependent, (ANYTHING,)))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(sid: str, actions: Iterable[str], resources: tuple[str, ...]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}


def _arns(
    permission: Permission, instance_arn: str, security_profile_ids: Sequence[str], password_secret_arns: Sequence[str]
) -> tuple[str, ...]:
    if permission.feature is Feature.PASSWORDS:
        return tuple(_secret_pattern(arn) for arn in password_secret_arns)
    arns: list[str] = []
    for resource in permission.resources:
        if resource == ANYTHING:
            arns.append(ANYTHING)
        elif resource == "security-profile" and security_profile_ids:
            arns += [f"{instance_arn}/security-profile/{_bare_id(each)}" for each in security_profile_ids]
        else:
            arns.append(instance_arn + RESOURCES[resource])
    return tuple(arns)


def _bare_id(text: str) -> str:
    bare = text.rpartition("/")[2]
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", bare):
        raise ValueError(f"'{text}' is not the id or the ARN of a security profile")
    return bare


def _secret_pattern(arn: str) -> str:
    """A secret's ARN ends in six random characters, which IAM compares; stand-ins where they were left out.

    A name that itself ends in a hyphen and six letters looks complete: give such a secret's whole ARN.
    """
    if not _SECRET_ARN.fullmatch(arn):
        raise ValueError(
            f"'{arn}' is not the ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX)"
        )
    return arn if _SECRET_SUFFIX.search(arn) else f"{arn}-??????"
