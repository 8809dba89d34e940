"""The differences between two versions of a user's inputs in words: a phrase for each setting."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from connect_users.core.fields import BY_NAME, FIELDS, Field, Kind
from connect_users.core.references import BY_FIELD, SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN
from connect_users.review.hidden import ABSENT, LATER, HiddenSecret
from connect_users.review.model import InputChange
from connect_users.review.powers import Judgement, Powers
from connect_users.review.profiles import unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connect_users.review.naming import Labels
    from connect_users.review.profiles import ProfileReader, Profiles
    from connect_users.review.steps import PreviewStep, Resource

_NONE: Final = "none"
_WORDS: Final = {
    "routing_profile_id": "routing",
    "hierarchy_group_id": "hierarchy",
    "instance_id": "instance",
    "username": "username",
    "phone_config": "phone",
    "identity_info": "identity",
    "after_contact_work_time_limit": "after-contact work",
}
#: Inputs of a joiner that do not matter to a reviewer.
_QUIET_AT_JOINING: Final = frozenset({"instance_id", "username"})
#: Inputs that change only how the stack treats the user, not Connect.
_QUIET: Final = frozenset({"adopt_existing", "identity_management_type", "on_password_change"})
_SECONDS: Final = frozenset({"after_contact_work_time_limit"})


#: Keys of an entry of a list -> the entry.
_Entries: TypeAlias = "Mapping[tuple[str, ...], Mapping[str, Any]]"


class Wording:
    """Describes users in words.

    Args:
        personal: also show values that are personal data.
    """

    def __init__(self, names: Labels, profiles: ProfileReader, powers: Powers, *, personal: bool = False) -> None:
        self._names = names
        self._reader = profiles
        self._powers = powers
        self._personal = personal

    def joining(self, step: PreviewStep) -> Iterator[InputChange]:
        """The settings of a new user."""
        if step.new is not None:
            yield from self._differences(step, {}, step.new.inputs, None, step.new)

    def changing(self, step: PreviewStep) -> Iterator[InputChange]:
        """The differences, also of secret values, which only the step's diff shows."""
        old, new = step.old, step.new
        if old is None or new is None:
            return
        shown = list(self._differences(step, old.inputs, new.inputs, old, new))
        about = {change.about for change in shown}
        shown += [
            InputChange(name, "new password" if name == "password" else f"{_word(name)} changed")
            for name in step.changed
            if name in BY_NAME and name not in about and name not in _QUIET
        ]
        # Shown only if the review would have no change at all.
        yield from shown or self._recorded(old.inputs, new.inputs)

    def _recorded(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[InputChange]:
        for field in FIELDS:
            one, other = old.get(field.name), new.get(field.name)
            if field.name in _QUIET and not unchanged(one, other):
                yield InputChange(field.name, f"only in the stack: {self._arrow(_word(field.name), field, one, other)}")

    def leaving(self, old: Resource) -> Iterator[InputChange]:
        """The settings of a leaver that matter."""
        for name in ("routing_profile_id", "hierarchy_group_id"):
            if name in old.inputs:
                yield InputChange(name, f"{_word(name)} was {self._named(name, old.inputs[name], old)}")
        profiles = [self._profile(id_, name) for id_, name in self._reader.of(old).items() if id_ != ABSENT]
        if profiles:
            yield InputChange("security_profile_ids", f"security profiles were {', '.join(sorted(profiles))}")

    def _profile(self, id_: str, name: str | None) -> str:
        roster_name = self._names.roster_name(SECURITY_PROFILE, id_)
        text = name or (f"{roster_name} (a name of the roster only)" if roster_name else id_)
        power = self._powers.judge(id_, name) is Judgement.POWER
        notes = (self._powers.why(id_, name) if power else "", *self._powers.about(id_, name).marks)
        noted = "; ".join(filter(None, notes))
        return f"{text}{' ⚠' if power else ''}" + (f" ({noted})" if noted else "")

    def _differences(
        self,
        step: PreviewStep,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        before: Resource | None,
        after: Resource,
    ) -> Iterator[InputChange]:
        for field in FIELDS:
            name = field.name
            one, other = old.get(name), new.get(name)
            if name == "security_profile_ids":
                words: Iterator[str] = self._profiles(step, before, after)
            elif unchanged(one, other) or name in _QUIET or (before is None and name in _QUIET_AT_JOINING):
                continue
            elif name in BY_FIELD or name == "instance_id":
                words = iter([self._moved(name, one, other, before, after)])
            elif name == "password":
                words = iter(["new password"] if before is not None and _sets_password(step) else [])
            else:
                words = self._plain(field, one, other, joining=before is None)
            for text in words:
                yield InputChange(name, text)

    def _profiles(self, step: PreviewStep, old: Resource | None, new: Resource) -> Iterator[str]:
        had: Profiles = {} if old is None else self._reader.before(step)
        has = self._reader.of(new)
        if all(self._powers.judge(id_, name) is Judgement.PLAIN for id_, name in has.items()):
            # For a user with a new name, only profiles that matter are shown.
            had = self._reader.of(old)
        plus = sorted(self._profile(id_, name) for id_, name in has.items() if id_ not in had)
        minus = sorted(self._profile(id_, name) for id_, name in had.items() if id_ not in has)
        for sign, texts in (("+", plus), ("-", minus)):
            if texts:
                yield f"{sign} security profile{'s' if len(texts) > 1 else ''} {', '.join(texts)}"

    def _moved(self, name: str, one: Any, other: Any, old: Resource | None, new: Resource) -> str:
        to = self._named(name, other, new)
        if old is None:
            return f"{_word(name)} {to}"
        if isinstance(one, HiddenSecret) and isinstance(other, HiddenSecret):
            return f"{_word(name)} changed"
        return f"{_word(name)} {self._named(name, one, old)} → {to}"

    def _named(self, name: str, value: Any, resource: Resource) -> str:
        if value is None:
            return _NONE
        if value is UNKNOWN:
            names = self._names.of_unknown(BY_FIELD[name], resource.depends.get(name, ())) if name in BY_FIELD else ()
            return names[0] if len(names) == 1 else LATER
        if not isinstance(value, str):
            return repr(value)
        kind = BY_FIELD.get(name)
        return (kind and (self._names.name(kind, value) or self._names.roster_name(kind, value))) or value

    def _plain(self, field: Field, one: Any, other: Any, *, joining: bool) -> Iterator[str]:
        dicts = isinstance(one or {}, dict) and isinstance(other or {}, dict)
        if field.kind is Kind.BLOCK and dicts:
            yield from self._block(field, one or {}, other or {}, joining=joining)
        elif field.kind is Kind.TAGS and dicts:
            yield from self._tags(one or {}, other or {}, joining=joining)
        elif field.kind is Kind.BLOCKS and (entries := _by_key(field.keys, one, other)) is not None:
            yield from _levels(*entries) if field.name == "user_proficiencies" else self._channels(field, *entries)
        elif field.kind in (Kind.BLOCK, Kind.TAGS, Kind.BLOCKS):
            yield f"{_word(field.name)} {'set' if joining else 'changed'}"
        elif joining:
            yield f"{_word(field.name)} {self._value(field, other)}" if not field.personal else _word(field.name)
        else:
            yield self._arrow(_word(field.name), field, one, other)

    def _block(self, field: Field, one: Mapping[str, Any], other: Mapping[str, Any], *, joining: bool) -> Iterator[str]:
        shown, hidden = [], []
        for member in field.members:
            if unchanged(one.get(member.name), other.get(member.name)):
                continue
            if member.discreet and not self._personal:
                hidden.append(_word(member.name))
            elif joining:
                shown.append(f"{_word(member.name)} {self._value(member, other.get(member.name))}")
            else:
                shown.append(self._arrow(_word(member.name), member, one.get(member.name), other.get(member.name)))
        if hidden and not joining:
            shown.append(f"{', '.join(hidden)} changed")
        if shown:
            yield f"{_word(field.name)}: {', '.join(shown)}"

    def _channels(self, field: Field, was: _Entries, now: _Entries) -> Iterator[str]:
        for key in sorted({*was, *now}):
            entry, next_ = was.get(key, {}), now.get(key, {})
            for member in field.members[1:]:
                leaf, before, after = _leaf(member, entry.get(member.name), next_.get(member.name))
                if not unchanged(before, after):
                    label = f"{_word(leaf.name)} {key[0]}" + (
                        " (first callback)" if "first_callback" in member.name else ""
                    )
                    yield self._arrow(label, leaf, before, after)

    def _tags(self, was: Mapping[str, Any], now: Mapping[str, Any], *, joining: bool) -> Iterator[str]:
        if joining and not self._personal:
            return
        for key in sorted({*now} - {*was}):
            yield f"+ tag {key}" + (f"={now[key]}" if self._personal else "")
        for key in sorted({*was} - {*now}):
            yield f"- tag {key}"
        for key in sorted({*was} & {*now}):
            if not unchanged(was[key], now[key]):
                yield f"tag {key} " + (f"{was[key]} → {now[key]}" if self._personal else "changed")

    def _arrow(self, label: str, field: Field, one: Any, other: Any) -> str:
        if (field.discreet and not self._personal) or (
            isinstance(one, HiddenSecret) and isinstance(other, HiddenSecret)
        ):
            return f"{label} changed"
        return f"{label} {self._value(field, one)} → {self._value(field, other)}"

    def _value(self, field: Field, value: Any) -> str:
        if value is None:
            return _NONE
        if value is UNKNOWN:
            return LATER
        if isinstance(value, bool):
            return "yes" if value else "no"
        if field.name in _SECONDS and isinstance(value, (int, float)):
            return f"{value:.0f} s"
        return str(value)


def _sets_password(step: PreviewStep) -> bool:
    """Whether a password changes in the preview: not for a move or a forced replacement."""
    return step.operation != "move" and bool(step.operation != "replace" or step.paths or "password" in step.reasons)


def _word(name: str) -> str:
    return _WORDS.get(name, name.replace("_configs", "").replace("_id", "").replace("_", " "))


def _by_key(keys: tuple[str, ...], *lists: Any) -> list[_Entries] | None:
    """The entries of each list by their keys; None if something is hidden, or if two entries have the same keys."""
    by_key: list[_Entries] = []
    for entries in lists:
        if not isinstance(entries, (list, NoneType)) or not all(isinstance(entry, dict) for entry in entries or ()):
            return None
        pairs = [(tuple(entry.get(key) for key in keys), entry) for entry in entries or ()]
        if not all(isinstance(part, str) for key, _ in pairs for part in key) or len(dict(pairs)) < len(pairs):
            return None
        by_key.append(dict(pairs))
    return by_key


def _leaf(member: Field, one: Any, other: Any) -> tuple[Field, Any, Any]:
    """The value inside a block of one member, such as ``after_contact_work_config``."""
    if member.kind is Kind.BLOCK and len(member.members) == 1:
        inner = member.members[0]
        one = one.get(inner.name) if isinstance(one, dict) else one
        other = other.get(inner.name) if isinstance(other, dict) else other
        return inner, one, other
    return member, one, other


def _levels(was: _Entries, now: _Entries) -> Iterator[str]:
    for key in sorted({*was, *now}):
        before, after = (entries.get(key, {}).get("level") for entries in (was, now))
        name = ":".join(key)
        if before is None:
            yield f"+ proficiency {name} {after}"
        elif after is None:
            yield f"- proficiency {name}"
        elif before != after:
            yield f"proficiency {name} {before} → {after}"
