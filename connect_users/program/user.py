"""`ConnectUser`: the resource that a program declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pulumi
from pulumi.dynamic import Resource

from connect_users.core import tokens
from connect_users.core.arns import parse_arn
from connect_users.core.fields import ARN_KEY, BY_NAME
from connect_users.engine import collector
from connect_users.program import registration
from connect_users.program.args import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

    from connect_users.program.args import (
        AfterContactWorkConfigPerChannelArgs,
        AfterContactWorkConfigPerChannelArgsDict,
        AutoAcceptConfigArgs,
        AutoAcceptConfigArgsDict,
        IdentityInfoArgs,
        IdentityInfoArgsDict,
        IdentityManagementType,
        OnPasswordChange,
        PersistentConnectionConfigArgs,
        PersistentConnectionConfigArgsDict,
        PhoneConfigArgs,
        PhoneConfigArgsDict,
        PhoneNumberConfigArgs,
        PhoneNumberConfigArgsDict,
        SignOut,
        UserProficiencyArgs,
        UserProficiencyArgsDict,
        VoiceEnhancementConfigArgs,
        VoiceEnhancementConfigArgsDict,
    )

#: Outputs that AWS computes; one of them may be an input, too.
_COMPUTED: Final = (ARN_KEY, "directory_user_id")


class ConnectUser(Resource, module="connect_users", name="ConnectUser"):
    """A user (agent, supervisor, administrator) of an Amazon Connect instance.

    Created with CreateUser, changed with the update operation of each input, deleted with DeleteUser. The inputs are
    those of CreateUser in snake_case; an input that is left out is not managed.

    Outputs besides the inputs: ``id`` (the user's id, which every Connect API takes), ``arn`` and
    ``directory_user_id``. The state also keeps ``ownership_token`` (see `connect_users.core.ownership`) and
    ``verified_at`` (see `connect_users.core.snapshot_proof`).
    """

    if TYPE_CHECKING:
        # For editors and type checkers only: the SDK would evaluate the annotations for each resource, to convert
        # values that need no conversion. That would take a quarter of a large program's time.
        instance_id: Output[str]
        username: Output[str]
        routing_profile_id: Output[str]
        security_profile_ids: Output[list[str]]
        password: Output[str | None]
        password_secret_arn: Output[str | None]
        on_password_change: Output[str | None]
        identity_info: Output[dict[str, Any] | None]
        phone_config: Output[dict[str, Any] | None]
        directory_user_id: Output[str | None]
        hierarchy_group_id: Output[str | None]
        auto_accept_configs: Output[list[dict[str, Any]] | None]
        after_contact_work_configs: Output[list[dict[str, Any]] | None]
        phone_number_configs: Output[list[dict[str, Any]] | None]
        persistent_connection_configs: Output[list[dict[str, Any]] | None]
        voice_enhancement_configs: Output[list[dict[str, Any]] | None]
        user_proficiencies: Output[list[dict[str, Any]] | None]
        tags: Output[dict[str, str] | None]
        identity_management_type: Output[str | None]
        adopt_existing: Output[bool | None]
        delete_quick_connects: Output[bool | None]
        sign_out: Output[str | None]
        arn: Output[str]

    def __init__(
        self,
        name: str,
        *,
        instance_id: Input[str],
        username: Input[str],
        routing_profile_id: Input[str],
        security_profile_ids: Input[Sequence[Input[str]]],
        password: Input[str] | None = None,
        password_secret_arn: Input[str] | None = None,
        on_password_change: Input[OnPasswordChange] = "refuse",
        identity_info: Input[IdentityInfoArgs | IdentityInfoArgsDict] | None = None,
        phone_config: Input[PhoneConfigArgs | PhoneConfigArgsDict] | None = None,
        directory_user_id: Input[str] | None = None,
        hierarchy_group_id: Input[str] | None = None,
        auto_accept_configs: Input[Sequence[Input[AutoAcceptConfigArgs | AutoAcceptConfigArgsDict]]] | None = None,
        after_contact_work_configs: (
            Input[Sequence[Input[AfterContactWorkConfigPerChannelArgs | AfterContactWorkConfigPerChannelArgsDict]]]
            | None
        ) = None,
        phone_number_configs: Input[Sequence[Input[PhoneNumberConfigArgs | PhoneNumberConfigArgsDict]]] | None = None,
        persistent_connection_configs: (
            Input[Sequence[Input[PersistentConnectionConfigArgs | PersistentConnectionConfigArgsDict]]] | None
        ) = None,
        voice_enhancement_configs: (
            Input[Sequence[Input[VoiceEnhancementConfigArgs | VoiceEnhancementConfigArgsDict]]] | None
        ) = None,
        user_proficiencies: Input[Sequence[Input[UserProficiencyArgs | UserProficiencyArgsDict]]] | None = None,
        tags: Input[Mapping[str, Input[str]]] | None = None,
        identity_management_type: Input[IdentityManagementType] | None = None,
        adopt_existing: Input[bool] = False,
        delete_quick_connects: Input[bool] = False,
        sign_out: Input[SignOut] = "never",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a user.

        Ids may be ARNs, and are stored as bare ids. Limits and their sources: `connect_users.core.limits`.

        Args:
            name: the resource's name in the stack; it is not the username.
            instance_id: id or ARN of the instance. Changed: the user is replaced.
            username: 1 to 64 letters, digits and ``_ - . @``; ``@`` only in a whole e-mail address or a Service Cloud
                Voice name. Without SAML, AWS documents at most 20. Case-sensitive. Changed: the user is replaced.
            routing_profile_id: id or ARN of the routing profile.
            security_profile_ids: ids or ARNs of 1 to 10 security profiles, in any order.
            password: 8 to 64 characters without blanks, with a lower-case letter, an upper-case letter and a digit. For
                CONNECT_MANAGED instances only. Kept as a secret; no API reads or changes it.
            password_secret_arn: ARN or name of a secret in AWS Secrets Manager that holds the password (as a string, or
                as ``password`` of a JSON object). Read at creation only; nothing of it reaches the state.
            on_password_change: what a changed ``password`` does: ``refuse`` fails the preview, ``ignore`` records it
                with a warning, ``replace`` deletes the user and creates it again.
            identity_info: names and e-mail addresses. Members that are left out are not managed.
            phone_config: soft or desk phone, auto-accept, after-contact work in seconds, the same for all channels.
                Members that are left out are not managed.
            directory_user_id: id in an external directory; an error with SAML. Changed: the user is deleted, then
                created again.
            hierarchy_group_id: id or ARN of the hierarchy group. Removed: the user leaves its group.
            auto_accept_configs: auto-accept per channel. Each of the five per-channel lists is complete: a channel that
                it leaves out gets the neutral value (no auto-accept, 0 s = unlimited, soft phone, no persistent
                connection, NONE). A list that is left out is not managed.
            after_contact_work_configs: after-contact work per channel, 0 to 2,000,000 seconds, 0 = unlimited.
            phone_number_configs: phone for the channel VOICE.
            persistent_connection_configs: persistent connection for the channel VOICE.
            voice_enhancement_configs: voice enhancement for the channel VOICE.
            user_proficiencies: at most 10 predefined attributes with levels 1 to 5; the list is complete.
            tags: at most 49 (50 without the ownership tag). All of the user's tags, except those of AWS and of this
                package.
            identity_management_type: SAML, CONNECT_MANAGED or EXISTING_DIRECTORY, as the instance has it. Not sent;
                lets the preview check what depends on it.
            adopt_existing: take over an existing user of this name that has no ownership tag.
            delete_quick_connects: when the user is deleted, delete the quick connects that lead to it. Otherwise a
                warning names them.
            sign_out: when the user's sessions are ended: ``never``, ``on_delete`` (just before the user is deleted),
                ``on_loss`` (also when a security profile is taken away). Needs boto3 1.44.4; a failure is a warning.
            opts: resource options. An explicit provider must be a `connect_users.Provider`.

        Raises:
            pulumi.RunError: an option that Pulumi would silently ignore (`aws.Provider`, ``import_``). Problems of the
                inputs fail the program once it has declared everything, all in one message.
        """
        props = plain(
            {
                field: value
                for field, value in locals().items()
                if field in BY_NAME and value is not None and (field, value) not in _DEFAULTS
            }
        )
        collector.count_user()
        registration.refuse_ignored_options("ConnectUser", name, opts)
        registration.judge(name, props, opts)
        if "password" in props:
            props["password"] = pulumi.Output.secret(props["password"])
            secret = pulumi.ResourceOptions(additional_secret_outputs=["password"])
            opts = secret if opts is None else pulumi.ResourceOptions.merge(opts, secret)
        # CustomResource's own constructor: dynamic.Resource would pickle the provider for each resource. Each pickling
        # leaks a stack frame into every later one, until the recursion limit (pulumi/pulumi#17803).
        inputs = {**dict.fromkeys(_COMPUTED), **props, tokens.PROVIDER_KEY: tokens.USER_PROVIDER}
        pulumi.CustomResource.__init__(self, tokens.USER, name, inputs, opts)
        self.arn = _known_arn(instance_id, self.id, self.arn)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """An input that was left out is also an output. It is created at its first use, since each takes time."""
            if name in BY_NAME:
                return pulumi.Output.from_input(None)
            raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")


#: Inputs at their default are not part of the state, so that a new release does not change a state.
_DEFAULTS: Final = (
    ("on_password_change", "refuse"),
    ("adopt_existing", False),
    ("delete_quick_connects", False),
    ("sign_out", "never"),
)


def _known_arn(instance_id: Input[str], user_id: Output[str], registered: Output[str]) -> Output[str]:
    """The user's ARN, known in previews of updates if the program has the instance's ARN.

    In such previews the engine knows the id and the inputs, but no other output: without this, every resource that uses
    the ARN would show a change.
    """
    if isinstance(instance_id, str) and not instance_id.startswith("arn:"):
        return registered

    def derive(instance: Any) -> Output[str]:
        arn = parse_arn(instance) if isinstance(instance, str) else None
        if arn is None or arn.resource:
            return registered
        return user_id.apply(lambda id_: f"{instance}/agent/{id_}")

    if isinstance(instance_id, str):
        return derive(instance_id)
    return pulumi.Output.from_input(cast(Any, instance_id)).apply(derive)
