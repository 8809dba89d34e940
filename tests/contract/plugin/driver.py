"""The plugin's process, driven over gRPC as Pulumi's engine drives it: camelCase, secrets as `Secret`, `UNKNOWN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connect_users.emulator import seed
from connect_users.testing import CheckReply, ProviderProcess, StateReply
from connect_users.testing.provider_process import message
from connect_users.testing.values import decode, encode
from tests.contract.doors import PLUGIN_COMMAND
from tests.contract.hosting import PASSWORD, ROOT, environment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from typing_extensions import Self

TYPE = "connect-users:index:User"


def urn(name: str = "ada", type_: str = TYPE) -> str:
    return f"urn:pulumi:dev::shop::{type_}::{name}"


def user(username: Any = "ada", **changes: Any) -> dict[str, Any]:
    """The inputs of one valid user, as a program gives them; a change to None leaves the input out."""
    inputs = {
        "instanceId": seed.INSTANCE_ID,
        "username": username,
        "routingProfileId": seed.ROUTING_PROFILES["Support"],
        "securityProfileIds": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identityInfo": {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com"},
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


class Diff(NamedTuple):
    """What a diff answers; `details` are path -> (kind, whether the inputs differ there)."""

    changes: bool
    replaces: tuple[str, ...]
    delete_before_replace: bool
    details: dict[str, tuple[str, bool]]


class Plugin:
    """One plugin, from `start()` to `close()`, in the words of its tests; also a context manager."""

    def __init__(self, env: Mapping[str, str] | None = None, *, introduced: bool = True) -> None:
        """`introduced`: its command line has the engine's address."""
        environment_ = environment() if env is None else env
        self._provider = ProviderProcess(PLUGIN_COMMAND, cwd=ROOT, env=environment_, introduced=introduced)
        self.log = self._provider.log

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._provider.process

    def start(self, *options: str) -> Self:
        """Start it; `options` come before the engine's address."""
        self._provider.command = (*PLUGIN_COMMAND, *options)
        self._provider.start()
        return self

    def close(self) -> None:
        self._provider.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, request: Any, *, timeout: float | None = 60) -> Any:
        """A raw call; HostError where it fails."""
        return self._provider.call(method, request, timeout=timeout)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Give the configuration: `{"region": ...}`, every value as a string."""
        self.call("Configure", message("ConfigureRequest", args=encode(config, secrets=True, unknowns=True)))

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, *, name: str = "ada") -> CheckReply:
        reply = self.ask("Check", name, olds=olds or {}, news=news)
        return CheckReply(decode(reply.inputs), tuple((f.property, f.reason) for f in reply.failures))

    def diff(
        self, olds: Mapping[str, Any], news: Mapping[str, Any], old_inputs: Mapping[str, Any] | None = None
    ) -> Diff:
        reply = self.ask(
            "Diff", "ada", id="id", olds=olds, news=news, old_inputs=olds if old_inputs is None else old_inputs
        )
        details = {
            path: (type(detail).Kind.Name(detail.kind), detail.inputDiff) for path, detail in reply.detailedDiff.items()
        }
        return Diff(reply.changes == reply.DIFF_SOME, tuple(reply.replaces), reply.deleteBeforeReplace, details)

    def create(self, properties: Mapping[str, Any], *, name: str = "ada", preview: bool = False) -> StateReply:
        reply = self.ask("Create", name, properties=properties, preview=preview)
        return StateReply(reply.id, decode(reply.properties))

    def read(
        self,
        id_: str,
        properties: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        *,
        name: str = "ada",
    ) -> StateReply:
        reply = self.ask("Read", name, id=id_, properties=properties or {}, inputs=inputs or {})
        return StateReply(
            reply.id, decode(reply.properties), decode(reply.inputs) if reply.HasField("inputs") else None
        )

    def update(
        self,
        id_: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        name: str = "ada",
        preview: bool = False,
    ) -> StateReply:
        reply = self.ask("Update", name, id=id_, olds=olds, news=news, old_inputs=olds, preview=preview)
        return StateReply(id_, decode(reply.properties))

    def delete(self, id_: str, properties: Mapping[str, Any], *, name: str = "ada") -> None:
        self.ask("Delete", name, id=id_, properties=properties, old_inputs=properties)

    def invoke(self, function: str, **arguments: Any) -> dict[str, Any]:
        """Call a function of the package."""
        arguments_ = encode(arguments, secrets=True, unknowns=True)
        reply = self.call("Invoke", message("InvokeRequest", tok=f"connect-users:index:{function}", args=arguments_))
        assert not reply.failures
        return decode(getattr(reply, "return"))

    def ask(self, method: str, name: str, **fields: Any) -> Any:
        """A call about the resource of that name; property bags are encoded."""
        encoded = {
            key: encode(value, secrets=True, unknowns=True) if isinstance(value, dict) else value
            for key, value in fields.items()
        }
        kind = method.removesuffix("Config")
        return self.call(method, message(f"{kind}Request", urn=urn(name), name=name, type=TYPE, **encoded))
