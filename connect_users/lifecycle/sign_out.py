"""Ending the sessions of a user who leaves, or who loses a security profile.

Neither a deletion nor a change of security profiles is documented to end what a user is signed in to: sessions last for
up to 12 hours after the sign-in (AWS re:Post, "troubleshoot agent logouts"). Contract:

- Only where the input `sign_out` says so: of a deletion the one of the state, of an update the new one.
- Whoever this package deletes is signed out just before, also for a replacement. Whoever it does not delete is not: a
  user who is gone already, who moved, who was kept by its replacement, or who is somebody else's.
- A profile is taken away where the state or the live user had it; of a user who is adopted, the live one.
- A failure is a warning, and blocks neither a deletion nor an update; only a cancelled run stops here. An update that
  dies between the two calls makes both again, since its state still has the profile.
- Not observed: what AWS answers of a user who has no session. ResourceNotFound is taken for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import AccessDenied, Cancelled, ConnectApiError, OperationMissing, ResourceNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.core.steps import Step
    from connect_users.lifecycle.run import Run

_PROFILES: Final = "security_profile_ids"


@dataclass(frozen=True)
class Sessions:
    """Ends sessions; the attributes are those of `connect_users.lifecycle.apply.Operation`.

    Raises:
        Cancelled: by the methods.
    """

    gateway: Gateway
    run: Run
    say: Callable[[str, str], None]

    def before_deletion(self, user_id: str, outputs: Mapping[str, Any]) -> None:
        """Sign a user out who is about to be deleted."""
        if outputs.get("sign_out") in ("on_delete", "on_loss"):
            self._end(outputs["instance_id"], user_id)

    def after_step(
        self,
        user_id: str,
        state: Mapping[str, Any],
        new: Mapping[str, Any],
        step: Step,
        live: Mapping[str, Any] | None,
    ) -> None:
        """Sign a user out from whom a step that was carried out took a security profile.

        Args:
            state: what was true before the step.
            live: the user as DescribeUser showed it before the step, where it did.
        """
        if new.get("sign_out") == "on_loss" and _PROFILES in step.fields:
            had = {*(state.get(_PROFILES) or ()), *((live or {}).get("SecurityProfileIds") or ())}
            if had - set(new[_PROFILES]):
                self._end(new["instance_id"], user_id)

    def _end(self, instance_id: str, user_id: str) -> None:
        try:
            self.gateway.delete_all_entity_sessions(instance_id, user_id, notify=lambda text: self.say("info", text))
        except Cancelled:
            raise
        except OperationMissing as error:
            if self.run.first("sign_out"):
                self.say("warning", f"users are not signed out: {error} (shown once)")
        except ResourceNotFound:
            self.say("info", "nobody to sign out: Amazon Connect finds no session of the user")
        except ConnectApiError as error:
            advice = f"; {error.advice.format(operation=error.operation)}" if isinstance(error, AccessDenied) else ""
            self.say(
                "warning",
                f"not signed out, sessions of the user may last for up to 12 hours: {error.detail} "
                f"({error.operation}, {error.code}){advice}",
            )
