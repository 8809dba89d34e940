"""One Connect instance in memory, as the emulator behaves: parsed requests in, parsed answers out.

It is small because the simulation asks it a million times: no HTTP, no SQL, no JSON. `test_instance` holds it equal to
the emulator over random sequences of calls. Documents are never changed in place: readers behind a lag see old ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import identity, settings
from connect_users.emulator.errors import ApiError, invalid_parameter, invalid_request, not_found
from connect_users.emulator.seed import INSTANCE_ARN, INSTANCE_ID, PREDEFINED_ATTRIBUTES, REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.simulation.clock import Clock

Document = dict[str, Any]

#: Seconds between 1970 and the beginning of every story.
EPOCH: Final = 1_800_000_000.0
MAX_TAGS: Final = 50
MAX_PROFICIENCIES: Final = 10
#: What SearchUsers leaves out of `IdentityInfo`.
_SEARCHED: Final = ("FirstName", "LastName")
_USER_MEMBERS: Final = ("Username", "DirectoryUserId", "SecurityProfileIds", "RoutingProfileId", "HierarchyGroupId")
_UNSET: Final = ("FirstName", "LastName", "Email", "SecondaryEmail", "Mobile")


@dataclass(frozen=True)
class Habits:
    """How this Connect behaves where AWS may behave one way or the other.

    Attributes:
        lag: seconds for which a reader does not see a change, nor a new user.
        search_lag: the same for SearchUsers, where that is longer.
        release: seconds for which the name of a deleted user is refused.
        merges: UpdateUserConfig keeps the channels that a list leaves out.
        clears: UpdateUserIdentityInfo clears the members that a request leaves out.
        moves: LastModifiedTime moves with tags and proficiencies, too.
        empty: unset strings are returned as "".
    """

    lag: float = 0.0
    search_lag: float = 0.0
    release: float = 0.0
    merges: bool = True
    clears: bool = True
    moves: bool = False
    empty: bool = False


@dataclass(slots=True)
class User:
    """One user, alive or gone; `versions` are pairs of a time and the document from then on."""

    seq: int
    id: str
    password: str
    versions: list[tuple[float, Document]]
    gone_at: float | None = None

    @property
    def doc(self) -> Document:
        """The newest document."""
        return self.versions[-1][1]

    @property
    def username(self) -> str:
        """The name, which no operation changes."""
        return str(self.doc["Username"])

    @property
    def arn(self) -> str:
        return f"{INSTANCE_ARN}/agent/{self.id}"

    def seen(self, cutoff: float) -> Document | None:
        """The document as it was at a time; None before the user was made."""
        for at, doc in reversed(self.versions):
            if at <= cutoff:
                return doc
        return None


class Instance:
    """The operations on users. Methods are boto3's, with its parameters; failures are `ApiError`."""

    def __init__(self, clock: Clock, habits: Habits) -> None:
        self.habits = habits
        self._clock = clock
        self.users: dict[str, User] = {}
        self.gone: dict[str, User] = {}
        self._made = 0

    @property
    def now(self) -> float:
        return round(EPOCH + self._clock.now, 3)

    def named(self, username: str) -> User | None:
        """The living user of a name."""
        return next((user for user in self.users.values() if user.username == username), None)

    def create_user(self, **params: Any) -> Document:
        """As the emulator: a taken name comes before everything but a malformed request."""
        info = _present(params.get("IdentityInfo", {}))
        identity.check_new_user(params, info, "CONNECT_MANAGED", 64)
        settings.check(params)
        username, now = params["Username"], self.now
        doc: Document = {
            "Username": username,
            "IdentityInfo": info,
            "DirectoryUserId": params.get("DirectoryUserId") or f"d{self._made:07d}-0000-4000-8000-000000000000",
            "RoutingProfileId": params["RoutingProfileId"],
            "SecurityProfileIds": _once(params["SecurityProfileIds"]),
            "HierarchyGroupId": params.get("HierarchyGroupId"),
            "Tags": params.get("Tags", {}),
            "Proficiencies": {},
            "LastModifiedTime": now,
        }
        settings.initial(doc, params)
        held = (user for user in self.gone.values() if now - (user.gone_at or 0.0) < self.habits.release)
        if self.named(username) or any(user.username == username for user in held):
            raise ApiError("DuplicateResourceException", f"User {username} already exists")
        self._made += 1
        user = User(self._made, f"a{self._made:07d}-0000-4000-8000-000000000000", params["Password"], [(now, doc)])
        self.users[user.id] = user
        return {"UserId": user.id, "UserArn": user.arn}

    def describe_user(self, *, InstanceId: str, UserId: str) -> Document:  # noqa: N803 - boto3's words
        user = self._find(UserId)
        doc = user.seen(self.now - self.habits.lag) or user.doc
        return {"User": {**self._description(user, doc), **_modified(doc)}}

    def delete_user(self, *, InstanceId: str, UserId: str) -> Document:  # noqa: N803
        user = self._find(UserId)
        user.gone_at = self.now
        self.gone[user.id] = self.users.pop(user.id)
        return {}

    def delete_all_entity_sessions(self, *, InstanceId: str, EntityId: str, EntityType: str) -> Document:  # noqa: N803
        """Also of a user who has no session."""
        self._find(EntityId)
        return {}

    def list_users(self, *, InstanceId: str, MaxResults: int, NextToken: str = "0") -> Document:  # noqa: N803
        return self._page(
            "UserSummaryList",
            [
                {"Id": user.id, "Arn": user.arn, "Username": doc["Username"], **_modified(doc)}
                for user, doc in self._visible(self.habits.lag)
            ],
            MaxResults,
            NextToken,
        )

    def search_users(self, *, InstanceId: str, MaxResults: int, NextToken: str = "0", **search: Any) -> Document:  # noqa: N803
        condition = search.get("SearchCriteria", {}).get("StringCondition")
        folded = None if condition is None else condition["Value"].casefold()
        found = [
            self._summary(user, doc)
            for user, doc in self._visible(max(self.habits.lag, self.habits.search_lag))
            if folded is None or doc["Username"].casefold() == folded
        ]
        return {**self._page("Users", found, MaxResults, NextToken), "ApproximateTotalCount": len(found)}

    def describe_instance(self, *, InstanceId: str) -> Document:  # noqa: N803
        return {"Instance": {"Id": INSTANCE_ID, "Arn": INSTANCE_ARN, "IdentityManagementType": "CONNECT_MANAGED"}}

    def list_quick_connects(self, **_: Any) -> Document:
        """There are none."""
        return {"QuickConnectSummaryList": []}

    def list_user_proficiencies(self, *, InstanceId: str, UserId: str, MaxResults: int) -> Document:  # noqa: N803
        user = self._find(UserId)
        doc = user.seen(self.now - self.habits.lag) or user.doc
        entries = [
            {"AttributeName": name, "AttributeValue": value, "Level": level}
            for (name, value), level in doc["Proficiencies"].items()
        ]
        modified: float = doc.get("ProficienciesTime") or doc["LastModifiedTime"]
        return {"UserProficiencyList": entries, "LastModifiedTime": _moment(modified), "LastModifiedRegion": REGION}

    def update_user_routing_profile(self, *, UserId: str, RoutingProfileId: str, **_: Any) -> Document:  # noqa: N803
        return self._change(UserId, lambda doc: doc.update(RoutingProfileId=RoutingProfileId))

    def update_user_security_profiles(self, *, UserId: str, SecurityProfileIds: list[str], **_: Any) -> Document:  # noqa: N803
        return self._change(UserId, lambda doc: doc.update(SecurityProfileIds=_once(SecurityProfileIds)))

    def update_user_hierarchy(self, *, UserId: str, HierarchyGroupId: str | None = None, **_: Any) -> Document:  # noqa: N803
        return self._change(UserId, lambda doc: doc.update(HierarchyGroupId=HierarchyGroupId))

    def update_user_identity_info(self, *, UserId: str, IdentityInfo: Document, **_: Any) -> Document:  # noqa: N803
        info = _present(IdentityInfo)
        identity.check_change(info, "CONNECT_MANAGED")

        def change(doc: Document) -> None:
            kept = doc["IdentityInfo"]
            if self.habits.clears:
                kept = {name: kept[name] for name in _SEARCHED if name in kept}
            doc["IdentityInfo"] = {**kept, **info}

        return self._change(UserId, change)

    def update_user_phone_config(self, *, UserId: str, PhoneConfig: Document, **_: Any) -> Document:  # noqa: N803
        return self._change(UserId, lambda doc: settings.replace_phone(_own_settings(doc), PhoneConfig))

    def update_user_config(self, *, UserId: str, **params: Any) -> Document:  # noqa: N803
        settings.check(params)
        mode: Any = "merge" if self.habits.merges else "replace"
        return self._change(UserId, lambda doc: settings.write_lists(_own_settings(doc), params, mode))

    def associate_user_proficiencies(self, *, UserId: str, UserProficiencies: list[Document], **_: Any) -> Document:  # noqa: N803
        def change(doc: Document) -> None:
            levels, entries = doc["Proficiencies"], _levels(UserProficiencies)
            for name, value in entries:
                if value not in PREDEFINED_ATTRIBUTES.get(name, ()):
                    raise invalid_parameter(f"{value} is not a value of the predefined attribute {name}")
                if (name, value) in levels:
                    raise invalid_request(f"The user already has the proficiency {name} / {value}")
            if len(levels) + len(entries) > MAX_PROFICIENCIES:
                raise invalid_request(f"A user can have at most {MAX_PROFICIENCIES} proficiencies")
            self._rate(doc, {**levels, **entries})

        return self._change(UserId, change, settings=False)

    def update_user_proficiencies(self, *, UserId: str, UserProficiencies: list[Document], **_: Any) -> Document:  # noqa: N803
        def change(doc: Document) -> None:
            self._rate(doc, {**doc["Proficiencies"], **_existing(doc, UserProficiencies)})

        return self._change(UserId, change, settings=False)

    def disassociate_user_proficiencies(self, *, UserId: str, UserProficiencies: list[Document], **_: Any) -> Document:  # noqa: N803
        def change(doc: Document) -> None:
            gone = _existing(doc, UserProficiencies)
            self._rate(doc, {pair: level for pair, level in doc["Proficiencies"].items() if pair not in gone})

        return self._change(UserId, change, settings=False)

    def tag_resource(self, *, resourceArn: str, tags: Mapping[str, str]) -> Document:  # noqa: N803
        def change(doc: Document) -> None:
            doc["Tags"] = {**doc["Tags"], **tags}
            if len(doc["Tags"]) > MAX_TAGS:
                raise invalid_request(f"A resource can have at most {MAX_TAGS} tags")

        return self._change(resourceArn, change, settings=False)

    def untag_resource(self, *, resourceArn: str, tagKeys: list[str]) -> Document:  # noqa: N803
        def change(doc: Document) -> None:
            doc["Tags"] = {key: value for key, value in doc["Tags"].items() if key not in tagKeys}

        return self._change(resourceArn, change, settings=False)

    def _find(self, value: str) -> User:
        user_id = value.rpartition("/")[2]
        user = self.users.get(user_id)
        if user is None or (self.habits.lag and user.versions[0][0] > self.now - self.habits.lag):
            raise not_found("User", value)
        return user

    def _change(self, value: str, change: Callable[[Document], None], *, settings: bool = True) -> Document:
        user = self._find(value)
        doc = dict(user.doc)
        change(doc)
        if settings or self.habits.moves:
            doc["LastModifiedTime"] = self.now
        user.versions.append((self.now, doc))
        return {}

    def _rate(self, doc: Document, levels: dict[tuple[str, str], Any]) -> None:
        doc["Proficiencies"], doc["ProficienciesTime"] = levels, self.now

    def _visible(self, lag: float) -> Iterator[tuple[User, Document]]:
        """Users as they were `lag` seconds ago, those who were deleted since included, in the order of creation."""
        cutoff = self.now - lag
        late = [user for user in self.gone.values() if lag and (user.gone_at or 0.0) > cutoff]
        for user in sorted((*self.users.values(), *late), key=lambda user: user.seq) if late else self.users.values():
            if lag and user.versions[0][0] > cutoff:
                continue
            yield user, user.doc if user.gone_at is not None else user.seen(cutoff) or user.doc

    def _description(self, user: User, doc: Document, *, milliseconds: bool = False) -> Document:
        view = settings.view(doc, "both", milliseconds=milliseconds)
        shown = {
            "Id": user.id,
            "Arn": user.arn,
            "IdentityInfo": doc["IdentityInfo"],
            "Tags": doc["Tags"],
            **{name: doc[name] for name in _USER_MEMBERS if doc[name] is not None},
            **view,
        }
        if self.habits.empty:
            shown["HierarchyGroupId"] = doc["HierarchyGroupId"] or ""
            shown["IdentityInfo"] = {**dict.fromkeys(_UNSET, ""), **doc["IdentityInfo"]}
            if "PhoneConfig" in shown:
                shown["PhoneConfig"] = {"DeskPhoneNumber": "", **shown["PhoneConfig"]}
            if "PhoneNumberConfigs" in shown:
                shown["PhoneNumberConfigs"] = [{"PhoneNumber": "", **entry} for entry in shown["PhoneNumberConfigs"]]
        return shown

    def _summary(self, user: User, doc: Document) -> Document:
        shown = self._description(user, doc, milliseconds=True)
        shown["IdentityInfo"] = {name: shown["IdentityInfo"][name] for name in _SEARCHED if name in doc["IdentityInfo"]}
        return shown

    def _page(self, member: str, entries: list[Document], size: int, token: str) -> Document:
        start, end = int(token), int(token) + size
        return {member: entries[start:end], **({"NextToken": str(end)} if end < len(entries) else {})}


def _moment(modified: float) -> datetime:
    return datetime.fromtimestamp(modified, timezone.utc)


def _modified(doc: Document) -> Document:
    return {"LastModifiedTime": _moment(doc["LastModifiedTime"]), "LastModifiedRegion": REGION}


def _present(members: Document) -> Document:
    return {name: item for name, item in members.items() if item is not None}


def _once(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        raise invalid_request("SecurityProfileIds contains a security profile twice")
    return list(ids)


def _own_settings(doc: Document) -> Document:
    """The document with settings of its own: the emulator's code changes them in place."""
    doc["Settings"] = {name: dict(channels) for name, channels in doc["Settings"].items()}
    doc["Origin"] = dict(doc["Origin"])
    return doc


def _levels(entries: list[Document]) -> dict[tuple[str, str], Any]:
    levels: dict[tuple[str, str], Any] = {}
    for entry in entries:
        pair = (entry["AttributeName"], entry["AttributeValue"])
        if pair in levels:
            raise invalid_request(f"UserProficiencies contains {pair[0]} / {pair[1]} twice")
        levels[pair] = entry.get("Level")
    return levels


def _existing(doc: Document, entries: list[Document]) -> dict[tuple[str, str], Any]:
    levels = _levels(entries)
    for name, value in levels:
        if (name, value) not in doc["Proficiencies"]:
            raise invalid_request(f"The user does not have the proficiency {name} / {value}")
    return levels
