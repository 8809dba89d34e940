"""Amazon Connect users as Pulumi resources: declared, previewed, applied exactly once.

Importing this package opens nothing and imports neither boto3 nor the emulator; both come with the first call.
"""

from __future__ import annotations

from connect_users._version import __version__
from connect_users.args import (
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
from connect_users.explicit_provider import Provider
from connect_users.lookups import ConnectInstance
from connect_users.provider import ConnectUserProvider
from connect_users.resource import ConnectUser

# The class is pickled by this name (see `connect_users.resource.PROVIDER_BLOB`), wherever its file may move.
ConnectUserProvider.__module__ = __name__

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
    "IdentityInfoArgs",
    "IdentityInfoArgsDict",
    "PersistentConnectionConfigArgs",
    "PersistentConnectionConfigArgsDict",
    "PhoneConfigArgs",
    "PhoneConfigArgsDict",
    "PhoneNumberConfigArgs",
    "PhoneNumberConfigArgsDict",
    "Provider",
    "UserProficiencyArgs",
    "UserProficiencyArgsDict",
    "VoiceEnhancementConfigArgs",
    "VoiceEnhancementConfigArgsDict",
    "__version__",
)
