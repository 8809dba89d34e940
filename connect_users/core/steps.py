"""The calls that change a user, as types: what each sends, which inputs it covers, and the state after it.

The values are in the words of the inputs. Which operation each is comes from the table of fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connect_users.core.fields import BY_NAME
from connect_users.core.ownership import declared_tags
from connect_users.core.spec import Props, canonical, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROFICIENCIES = "user_proficiencies"
(_IDENTITY_INFO,) = BY_NAME["identity_info"].operations
_PHONE_CONFIG, _LISTS = BY_NAME["phone_config"].operations
_DISASSOCIATE, _ASSOCIATE, _UPDATE_LEVELS = BY_NAME[_PROFICIENCIES].operations
_UNTAG, _TAG = BY_NAME["tags"].operations


@dataclass(frozen=True)
class WriteInput:
    """A whole input; without a value if it is no longer declared."""

    field: str
    value: Any = None

    @property
    def operation(self) -> str:
        return BY_NAME[self.field].operations[0]

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,)

    @property
    def params(self) -> Props:
        return {} if self.value is None else dict(to_wire({self.field: self.value}))


@dataclass(frozen=True)
class WriteIdentityInfo:
    """Members of `identity_info`; Connect keeps the others."""

    info: Props
    operation: ClassVar[str] = _IDENTITY_INFO
    fields: ClassVar[tuple[str, ...]] = ("identity_info",)

    @property
    def params(self) -> Props:
        return {"IdentityInfo": to_wire(self.info)}


@dataclass(frozen=True)
class WritePhoneConfig:
    """Members of `phone_config`; Connect keeps the others."""

    config: Props
    fields: tuple[str, ...]
    operation: ClassVar[str] = _PHONE_CONFIG

    @property
    def params(self) -> Props:
        return {"PhoneConfig": to_wire(self.config)}


@dataclass(frozen=True)
class WriteLists:
    """Per-channel lists: complete where they are declared, else the entries that `phone_config` is about."""

    lists: Mapping[str, list[Any]]
    fields: tuple[str, ...]
    operation: ClassVar[str] = _LISTS

    @property
    def params(self) -> Props:
        return dict(to_wire(self.lists))


@dataclass(frozen=True)
class _ProficiencyStep:
    entries: list[Props]
    fields: ClassVar[tuple[str, ...]] = (_PROFICIENCIES,)

    @property
    def params(self) -> Props:
        return {"UserProficiencies": to_wire(self.entries)}


class Disassociate(_ProficiencyStep):
    """Remove proficiencies; the entries have no level."""

    operation: ClassVar[str] = _DISASSOCIATE


class Associate(_ProficiencyStep):
    """Add proficiencies that the user does not have."""

    operation: ClassVar[str] = _ASSOCIATE


class UpdateLevels(_ProficiencyStep):
    """Change the levels of proficiencies that the user has."""

    operation: ClassVar[str] = _UPDATE_LEVELS


@dataclass(frozen=True)
class Untag:
    """Remove tags."""

    keys: list[str]
    operation: ClassVar[str] = _UNTAG
    fields: ClassVar[tuple[str, ...]] = ("tags",)

    @property
    def params(self) -> Props:
        return {"tagKeys": self.keys}


@dataclass(frozen=True)
class Tag:
    """Add tags, or change their values."""

    tags: dict[str, str]
    operation: ClassVar[str] = _TAG
    fields: ClassVar[tuple[str, ...]] = ("tags",)

    @property
    def params(self) -> Props:
        return {"tags": self.tags}


ProficiencyStep = Disassociate | Associate | UpdateLevels
#: One call. Each has its `operation`, its `params` in AWS's spelling, without the ids of instance and user (or the
#: ARN), and the `fields` that it brings to their declared value.
Step = WriteInput | WriteIdentityInfo | WritePhoneConfig | WriteLists | ProficiencyStep | Untag | Tag


def pair_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The key of a proficiency."""
    return entry["attribute_name"], entry["attribute_value"]


def after(props: Mapping[str, Any], step: Step, new: Mapping[str, Any]) -> Props:
    """The inputs of a user with ``props`` after ``step`` of an update to ``new``."""
    result, tags = dict(props), props.get("tags", {})
    match step:
        case Untag(keys):
            result["tags"] = {key: value for key, value in tags.items() if key not in keys}
        case Tag(changed):
            result["tags"] = {**tags, **declared_tags(changed)}
        case Disassociate(entries) | Associate(entries) | UpdateLevels(entries):
            pairs = set(map(pair_of, entries))
            kept = [entry for entry in props.get(_PROFICIENCIES, []) if pair_of(entry) not in pairs]
            result[_PROFICIENCIES] = kept if isinstance(step, Disassociate) else kept + entries
        case _:
            for name in step.fields:
                result.pop(name, None)
                if name in new:
                    result[name] = new[name]
    return canonical(result)
