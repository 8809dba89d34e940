"""What proves, without describing a user, that it is still what the state says. Pure.

The evidence is a user's LastModifiedTime, as ListUsers has it, against a stamp that the state keeps (`VERIFIED_KEY`):

- ``1700000000.123``: the state is from DescribeUser, and this was the user's LastModifiedTime. Any later change has
  another.
- ``<1700000000.456``: CreateUser made the user as the state says, and its answer was given at this moment at the
  latest. Any change after it has a later time.

An update leaves the stamp alone: it moves the LastModifiedTime past it, so that the user is described once more. Its
own time proves nothing, since somebody may have changed something else before it. Where Connect returns whole seconds
only, a time may be one that was cut off, and is good for the first kind of stamp only, and there only when the second
was over.

Whether LastModifiedTime moves with tags and proficiencies is not documented. Tags are compared with what SearchUsers
shows, whose index may lag by minutes; how proficiencies are proven is `connect_users.connect.survey`'s business.
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
#: Where after-contact work is.
_TIMED_LISTS: Final[tuple[str, ...]] = ("AfterContactWorkConfigs",)
_TIMED: Final[tuple[str, ...]] = ("PhoneConfig", *_TIMED_LISTS)
#: Of `identity_info`, what SearchUsers returns.
_SEARCHED_NAMES: Final = ("FirstName", "LastName")


def epoch(moment: datetime | None) -> float | None:
    """Seconds since 1970, to the millisecond that AWS returns."""
    return None if moment is None else round(moment.timestamp(), 3)


def made_stamp(answered_at: float | None) -> Props:
    """The output of a user that CreateUser made."""
    return {} if answered_at is None else {VERIFIED_KEY: f"{_BOUND}{answered_at:.3f}"}


def age(outputs: Mapping[str, Any], now: float) -> float:
    """Seconds since the user of a state was made or taken over; 0 where that seems to lie in the future.

    The token has it by the clock of the machine that made it, which may have been wrong; the stamp of CreateUser's
    answer has it by AWS's.

    Args:
        now: AWS's time.
    """
    token, stamp = ownership.made_at(str(outputs.get(TOKEN_KEY, ""))), _made_moment(outputs.get(VERIFIED_KEY))
    if token > now:
        return now - stamp if 0 < stamp <= now else 0.0
    return max(0.0, now - max(token, stamp))


def _made_moment(stamp: object) -> float:
    """The moment of a stamp of CreateUser; 0 for any other."""
    moment = _moment(stamp)
    return moment if moment is not None and is_as_made(stamp) else 0.0


def _moment(stamp: object) -> float | None:
    """The moment of a stamp of either kind; None for what is not a stamp."""
    if not isinstance(stamp, str):
        return None
    try:
        return float(stamp.removeprefix(_BOUND))
    except ValueError:
        return None


def is_as_made(stamp: object) -> bool:
    """Whether a stamp is CreateUser's: what the state says is all that was ever seen of the user."""
    return isinstance(stamp, str) and stamp.startswith(_BOUND)


def without_outdated_stamp(outputs: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """``outputs`` without CreateUser's stamp, where ``new`` no longer declares all of it.

    From then on the user has settings that the state does not know.
    """
    if is_as_made(outputs.get(VERIFIED_KEY)) and plan.no_longer_declared(outputs, new):
        return {key: value for key, value in outputs.items() if key != VERIFIED_KEY}
    return outputs


def read_stamp(modified: float | None, now: float) -> Props:
    """The output of a user that DescribeUser returned.

    Args:
        modified: its LastModifiedTime.
        now: AWS's time. Where Connect returns whole seconds only, a change within the same one would have the
            same time: there is no proof before some time has passed.
    """
    if modified is None or (whole(modified) and abs(now - modified) < 60.0):
        return {}
    return {VERIFIED_KEY: f"{modified:.3f}"}


def unmoved(stamp: object, modified: float | None, *, exact: bool) -> bool:
    """Whether a user with this LastModifiedTime is the one that the stamp was made of.

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
class Listed:
    """What bulk reads show of a user.

    Attributes:
        modified: LastModifiedTime of ListUsers.
        summary: of SearchUsers; None where its index does not know the user (yet).
        exact: some time of this listing has a fraction of a second, so that a whole one was not cut off.
    """

    id: str
    arn: str
    username: str
    modified: float | None
    summary: Mapping[str, Any] | None
    exact: bool = False


def proven_outputs(
    listed: Listed,
    outputs: Mapping[str, Any],
    declared: Mapping[str, Any],
    proficiencies: Sequence[Mapping[str, Any]] | None,
) -> Props | None:
    """The outputs that describing the user would give, where bulk reads bear out every declared input; else None.

    Args:
        outputs: of the state.
        declared: canonical inputs.
        proficiencies: the live ones; None where the declared ones are proven otherwise.
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
        found = {**view, **kept, **computed}
        if view == declared and found == {**computed, **outputs}:
            return found
    return None


def same_owner(tags: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
    """Whether the ownership tag is the one of the state; none is as good as none."""
    owner = ownership.owner_of(tags)
    return (owner.token if owner is not None else None) == outputs.get(TOKEN_KEY)


def described(summary: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Props]:
    """A summary of SearchUsers in the form of DescribeUser, once for each reading of its times.

    What SearchUsers does not return is taken from ``declared``: e-mail addresses and the mobile number. After-contact
    work is in milliseconds; whether that holds for the per-channel list, too, is not documented.
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
    """Seconds; a part of one, which cannot have been set, stays a part of one and equals nothing."""
    whole, part = divmod(limit, _MILLISECONDS)
    return limit / _MILLISECONDS if part else whole
