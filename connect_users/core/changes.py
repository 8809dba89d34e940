"""Problems and warnings of the check: changes that no API can make, or that do more than the diff shows.

- A changed password.
- Settings that are no longer declared: Connect keeps its values.
- Per-channel lists: a declared list is complete, so a channel that it does not name is reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels, plan
from connect_users.core.fields import BY_NAME
from connect_users.core.phrases import all_of
from connect_users.core.rules import Findings
from connect_users.core.shapes import Problem
from connect_users.core.spec import UNKNOWN, contains_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Inputs whose parts are kept or reset.
_PARTS: Final = ("identity_info", "phone_config", *channels.LISTS)

#: List -> what a channel's neutral value means.
_RESET: Final = {
    "auto_accept_configs": "auto-accept of {} is turned off",
    "after_contact_work_configs": "after-contact work of {} becomes unlimited (0)",
    "phone_number_configs": "the phone of {} becomes a soft phone",
    "persistent_connection_configs": "the persistent connection of {} is turned off",
    "voice_enhancement_configs": "voice enhancement of {} is turned off",
}
#: Member of a VOICE entry about the agent's own call-backs -> what happens when it is no longer declared.
_RESET_CALLBACK: Final = {
    "agent_first_callback_auto_accept": "the agent's own call-backs are no longer accepted automatically",
    "agent_first_callback_after_contact_work_config": "after-contact work of the agent's own call-backs becomes that "
    "of VOICE",
}


def review_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Findings:
    """Judge the change from the old inputs to the new ones (both canonical) of a user that exists."""
    if plan.replacement(old, new) is not None:
        return Findings()
    problems, warnings = [], [*_kept(_readable(old), _readable(new)), *_reset(_readable(old), _readable(new))]
    if plan.password_changed(old, new):
        policy = new.get("on_password_change", "refuse")
        if policy == "ignore":
            warnings.append(Problem("password", "changed in the program only: no API changes it in Connect"))
        elif policy != UNKNOWN:
            problems.append(
                Problem(
                    "password",
                    "changed, but no API changes a password: reset it in Connect and set on_password_change='ignore', "
                    "or set on_password_change='replace' to delete the user and create it again",
                )
            )
    return Findings(tuple(problems), tuple(warnings))


def _readable(props: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs in `_PARTS`; None for one that is not known yet or that the rules refuse."""
    return {name: props[name] if _is_sound(name, props[name]) else None for name in _PARTS if name in props}


def _is_sound(name: str, value: Any) -> bool:
    if contains_unknown(value):
        return False
    if name not in channels.LISTS:
        return isinstance(value, dict)
    return isinstance(value, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("channel"), str)
        and BY_NAME[name].by_name.keys() >= entry.keys()
        for entry in value
    )


def _kept(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings that are no longer declared, in one line: there may be thousands of users."""
    if any(value is None for value in (*old.values(), *new.values())):
        return
    paths = plan.no_longer_declared(old, new)
    if paths:
        yield Problem(
            ", ".join(paths), "no longer declared, so Connect keeps the current value; to change it, declare it"
        )


def _reset(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Problem]:
    before = channels.known({name: value for name, value in old.items() if value is not None})
    for name, wording in _RESET.items():
        if new.get(name) is None or old.get(name, ()) is None or new[name] == old.get(name):
            continue
        known = before.get(name, [])
        lost = [entry for entry in channels.unnamed(name, new[name]) if not channels.covers(known, [entry])]
        if lost:
            channels_reset = wording.format(all_of([entry["channel"] for entry in lost]))
            yield Problem(name, f"a declared list is complete, so what it does not name is reset: {channels_reset}")
        for member in _callbacks(known) - _callbacks(new[name]):
            yield Problem(name, f"{member} is no longer declared: {_RESET_CALLBACK[member]}")


def _callbacks(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    return {member for entry in entries for member in entry if member in _RESET_CALLBACK}
