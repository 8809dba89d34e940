"""Words for what differs between two states of a user's inputs, one phrase a setting; personal data only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.fields import BY_NAME, FIELDS, Field, Kind
from connect_users.core.spec import UNKNOWN
from connect_users.review.held import Held, same
from connect_users.review.model import Change
from connect_users.review.naming import INPUTS, Names
from connect_users.review.reading import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connect_users.review.powers import Powers
    from connect_users.review.steps import Resource

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
#: Inputs that are told only where they change something for the reader of a joiner.
_QUIET_AT_JOINING: Final = frozenset({"instance_id", "username"})
#: How the stack deals with the user, which changes nothing in Connect; what matters of it is told by a note.
_QUIET: Final = frozenset({"adopt_existing", "identity_management_type", "on_password_change"})
_SECONDS: Final = frozenset({"after_contact_work_time_limit"})


class Teller:
    """Puts users into words.

    Args:
        personal: tell values that are personal data, too.
    """

    def __init__(self, names: Names, *, personal: bool = False) -> None:
        self._names = names
        self._held = Held(names)
        self._personal = personal

    def joining(self, new: Resource, powers: Powers) -> Iterator[Change]:
        """What a new user gets."""
        yield from self._differences({}, new.inputs, None, new, powers)

    def changing(self, old: Resource, new: Resource, changed: tuple[str, ...], powers: Powers) -> Iterator[Change]:
        """What differs; `changed` also names inputs whose values are secret."""
        told = list(self._differences(old.inputs, new.inputs, old, new, powers))
        about = {change.about for change in told}
        told += [
            Change(name, "new password" if name == "password" else f"{_word(name)} changed")
            for name in changed
            if name in BY_NAME and name not in about and name not in _QUIET
        ]
        # Told only where the review would say nothing at all.
        yield from told or self._recorded(old.inputs, new.inputs)

    def _recorded(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for field in FIELDS:
            one, other = old.get(field.name), new.get(field.name)
            if field.name in _QUIET and not same(one, other):
                yield Change(field.name, f"only in the stack: {self._arrow(_word(field.name), field, one, other)}")

    def leaving(self, old: Resource, powers: Powers) -> Iterator[Change]:
        """What a user had, as far as it matters."""
        for name in ("routing_profile_id", "hierarchy_group_id"):
            if name in old.inputs:
                yield Change(name, f"{_word(name)} was {self._named(name, old.inputs[name], old)}")
        held = [self._power(id_, name, powers) for id_, name in self._held.of(old).items()]
        if held:
            yield Change("security_profile_ids", f"security profiles were {', '.join(sorted(held))}")

    def _power(self, id_: str, name: str | None, powers: Powers) -> str:
        text = name or id_
        if not powers.has(id_, name):
            return text
        why = powers.why(id_, name)
        return f"{text} ⚠ ({why})" if why else f"{text} ⚠"

    def _differences(
        self,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        before: Resource | None,
        after: Resource,
        powers: Powers,
    ) -> Iterator[Change]:
        for field in FIELDS:
            name = field.name
            one, other = old.get(name), new.get(name)
            if name == "security_profile_ids":
                words: Iterator[str] = self._profiles(before, after, powers)
            elif same(one, other) or name in _QUIET or (before is None and name in _QUIET_AT_JOINING):
                continue
            elif name in INPUTS or name == "instance_id":
                words = iter([self._moved(name, one, other, before, after)])
            elif name == "password":
                words = iter(["new password"] if before is not None else [])
            else:
                words = self._plain(field, one, other, joining=before is None)
            for text in words:
                yield Change(name, text)

    def _profiles(self, old: Resource | None, new: Resource, powers: Powers) -> Iterator[str]:
        had, has = self._held.before(old, new), self._held.of(new)
        if not any(powers.has(id_, name) or powers.unclear(id_, name) for id_, name in has.items()):
            # Of a user under a new name all is told only where it matters.
            had = self._held.of(old)
        plus = sorted(self._power(id_, name, powers) for id_, name in has.items() if id_ not in had)
        minus = sorted(self._power(id_, name, powers) for id_, name in had.items() if id_ not in has)
        for sign, texts in (("+", plus), ("-", minus)):
            if texts:
                yield f"{sign} security profile{'s' if len(texts) > 1 else ''} {', '.join(texts)}"

    def _moved(self, name: str, one: Any, other: Any, old: Resource | None, new: Resource) -> str:
        to = self._named(name, other, new)
        if old is None:
            return f"{_word(name)} {to}"
        if isinstance(one, Secret) and isinstance(other, Secret):
            return f"{_word(name)} changed"
        return f"{_word(name)} {self._named(name, one, old)} → {to}"

    def _named(self, name: str, value: Any, resource: Resource) -> str:
        if value is None:
            return _NONE
        if value is UNKNOWN:
            names = self._names.of_unknown(INPUTS.get(name, ""), resource.depends.get(name, ()))
            return names[0] if len(names) == 1 else "[not known yet]"
        if not isinstance(value, str):
            return repr(value)
        return (self._names.name(INPUTS[name], value) if name in INPUTS else None) or value

    def _plain(self, field: Field, one: Any, other: Any, *, joining: bool) -> Iterator[str]:
        if field.kind is Kind.BLOCK:
            yield from self._block(field, one or {}, other or {}, joining=joining)
        elif field.kind is Kind.TAGS and isinstance(one or {}, dict) and isinstance(other or {}, dict):
            yield from self._tags(one, other, joining=joining)
        elif field.kind is Kind.BLOCKS and _keyed(field.keys, one) and _keyed(field.keys, other):
            yield from _levels(one, other) if field.name == "user_proficiencies" else self._channels(field, one, other)
        elif field.kind in (Kind.TAGS, Kind.BLOCKS):
            yield f"{_word(field.name)} {'set' if joining else 'changed'}"
        elif joining:
            yield f"{_word(field.name)} {self._value(field, other)}" if not field.personal else _word(field.name)
        else:
            yield self._arrow(_word(field.name), field, one, other)

    def _block(self, field: Field, one: Any, other: Any, *, joining: bool) -> Iterator[str]:
        if not isinstance(one, dict) or not isinstance(other, dict):
            yield f"{_word(field.name)} {'set' if joining else 'changed'}"
            return
        told, hidden = [], []
        for member in field.members:
            if same(one.get(member.name), other.get(member.name)):
                continue
            if member.discreet and not self._personal:
                hidden.append(_word(member.name))
            elif joining:
                told.append(f"{_word(member.name)} {self._value(member, other.get(member.name))}")
            else:
                told.append(self._arrow(_word(member.name), member, one.get(member.name), other.get(member.name)))
        if hidden and not joining:
            told.append(f"{', '.join(hidden)} changed")
        if told:
            yield f"{_word(field.name)}: {', '.join(told)}"

    def _channels(self, field: Field, one: Any, other: Any) -> Iterator[str]:
        was, now = _by(field.keys, one), _by(field.keys, other)
        for key in sorted({*was, *now}):
            entry, next_ = was.get(key, {}), now.get(key, {})
            for member in field.members[1:]:
                leaf, before, after = _leaf(member, entry.get(member.name), next_.get(member.name))
                if not same(before, after):
                    label = f"{_word(leaf.name)} {key[0]}" + (
                        " (first callback)" if "first_callback" in member.name else ""
                    )
                    yield self._arrow(label, leaf, before, after)

    def _tags(self, one: Any, other: Any, *, joining: bool) -> Iterator[str]:
        was, now = (value if isinstance(value, dict) else {} for value in (one, other))
        shown = [f"+ tag {key}{self._tag(now[key])}" for key in sorted({*now} - {*was})]
        shown += [f"- tag {key}" for key in sorted({*was} - {*now})]
        shown += [
            f"tag {key} " + (f"{was[key]} → {now[key]}" if self._personal else "changed")
            for key in sorted({*was} & {*now})
            if not same(was[key], now[key])
        ]
        if joining and not self._personal:
            return
        yield from shown

    def _tag(self, value: Any) -> str:
        return f"={value}" if self._personal else ""

    def _arrow(self, label: str, field: Field, one: Any, other: Any) -> str:
        if (field.discreet and not self._personal) or (isinstance(one, Secret) and isinstance(other, Secret)):
            return f"{label} changed"
        return f"{label} {self._value(field, one)} → {self._value(field, other)}"

    def _value(self, field: Field, value: Any) -> str:
        if value is None:
            return _NONE
        if value is UNKNOWN:
            return "[not known yet]"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if field.name in _SECONDS and isinstance(value, (int, float)):
            return f"{value:.0f} s"
        return str(value)


def _word(name: str) -> str:
    return _WORDS.get(name, name.replace("_configs", "").replace("_id", "").replace("_", " "))


def _keyed(keys: tuple[str, ...], entries: Any) -> bool:
    """Whether each entry of a list can be told by its keys."""
    if not entries:
        return True
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return False
    told = [tuple(entry.get(key) for key in keys) for entry in entries]
    return all(isinstance(part, str) for key in told for part in key) and len(set(told)) == len(told)


def _by(keys: tuple[str, ...], entries: Any) -> dict[tuple[str, ...], Mapping[str, Any]]:
    if not isinstance(entries, list):
        return {}
    return {tuple(str(entry.get(key)) for key in keys): entry for entry in entries if isinstance(entry, dict)}


def _leaf(member: Field, one: Any, other: Any) -> tuple[Field, Any, Any]:
    """The value inside a block of one member, such as ``after_contact_work_config``."""
    if member.kind is Kind.BLOCK and len(member.members) == 1:
        inner = member.members[0]
        one = one.get(inner.name) if isinstance(one, dict) else one
        other = other.get(inner.name) if isinstance(other, dict) else other
        return inner, one, other
    return member, one, other


def _levels(one: Any, other: Any) -> Iterator[str]:
    keys = BY_NAME["user_proficiencies"].keys
    was, now = _by(keys, one), _by(keys, other)
    for key in sorted({*was, *now}):
        before, after = (entries.get(key, {}).get("level") for entries in (was, now))
        name = ":".join(key)
        if before is None:
            yield f"+ proficiency {name} {after}"
        elif after is None:
            yield f"- proficiency {name}"
        elif before != after:
            yield f"proficiency {name} {before} → {after}"
