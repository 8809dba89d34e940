"""The one place that calls boto3: a method per AWS operation, named after it.

- Requests and answers are AWS's own words (PascalCase keys); nothing is translated, defaulted or left out, except
  that an answer's envelope is opened (`describe_user` gives the ``User``).
- Each method is one paced, retried call (`connect_users.connect.transport`); a listing is one call per page, made when
  the page is asked for. `notify` is called with one line when a wait begins that a person would notice.
- Every failure is an error of `connect_users.core.errors`; its message repeats no password and no personal data of the
  request.
- Ids may be ARNs wherever AWS takes both.

Which IAM action each operation needs: `connect_users.core.permissions`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_users.connect.gateway_calls import ANSWERED_AT, LIST_PAGE, SMALL_PAGE
from connect_users.connect.gateway_lookups import Lookups
from connect_users.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from connect_users.connect.pacing import Notify


@dataclass(frozen=True)
class CreatedUser:
    """What CreateUser answered.

    Attributes:
        answered_at: when the answer came, in Connect's time; None where it did not say.
    """

    user_id: str
    arn: str
    answered_at: float | None = None


class Gateway(Lookups):
    """Amazon Connect, one method per operation. Thread-safe."""

    def create_user(self, request: Mapping[str, Any], *, notify: Notify | None = None) -> CreatedUser:
        """Create a user from CreateUser's own members (``InstanceId``, ``Username``, …).

        Raises:
            DuplicateResource: the name is taken; when its ``uncertain`` is set, perhaps by an earlier attempt of this
                call.
            ConnectApiError: any other failure; with ``uncertain``, the user may exist all the same.
        """
        made = self._call("CreateUser", request, notify)
        return CreatedUser(made["UserId"], made["UserArn"], made["ResponseMetadata"][ANSWERED_AT])

    def describe_user(self, instance_id: str, user_id: str, *, notify: Notify | None = None) -> dict[str, Any]:
        """The ``User``: everything except the password and the proficiencies."""
        return dict(self._call("DescribeUser", {"InstanceId": instance_id, "UserId": user_id}, notify)["User"])

    def delete_user(self, instance_id: str, user_id: str, *, notify: Notify | None = None) -> None:
        """Delete a user. ResourceNotFound with ``uncertain`` set: an earlier attempt of this call may have done it."""
        self._call("DeleteUser", {"InstanceId": instance_id, "UserId": user_id}, notify)

    def delete_all_entity_sessions(self, instance_id: str, user_id: str, *, notify: Notify | None = None) -> None:
        """Sign a user out everywhere.

        Raises:
            OperationMissing: the installed boto3 is older than the operation.
            ConnectApiError
        """
        params = {"InstanceId": instance_id, "EntityId": user_id, "EntityType": "USER"}
        self._call("DeleteAllEntitySessions", params, notify)

    def update_user(
        self,
        operation: str,
        instance_id: str,
        user_id: str,
        params: Mapping[str, Any],
        *,
        notify: Notify | None = None,
    ) -> None:
        """Change a user by the operation of that name.

        - ``UpdateUserRoutingProfile``, ``UpdateUserSecurityProfiles``: in place of what the user has.
        - ``UpdateUserHierarchy``: without a ``HierarchyGroupId``, the user leaves the hierarchy.
        - ``UpdateUserIdentityInfo``: whether AWS keeps or clears members that are left out is not documented.
        - ``UpdateUserPhoneConfig``: AWS sets its after-contact-work limit on all channels.
        - ``UpdateUserConfig``: whether AWS replaces or merges a list is not documented; complete lists give the same.
        - ``AssociateUserProficiencies``: name, value and level of pairs that the user does not have.
        - ``UpdateUserProficiencies``: the same of pairs that the user has.
        - ``DisassociateUserProficiencies``: name and value, without a level.

        Args:
            params: the operation's own members, without the two ids.
        """
        self._call(operation, {**params, "InstanceId": instance_id, "UserId": user_id}, notify)

    def list_user_proficiencies(
        self, instance_id: str, user_id: str, *, notify: Notify | None = None
    ) -> list[dict[str, Any]]:
        """All proficiencies of a user."""
        return self.user_proficiencies(instance_id, user_id, notify=notify)[0]

    def user_proficiencies(
        self, instance_id: str, user_id: str, *, notify: Notify | None = None
    ) -> tuple[list[dict[str, Any]], datetime | None]:
        """All proficiencies of a user, and when they were last changed."""
        params = {"InstanceId": instance_id, "UserId": user_id, "MaxResults": SMALL_PAGE}
        entries: list[dict[str, Any]] = []
        modified = None
        for answer in self._answers("ListUserProficiencies", params, notify):
            entries += answer.get("UserProficiencyList") or ()
            modified = answer.get("LastModifiedTime", modified)
        return entries, modified

    def tag_resource(self, resource_arn: str, tags: Mapping[str, str], *, notify: Notify | None = None) -> None:
        """Add tags, or overwrite those of the same key. At least one, at most 50."""
        params = {"resourceArn": resource_arn, "tags": dict(tags)}
        self._call("TagResource", params, notify)

    def untag_resource(self, resource_arn: str, tag_keys: Iterable[str], *, notify: Notify | None = None) -> None:
        """Remove tags by key. At least one, at most 50; keys that are not there do no harm."""
        params = {"resourceArn": resource_arn, "tagKeys": list(tag_keys)}
        self._call("UntagResource", params, notify)

    def list_users(self, instance_id: str, *, notify: Notify | None = None) -> Iterator[list[dict[str, Any]]]:
        """All users, page by page (1,000 each): ``Id``, ``Arn``, ``Username`` and modification time."""
        params = {"InstanceId": instance_id, "MaxResults": LIST_PAGE}
        return self._pages("ListUsers", "UserSummaryList", params, notify)

    def search_users(
        self,
        instance_id: str,
        criteria: Mapping[str, Any] | None = None,
        search_filter: Mapping[str, Any] | None = None,
        *,
        notify: Notify | None = None,
    ) -> Iterator[list[dict[str, Any]]]:
        """Users that match ``SearchCriteria`` and ``SearchFilter`` (all, without them), page by page (100 each).

        The search index lags behind changes. Compared with `describe_user`, a summary lacks the e-mail addresses, the
        mobile number and the modification time, and its after-contact-work limits are **milliseconds**.
        """
        params: dict[str, Any] = {"InstanceId": instance_id, "MaxResults": SMALL_PAGE}
        if criteria is not None:
            params["SearchCriteria"] = criteria
        if search_filter is not None:
            params["SearchFilter"] = search_filter
        return self._pages("SearchUsers", "Users", params, notify)

    def search_all_users(
        self, instance_id: str, *, notify: Notify | None = None
    ) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """All users as `search_users` returns them, page by page, each with the (approximate) number of all.

        500 a page as the API model allows; 100, as the best-practices page says, once AWS has refused that.
        """
        size = self._search_page
        params: dict[str, Any] = {"InstanceId": instance_id, "MaxResults": size}
        answers = self._answers("SearchUsers", params, notify)
        try:
            first = next(answers)
        except InvalidRequest:
            if size == SMALL_PAGE:
                raise
            self._search_page = SMALL_PAGE
            yield from self.search_all_users(instance_id, notify=notify)
            return
        for answer in itertools.chain((first,), answers):
            users = list(answer.get("Users") or ())
            yield users, int(answer.get("ApproximateTotalCount") or len(users))

    def search_users_by_name(
        self, instance_id: str, username: str, *, notify: Notify | None = None
    ) -> list[dict[str, Any]]:
        """The user of exactly this name (case counts), as a list of none or one; the index lags behind changes."""
        condition = {"FieldName": "Username", "Value": username, "ComparisonType": "EXACT"}
        pages = self.search_users(instance_id, {"StringCondition": condition}, notify=notify)
        return [user for page in pages for user in page if user.get("Username") == username]
