"""The classes and TypedDicts of the nested blocks are the table of fields, and `plain` makes fresh, plain copies."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import inspect
import re
import typing
from typing import TYPE_CHECKING, Any, get_args

import pulumi
import pytest
import typing_extensions
from pulumi.runtime import rpc

from connect_users.core import limits
from connect_users.core.fields import FIELDS, Field, Kind
from connect_users.program import args

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The class of each block of a user's inputs.
CLASSES: dict[str, type] = {
    "identity_info": args.IdentityInfoArgs,
    "phone_config": args.PhoneConfigArgs,
    "auto_accept_configs": args.AutoAcceptConfigArgs,
    "after_contact_work_configs": args.AfterContactWorkConfigPerChannelArgs,
    "after_contact_work_config": args.AfterContactWorkConfigArgs,
    "agent_first_callback_after_contact_work_config": args.AfterContactWorkConfigArgs,
    "phone_number_configs": args.PhoneNumberConfigArgs,
    "persistent_connection_configs": args.PersistentConnectionConfigArgs,
    "voice_enhancement_configs": args.VoiceEnhancementConfigArgs,
    "user_proficiencies": args.UserProficiencyArgs,
}

#: The type of a member's values, beside choices and blocks.
TYPES: dict[str, type] = {Kind.TEXT.name: str, Kind.FLAG.name: bool, Kind.WHOLE.name: int}


def blocks(fields: tuple[Field, ...] = FIELDS) -> Iterator[Field]:
    """Every block of the table, at any depth."""
    for field in fields:
        if field.members:
            yield field
            yield from blocks(field.members)


#: What the SDK's own `Input` refers to by name.
NAMES: dict[str, Any] = {"Output": pulumi.Output, "T": type(None)}


def typed_dict(cls: type) -> type:
    """The TypedDict beside a class."""
    found: type = getattr(args, f"{cls.__name__}Dict")
    return found


def input_of(typ: Any) -> Any:
    """The `T` of an `Input[T]`."""
    return get_args(typ)[0]


@pytest.mark.parametrize("block", list(blocks()), ids=lambda block: block.name)
class TestBlock:
    """Each block of the table has a class and a TypedDict that say the same."""

    def test_members_and_which_are_required(self, block: Field) -> None:
        """A member that the table has is in both forms, required in both or in neither."""
        expected = {member.name: member.required for member in block.members}
        cls = CLASSES[block.name]
        fields = dataclasses.fields(cls)
        assert {field.name: field.default is dataclasses.MISSING for field in fields} == expected
        hints = typing_extensions.get_type_hints(typed_dict(cls), localns=NAMES, include_extras=True)
        optional: Any = typing_extensions.NotRequired
        assert {name: typing_extensions.get_origin(hint) is not optional for name, hint in hints.items()} == expected

    def test_types_and_choices(self, block: Field) -> None:
        """Both forms take the same values, those that the table allows."""
        cls = CLASSES[block.name]
        in_class = typing.get_type_hints(cls, localns=NAMES)
        in_dict = typing_extensions.get_type_hints(typed_dict(cls), localns=NAMES)
        for member in block.members:
            declared = input_of(in_dict[member.name])
            unwrapped = in_class[member.name]
            assert unwrapped in (in_dict[member.name], typing.Optional[in_dict[member.name]])  # noqa: UP045
            if member.choices:
                assert get_args(declared) == (
                    ("VOICE",) if member.name == "channel" and block.voice_only else member.choices
                )
            elif member.members:
                assert CLASSES[member.name] in get_args(in_dict[member.name])
                assert typed_dict(CLASSES[member.name]) in get_args(in_dict[member.name])
            else:
                assert declared is TYPES[member.kind.name]

    def test_every_member_is_documented(self, block: Field) -> None:
        """An editor shows the text of the class; the TypedDict points there."""
        cls = CLASSES[block.name]
        for member in block.members:
            assert documentation(cls, member.name)
        assert f"`{cls.__name__}`" in (typed_dict(cls).__doc__ or "")

    def test_the_sdk_knows_it_under_the_same_names(self, block: Field) -> None:
        """An output may hold an Args object: the SDK then writes AWS's names in snake_case, like ours."""
        cls = CLASSES[block.name]
        values = {member.name: f"v-{member.name}" for member in block.members}
        given = cls(**values)

        async def serialized() -> Any:
            return await rpc.serialize_property(pulumi.Output.from_input(given), [], None)

        assert asyncio.run(serialized()) == values


def test_every_class_belongs_to_a_block() -> None:
    """No class is left over, and none is missing."""
    assert set(CLASSES) == {block.name for block in blocks()}
    assert set(CLASSES.values()) == args.CLASSES


@pytest.mark.parametrize(
    ("literal", "choices"),
    [
        (args.Channel, limits.CHANNELS),
        (args.PhoneType, limits.PHONE_TYPES),
        (args.VoiceEnhancementMode, limits.VOICE_ENHANCEMENT_MODES),
        (args.IdentityManagementType, limits.IDENTITY_MANAGEMENT_TYPES),
        (args.OnPasswordChange, limits.ON_PASSWORD_CHANGE),
        (args.SignOut, limits.SIGN_OUT),
    ],
)
def test_literals_are_the_choices_of_the_limits(literal: Any, choices: tuple[str, ...]) -> None:
    """An editor offers exactly what the rules accept."""
    assert get_args(literal) == choices


def documentation(cls: type, member: str) -> str:
    """What a class's docstring says of a member."""
    found = re.search(rf"^    {member}: (.*(?:\n {{5,}}.*)*)", inspect.getdoc(cls) or "", re.MULTILINE)
    assert found, f"{member} is not documented"
    return found[1]


@pytest.mark.parametrize(
    ("cls", "member", "limit"),
    [
        (args.IdentityInfoArgs, "first_name", limits.FIRST_NAME_MAX),
        (args.IdentityInfoArgs, "last_name", limits.LAST_NAME_MAX),
        (args.IdentityInfoArgs, "last_name", limits.LAST_NAME_MAX_CONNECT_MANAGED),
        (args.PhoneConfigArgs, "after_contact_work_time_limit", limits.AFTER_CONTACT_WORK_MAX),
        (args.PhoneConfigArgs, "after_contact_work_time_limit", limits.AFTER_CONTACT_WORK_CHAT_END),
        (args.AfterContactWorkConfigArgs, "after_contact_work_time_limit", limits.AFTER_CONTACT_WORK_MAX),
        (args.AfterContactWorkConfigArgs, "after_contact_work_time_limit", limits.AFTER_CONTACT_WORK_CHAT_END),
        (args.UserProficiencyArgs, "attribute_name", limits.ATTRIBUTE_TEXT_MAX),
        (args.UserProficiencyArgs, "attribute_value", limits.ATTRIBUTE_TEXT_MAX),
        (args.UserProficiencyArgs, "level", limits.PROFICIENCY_LEVELS[-1]),
    ],
)
def test_documented_limits_are_the_ones_that_are_judged(cls: type, member: str, limit: int) -> None:
    """A limit that changes must change in the editor, too."""
    assert f"{limit:,}" in documentation(cls, member)


def test_an_args_object_takes_keywords_only_and_wants_what_is_required() -> None:
    """As in pulumi_aws."""
    with pytest.raises(TypeError):
        args.IdentityInfoArgs("Ada")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="auto_accept"):
        args.AutoAcceptConfigArgs(channel="VOICE")  # type: ignore[call-arg]


def test_an_args_object_can_be_changed_and_compared() -> None:
    """As in pulumi_aws."""
    ada = args.IdentityInfoArgs(first_name="Ada")
    assert ada == args.IdentityInfoArgs(first_name="Ada")
    ada.last_name = "Lovelace"
    assert ada != args.IdentityInfoArgs(first_name="Ada")
    assert args.plain(ada) == {"first_name": "Ada", "last_name": "Lovelace"}


def test_an_args_object_does_not_show_personal_data() -> None:
    """It may end up in a traceback or a log."""
    assert "Lovelace" not in repr(args.IdentityInfoArgs(last_name="Lovelace"))


NESTED: dict[str, Any] = {
    "identity_info": args.IdentityInfoArgs(first_name="Ada"),
    "after_contact_work_configs": (
        args.AfterContactWorkConfigPerChannelArgs(
            channel="CHAT",
            after_contact_work_config=args.AfterContactWorkConfigArgs(after_contact_work_time_limit=0),
        ),
        {"channel": "TASK", "after_contact_work_config": args.AfterContactWorkConfigArgs()},
    ),
    "tags": {"team": "a", "empty": ""},
    "adopt_existing": False,
}


def test_plain_reaches_every_depth() -> None:
    """Objects in dicts in tuples; zero, empty and false stay, what was left out stays out."""
    assert args.plain(NESTED) == {
        "identity_info": {"first_name": "Ada"},
        "after_contact_work_configs": [
            {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 0}},
            {"channel": "TASK", "after_contact_work_config": {}},
        ],
        "tags": {"team": "a", "empty": ""},
        "adopt_existing": False,
    }


def test_plain_shares_nothing_with_the_callers_dicts() -> None:
    """The SDK writes into what it is given."""
    given = {"tags": {"team": "a"}, "lists": [[1], {"x": [2]}]}
    before = copy.deepcopy(given)
    made = args.plain(given)
    made["tags"]["team"] = "b"
    made["lists"][1]["x"].append(3)
    made["lists"][0].clear()
    assert given == before


def test_plain_leaves_outputs_and_awaitables_in_their_places() -> None:
    """They are for the SDK to await."""

    async def later() -> str:
        return "x"

    async def place() -> None:
        output, future = pulumi.Output.from_input("ada@example.com"), asyncio.ensure_future(later())
        made = args.plain({"list": [output, future], "info": args.IdentityInfoArgs(email=output)})
        assert made["list"][0] is output
        assert made["list"][1] is future
        assert made["info"]["email"] is output
        await future

    asyncio.run(place())


@pytest.mark.parametrize("value", [None, "text", b"bytes", 0, 2.5, True, float("inf")])
def test_plain_returns_anything_else_as_it_is(value: object) -> None:
    """What is no container is for the rules to judge."""
    assert args.plain(value) is value
