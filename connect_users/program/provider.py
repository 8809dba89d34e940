"""`Provider`: users of several regions or accounts in one stack, with settings for each.

A provider's inputs are strings under the keys of the stack configuration (``connect-users:region``), so that the
dynamic host reads both in the same way (`connect_users.core.settings`).
"""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

import pulumi

from connect_users.core.errors import ConfigurationError
from connect_users.core.settings import KEYS, Settings, from_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Input, Output

#: The package whose resources use such a provider: every dynamic resource of a Python program.
PACKAGE: Final = "pulumi-python"


class Provider(pulumi.ProviderResource):
    """The region, credentials and settings for the users and look-ups that name this provider.

    ::

        london = Provider("london", region="eu-west-2", profile="contact-centre")
        sydney = Provider("sydney", region="ap-southeast-2", profile="contact-centre-apac")

        ConnectUser("ada", ..., opts=pulumi.ResourceOptions(provider=london))
        office = ConnectInstance("sydney-office", provider=sydney)
        ConnectUser(
            "grace",
            instance_id=office.arn,
            routing_profile_id=office.routing_profile_id("Support"),
            ...,
            opts=pulumi.ResourceOptions(provider=sydney),
        )

    A setting that is left out comes from the stack (``connect-users:...``, then ``aws:region`` and ``aws:profile``). So
    if a stack runs on the emulator, all its providers do. An empty string leaves the setting to boto3.

    Refresh and destroy use the settings in the state; after a change, run ``pulumi up`` first.

    Attributes:
        configuration: the inputs.
    """

    def __init__(
        self,
        name: str,
        *,
        region: Input[str] | None = None,
        profile: Input[str] | None = None,
        endpoint_url: Input[str] | None = None,
        requests_per_second: Input[float] | None = None,
        burst: Input[int] | None = None,
        timeout: Input[float] | None = None,
        ownership_tag: Input[bool] | None = None,
        removals: Input[bool] | None = None,
        emulator: Input[bool] | None = None,
        emulator_state: Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a provider.

        Args:
            name: the resource's name in the stack.
            region: AWS region, e.g. ``eu-west-2``.
            profile: profile of AWS's shared configuration files, for another account.
            endpoint_url: another endpoint than AWS's.
            requests_per_second: rate of each API operation; AWS's default quota, and ours, is 2.
            burst: requests of one operation that may be sent at once; AWS's default quota, and ours, is 5.
            timeout: seconds to keep retrying one call; 300 by default.
            ownership_tag: users have the tag that makes creation exactly-once; true by default.
            removals: people who leave a roster are deleted; true by default. False keeps them in this run.
            emulator: use the embedded emulator.
            emulator_state: the emulator's file, relative to the project.
            opts: resource options.

        Raises:
            pulumi.RunError: a setting is invalid; for outputs it is raised once they are known.
        """
        settings = {field: value for field, value in locals().items() if field in KEYS and value is not None}
        inputs = _inputs(settings, stack_config())
        try:
            from_config({key: value for key, value in inputs.items() if not _is_output(value)})
        except ConfigurationError as problem:
            raise pulumi.RunError(f"Provider '{name}': {problem}") from None
        self.configuration: dict[str, Input[str]] = {
            key: pulumi.Output.from_input(value).apply(_string) if _is_output(value) else _string(value)
            for key, value in inputs.items()
            if value != ""
        }
        super().__init__(PACKAGE, name, dict(self.configuration), opts)

    @property
    def settings(self) -> Output[Settings]:
        """The settings; unknown while one of the inputs is unknown. It fails if a setting is invalid."""
        return pulumi.Output.all(**self.configuration).apply(read)


def _inputs(settings: Mapping[str, Any], stack: Mapping[str, str]) -> dict[str, Any]:
    """Each setting, or the stack's if it is left out. A secret of the stack stays a secret in the provider's state."""
    inputs: dict[str, Any] = {}
    for field, (keys, _) in KEYS.items():
        if field in settings:
            inputs[keys[0]] = settings[field]
            continue
        for key in filter(stack.__contains__, keys):
            is_secret = pulumi.runtime.is_config_secret(key)
            inputs[key] = pulumi.Output.secret(stack[key]) if is_secret else stack[key]
    return inputs


def stack_config() -> dict[str, str]:
    """The settings of the stack's configuration, under their full keys."""
    config = {}
    for key in (key for keys, _ in KEYS.values() for key in keys):
        namespace, _, name = key.partition(":")
        value = pulumi.Config(namespace).get(name)
        if value is not None:
            config[key] = value
    return config


def read(config: Mapping[str, object]) -> Settings:
    """The settings of a configuration.

    Raises:
        pulumi.RunError: one or more keys are invalid; the message names them.
    """
    try:
        return from_config(config)
    except ConfigurationError as problem:
        raise pulumi.RunError(str(problem)) from None


def _is_output(value: object) -> bool:
    return isinstance(value, pulumi.Output) or isawaitable(value)


def _string(value: object) -> str:
    """As ``pulumi config set`` would store it; for an output that is None "", which counts as not set."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
