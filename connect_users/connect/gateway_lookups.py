"""Look-ups: the instance, the things that users refer to, quick connects, and a password kept in Secrets Manager.

Part of `connect_users.connect.gateway`, whose contract holds here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connect_users.connect.gateway_calls import INSTANCES_PAGE, LIST_PAGE, SMALL_PAGE, Calls
from connect_users.connect.transport import failure_of
from connect_users.core.errors import (
    Cancelled,
    ConfigurationError,
    ConnectApiError,
    CredentialsProblem,
    OperationMissing,
    SecretUnavailable,
    Throttled,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connect_users.connect.pacing import Notify

_SECRET_ARN = re.compile(r"arn:[^:]+:secretsmanager:(?P<region>[^:]+):\d{12}:secret:.+")

#: Classes whose own advice holds for a secret, too; any other is about the secret.
_NOT_ABOUT_THE_SECRET = (Cancelled, CredentialsProblem, Throttled, Unreachable)


class Lookups(Calls):
    """Reads that are not about one user, and the removal of quick connects."""

    @property
    def caller(self) -> str:
        """The caller's ARN; "" if AWS does not return it at once."""
        try:
            return self._clients.caller()
        except Exception as problem:
            if failure_of("GetCallerIdentity", problem) is None:
                raise
            return ""

    def describe_instance(self, instance_id: str, *, notify: Notify | None = None) -> dict[str, Any]:
        """The ``Instance``, with its ``Arn``, ``InstanceAlias`` and ``IdentityManagementType``."""
        params = {"InstanceId": instance_id}
        return dict(self._call("DescribeInstance", params, notify)["Instance"])

    def list_instances(self, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """Summaries of all instances of the account in this region (at most 10 a page)."""
        params = {"MaxResults": INSTANCES_PAGE}
        return self._items("ListInstances", "InstanceSummaryList", params, notify)

    def list_routing_profiles(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """``Id``, ``Arn`` and ``Name`` of every routing profile."""
        params = {"InstanceId": instance_id, "MaxResults": LIST_PAGE}
        return self._items("ListRoutingProfiles", "RoutingProfileSummaryList", params, notify)

    def list_security_profiles(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """``Id``, ``Arn`` and ``Name`` of every security profile."""
        params = {"InstanceId": instance_id, "MaxResults": LIST_PAGE}
        return self._items("ListSecurityProfiles", "SecurityProfileSummaryList", params, notify)

    def list_security_profile_permissions(
        self, instance_id: str, security_profile_id: str, *, notify: Notify | None = None
    ) -> Iterator[str]:
        """What a security profile lets its users do, such as ``Users.Edit``."""
        params = {"InstanceId": instance_id, "SecurityProfileId": security_profile_id, "MaxResults": LIST_PAGE}
        for answer in self._answers("ListSecurityProfilePermissions", params, notify):
            yield from answer.get("Permissions") or ()

    def describe_security_profile(
        self, instance_id: str, security_profile_id: str, *, notify: Notify | None = None
    ) -> dict[str, Any]:
        """The ``SecurityProfile``: whom it reaches, and, from boto3 1.43.117 on, whether AWS manages it."""
        params = {"InstanceId": instance_id, "SecurityProfileId": security_profile_id}
        return dict(self._call("DescribeSecurityProfile", params, notify)["SecurityProfile"])

    def list_security_profile_ai_agents(
        self, instance_id: str, security_profile_id: str, *, notify: Notify | None = None
    ) -> list[str] | None:
        """ARNs of the AI agents that a security profile allows; None where boto3 is older than that (1.43.98)."""
        params = {"InstanceId": instance_id, "SecurityProfileId": security_profile_id, "MaxResults": LIST_PAGE}
        try:
            agents = [*self._items("ListSecurityProfileAIAgents", "AllowedAIAgents", params, notify)]
        except OperationMissing:
            return None
        return [str(agent.get("Arn", "")) for agent in agents]

    def get_metric_data_v2(
        self, instance_arn: str, request: Mapping[str, Any], *, notify: Notify | None = None
    ) -> Iterator[dict[str, Any]]:
        """The ``MetricResults`` of a request (100 a page), which has all its members but the instance."""
        params = {**request, "ResourceArn": instance_arn, "MaxResults": SMALL_PAGE}
        return self._items("GetMetricDataV2", "MetricResults", params, notify)

    def get_current_user_data(
        self, instance_id: str, user_ids: Sequence[str], *, notify: Notify | None = None
    ) -> Iterator[dict[str, Any]]:
        """What at most `gateway_calls.AGENTS` users do now, if signed in: ``User``, ``Status`` and ``Contacts``."""
        params = {"InstanceId": instance_id, "Filters": {"Agents": list(user_ids)}, "MaxResults": SMALL_PAGE}
        return self._items("GetCurrentUserData", "UserDataList", params, notify)

    def list_user_hierarchy_groups(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """``Id``, ``Arn`` and ``Name`` of every hierarchy group; names are not unique across levels."""
        params = {"InstanceId": instance_id, "MaxResults": LIST_PAGE}
        return self._items("ListUserHierarchyGroups", "UserHierarchyGroupSummaryList", params, notify)

    def describe_user_hierarchy_group(
        self, instance_id: str, hierarchy_group_id: str, *, notify: Notify | None = None
    ) -> dict[str, Any]:
        """The ``HierarchyGroup``, with its ``HierarchyPath`` from level one down."""
        params = {"InstanceId": instance_id, "HierarchyGroupId": hierarchy_group_id}
        return dict(self._call("DescribeUserHierarchyGroup", params, notify)["HierarchyGroup"])

    def search_user_hierarchy_groups(
        self, instance_id: str, *, notify: Notify | None = None
    ) -> Iterator[dict[str, Any]]:
        """All groups as `describe_user_hierarchy_group` returns them, and the root; the index lags behind changes."""
        params = {"InstanceId": instance_id, "MaxResults": SMALL_PAGE}
        return self._items("SearchUserHierarchyGroups", "UserHierarchyGroups", params, notify)

    def list_queues(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """``Id``, ``Arn``, ``Name`` and ``QueueType`` of the queues, without agents' own."""
        params = {"InstanceId": instance_id, "QueueTypes": ["STANDARD"], "MaxResults": LIST_PAGE}
        return self._items("ListQueues", "QueueSummaryList", params, notify)

    def list_quick_connects(
        self, instance_id: str, types: Sequence[str] = ("USER",), *, notify: Notify | None = None
    ) -> Iterator[dict[str, Any]]:
        """``Id``, ``Arn``, ``Name`` and type of the quick connects; those that lead to a user are type USER."""
        params = {"InstanceId": instance_id, "QuickConnectTypes": list(types), "MaxResults": LIST_PAGE}
        return self._items("ListQuickConnects", "QuickConnectSummaryList", params, notify)

    def search_quick_connects(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[dict[str, Any]]:
        """All quick connects as `describe_quick_connect` returns them; the index lags behind changes."""
        params = {"InstanceId": instance_id, "MaxResults": SMALL_PAGE}
        return self._items("SearchQuickConnects", "QuickConnects", params, notify)

    def describe_quick_connect(
        self, instance_id: str, quick_connect_id: str, *, notify: Notify | None = None
    ) -> dict[str, Any]:
        """The ``QuickConnect``; the user that it leads to is in ``QuickConnectConfig``."""
        params = {"InstanceId": instance_id, "QuickConnectId": quick_connect_id}
        return dict(self._call("DescribeQuickConnect", params, notify)["QuickConnect"])

    def delete_quick_connect(self, instance_id: str, quick_connect_id: str, *, notify: Notify | None = None) -> None:
        """Delete a quick connect. A second deletion raises ResourceNotFound."""
        params = {"InstanceId": instance_id, "QuickConnectId": quick_connect_id}
        self._call("DeleteQuickConnect", params, notify)

    def get_secret_value(self, secret_id: str, *, notify: Notify | None = None) -> str:
        """The string of a secret in AWS Secrets Manager, in the region of its ARN, else in the gateway's region.

        Not paced: the quota of GetSecretValue is thousands a second.

        Raises:
            ConfigurationError: the secret is binary or empty.
            SecretUnavailable: it does not exist or may not be read.
        """
        arn = _SECRET_ARN.fullmatch(secret_id)
        client = self._clients.secrets_manager(arn["region"] if arn else self.region)
        try:
            answer = self._call("GetSecretValue", {"SecretId": secret_id}, notify, client=client, paced=False)
        except _NOT_ABOUT_THE_SECRET:
            raise
        except ConnectApiError as error:
            raise SecretUnavailable(error.operation, error.code, error.detail, error.request_id) from None
        text = answer.get("SecretString")
        if not text:
            raise ConfigurationError(
                f"password_secret_arn: '{secret_id}' has no string value, but a password was expected"
            )
        return str(text)
