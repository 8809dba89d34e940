"""Drift, for an audit: what the users of a state are declared to be, and what of it the live ones are not. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id, parse_arn
from connect_users.core.fields import ARN_KEY, BY_NAME, Kind
from connect_users.core.references import BY_FIELD, SECURITY_PROFILE
from connect_users.core.spec import canonical
from connect_users.review.access.audit import Finding
from connect_users.review.hidden import has_secret
from connect_users.review.users import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connect_users.core.spec import Props
    from connect_users.review.naming import Names
    from connect_users.review.steps import Resource

_HASH: Final = 8


def user_id(user: Resource, instance_id: str) -> str:
    """The id of a state's user, by its ARN; "" for one of another instance, and for a resource of an unknown type."""
    arn = parse_arn(str(user.outputs.get(ARN_KEY, ""))) if user.type in WORDS else None
    return arn.resource_id if arn is not None and arn.instance_id == instance_id else ""


def comparable(user: Resource, instance_id: str) -> tuple[Props, Props]:
    """Inputs and outputs of a user of a state, canonical, without secrets: of these the state has no value to compare.

    Of users of other types no tags: their providers add some of their own.
    """
    inputs = {name: value for name, value in user.inputs.items() if name in BY_NAME}
    if user.type not in tokens.USERS:
        inputs.pop("tags", None)
    inputs["instance_id"] = instance_id
    return canonical(_shown(inputs)), canonical(_shown({**user.outputs, **inputs}))


def _shown(props: Mapping[str, Any]) -> Props:
    found = {}
    for name, value in props.items():
        shown = value
        if name in BY_NAME and BY_NAME[name].kind is Kind.BLOCK and isinstance(value, dict):
            shown = {member: item for member, item in value.items() if not has_secret(item)}
        if not has_secret(shown):
            found[name] = shown
    return found


def differences(declared: Props, live: Props, id_: str, names: Names) -> Iterator[Finding]:
    """What of the declared inputs the live user does not have.

    Args:
        live: the declared inputs as they are now; what the user lacks is absent.
        id_: of the user.
    """
    username = str(declared.get("username", "?"))
    for name, was in declared.items():
        now = live.get(name)
        if now == was:
            continue
        kind = BY_FIELD.get(name)
        if kind is None:
            value = hashlib.sha256(json.dumps([id_, now], sort_keys=True, default=str).encode()).hexdigest()
            about, text = f"{name}#{value[:_HASH]}", f"{_where(name, was, now)} is not what the state says"
        elif kind == SECURITY_PROFILE:
            old, new = ({names.name(kind, each) or str(bare_id(each)) for each in side or ()} for side in (was, now))
            signs = {**dict.fromkeys(sorted(new - old), "+"), **dict.fromkeys(sorted(old - new), "-")}
            words = "; ".join(f"{sign} {each}" for each, sign in signs.items())
            about, text = f"{name} {words}", f"security profiles, state → instance: {words}"
        else:
            old_name, new_name = (names.name(kind, each) or str(each or "none") for each in (was, now))
            about, text = f"{name} {new_name}", f"{kind.noun}, state → instance: {old_name} → {new_name}"
        yield Finding("drift", username, about, text)


def _where(name: str, was: Any, now: Any) -> str:
    """The input, and those members of it that differ: never a value, which may be personal."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return name
    return ", ".join(f"{name}.{member}" for member in sorted({*was, *now}) if was.get(member) != now.get(member))
