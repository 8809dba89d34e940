"""Names as messages show them: what looks the same does not read the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.connect.listings import Listing
from connect_users.core.errors import one_line
from connect_users.core.misspellings import NoSuchName, parts, visible
from connect_users.core.phrases import printable
from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.roster.names import Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Quality Analyst", "Quality Analyst"),
        ("Quality  Analyst", "Quality<2 blanks>Analyst"),
        ("Quality\u00a0Analyst", "Quality<no-break space>Analyst"),
        ("Quality \u00a0Analyst", "Quality<blank + no-break space>Analyst"),
        ("Quality\u200bAnalyst", "Quality<zero width space>Analyst"),
        ("Quality\tAnalyst", "Quality<tab>Analyst"),
        ("Quality\nAnalyst", "Quality<line break>Analyst"),
        ("Quality\u0007Analyst", "Quality<u+0007>Analyst"),
        ("Qualité 質 😀", "Qualité 質 😀"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_written_out(name: str, shown: str) -> None:
    """A single blank is seen."""
    assert visible(name) == shown


@given(
    st.text(st.sampled_from("ab \t\u00a0\u200b\u2003\ufeff\n")),
    st.text(st.sampled_from("ab \t\u00a0\u200b\u2003\ufeff\n")),
)
def test_two_names_never_read_the_same(one: str, other: str) -> None:
    """As far as a terminal gets them, blanks around a name apart, which no roster keeps."""
    one, other = f"a{one}b", f"a{other}b"
    shown = [printable(one_line(visible(name))) for name in (one, other)]
    assert (shown[0] == shown[1]) == (one == other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Agent;QualityAnalyst", ["Agent", "QualityAnalyst"]),
        ("Agent, QualityAnalyst", ["Agent", "QualityAnalyst"]),
        ("Agent\nAdmin", ["Agent", "Admin"]),
        ("Agent,", []),
        (";", []),
        ("Quality Analyst", []),
    ],
)
def test_several_names_in_one_text(text: str, found: list[str]) -> None:
    assert parts(text) == found


@pytest.mark.parametrize(
    ("given_names", "cell", "message"),
    [
        (None, "Agent;QA", "'Agent;QA' is not the name of a security profile; write | between names: 'Agent|QA'"),
        (["Agent", "QA"], "Agent, QA", "not a security profile of this roster; write | between names: 'Agent|QA'"),
        (["Agent", "Quality"], "agent;Qualty;X", "write | between names: 'Agent|Quality|X'"),
        (
            ["Quality Analyst"],
            "Quality  Analyst",
            "'Quality<2 blanks>Analyst' is not a security profile of this roster; ",
        ),
        (["Quality Analyst"], "Quality\u00a0Analyst", "; did you mean 'Quality Analyst'?"),
        (["Quality\u00a0Analyst"], "Quality Analyst", "; did you mean 'Quality<no-break space>Analyst'?"),
        (["A  B", "C"], "Zzzz", "; there are 'A<2 blanks>B', 'C'"),
    ],
)
def test_a_roster_says_what_is_wrong_with_a_name(given_names: list[str] | None, cell: str, message: str) -> None:
    """No name is dropped by a suggestion."""
    known = None if given_names is None else dict.fromkeys(given_names, "id")
    with pytest.raises(NoSuchName) as raised:
        Names(SECURITY_PROFILE, known, strict=False).id_of(cell)
    assert message in str(raised.value)


def test_a_name_that_exists_is_taken_as_it_is() -> None:
    """And a routing profile's may have a comma."""
    assert Names(SECURITY_PROFILE, {"Agent, night": "id"}).id_of("Agent, night") == "id"
    with pytest.raises(NoSuchName, match=r"did you mean 'Support, night'\?"):
        Names(ROUTING_PROFILE, {"Support, night": "id"}).id_of("Support;night")


def test_an_instance_says_the_same() -> None:
    """The look-up's own suggestion would drop all but one."""
    entries = [{"Id": "1", "Name": "Agent"}, {"Id": "2", "Name": "Q  A"}]
    look_up = Listing(SECURITY_PROFILE, entries, "Connect instance 'shop'").id_of
    names = Names(SECURITY_PROFILE, None, look_up)
    with pytest.raises(NoSuchName) as several:
        names.id_of("Agent;QualityAnalyst")
    assert str(several.value) == (
        "Connect instance 'shop' has no security profile 'Agent;QualityAnalyst'; "
        "write | between names: 'Agent|QualityAnalyst'"
    )
    with pytest.raises(NoSuchName, match=r"has no security profile 'Q A'; did you mean 'Q<2 blanks>A'\?"):
        look_up("Q A")
