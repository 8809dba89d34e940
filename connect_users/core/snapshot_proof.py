"""Proof, without DescribeUser, that a user is still as the state has it. Pure.

The proof compares the LastModifiedTime from ListUsers with a stamp in the state (`VERIFIED_KEY`):

- ``1700000000.123``: the state is from DescribeUser, with this LastModifiedTime. Any later change has another.
- ``<1700000000.456``: the state is from CreateUser, which answered no later than this. Any later change has a later
  time.

An update leaves the stamp alone: the LastModifiedTime moves past it, so the user is described once more. The time of
the update itself proves nothing, since another change may have come before it. If Connect returns whole seconds only,
times may be truncated. They are then good for the first kind of stamp only, and only after that second is over.

AWS does not document whether LastModifiedTime moves with tags and proficiencies. Tags are compared with the result of
SearchUsers, whose index may lag by minutes; `connect_users.connect.survey` proves proficiencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import ownership, plan
from connect_users.core.fields import ARN_KEY, DIRECTORY_KEY, KEPT_BY_REFRESH, TOKEN_KEY, VERIFIED_KEY
from connect_users.core.live import declared_view, live_props, shows
from connect_users.core.spec import Props, to_wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

_BOUND: Final = "<"
_SECONDS: Final = "AfterContactWorkTimeLimit"
_MILLISECONDS: Final = 1000
#: Members with after-contact work.
_TIMED_LISTS: Final[tuple[str, ...]] = ("AfterContactWorkConfigs",)
_TIMED: Final[tuple[str, ...]] = ("PhoneConfig", *_TIMED_LISTS)
#: Of `identity_info`, what SearchUsers returns.
_SEARCHED_NAMES: Final = ("FirstName", "LastName")


def epoch(moment: datetime | None) -> float | None:
    """Seconds since 1970, to the millisecond that AWS returns."""
    return None if moment is None else round(moment.timestamp(), 3)


def made_stamp(answered_at: float | None) -> Props:
    """The stamp after CreateUser."""
    return {} if answered_at is None else {VERIFIED_KEY: f"{_BOUND}{answered_at:.3f}"}


def age(outputs: Mapping[str, Any], now: float) -> float:
    """Seconds since the user was created or taken over; 0 if that seems to be in the future.

    The token's time is from the clock of the machine that ran, which may have been wrong. The stamp of CreateUser's
    answer has AWS's time.

    Args:
        now: AWS's time.
    """
    token, stamp = ownership.made_at(str(outputs.get(TOKEN_KEY, ""))), _made_moment(outputs.get(VERIFIED_KEY))
    if token > now:
        return now - stamp if 0 < stamp <= now else 0.0
    return max(0.0, now - max(token, stamp))


def _made_moment(stamp: object) -> float:
    """The time of a stamp from CreateUser; 0 for any other."""
    moment = _moment(stamp)
    return moment if moment is not None and is_as_made(stamp) else 0.0


def _moment(stamp: object) -> float | None:
    """The time of a stamp of either kind; None if it is not a stamp."""
    if not isinstance(stamp, str):
        return None
    try:
        return float(stamp.removeprefix(_BOUND))
    except ValueError:
        return None


def is_as_made(stamp: object) -> bool:
    """Whether a stamp is from CreateUser, so that nobody has described the user yet."""
    return isinstance(stamp, str) and stamp.startswith(_BOUND)


def without_outdated_stamp(outputs: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """``outputs`` without a stamp from CreateUser if ``new`` no longer declares all of the settings.

    From then on, the user has settings that the state does not have.
    """
    if is_as_made(outputs.get(VERIFIED_KEY)) and plan.no_longer_declared(outputs, new):
        return {key: value for key, value in outputs.items() if key != VERIFIED_KEY}
    return outputs


def read_stamp(modified: float | None, now: float) -> Props:
    """The stamp after DescribeUser.

    Args:
        modified: its LastModifiedTime.
        now: AWS's time. If Connect returns whole seconds only, a change within the same second would have the same
            time: there is no proof until some time has passed.
    """
    if modified is None or (whole(modified) and abs(now - modified) < 60.0):
        return {}
    return {VERIFIED_KEY: f"{modified:.3f}"}


def unmoved(stamp: object, modified: float | None, *, exact: bool) -> bool:
    """Whether a user with this LastModifiedTime has not changed since the stamp.

    Args:
        exact: the instance returns fractions of a second.
    """
    moment = _moment(stamp)
    if moment is None or modified is None:
        return False
    if is_as_made(stamp):
        return (exact or not whole(modified)) and modified <= moment
    return modified == moment


def whole(moment: float) -> bool:
    """Whether a time has no fraction of a second."""
    return moment == int(moment)


@dataclass(frozen=True)
class UserSnapshot:
    """A user in bulk reads.

    Attributes:
        modified: LastModifiedTime from ListUsers.
        summary: from SearchUsers; None if its index does not have the user (yet).
        exact: some time in this listing has a fraction of a second, so whole seconds are not truncated.
    """

    id: str
    arn: str
    username: str
    modified: float | None
    summary: Mapping[str, Any] | None
    exact: bool = False


def proven_outputs(
    listed: UserSnapshot,
    outputs: Mapping[str, Any],
    declared: Mapping[str, Any],
    proficiencies: Sequence[Mapping[str, Any]] | None,
) -> Props | None:
    """The outputs that DescribeUser would give, if bulk reads confirm every declared input; else None.

    Args:
        outputs: the state's.
        declared: canonical inputs.
        proficiencies: the live ones; None if the declared ones are proven otherwise.
    """
    summary = listed.summary
    if (
        summary is None
        or listed.arn != outputs.get(ARN_KEY)
        or not unmoved(outputs.get(VERIFIED_KEY), listed.modified, exact=listed.exact)
        or not same_owner(summary.get("Tags") or {}, outputs)
    ):
        return None
    if proficiencies is None:
        proficiencies = to_wire(declared.get("user_proficiencies", []))
    kept = {name: outputs[name] for name in KEPT_BY_REFRESH if name in outputs}
    for user in described(summary, declared):
        if shows({**user, "UserProficiencies": proficiencies}, declared):
            view, directory = dict(declared), user.get("DirectoryUserId")
        else:
            live = live_props(user, proficiencies, {*declared, DIRECTORY_KEY})
            view, directory = declared_view(live, declared), live.get(DIRECTORY_KEY)
        # A state may still lack it: CreateUser does not return it.
        computed = {DIRECTORY_KEY: directory} if directory else {}
        proven = {**view, **kept, **computed}
        if view == declared and proven == {**computed, **outputs}:
            return proven
    return None


def same_owner(tags: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
    """Whether the ownership tag is that of the state. Two missing tags are the same, too."""
    owner = ownership.owner_of(tags)
    return (owner.token if owner is not None else None) == outputs.get(TOKEN_KEY)


def described(summary: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Props]:
    """A summary of SearchUsers in the form of DescribeUser, once for each possible unit of its times.

    SearchUsers does not return e-mail addresses and the mobile number: these are taken from ``declared``. After-contact
    work is in milliseconds. AWS does not document whether that holds for the per-channel list, too.
    """
    info = {
        name: value
        for name, value in to_wire(declared.get("identity_info", {})).items()
        if name not in _SEARCHED_NAMES and value
    }
    names = summary.get("IdentityInfo") or {}
    user = {**summary, "IdentityInfo": {**info, **{name: names[name] for name in _SEARCHED_NAMES if name in names}}}
    timed = {name: _in_seconds(user[name]) for name in _TIMED if name in user}
    yield {**user, **timed}
    lists = {name: user[name] for name in _TIMED_LISTS if name in user}
    if any(timed[name] != entries for name, entries in lists.items()):
        yield {**user, **timed, **lists}


def _in_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _seconds(item) if name == _SECONDS else _in_seconds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_seconds(item) for item in value]
    return value


def _seconds(limit: int) -> float:
    """Milliseconds to seconds. A fraction, which nobody can have set, stays a fraction and equals no setting."""
    whole, part = divmod(limit, _MILLISECONDS)
    return limit / _MILLISECONDS if part else whole
