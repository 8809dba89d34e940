"""Policies for users: ready checks, for a `pulumi-policy` pack and for `connect-users explain --policy`. Pure.

    admins_only("root.ops")       nobody else has the security profile Admin (or those of `profiles`)
    no_plain_passwords()          passwords come from AWS Secrets Manager, so none is in the program or the state
    hierarchy_required()          everybody is in a hierarchy group
    tags_required("team")         everybody has these tags
    power_restricted("root.ops")  nobody else has power over everybody: powerful profiles are restricted to a part
    sign_out_required()           users with power are signed out when they are deleted
    personas_only({"agent": ["Agent"]})   everybody has the security profiles of exactly one persona

A check is a function from a `Subject` to problems in words, so packs can add their own. A value that a preview does
not know yet is not judged (``pulumi-policy`` itself says that it could not run), except security profiles: a `Subject`
names those that it has and that the preview does not show.

The checks judge every Connect user: of this package, of ``aws.connect`` and ``aws-native``, and in any other resource
with security profiles (see `connect_users.review.users`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id
from connect_users.core.errors import ConfigurationError
from connect_users.core.limits import SIGN_OUT
from connect_users.core.phrases import all_of, any_of
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN
from connect_users.review.hidden import ABSENT
from connect_users.review.model import Violation
from connect_users.review.powers import Judgement, Powers
from connect_users.review.profiles import ProfileReader
from connect_users.review.steps import Preview, Resource
from connect_users.review.users import (
    WORDS,
    holds_profiles,
    in_our_words,
    input_name,
    mentioned,
    mentioning,
    users_of,
)

if TYPE_CHECKING:
    from connect_users.review.naming import Labels

DEFAULT_PROFILES: Final = ("Admin",)


@dataclass(frozen=True)
class Subject:
    """One user to judge.

    Attributes:
        props: the inputs, as the state has them; `UNKNOWN` for what is not known yet.
        names: id of a security profile -> its name.
        hidden: placeholder of security profiles whose ids a preview does not show -> their names, if known.
        powers: what is power, and whom it reaches.
    """

    props: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    powers: Powers = field(default_factory=Powers)

    @property
    def username(self) -> str:
        """The username; empty while it is not known."""
        value = self.props.get("username")
        return value if isinstance(value, str) else ""

    def security_profiles(self) -> Iterable[tuple[str, str]]:
        """(id, name) of each security profile; the name is "" if it is not known."""
        yield from self.hidden.items()
        value = self.props.get("security_profile_ids")
        if value is None and ABSENT not in self.hidden:
            yield ABSENT, ""
        # In an exported state a secret list is one string, which may stand for anything.
        for item in [value] if isinstance(value, str) else value if isinstance(value, Sequence) else ():
            if isinstance(item, str):
                yield str(bare_id(item)), self.names.get(str(bare_id(item)), "")


Check = Callable[[Subject], Iterable[str]]


@dataclass(frozen=True)
class Policy:
    """A check with its name."""

    name: str
    description: str
    check: Check


def admins_only(*usernames: str, profiles: Sequence[str] = DEFAULT_PROFILES) -> Policy:
    """Nobody but these users has one of these security profiles.

    A security profile whose name is not known counts as one of them: what cannot be judged does not pass.

    Args:
        usernames: who may; case counts, as in Connect.
        profiles: names or ids. Names need `Subject.names`.
    """
    powers = Powers(tuple(profiles), permissions=())

    def check(subject: Subject) -> Iterable[str]:
        if subject.username in usernames:
            return
        for id_, name in subject.security_profiles():
            judgement = powers.judge(id_, name or None)
            if judgement is Judgement.POWER:
                yield f"has the security profile '{name or id_}', which {_only(usernames)} may have"
            elif judgement is Judgement.UNKNOWN:
                yield f"has the security profile {id_}, whose name is not known, so it may be {any_of(profiles)}"

    only = _only(usernames)
    return Policy("admins-only", f"{only[0].upper()}{only[1:]} may have {any_of(profiles)}.", check)


def no_plain_passwords() -> Policy:
    """Passwords are read from AWS Secrets Manager when a user is created, and are never in a program or a state."""

    def check(subject: Subject) -> Iterable[str]:
        # The name is enough. The value may not be known yet (a random password, in a preview), and `in` would read it:
        # the SDK's mapping has no other way.
        if "password" in set(subject.props):
            yield "has a password in the program; name a secret with password_secret_arn instead"

    return Policy("no-plain-passwords", "Passwords come from AWS Secrets Manager.", check)


def hierarchy_required() -> Policy:
    """Everybody is in a hierarchy group."""

    def check(subject: Subject) -> Iterable[str]:
        if not subject.props.get("hierarchy_group_id"):
            yield "is not in a hierarchy group; set hierarchy_group_id"

    return Policy("hierarchy-required", "Every user is in a hierarchy group.", check)


def tags_required(*keys: str) -> Policy:
    """Everybody has these tags, with any value but an empty one."""

    def check(subject: Subject) -> Iterable[str]:
        tags = subject.props.get("tags")
        if tags is UNKNOWN:
            return
        shown = tags if isinstance(tags, Mapping) else {}
        missing = [key for key in keys if not shown.get(key)]
        if missing and tags is not shown and tags is not None:
            yield f"has tags that are not shown, so {any_of(missing)} may be missing"
        elif missing:
            yield f"lacks the tag{'s' * (len(missing) > 1)} {', '.join(missing)}"

    return Policy("tags-required", f"Every user has the tags {', '.join(keys)}.", check)


def power_restricted(*usernames: str, restricted: Sequence[str] = ()) -> Policy:
    """Nobody but these users has power that reaches everybody.

    Args:
        usernames: who may; case counts, as in Connect.
        restricted: names or ids of security profiles that reach only a part. A policy pack needs them, since it cannot
            read the security profiles of an instance.
    """

    def check(subject: Subject) -> Iterable[str]:
        if subject.username in usernames:
            return
        powers = subject.powers
        for id_, name in subject.security_profiles():
            judgement = powers.judge(id_, name or None)
            reach_known = id_ in powers.facts or name in powers.facts
            if judgement is Judgement.PLAIN or (not reach_known and (id_ in restricted or name in restricted)):
                continue
            if judgement is Judgement.UNKNOWN:
                yield f"has the security profile {id_}, whose name is not known, so it may be power over everybody"
            elif not powers.limits(id_, name or None):
                yield (
                    f"has the security profile '{name or id_}', whose power reaches everybody: give one that is "
                    f"restricted by hierarchy or tags; {_only(usernames)} may have such power"
                )

    only = _only(usernames)
    return Policy("power-restricted", f"{only[0].upper()}{only[1:]} may have power that reaches everybody.", check)


def sign_out_required(at_least: str = "on_delete") -> Policy:
    """Users who have power, or may have it, are signed out when they are deleted.

    Args:
        at_least: ``on_loss`` to require that they are also signed out when they lose a security profile.

    Raises:
        ValueError: it is neither.
    """
    enough = SIGN_OUT[SIGN_OUT.index(at_least) :] if at_least in SIGN_OUT[1:] else ()
    if not enough:
        raise ValueError(f"'{at_least}' is not {any_of(SIGN_OUT[1:])}")

    def check(subject: Subject) -> Iterable[str]:
        sign_out = subject.props.get("sign_out")
        if sign_out is UNKNOWN or sign_out in enough:
            return
        powerful = [
            name or id_
            for id_, name in subject.security_profiles()
            if subject.powers.judge(id_, name or None) is not Judgement.PLAIN
        ]
        if powerful:
            words = any_of([f"'{each}'" for each in enough])
            yield f"has power ({', '.join(powerful)}) that open sessions keep; set sign_out to {words}"

    return Policy("sign-out-required", "Users with power are signed out when they leave.", check)


def personas_only(personas: Mapping[str, Sequence[str]]) -> Policy:
    """Everybody has exactly the security profiles of one persona.

    Args:
        personas: name -> security profiles, by name or id.
    """
    allowed = {frozenset(profiles) for profiles in personas.values()}

    def check(subject: Subject) -> Iterable[str]:
        names = dict(subject.security_profiles())
        if not names or any({id_ if id_ in each else name for id_, name in names.items()} == each for each in allowed):
            return
        words = all_of(sorted(name or id_ for id_, name in names.items()))
        yield f"has the security profiles {words}, which no persona has; the personas are {all_of(sorted(personas))}"

    return Policy("personas-only", f"Every user is {any_of(sorted(personas))}.", check)


def from_rules(rules: Any) -> tuple[Policy, ...]:
    """Policies from a document of the form of a file for ``explain --policy``.

    ::

        admins_only: {usernames: [root.ops], profiles: [Admin, CallCenterManager]}
        no_plain_passwords: true
        hierarchy_required: true
        tags_required: [team, site]
        power_restricted: {usernames: [root.ops], restricted: [Team lead EMEA]}
        sign_out_required: on_loss
        personas_only: {agent: [Agent], lead: [Agent, Team lead EMEA]}

    In a file, ``personas_only`` may also name a roster's persona file in the same folder:
    ``personas_only: personas.yaml``.

    Raises:
        ConfigurationError: a rule does not exist, or its value has another form.
    """
    if not isinstance(rules, Mapping):
        raise ConfigurationError("the policy file is not a dict of rules")
    readers: dict[str, Callable[[Any], Policy | None]] = {
        "admins_only": _with_usernames(admins_only, "profiles"),
        "no_plain_passwords": _switch(no_plain_passwords),
        "hierarchy_required": _switch(hierarchy_required),
        "tags_required": lambda value: tags_required(*_strings(value)),
        "power_restricted": _switch(power_restricted, _with_usernames(power_restricted, "restricted")),
        "sign_out_required": _switch(sign_out_required, lambda value: sign_out_required(str(value))),
        "personas_only": _personas_only,
    }
    policies = []
    for name, value in rules.items():
        if name not in readers:
            raise ConfigurationError(f"policy: unknown rule '{name}'; the rules are {', '.join(readers)}")
        try:
            policies.append(readers[name](value))
        except ValueError as problem:
            raise ConfigurationError(f"policy: {name}: {problem}") from None
    return tuple(policy for policy in policies if policy is not None)


def pack_policies(
    *policies: Policy,
    names: Mapping[str, str] | None = None,
    enforcement_level: str = "mandatory",
    powers: Powers | None = None,
) -> list[Any]:
    """The same as policies for a `pulumi_policy.PolicyPack`.

    Args:
        names: id of a security profile -> its name; without it, policies must name profiles by their ids.
        enforcement_level: advisory, mandatory or disabled.
        powers: what is power (default: the security profiles Admin and CallCenterManager).

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
            validate=_validation(policy, dict(names or {}), powers or Powers()),
            enforcement_level=level,
        )
        for policy in policies
    ]


def violations(
    preview: Preview, names: Labels, policies: Iterable[Policy], powers: Powers | None = None
) -> tuple[Violation, ...]:
    """The violations of the users that a preview creates or changes, sorted by username."""
    profile_names = dict(names.known[SECURITY_PROFILE])
    reader = ProfileReader(names)
    broken = []
    for step in (*preview.steps, *mentioning(preview.other_steps, profile_names)):
        if step.new is None or step.operation == "delete":
            continue
        hidden = {id_: name or "" for id_, name in reader.hidden(step.new).items()}
        subject = Subject(step.new.inputs, profile_names, hidden, powers or Powers())
        for policy in policies:
            broken += [Violation(policy.name, step.new.username, text, step.urn) for text in policy.check(subject)]
    return tuple(sorted(broken, key=lambda each: (each.username, each.policy, each.text)))


def _validation(policy: Policy, names: Mapping[str, str], powers: Powers) -> Callable[[Any, Callable[..., None]], None]:
    def validate(args: Any, report_violation: Callable[..., None]) -> None:
        for username, props in _users(args, names):
            for text in policy.check(Subject(props, names, powers=powers)):
                report_violation(f"{username} {text}", None)

    return validate


def _users(args: Any, names: Mapping[str, str]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Username and inputs of each user in a resource that the engine has a pack judge."""
    type_, props = args.resource_type, args.props
    if type_ in WORDS:
        inputs = props if type_ == tokens.USER else _InOurWords(props, WORDS[type_])
        yield str(inputs.get("username", "")), inputs
    elif type_.startswith(tokens.DYNAMIC) or holds_profiles(props, type_):
        unknown: list[Exception] = []
        resource = Resource(getattr(args, "urn", ""), type_, _plain(props, unknown))
        one = mentioned(resource, names)
        users = users_of(resource) or ({} if one is None else {(): one})
        if users and unknown:
            # The SDK's own error: the pack cannot judge the user yet, and the engine says so.
            raise unknown[0]
        for user in users.values():
            yield user.username, user.inputs


class _InOurWords(Mapping[str, Any]):
    """Inputs of a user with our names. A value is read only when it is needed, since reading an unknown one raises."""

    def __init__(self, props: Mapping[str, Any], words: Mapping[str, str]) -> None:
        self._props = props
        self._words = words
        self._keys = {input_name(key, words): key for key in props}

    def __getitem__(self, name: str) -> Any:
        key = self._keys[name]
        unknown: list[Exception] = []
        value = _plain(self._props[key], unknown)
        if unknown:
            raise unknown[0]
        return in_our_words({key: value}, self._words)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _plain(value: Any, unknown: list[Exception]) -> Any:
    """Lists and dicts in place of the SDK's, which raise an error for unknown values; it goes to ``unknown``."""
    if isinstance(value, Mapping):
        return {str(key): _item(value, key, unknown) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, place, unknown) for place in range(len(value))]
    return value


def _item(container: Any, key: Any, unknown: list[Exception]) -> Any:
    try:
        return _plain(container[key], unknown)
    except Exception as problem:
        if not hasattr(problem, "unknown_type_sentinel"):
            raise
        unknown.append(problem)
        return UNKNOWN


def _switch(
    policy: Callable[[], Policy], other: Callable[[Any], Policy] | None = None
) -> Callable[[Any], Policy | None]:
    """Reads true, false, or what another reader reads."""

    def read(value: Any) -> Policy | None:
        if isinstance(value, bool):
            return policy() if value else None
        if other is None:
            raise ValueError("is not true or false")
        return other(value)

    return read


def _with_usernames(policy: Callable[..., Policy], other: str) -> Callable[[Any], Policy]:
    """Reads a list of usernames, or a dict with it and the list ``other``."""

    def read(value: Any) -> Policy:
        lists = dict(value) if isinstance(value, Mapping) else {"usernames": value}
        surplus = [str(key) for key in lists if key not in ("usernames", other)]
        if surplus:
            raise ValueError(f"unknown key {', '.join(surplus)}; the keys are usernames, {other}")
        usernames = _strings(lists.pop("usernames", []))
        return policy(*usernames, **{key: _strings(each) for key, each in lists.items()})

    return read


def _personas_only(value: Any) -> Policy:
    if not isinstance(value, Mapping) or not value:
        raise ValueError("is not a dict of personas with their security profiles")
    return personas_only({str(persona): _strings(profiles) for persona, profiles in value.items()})


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("is not a list of strings")
    return value


def _only(usernames: Sequence[str]) -> str:
    return f"only {all_of(usernames)}" if usernames else "nobody"
