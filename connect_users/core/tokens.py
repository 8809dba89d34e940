"""Type tokens and Pulumi's own signs: everything by which a user, a secret or an unknown value is recognised. Pure.

Type tokens are part of every state: a change of one would replace every user. The signs are those of Pulumi's wire
format (``sdk/go/common/resource/plugin/rpc.go``), which previews and exported states use as well.
"""

from __future__ import annotations

from typing import Final

#: A user, a roster's guard and a roster in a Python program.
USER: Final = "pulumi-python:dynamic/connect_users:ConnectUser"
GUARD: Final = "pulumi-python:dynamic/connect_users:RosterGuard"
ROSTER: Final = "connect_users:index:ConnectUserRoster"
#: The same, of the plugin.
PLUGIN: Final = "connect-users:index:"
PLUGIN_USER: Final = f"{PLUGIN}User"
PLUGIN_GUARD: Final = f"{PLUGIN}RosterGuard"
PLUGIN_ROSTER: Final = f"{PLUGIN}UserRoster"
#: Users as other providers make them: Pulumi's two for AWS, and Terraform's.
AWS_USER: Final = "aws:connect/user:User"
NATIVE_USER: Final = "aws-native:connect:User"
TERRAFORM_USER: Final = "aws_connect_user"
#: Resources whose outputs are the state of a Connect user, in snake_case and in camelCase.
USERS: Final = frozenset({USER, PLUGIN_USER})
#: What a roster adds to its people.
GUARDS: Final = frozenset({GUARD, PLUGIN_GUARD})
ROSTERS: Final = frozenset({ROSTER, PLUGIN_ROSTER}) | GUARDS
STACK: Final = "pulumi:pulumi:Stack"
#: How the types of dynamic resources begin: their provider is code of the program.
DYNAMIC: Final = ("pulumi-python:dynamic", "pulumi-nodejs:dynamic")

#: The key under which a dynamic resource keeps its pickled provider; all keys that begin like it are the SDK's.
PROVIDER_KEY: Final = "__provider"
INTERNAL: Final = "__"
#: What is under that key in the state of every user and guard: ``pickle.dumps(ConnectUserProvider(), protocol=4)`` and
#: ``pickle.dumps(RosterGuardProvider(), protocol=4)`` in base64. They refer to the classes, and are the same on every
#: Python.
USER_PROVIDER: Final = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNDb25uZWN0VXNlclByb3ZpZGVylJOUKYGULg=="
GUARD_PROVIDER: Final = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNSb3N0ZXJHdWFyZFByb3ZpZGVylJOUKYGULg=="

#: The key of a dict that stands for a special value, and what it holds for a secret, an output and a resource.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
#: What the engine writes in place of a secret in a preview.
SECRET_TEXT: Final = "[secret]"
#: Stand for values that are not known yet: a string, then bool, number, array, asset, archive and object.
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS: Final = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)

#: What `pulumi preview --json` does with a resource -> what happens to it, in one word.
OPERATIONS: Final = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "import": "import",
    "import-replacement": "replace",
}
#: Operations that change nothing, and parts of a replacement that say nothing that the other parts do not.
QUIET_OPERATIONS: Final = frozenset(
    {
        "same",
        "read",
        "read-discard",
        "read-replacement",
        "refresh",
        "delete-replaced",
        "discard-replaced",
        "remove-pending-replace",
    }
)
