"""README's table of inputs: the form of each, and what a change of it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core import limits
from connect_users.core.fields import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.core.fields import Field

_TO: Final = "\N{EN DASH}"
_LEVELS: Final = limits.PROFICIENCY_LEVELS
_TAGS: Final = f"{limits.TAGS_MAX - 1} ({limits.TAGS_MAX} without the ownership tag)"


def _coded(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


#: Input -> its form and limit, in a few words.
FORMS: Final[dict[str, str]] = {
    "instance_id": "id or ARN",
    "username": (
        f"1{_TO}{limits.USERNAME_MAX} of `a-z A-Z 0-9 _ - . @`; `@` only in a whole e-mail address or a Service Cloud "
        f"Voice name; above {limits.USERNAME_MAX_WITHOUT_SAML} without SAML: warning"
    ),
    "routing_profile_id": "id or ARN, one",
    "security_profile_ids": f"{limits.SECURITY_PROFILES_MIN}{_TO}{limits.SECURITY_PROFILES_MAX} ids or ARNs, a set",
    "password": (
        f"{limits.PASSWORD_MIN}{_TO}{limits.PASSWORD_MAX}, a lower-case and an upper-case letter and a digit, no "
        "blanks; CONNECT_MANAGED only"
    ),
    "password_secret_arn": "ARN or name in AWS Secrets Manager; read at creation only, never in the state",
    "on_password_change": "`refuse` (default), `ignore`, `replace`",
    "identity_info": (
        f"`first_name` ≤{limits.FIRST_NAME_MAX}, `last_name` ≤{limits.LAST_NAME_MAX} "
        f"({limits.LAST_NAME_MAX_CONNECT_MANAGED} with CONNECT_MANAGED), `email` (an error with SAML), "
        "`secondary_email`, `mobile` (E.164)"
    ),
    "phone_config": (
        "`phone_type`, `auto_accept`, `after_contact_work_time_limit` (s), `desk_phone_number` (E.164), "
        "`persistent_connection`"
    ),
    "directory_user_id": "an error with SAML",
    "hierarchy_group_id": "id or ARN; removed = no group",
    "auto_accept_configs": f"per channel {', '.join(limits.CHANNELS)}",
    "after_contact_work_configs": f"per channel, 0{_TO}{limits.AFTER_CONTACT_WORK_MAX:,} s, 0 = unlimited",
    "phone_number_configs": "VOICE only",
    "persistent_connection_configs": "VOICE only",
    "voice_enhancement_configs": f"VOICE only: {_coded(limits.VOICE_ENHANCEMENT_MODES)}",
    "user_proficiencies": f"≤{limits.PROFICIENCIES_MAX}, levels {_LEVELS[0]}{_TO}{_LEVELS[-1]}",
    "tags": f"≤{_TAGS}, key ≤{limits.TAG_KEY_MAX}, value ≤{limits.TAG_VALUE_MAX}",
    "identity_management_type": (
        f"{_coded(limits.IDENTITY_MANAGEMENT_TYPES)}; lets the preview check what depends on it"
    ),
    "adopt_existing": "take over an existing user of this name that has no ownership tag",
    "delete_quick_connects": (
        "when the user is deleted, also delete the quick connects that lead to it; otherwise a warning names them"
    ),
    "sign_out": (
        "end the user's sessions: `never` (default), `on_delete`, `on_loss` (also when a security profile is taken "
        "away)"
    ),
}


def row(field: Field) -> str:
    """The row of an input."""
    required = " (required)" if field.required else ""
    return f"| `{field.name}`{required} | {FORMS[field.name]} | {on_change(field)} |"


def on_change(field: Field) -> str:
    """What a change of an input does."""
    assert field.verdict is not None
    if field.verdict is Verdict.UPDATE:
        return " or ".join(field.operations)
    return ", ".join((*field.operations, field.verdict.value))
