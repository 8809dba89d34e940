"""Who is signed in to the emulator and on which contacts: the side port says it, AWS's operations show and end it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create, described, refused
from tests.models import SIGN_OUT, has

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = {"InstanceId": seed.INSTANCE_ID}
needs_sign_out = pytest.mark.skipif(not has(SIGN_OUT), reason=f"this boto3 has no {SIGN_OUT}")
_CALL = {"contacts": [{"channel": "VOICE", "state": "CONNECTED"}]}


def _states(client: Any, agents: Sequence[str], **filters: Any) -> dict[str, list[str]]:
    data = client.get_current_user_data(**HERE, Filters={"Agents": agents, **filters})["UserDataList"]
    return {each["User"]["Id"]: [contact["AgentContactState"] for contact in each["Contacts"]] for each in data}


def test_only_users_who_are_signed_in_have_current_data(emulator: Emulator, client: Any) -> None:
    """Of those that the filter names, by id or ARN; one that does not exist is left out."""
    ada, bob, eve = (create(client, name) for name in ("ada", "bob", "eve"))
    emulator.set_agents({"ada": _CALL, "eve": {"status": "Lunch"}})
    arn = described(client, ada)["Arn"]
    assert _states(client, [arn, bob, eve, "90000000-0000-4000-8000-000000000001"]) == {ada: ["CONNECTED"], eve: []}
    assert _states(client, [bob, eve]) == {eve: []}
    shown = client.get_current_user_data(**HERE, Filters={"Agents": [eve]})["UserDataList"][0]
    assert shown["Status"]["StatusName"] == "Lunch"
    assert shown["RoutingProfile"]["Id"] == described(client, eve)["RoutingProfileId"]


def test_the_filter_of_contact_states_leaves_out_the_others(emulator: Emulator, client: Any) -> None:
    ada, bob = create(client, "ada"), create(client, "bob")
    emulator.set_agents({"ada": _CALL, "bob": {"contacts": [{"channel": "CHAT", "state": "ENDED"}]}})
    assert _states(client, [ada, bob], ContactFilter={"ContactStates": ["ENDED"]}) == {bob: ["ENDED"]}


def test_two_kinds_of_filters_at_once_are_refused(client: Any) -> None:
    """API reference, Filters."""
    both = {"Agents": [create(client)], "RoutingProfiles": [seed.ROUTING_PROFILES["Sales"]]}
    assert refused(client.get_current_user_data, **HERE, Filters=both) == (400, "InvalidRequestException")


@pytest.mark.parametrize(
    "filters",
    [{"Queues": ["x"]}, {"RoutingProfiles": [seed.ROUTING_PROFILES["Sales"]]}, {"UserHierarchyGroups": ["x"]}],
)
def test_a_filter_that_the_emulator_does_not_play_is_refused(client: Any, filters: Any) -> None:
    """An answer that ignored it would name users whom it leaves out."""
    refusal = refused(client.get_current_user_data, **HERE, Filters=filters)
    assert refusal == (501, "UnsupportedOperationException")


@needs_sign_out
def test_deleting_the_sessions_of_a_user_signs_that_user_out(emulator: Emulator, client: Any) -> None:
    """And nobody else; the user itself stays as it is."""
    ada, bob = create(client, "ada"), create(client, "bob")
    emulator.set_agents({"ada": _CALL, "bob": _CALL})
    before = described(client, ada)
    client.delete_all_entity_sessions(**HERE, EntityId=before["Arn"], EntityType="USER")
    assert _states(client, [ada, bob]) == {bob: ["CONNECTED"]}
    assert described(client, ada) == before
    assert refused(client.delete_all_entity_sessions, **HERE, EntityId="nobody", EntityType="USER") == (
        404,
        "ResourceNotFoundException",
    )


@needs_sign_out
def test_a_user_without_a_session_is_accepted_or_not_found(start_emulator: Callable[..., Emulator]) -> None:
    """AWS does not say which."""
    ids = {"EntityType": "USER", **HERE}
    for choice, answer in (("accepted", None), ("not-found", (404, "ResourceNotFoundException"))):
        client = connect(start_emulator(no_session=choice))
        ids["EntityId"] = create(client)
        if answer is None:
            client.delete_all_entity_sessions(**ids)
        else:
            assert refused(client.delete_all_entity_sessions, **ids) == answer


def _side_port(emulator: Emulator, agents: Any) -> Any:
    body = None if agents is None else json.dumps(agents).encode()
    with urlopen(Request(f"{emulator.endpoint_url}/_emulator/agents", data=body)) as answer:
        return json.loads(answer.read())


def test_the_side_port_signs_users_in_and_out(emulator: Emulator, client: Any) -> None:
    create(client, "ada")
    create(client, "bob")
    shown = _side_port(emulator, {"ada": _CALL, "bob": {}})
    assert {name: len(each["Contacts"]) for name, each in shown.items()} == {"ada": 1, "bob": 0}
    assert _side_port(emulator, {"bob": None}).keys() == {"ada"}
    assert _side_port(emulator, None) == emulator.agents


@pytest.mark.parametrize(
    ("agents", "why"),
    [
        ({"nobody": {}}, "no user 'nobody'"),
        ({"ada": {"contact": []}}, "an object with contacts"),
        ({"ada": {"contacts": ["VOICE"]}}, "a list of objects"),
        ({"ada": {"contacts": [{"state": "TALKING"}]}}, "'TALKING' is not one of INCOMING"),
        ({"ada": {"contacts": [{"channel": "FAX"}]}}, "'FAX' is not one of"),
        ({"ada": {"status": 5}}, "5 is not the name of a status"),
    ],
)
def test_the_side_port_refuses_what_it_does_not_know(emulator: Emulator, client: Any, agents: Any, why: str) -> None:
    create(client, "ada")
    with pytest.raises(HTTPError) as caught:
        _side_port(emulator, agents)
    assert caught.value.code == 400
    assert why in json.loads(caught.value.read())["Message"]
    assert emulator.agents == {}
