"""Drift, for an audit: differences between the declared settings of a state's users and the live ones. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id, parse_arn
from connect_users.core.fields import ARN_KEY, BY_NAME, OTHER_OWNER_KEY, TOKEN_KEY, Kind
from connect_users.core.ownership import TAG_KEY
from connect_users.core.references import BY_FIELD, SECURITY_PROFILE
from connect_users.core.shapes import sound
from connect_users.review.access.audit import DRIFT, Finding
from connect_users.review.hidden import has_secret
from connect_users.review.users import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connect_users.core.spec import Props
    from connect_users.review.naming import Labels
    from connect_users.review.steps import Resource

_HASH: Final = 8


def user_id(user: Resource, instance_id: str) -> str:
    """The id of a state's user, from its ARN; "" for a user of another instance or a resource of an unknown type."""
    arn = parse_arn(str(user.outputs.get(ARN_KEY, ""))) if user.type in WORDS else None
    return arn.resource_id if arn is not None and arn.instance_id == instance_id else ""


def comparable(user: Resource, instance_id: str) -> tuple[Props, Props]:
    """Canonical inputs and outputs of a user of a state, without secrets, which have no value to compare.

    Users of other types are compared without tags: their providers add their own.
    """
    inputs = {name: value for name, value in user.inputs.items() if name in BY_NAME}
    if user.type not in tokens.USERS:
        inputs.pop("tags", None)
    inputs["instance_id"] = instance_id
    return sound(_shown(inputs)), sound(_shown({**user.outputs, **inputs}))


def _shown(props: Mapping[str, Any]) -> Props:
    visible = {}
    for name, value in props.items():
        shown = value
        if name in BY_NAME and BY_NAME[name].kind is Kind.BLOCK and isinstance(value, dict):
            shown = {member: item for member, item in value.items() if not has_secret(item)}
        if not has_secret(shown):
            visible[name] = shown
    return visible


def differences(
    state: tuple[Props, Props], live: tuple[Props, Props] | None, id_: str, names: Labels
) -> Iterator[Finding]:
    """The differences between a user of a state and the live one.

    Args:
        state: `comparable`.
        live: current inputs and outputs, in the form of a refresh; None if the user is gone.
        id_: of the user.
    """
    declared, outputs = state
    # A secret username is not shown, and two users must not have one finding.
    username = str(declared.get("username", id_))
    if live is None:
        yield Finding(DRIFT, username, "gone", "is in the state, but not in the instance")
        return
    for name, was in declared.items():
        now = live[0].get(name)
        if now != was:
            yield Finding(DRIFT, username, *_difference(name, was, now, id_, names))
    other = live[1].get(OTHER_OWNER_KEY)
    if other is not None:
        yield Finding(DRIFT, username, f"owner {other}", f"belongs to another resource now: {other}")
    elif TOKEN_KEY in outputs and live[1].get(TOKEN_KEY) != outputs[TOKEN_KEY]:
        yield Finding(
            DRIFT, username, "owner", f"its tag {TAG_KEY} is not that of the state: it was removed or written"
        )


def _difference(name: str, was: Any, now: Any, id_: str, names: Labels) -> tuple[str, str]:
    """The difference of an input: for the id of a finding, and in words."""
    kind = BY_FIELD.get(name)
    if kind is None:
        # Imported here: OpenSSL takes longer to load than a command needs to show its help.
        import hashlib

        value = hashlib.sha256(json.dumps([id_, now], sort_keys=True, default=str).encode()).hexdigest()
        return f"{name}#{value[:_HASH]}", f"{_where(name, was, now)} is not what the state says"
    if kind != SECURITY_PROFILE:
        old, new = (names.name(kind, each) or str(each or "none") for each in (was, now))
        return f"{name} {new}", f"{kind.noun}, state → instance: {old} → {new}"
    had, has = ({names.name(kind, each) or str(bare_id(each)) for each in side or ()} for side in (was, now))
    signs = {**dict.fromkeys(sorted(has - had), "+"), **dict.fromkeys(sorted(had - has), "-")}
    words = "; ".join(f"{sign} {each}" for each, sign in signs.items())
    return f"{name} {words}", f"{kind.nouns}, state → instance: {words}"


def _where(name: str, was: Any, now: Any) -> str:
    """The input and its members that differ, without values, which may be personal data."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return name
    return ", ".join(f"{name}.{member}" for member in sorted({*was, *now}) if was.get(member) != now.get(member))
