"""The Connect users in a resource of any type, with our names for the inputs.

A reviewer has to see power from any resource. So users are found in the resources of this package, of ``aws.connect``
and ``aws-native``, and in every other resource with security profiles, such as a dynamic one: at its top level or
deeper, since one resource may have several users. A resource that only runs code (a command, or a dynamic provider with
the profiles in its code) cannot be judged here.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.arns import bare_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from connect_users.review.steps import PreviewStep, PropertyPath, Resource

#: Types of users -> their names for our inputs, if they are not our names in camelCase.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    tokens.USER: {},
    tokens.PLUGIN_USER: {},
    tokens.AWS_USER: {"name": "username"},
    tokens.NATIVE_USER: {
        "instance_arn": "instance_id",
        "routing_profile_arn": "routing_profile_id",
        "security_profile_arns": "security_profile_ids",
        "hierarchy_group_arn": "hierarchy_group_id",
        "user_arn": "arn",
    },
}
#: Names that a resource of an unknown type may have for them.
_GUESSED: Final[Mapping[str, str]] = {
    **WORDS[tokens.NATIVE_USER],
    "name": "username",
    "user_name": "username",
    "login": "username",
}
#: Keys of a user's security profiles, in lower case and without punctuation. A single one may mean anything (virtual
#: machines have a `securityProfile`), but not in a dynamic resource.
_PROFILES: Final = frozenset(
    {"securityprofiles", "securityprofileid", "securityprofileids", "securityprofilearn", "securityprofilearns"}
)
_PROFILE: Final = "securityprofile"
#: Types of resources that are not users.
_NOT_USERS: Final = (
    "pulumi:",
    "aws:iot/",
    "aws-native:iot:",
    "aws:connect/securityProfile:",
    "aws-native:connect:SecurityProfile",
)
#: Inputs without which a user cannot be judged; outputs have them, too.
_INPUT: Final = "security_profile_ids"
_WHO: Final = ("username", "instance_id", _INPUT)
_BOUNDARY: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """``routingProfileId`` and ``RoutingProfileId`` -> ``routing_profile_id``."""
    return _BOUNDARY.sub("_", name).lower()


def users_of(resource: Resource | None) -> dict[PropertyPath, Resource]:
    """Path in a resource -> a user with our names for its inputs; the path is empty for the resource itself."""
    if resource is None:
        return {}
    if resource.type in WORDS:
        return {(): _known(resource, WORDS[resource.type])}
    if resource.type in tokens.ROSTERS or resource.type.startswith(_NOT_USERS):
        return {}
    source = resource.inputs or resource.outputs
    return {path: _guessed(resource, path, values) for path, values in _holders(source, resource.type)}


def path_of(resource: Resource, path: PropertyPath) -> PropertyPath:
    """A path of the engine's diff with the names that `users_of` uses for the same resource."""
    if not path:
        return path
    first = input_name(path[0], WORDS.get(resource.type, _GUESSED))
    if resource.type not in WORDS and _names_profiles(first, resource.type):
        first = _INPUT
    return (first, *path[1:]) if first == "tags" else (first, *map(snake, path[1:]))


def mentioned(resource: Resource | None, ids: Collection[str]) -> Resource | None:
    """A dynamic resource as a user with the security profiles of ``ids`` that are anywhere in its inputs."""
    if resource is None or not resource.type.startswith(tokens.DYNAMIC):
        return None
    profiles = sorted({id_ for each in _strings(resource.inputs) if (id_ := str(bare_id(each))) in ids})
    return dataclasses.replace(resource, inputs={_INPUT: profiles}, user=True) if profiles else None


def mentioning(steps: Iterable[PreviewStep], ids: Collection[str]) -> Iterator[PreviewStep]:
    """Steps of dynamic resources that mention the ids of security profiles: they may have users."""
    for step in steps:
        old, new = mentioned(step.old, ids), mentioned(step.new, ids)
        if new is not None and (old is None or old.inputs != new.inputs):
            operation = "create" if old is None and step.operation == "update" else step.operation
            yield dataclasses.replace(step, operation=operation, old=old, new=new, paths=())


def holds_profiles(inputs: Iterable[str], type_: str) -> bool:
    """Whether a resource of another package has security profiles among the names of its inputs."""
    return not type_.startswith(_NOT_USERS) and any(_names_profiles(name, type_) for name in inputs)


def _known(resource: Resource, words: Mapping[str, str]) -> Resource:
    inputs, outputs = in_our_words(resource.inputs, words), in_our_words(resource.outputs, words)
    filled = {name: outputs[name] for name in _WHO if inputs.get(name) is None and outputs.get(name) is not None}
    depends = {input_name(name, words): urns for name, urns in resource.depends.items()}
    return dataclasses.replace(
        resource, inputs={**inputs, **filled}, outputs={**resource.outputs, **outputs}, depends=depends, user=True
    )


def _guessed(resource: Resource, path: PropertyPath, values: Mapping[str, Any]) -> Resource:
    profiles: list[Any] = []
    for name, value in values.items():
        if _names_profiles(name, resource.type):
            profiles += value if isinstance(value, list) else [value]
    inputs = in_our_words(values, _GUESSED)
    inputs[_INPUT] = profiles
    if path and not isinstance(inputs.get("username"), str):
        inputs["username"] = ".".join((resource.name, *path))
    depends = {
        _INPUT if _names_profiles(name, resource.type) or path else snake(name): urns
        for name, urns in resource.depends.items()
    }
    return dataclasses.replace(resource, inputs=inputs, depends=depends, user=True)


def in_our_words(values: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Inputs of a user with our names, at any depth.

    Args:
        words: from `WORDS`.
    """
    inputs = {}
    # If a resource has both, our own name wins: `username` over `name`.
    for key, value in sorted(values.items(), key=lambda pair: snake(pair[0]) in words):
        name = input_name(key, words)
        if name == "tags":
            inputs[name] = tags_of(value)
        elif inputs.get(name) is None:
            inputs[name] = _snake_within(value)
    return inputs


def input_name(name: str, words: Mapping[str, str]) -> str:
    """Our name for an input; ``words`` are those of `WORDS` for its type."""
    return words.get(snake(name), snake(name))


def _snake_within(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake(name): _snake_within(item) for name, item in value.items()}
    return [_snake_within(item) for item in value] if isinstance(value, list) else value


def tags_of(value: Any) -> Any:
    """Tags as a dict, also those of CloudFormation: a list of keys and values. Everything else stays as it is."""
    if isinstance(value, list) and all(isinstance(each, dict) and isinstance(each.get("key"), str) for each in value):
        return {each["key"]: each.get("value") for each in value}
    return value


def _holders(value: Any, type_: str, path: PropertyPath = ()) -> Iterator[tuple[PropertyPath, Mapping[str, Any]]]:
    if isinstance(value, dict):
        if any(_names_profiles(name, type_) and item is not None for name, item in value.items()):
            yield path, value
        for name, item in value.items():
            yield from _holders(item, type_, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _holders(item, type_, (*path, str(place)))


def _names_profiles(name: str, type_: str) -> bool:
    letters = re.sub(r"[^a-z]", "", name.lower())
    return letters in _PROFILES or (letters == _PROFILE and type_.startswith(tokens.DYNAMIC))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
