"""Amazon Connect users as Pulumi resources: declared, previewed, applied exactly once.

Importing this package opens nothing and imports next to nothing: each name is loaded when it is first used, so that a
program does not pay for the provider, nor the provider's process for the program's side.
"""

from __future__ import annotations

from importlib import import_module

from connect_users.core import __version__

#: As of `typing`, which takes longer to import than all the rest here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from connect_users import emulator as emulator
    from connect_users import policy as policy
    from connect_users import testing as testing
    from connect_users.dynamic.guard import RosterGuardProvider
    from connect_users.dynamic.provider import ConnectUserProvider
    from connect_users.program.args import (
        AfterContactWorkConfigArgs,
        AfterContactWorkConfigArgsDict,
        AfterContactWorkConfigPerChannelArgs,
        AfterContactWorkConfigPerChannelArgsDict,
        AutoAcceptConfigArgs,
        AutoAcceptConfigArgsDict,
        IdentityInfoArgs,
        IdentityInfoArgsDict,
        PersistentConnectionConfigArgs,
        PersistentConnectionConfigArgsDict,
        PhoneConfigArgs,
        PhoneConfigArgsDict,
        PhoneNumberConfigArgs,
        PhoneNumberConfigArgsDict,
        UserProficiencyArgs,
        UserProficiencyArgsDict,
        VoiceEnhancementConfigArgs,
        VoiceEnhancementConfigArgsDict,
    )
    from connect_users.program.instance import ConnectInstance
    from connect_users.program.provider import Provider
    from connect_users.program.roster import ConnectUserRoster
    from connect_users.program.user import ConnectUser

#: Module of this package -> the public names that it holds.
_HOMES = {
    "program.args": (
        "AfterContactWorkConfigArgs",
        "AfterContactWorkConfigArgsDict",
        "AfterContactWorkConfigPerChannelArgs",
        "AfterContactWorkConfigPerChannelArgsDict",
        "AutoAcceptConfigArgs",
        "AutoAcceptConfigArgsDict",
        "IdentityInfoArgs",
        "IdentityInfoArgsDict",
        "PersistentConnectionConfigArgs",
        "PersistentConnectionConfigArgsDict",
        "PhoneConfigArgs",
        "PhoneConfigArgsDict",
        "PhoneNumberConfigArgs",
        "PhoneNumberConfigArgsDict",
        "UserProficiencyArgs",
        "UserProficiencyArgsDict",
        "VoiceEnhancementConfigArgs",
        "VoiceEnhancementConfigArgsDict",
    ),
    "program.provider": ("Provider",),
    "program.instance": ("ConnectInstance",),
    "dynamic.provider": ("ConnectUserProvider",),
    "program.user": ("ConnectUser",),
    "program.roster": ("ConnectUserRoster",),
    "dynamic.guard": ("RosterGuardProvider",),
}
#: Public modules: attributes of this package without an import of their own.
_MODULES = ("emulator", "policy", "testing")
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = (
    "AfterContactWorkConfigArgs",
    "AfterContactWorkConfigArgsDict",
    "AfterContactWorkConfigPerChannelArgs",
    "AfterContactWorkConfigPerChannelArgsDict",
    "AutoAcceptConfigArgs",
    "AutoAcceptConfigArgsDict",
    "ConnectInstance",
    "ConnectUser",
    "ConnectUserProvider",
    "ConnectUserRoster",
    "IdentityInfoArgs",
    "IdentityInfoArgsDict",
    "PersistentConnectionConfigArgs",
    "PersistentConnectionConfigArgsDict",
    "PhoneConfigArgs",
    "PhoneConfigArgsDict",
    "PhoneNumberConfigArgs",
    "PhoneNumberConfigArgsDict",
    "Provider",
    "RosterGuardProvider",
    "UserProficiencyArgs",
    "UserProficiencyArgsDict",
    "VoiceEnhancementConfigArgs",
    "VoiceEnhancementConfigArgsDict",
    "__version__",
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        # Which makes it an attribute.
        return import_module(f"{__name__}.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
