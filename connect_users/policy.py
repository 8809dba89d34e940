"""Policies for users: ready checks, for a `pulumi-policy` pack and for `connect-users explain --policy`. Pure.

    admins_only("root.ops")       nobody else has the security profile Admin (or those of `profiles`)
    no_plain_passwords()          passwords come from AWS Secrets Manager, so that none is in the program or the state
    hierarchy_required()          everybody is in a hierarchy group
    tags_required("team")         everybody has these tags

A check is a function from a `Subject` to the texts of what is wrong, so that packs can add their own. A value that a
preview does not know yet is not judged here (``pulumi-policy`` itself says that it could not run); but security
profiles are, where a `Subject` says that there are some which are not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.errors import ConfigurationError
from connect_users.core.limits import ID_PATTERN
from connect_users.core.spec import UNKNOWN

USER_TYPE: Final = "pulumi-python:dynamic/connect_users:ConnectUser"
DEFAULT_PROFILES: Final = ("Admin",)


@dataclass(frozen=True)
class Subject:
    """One user to judge.

    Attributes:
        props: the inputs, as the state has them; `UNKNOWN` for what is not known yet.
        names: id of a security profile -> its name.
        untold: stands for security profiles whose ids a preview does not tell -> their names, as far as they are known.
    """

    props: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)

    @property
    def username(self) -> str:
        """The username; empty while it is not known."""
        value = self.props.get("username")
        return value if isinstance(value, str) else ""

    def security_profiles(self) -> Iterable[tuple[str, str]]:
        """(id, name) of each security profile that is told; the name is empty where nobody tells it."""
        yield from self.untold.items()
        value = self.props.get("security_profile_ids")
        for item in value if isinstance(value, Sequence) and not isinstance(value, str) else ():
            if isinstance(item, str):
                yield str(bare_id(item)), self.names.get(str(bare_id(item)), "")


Check = Callable[[Subject], Iterable[str]]


@dataclass(frozen=True)
class Policy:
    """A check with the name that it is known by."""

    name: str
    description: str
    check: Check


def admins_only(*usernames: str, profiles: Sequence[str] = DEFAULT_PROFILES) -> Policy:
    """Nobody but these users has one of these security profiles.

    A security profile whose name is not known counts as one of them: what cannot be judged is not let through.

    Args:
        usernames: who may; case counts, as in Connect.
        profiles: names or ids. Names need `Subject.names`.
    """
    folded = {profile.casefold() for profile in profiles}
    by_id_only = all(ID_PATTERN.fullmatch(profile) for profile in profiles)

    def check(subject: Subject) -> Iterable[str]:
        if subject.username in usernames:
            return
        for id_, name in subject.security_profiles():
            if id_ in folded or name.casefold() in folded:
                yield f"has the security profile '{name or id_}', which only {_and(usernames)} may have"
            elif not name and (id_ in subject.untold or not by_id_only):
                yield f"has the security profile {id_}, whose name is not known, so that it may be {_or(profiles)}"

    return Policy("admins-only", f"Only {_and(usernames)} may have {_or(profiles)}.", check)


def no_plain_passwords() -> Policy:
    """Passwords are read from AWS Secrets Manager when a user is made, and are never in a program or a state."""

    def check(subject: Subject) -> Iterable[str]:
        # Whether it is there says enough, and is known when the value is not yet (a random password, in a preview). In
        # a pack, `in` would ask for the value: the SDK's map has no other way.
        if "password" in set(subject.props):
            yield "has a password in the program; name a secret with password_secret_arn instead"

    return Policy("no-plain-passwords", "Passwords come from AWS Secrets Manager.", check)


def hierarchy_required() -> Policy:
    """Everybody is in a hierarchy group."""

    def check(subject: Subject) -> Iterable[str]:
        if not subject.props.get("hierarchy_group_id"):
            yield "is in no hierarchy group; set hierarchy_group_id"

    return Policy("hierarchy-required", "Every user is in a hierarchy group.", check)


def tags_required(*keys: str) -> Policy:
    """Everybody has these tags, with any value but an empty one."""

    def check(subject: Subject) -> Iterable[str]:
        tags = subject.props.get("tags")
        if tags is UNKNOWN:
            return
        told = tags if isinstance(tags, Mapping) else {}
        missing = [key for key in keys if not told.get(key)]
        if missing and tags is not told and tags is not None:
            yield f"has tags that are not told, so that {_or(missing)} may be missing"
        elif missing:
            yield f"lacks the tag{'s' * (len(missing) > 1)} {', '.join(missing)}"

    return Policy("tags-required", f"Every user has the tags {', '.join(keys)}.", check)


def from_rules(rules: Any) -> tuple[Policy, ...]:
    """Policies from a document, as a file for ``explain --policy`` has it.

    ::

        admins_only: {usernames: [root.ops], profiles: [Admin, CallCenterManager]}
        no_plain_passwords: true
        hierarchy_required: true
        tags_required: [team, site]

    Raises:
        ConfigurationError: a rule that nobody knows, or that is not written so.
    """
    if not isinstance(rules, Mapping):
        raise ConfigurationError("the policy file is not a map of rules")
    readers: dict[str, Callable[[Any], Policy | None]] = {
        "admins_only": _admins_only,
        "no_plain_passwords": lambda value: no_plain_passwords() if _flag(value) else None,
        "hierarchy_required": lambda value: hierarchy_required() if _flag(value) else None,
        "tags_required": lambda value: tags_required(*_texts(value)),
    }
    found = []
    for name, value in rules.items():
        if name not in readers:
            raise ConfigurationError(f"policy: no such rule '{name}'; known are {', '.join(readers)}")
        try:
            found.append(readers[name](value))
        except ValueError as problem:
            raise ConfigurationError(f"policy: {name}: {problem}") from None
    return tuple(policy for policy in found if policy is not None)


def pack_policies(
    *policies: Policy, names: Mapping[str, str] | None = None, enforcement_level: str = "mandatory"
) -> list[Any]:
    """The same as policies for a `pulumi_policy.PolicyPack`.

    Args:
        names: id of a security profile -> its name; without it, name profiles by their ids.
        enforcement_level: advisory, mandatory or disabled.

    Raises:
        ConfigurationError: ``pulumi-policy`` is not installed.
    """
    try:
        pulumi_policy: Any = import_module("pulumi_policy")
    except ImportError:
        raise ConfigurationError("pulumi-policy is not installed; pip install 'connect-users[policy]'") from None
    level = pulumi_policy.EnforcementLevel(enforcement_level)
    return [
        pulumi_policy.ResourceValidationPolicy(
            name=f"connect-users-{policy.name}",
            description=policy.description,
            validate=_validation(policy, dict(names or {})),
            enforcement_level=level,
        )
        for policy in policies
    ]


def _validation(policy: Policy, names: Mapping[str, str]) -> Callable[[Any, Callable[..., None]], None]:
    def validate(args: Any, report_violation: Callable[..., None]) -> None:
        if args.resource_type == USER_TYPE:
            subject = Subject(args.props, names)
            for text in policy.check(subject):
                report_violation(f"{subject.username} {text}", None)

    return validate


def _admins_only(value: Any) -> Policy:
    if isinstance(value, Mapping):
        surplus = [str(key) for key in value if key not in ("usernames", "profiles")]
        if surplus:
            raise ValueError(f"no such word: {', '.join(surplus)}; known are usernames, profiles")
        return admins_only(
            *_texts(value.get("usernames", [])), profiles=_texts(value.get("profiles", list(DEFAULT_PROFILES)))
        )
    return admins_only(*_texts(value))


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("is not a list of texts")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _and(names: Sequence[str]) -> str:
    return " and ".join(names) if names else "nobody"


def _or(names: Sequence[str]) -> str:
    return " or ".join(names)
