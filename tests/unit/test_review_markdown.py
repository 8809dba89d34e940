"""The comment on a pull request: it fits whatever is in it, and nothing in it can format, mention, or run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.review import markdown, text
from connect_users.review.model import (
    ACTIONS,
    JOINS,
    LEAVES,
    InputChange,
    Review,
    UserChange,
    Violation,
    WidenedProfile,
)

LONG = "@team <b>x</b> `|` www.e.vil " * 1_000
GITHUB = 65_536


def crowded(words: str) -> Review:
    """A review in which everything is as long as ``words``."""
    people = tuple(
        UserChange(
            words, action, "urn", (InputChange("x", words),), gained=(words,), alarms=(words,), why={words: words}
        )
        for action in ACTIONS
        for _ in range(20)
    )
    return Review(
        people,
        {f"{words}{number}": 1 for number in range(50)},
        (words,) * 20,
        (Violation(words, words, words),) * 20,
        (WidenedProfile(words, (words,), (words,)),) * 20,
    )


@pytest.mark.parametrize("words", [LONG, "@" * 5_000, "&" * 70_000, "x" * 100_000, "😀" * 30_000, "\n# a\n" * 9_000])
def test_every_part_of_a_comment_fits(words: str) -> None:
    """Title, errors, failures, names and a log; what was cut is said."""
    comment = markdown.render(crowded(words), failures=[words] * 20, title=words, log=words)
    assert len(comment) <= markdown.LIMIT < GITHUB
    assert comment.startswith(f"{markdown.MARKER}\n### ")
    assert "more" in comment
    assert comment.count("<details") == comment.count("</details>")


def test_ten_long_error_messages_are_cut_and_counted() -> None:
    """Each keeps its beginning, which says what failed."""
    comment = markdown.render(Review((), errors=tuple(f"error {number}: {LONG}" for number in range(12))))
    assert len(comment) <= markdown.LIMIT
    assert comment.count("> ❌ error ") == 10
    assert comment.count(" …\n") >= 10
    assert "> … and 2 more" in comment


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300),
    st.integers(min_value=4_000, max_value=20_000),
    st.text(alphabet="`~ \n<>a-!:", max_size=6_000),
)
def test_a_comment_of_any_limit_fits(words: str, limit: int, log: str) -> None:
    """Also with what the escaping of every character adds."""
    comment = markdown.render(crowded(words), failures=[words], title=words, limit=limit, log=log)
    assert len(comment) <= limit
    assert comment.count("<details") == comment.count("</details>")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="@#&<>:/w.`*_~|\\[]{}$GH-1ab ", max_size=80), st.integers(min_value=3, max_value=200))
def test_what_is_cut_is_cut_between_characters(words: str, limit: int) -> None:
    """Never inside an escape, which would then mean something else."""
    cut = markdown.escaped(words, limit)
    assert len(cut) <= max(limit, 2)
    assert cut == markdown.escaped(words) or markdown.escaped(words).startswith(cut.removesuffix(" …"))


def test_no_name_is_a_formula_or_refers_to_an_issue() -> None:
    """GitHub sets what is between dollar signs as mathematics, and links GH-1."""
    assert markdown.escaped("$x$ GH-1 @team #2") == (
        "<span>$</span>x<span>$</span> GH-<!-- -->1 @<!-- -->team #<!-- -->2"
    )
    assert markdown.escaped("$" * 100) == "<span>$</span>" * 100
    assert "a       b" in markdown.render(Review(()), log="a\tb")


LOGS = (
    "```\n</details>\n# Approved by @security",
    "`````` text\n``````\n",
    "~~~\n<!-- connect-users explain -->",
    "a ````\n\n````\n`````",
    "-->",
    "\x1b[2J::error::x",
)


@pytest.mark.parametrize("log", LOGS)
def test_a_log_cannot_close_its_code_block(log: str) -> None:
    """The fence is longer than any run of backticks that it has."""
    comment = markdown.render(Review(()), log=log)
    opening = re.search(r"^(`{3,})text\n", comment, re.MULTILINE)
    assert opening is not None
    inside, closing, after = comment[opening.end() :].rpartition(f"\n{opening[1]}\n")
    assert closing
    assert max(map(len, re.findall("`+", inside)), default=0) < len(opening[1])
    assert after == "\n</details>\n"
    assert "\x1b" not in comment


def test_of_a_long_log_the_end_is_shown() -> None:
    """Where a program says why it failed; beside a full review it is left out, and that is said."""
    log = "\n".join(f"line {number}" for number in range(50_000))
    comment = markdown.render(Review(()), log=log)
    assert len(comment) <= markdown.LIMIT
    assert "line 49999\n```\n" in comment
    assert "line 1\n" not in comment
    crowd = tuple(UserChange(f"a{number}", LEAVES, "urn", (InputChange("x", "y" * 90),)) for number in range(5_000))
    assert markdown.render(Review(crowd), log=log).endswith("\nThe log did not fit into a comment.")


def test_a_review_in_a_log_gives_github_no_commands() -> None:
    """The runner obeys lines that begin with two colons, and ``##[`` anywhere."""
    evil = "::stop-commands::x ##[error]y"
    shown = text.render(
        Review((UserChange(evil, JOINS, "urn", (InputChange("x", f"{evil} {'z' * 60} {evil}"),)),), errors=(evil,)),
        width=60,
    )
    assert not re.search(r"^\s*::", shown, re.MULTILINE)
    assert "##[" not in shown
    assert ": :stop-commands::x" in shown
