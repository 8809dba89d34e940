"""Everything that can go wrong, as one tree of exceptions under `ConnectUsersError`.

What AWS answers, or does not answer, is a `ConnectApiError`; `core.failures` says which class a code stands for.

Contract: ``str(error)`` is one line: what failed, on which user, why, and what to do. It never holds a password, and of
personal data only the username.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self


def one_line(text: str) -> str:
    """``text`` with every run of white space, line breaks included, folded to one space."""
    return re.sub(r"\s+", " ", text).strip()


class ConnectUsersError(Exception):
    """Base of all errors of this package; its text is one line meant for a user."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


class ConfigurationError(ConnectUsersError):
    """The provider's settings cannot be used."""


class WrongUsage(ConfigurationError):
    """Options or files of a command that cannot be used, whatever the files hold; the command ends with status 2."""


class InvalidUser(ConnectUsersError):
    """Inputs that AWS would refuse; the text names all of them."""

    def __init__(self, username: str, problems: Sequence[str]) -> None:
        super().__init__(f"Connect user '{username}': " + "; ".join(problems))


class OwnedByOther(ConnectUsersError):
    """A live user has the name or the id, but the ownership tag of another resource (or none)."""


class UserGone(ConnectUsersError):
    """The user of a state was deleted in Connect."""


class OperationMissing(ConnectUsersError):
    """The installed boto3 does not have an operation, which a newer one has."""


class WrongInstance(ConnectUsersError):
    """What the state says (region, account, instance) is not what the credentials reach."""


class PartialUpdate(ConnectUsersError):
    """Of several calls some were made, one failed, and the rest were not tried.

    Attributes:
        id, outputs: the user, and what is true of it now; to be saved, so that the next run finishes.
    """

    def __init__(
        self,
        action: str,
        id_: str,
        outputs: Mapping[str, Any],
        *,
        done: Sequence[str],
        failed: str,
        not_tried: Sequence[str],
        cause: ConnectApiError,
    ) -> None:
        """``done``, ``failed`` and ``not_tried`` are AWS operation names; ``cause`` is why the one failed."""
        progress = [f"done: {', '.join(done) or 'nothing'}", f"failed: {failed}"]
        if not_tried:
            progress.append(f"not tried: {', '.join(not_tried)}")
        super().__init__(
            f"{action}: {'; '.join(progress)} — {cause.reason}. The state holds what was done; run pulumi up to finish"
        )
        self.id = id_
        self.outputs = dict(outputs)


class ConnectApiError(ConnectUsersError):
    """AWS answered a call with an error, or no answer came.

    Attributes:
        operation: AWS operation name, e.g. ``CreateUser``.
        code: AWS error code, or the name of the network failure.
        detail: AWS's own message, one line.
        request_id: AWS's request id, empty when there was no answer.
        uncertain: an attempt inside this call got no definite answer, so it may have been carried out.
    """

    advice = "run pulumi up again; if it fails again, ask AWS support with the request id"

    def __init__(
        self,
        operation: str,
        code: str,
        detail: str = "",
        request_id: str = "",
        *,
        uncertain: bool = False,
        subject: str = "",
    ) -> None:
        self.operation = operation
        self.code = code
        self.detail = one_line(detail)
        self.request_id = request_id
        self.uncertain = uncertain
        self.subject = subject
        super().__init__(f"{subject or operation}: {self.reason}")

    @property
    def reason(self) -> str:
        """Why it failed and what to do, without naming the user."""
        operation = self.operation if self.subject else ""
        request = f"request {self.request_id}" if self.request_id else ""
        source = ", ".join(filter(None, (operation, self.code, request)))
        detail = self.detail.rstrip(".") or "no further explanation"
        return f"{detail} ({source}); {self.advice.format(operation=self.operation)}"

    def about(self, subject: str) -> Self:
        """The same error, naming the action and the user (``"creating Connect user 'ada'"``)."""
        return type(self)(
            self.operation, self.code, self.detail, self.request_id, uncertain=self.uncertain, subject=subject
        )


class AccessDenied(ConnectApiError):
    """The credentials may not call this operation."""

    advice = "grant connect:{operation} (connect-users policy prints the whole policy)"


class CredentialsProblem(ConnectApiError):
    """There are no credentials, or they are expired, unknown or wrongly signed."""

    advice = (
        "set or renew them (aws sso login, AWS_PROFILE, connect-users:profile) and check this machine's clock, "
        "then run again; nothing was changed by this call"
    )


class Cancelled(ConnectApiError):
    """The run was cancelled while this call was waiting to be sent."""

    advice = "run pulumi up again to go on"


class DuplicateResource(ConnectApiError):
    """The username is taken in this instance."""

    advice = "adopt the user with adopt_existing=True, or choose another username"


class InvalidRequest(ConnectApiError):
    """AWS refused the parameters."""

    advice = "correct the named input; nothing was changed by this call"


class PartlyRefused(InvalidRequest):
    """AWS refused some of the proficiencies of a user, each for itself."""

    advice = "correct the named input; the proficiencies that AWS accepted were written"


class QuotaReached(ConnectApiError):
    """A quota of the instance is full. It never passes by waiting."""

    advice = (
        "a quota of the instance is full (users per instance: 500 unless raised); "
        "ask for more in Service Quotas, or delete users, then run again"
    )


class ResourceNotFound(ConnectApiError):
    """The instance, the user or something that the request names does not exist (yet)."""

    advice = (
        "check that the ids (instance, routing profile, security profiles, hierarchy group) and the attributes of "
        "proficiencies are of this instance, and that the credentials are of its account and region"
    )


class SecretUnavailable(ConnectApiError):
    """The secret that holds a password cannot be read. No user was touched."""

    advice = (
        "check password_secret_arn and grant secretsmanager:GetSecretValue on it, and kms:Decrypt where it has its own "
        "key (connect-users policy --password-secrets prints the policy)"
    )


class Throttled(ConnectApiError):
    """AWS went on throttling until the time allowed for one call was over."""

    advice = "lower connect-users:requestsPerSecond, raise connect-users:timeout, or run again later"


class Unreachable(ConnectApiError):
    """No definite answer came within the time allowed for one call (connection, time-out, 5xx)."""

    advice = "check the network and connect-users:endpointUrl, then run pulumi up again: nothing is made twice"
