"""Everything about a user's inputs that AWS documents and that can be judged without calling it.

Contract:
- `review` reports all problems and warnings at once, never the first only, and never raises.
- Unknown values are skipped: a preview must not fail on what is not known yet. That an input is present is known.
- A message has the path, the value and the limit; of personal data and secrets (`Field.personal`) it never
  repeats the value, since the provider does not know which values were secrets.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from connect_users.core import limits
from connect_users.core.arns import bare_id
from connect_users.core.fields import FIELDS, Field
from connect_users.core.phrases import plural
from connect_users.core.shapes import Problem, in_path, shape_problems, shown, sound_parts
from connect_users.core.spec import UNKNOWN, Props
from connect_users.core.tag_rules import tag_problems

_CHANNEL_LISTS = tuple(field for field in FIELDS if field.keys == ("channel",))


class Findings(NamedTuple):
    """What `review` found."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def review(props: Mapping[str, Any], *, reserved_tags: int = 0) -> Findings:
    """Judge the inputs of a user as they were written, ARNs and all.

    Args:
        props: the inputs; `UNKNOWN` where a value is not known.
        reserved_tags: of the 50 tags of a resource, those that the provider itself will set.
    """
    inputs = {name: value for name, value in props.items() if value is not None}
    problems = list(shape_problems(inputs))
    parts = sound_parts(inputs) if problems else inputs
    sound = {name: value for name, value in parts.items() if value is not UNKNOWN}
    warnings: list[Problem] = []
    for rule in _RULES:
        for problem in rule(sound, inputs):
            (warnings if isinstance(problem, _Warning) else problems).append(problem)
    problems.extend(tag_problems(sound, reserved_tags))
    return Findings(tuple(problems), tuple(warnings))


class _Warning(Problem):
    """Worth saying, but AWS would not refuse it (or that is not known)."""


_Rule = Callable[[Props, Props], Iterator[Problem]]


# Each rule gets the inputs that are known and sound in shape (parts that are not are `UNKNOWN`), and all given ones.


def _username(props: Props, inputs: Props) -> Iterator[Problem]:
    username = props.get("username")
    if username is None:
        return
    kind = props.get("identity_management_type", inputs.get("identity_management_type"))
    voice = "@" in username and limits.USERNAME_SERVICE_CLOUD_VOICE.fullmatch(username) is not None
    if not username or len(username) > limits.USERNAME_MAX:
        yield Problem("username", f"has {len(username)} characters; AWS allows 1 to {limits.USERNAME_MAX}")
    elif len(username) > limits.USERNAME_MAX_WITHOUT_SAML and kind not in ("SAML", UNKNOWN) and not voice:
        yield _Warning(
            "username",
            f"{username!r} has {len(username)} characters; AWS documents at most "
            f"{limits.USERNAME_MAX_WITHOUT_SAML} without SAML (declare identity_management_type if it is SAML)",
        )
    if not limits.USERNAME_PATTERN.fullmatch(username):
        refused = sorted({letter for letter in username if not limits.USERNAME_PATTERN.fullmatch(letter)})
        names = ", ".join("a blank" if letter.isspace() else repr(letter) for letter in refused[:5])
        if username:
            yield Problem("username", f"{shown(username)} has {names}; AWS allows letters, digits and _ - . @")
    elif "@" in username and not (voice or limits.USERNAME_EMAIL_PATTERN.fullmatch(username)):
        yield Problem(
            "username", f"{shown(username)} has an @ but is not an e-mail address; AWS allows @ only in a complete one"
        )


def _password(props: Props, inputs: Props) -> Iterator[Problem]:
    kind = props.get("identity_management_type")
    sources = [name for name in ("password", "password_secret_arn") if name in inputs]
    if len(sources) == 2:
        yield Problem("password", "given together with password_secret_arn; keep one of them")
    if kind == "CONNECT_MANAGED" and not sources and inputs.get("adopt_existing", False) is False:
        yield Problem("password", "missing; CONNECT_MANAGED users need password or password_secret_arn to be created")
    if kind in ("SAML", "EXISTING_DIRECTORY"):
        for name in sources:
            yield Problem(name, f"given, but the instance uses {kind}; remove it")
    if "password" in props:
        yield from password_problems(props["password"])
    secret = props.get("password_secret_arn")
    if secret is not None and (not secret or len(secret) > limits.SECRET_ID_MAX or limits.BLANK.search(secret)):
        yield Problem("password_secret_arn", "is not the ARN or name of a Secrets Manager secret")


def password_problems(password: str) -> Iterator[Problem]:
    """What is wrong with a password, which may come from Secrets Manager."""
    if not limits.PASSWORD_MIN <= len(password) <= limits.PASSWORD_MAX:
        yield Problem(
            "password",
            f"has {plural(len(password), 'character')}; AWS allows {limits.PASSWORD_MIN} to {limits.PASSWORD_MAX}",
        )
    missing = [name for name, pattern in limits.PASSWORD_PARTS.items() if not pattern.search(password)]
    if missing:
        yield Problem("password", f"lacks {' and '.join(missing)}; AWS requires one of each")
    if limits.BLANK.search(password):
        yield Problem("password", "has a blank; AWS allows none")


def _identity(props: Props, inputs: Props) -> Iterator[Problem]:
    kind = props.get("identity_management_type")
    if kind == "SAML" and "directory_user_id" in inputs:
        yield Problem("directory_user_id", "given, but the instance uses SAML; remove it")
    if props.get("directory_user_id") == "":
        yield Problem("directory_user_id", "is empty; remove it")
    if "identity_info" in inputs and "identity_info" not in props:
        return
    info = props.get("identity_info", {})
    if kind in ("SAML", "CONNECT_MANAGED"):
        for name in ("first_name", "last_name"):
            if info.get(name) in (None, ""):
                yield Problem(f"identity_info.{name}", f"missing; {kind} users need it")
    if kind == "SAML" and info.get("email") is not None:
        yield Problem(
            "identity_info.email", "given, but the instance uses SAML; remove it (secondary_email is allowed)"
        )
    if kind == "CONNECT_MANAGED" and info.get("email") in (None, ""):
        yield _Warning("identity_info.email", "missing; AWS documents it as required, and password resets go there")
    if kind == "EXISTING_DIRECTORY":
        for name in ("first_name", "last_name", "email"):
            if info.get(name) is not None:
                yield _Warning(f"identity_info.{name}", "belongs to the directory; Connect cannot change it")
    yield from _identity_texts(info, kind)


def _identity_texts(info: Props, kind: str | None) -> Iterator[Problem]:
    last_max = limits.LAST_NAME_MAX_CONNECT_MANAGED if kind == "CONNECT_MANAGED" else limits.LAST_NAME_MAX
    for name, most in (("first_name", limits.FIRST_NAME_MAX), ("last_name", last_max)):
        text = info.get(name)
        if isinstance(text, str):
            if len(text) > most:
                yield Problem(f"identity_info.{name}", f"has {len(text)} characters; AWS allows at most {most}")
            if not unicodedata.is_normalized("NFC", text):
                yield Problem(
                    f"identity_info.{name}",
                    "is not in Unicode Normalization Form C; normalize it to NFC",
                )
    email = info.get("email")
    if isinstance(email, str) and email and ("@" not in email or limits.BLANK.search(email)):
        yield _Warning("identity_info.email", "does not look like an e-mail address")
    secondary = info.get("secondary_email")
    if isinstance(secondary, str) and not limits.SECONDARY_EMAIL_PATTERN.fullmatch(secondary):
        yield Problem("identity_info.secondary_email", "is not an e-mail address of at most 265 characters")
    yield from _phone_number("identity_info.mobile", info.get("mobile"))


def _phone_number(path: str, number: Any) -> Iterator[Problem]:
    if isinstance(number, str) and not limits.PHONE_NUMBER_PATTERN.fullmatch(number):
        yield Problem(
            path, f"the {len(number)} characters are not an E.164 number; write + and 2 to 15 digits, the first not 0"
        )


def _security_profiles(props: Props, _inputs: Props) -> Iterator[Problem]:
    ids = props.get("security_profile_ids")
    if ids is None:
        return
    if not limits.SECURITY_PROFILES_MIN <= len(ids) <= limits.SECURITY_PROFILES_MAX:
        yield Problem(
            "security_profile_ids",
            f"{len(ids)} given; AWS allows {limits.SECURITY_PROFILES_MIN} to {limits.SECURITY_PROFILES_MAX}",
        )
    for item, times in Counter(bare_id(item) for item in ids if item is not UNKNOWN).items():
        if times > 1:
            yield Problem("security_profile_ids", f"{item!r} is given {times} times; once is enough")


def _phone_config(props: Props, inputs: Props) -> Iterator[Problem]:
    config = props.get("phone_config")
    if config is None:
        return
    for members, other in (
        (("auto_accept",), "auto_accept_configs"),
        (("after_contact_work_time_limit",), "after_contact_work_configs"),
        (("phone_type", "desk_phone_number"), "phone_number_configs"),
        (("persistent_connection",), "persistent_connection_configs"),
    ):
        both = [member for member in members if config.get(member) is not None]
        if both and other in inputs:
            yield Problem(f"phone_config.{both[0]}", f"given together with {other}, which AWS refuses; keep {other}")
    if config.get("phone_type") == "DESK_PHONE" and config.get("desk_phone_number") is None:
        yield Problem("phone_config.desk_phone_number", "missing; DESK_PHONE needs it")
    yield from _phone_number("phone_config.desk_phone_number", config.get("desk_phone_number"))
    yield from _seconds("phone_config.after_contact_work_time_limit", config.get("after_contact_work_time_limit"))


def _seconds(path: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, (int, float)) and not 0 <= value <= limits.AFTER_CONTACT_WORK_MAX:
        most = limits.AFTER_CONTACT_WORK_MAX
        yield Problem(path, f"{shown(int(value))} s; AWS allows 0 (unlimited) to {most} s (23 days)")


def _per_channel(props: Props, _inputs: Props) -> Iterator[Problem]:
    for field in _CHANNEL_LISTS:
        seen: dict[str, int] = {}
        for index, entry in enumerate(props.get(field.name, [])):
            if entry is UNKNOWN:
                continue
            path = f"{field.name}[{index}]"
            channel = entry.get("channel", UNKNOWN)
            if channel is not UNKNOWN:
                if channel in seen:
                    yield Problem(
                        f"{path}.channel", f"{channel!r} is in [{seen[channel]}] already; a channel may appear once"
                    )
                seen.setdefault(channel, index)
                if channel != "VOICE":
                    yield from _voice_only(field, path, entry, channel)
            yield from _entry(path, entry, channel)


def _voice_only(field: Field, path: str, entry: Props, channel: str) -> Iterator[Problem]:
    if field.voice_only:
        yield Problem(f"{path}.channel", f"{channel!r}; {field.name} accepts only VOICE")
    for name, value in entry.items():
        if name.startswith("agent_first_callback") and value is not None:
            yield Problem(f"{path}.{name}", f"given for {channel}; AWS accepts it only for VOICE")


def _entry(path: str, entry: Props, channel: Any) -> Iterator[Problem]:
    for name in ("after_contact_work_config", "agent_first_callback_after_contact_work_config"):
        block = entry.get(name)
        limit = block.get("after_contact_work_time_limit") if isinstance(block, Mapping) else None
        yield from _seconds(f"{path}.{name}.after_contact_work_time_limit", limit)
        end = limits.AFTER_CONTACT_WORK_CHAT_END
        if channel == "CHAT" and isinstance(limit, (int, float)) and end < limit <= limits.AFTER_CONTACT_WORK_MAX:
            text = f"{int(limit)} s; after-contact work of a chat ends after {end} s"
            yield _Warning(f"{path}.{name}.after_contact_work_time_limit", text)
    if entry.get("phone_type") == "DESK_PHONE" and entry.get("phone_number") is None:
        yield Problem(f"{path}.phone_number", "missing; DESK_PHONE needs it")
    yield from _phone_number(f"{path}.phone_number", entry.get("phone_number"))


def _proficiencies(props: Props, _inputs: Props) -> Iterator[Problem]:
    entries = props.get("user_proficiencies", [])
    if len(entries) > limits.PROFICIENCIES_MAX:
        yield Problem("user_proficiencies", f"{len(entries)} given; AWS allows at most {limits.PROFICIENCIES_MAX}")
    seen: dict[tuple[Any, Any], int] = {}
    for index, entry in enumerate(entries):
        if entry is UNKNOWN:
            continue
        path = f"user_proficiencies[{index}]"
        pair = (entry.get("attribute_name", UNKNOWN), entry.get("attribute_value", UNKNOWN))
        for name, text in zip(("attribute_name", "attribute_value"), pair, strict=True):
            if isinstance(text, str) and not 1 <= len(text) <= limits.ATTRIBUTE_TEXT_MAX:
                yield Problem(
                    f"{path}.{name}", f"has {len(text)} characters; AWS allows 1 to {limits.ATTRIBUTE_TEXT_MAX}"
                )
        if UNKNOWN not in pair and pair in seen:
            yield Problem(path, f"{'='.join(map(in_path, pair))} is already in [{seen[pair]}]; it may appear once")
        seen.setdefault(pair, index)
        level = entry.get("level", UNKNOWN)
        if level is not UNKNOWN and level not in limits.PROFICIENCY_LEVELS:
            yield Problem(f"{path}.level", f"{shown(int(level))}; AWS allows 1, 2, 3, 4 and 5")


_RULES: tuple[_Rule, ...] = (
    _username,
    _password,
    _identity,
    _security_profiles,
    _phone_config,
    _per_channel,
    _proficiencies,
)
