"""Names that nothing has: how a message shows them, and what may have been meant. Pure.

What looks the same must not read the same. A name in a spreadsheet may have two blanks where Connect's has one, or a
no-break space from a web page. Messages are one line, in which white space is folded, and a terminal shows either as a
blank: so such places are written in words.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from connect_users.core.errors import ConnectUsersError
from connect_users.core.patterns import pattern
from connect_users.core.phrases import some

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: Blanks of any kind and in any number, and letters that are not shown at all (Unicode's categories Zs, Cc, Cf).
_UNSEEN: Final = pattern(
    "[\\s\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
)
_WORDS: Final = {" ": "blank", "\t": "tab", "\n": "line break", "\r": "carriage return"}
#: What people write between names who do not know of ``|``.
_OTHER_SEPARATORS: Final = pattern(r"[;,\n]")
#: Names that a message lists at most.
_SHOWN: Final = 5
#: Characters of a name that are compared: the time grows with their square.
_COMPARED: Final = 100


class NoSuchName(ConnectUsersError):
    """A name that nothing has, or that more than one thing has; the text says so, with a suggestion.

    Attributes:
        what: the text without the suggestion.
    """

    def __init__(self, what: str, suggestion: str = "") -> None:
        super().__init__(f"{what}; {suggestion}" if suggestion else what)
        self.what = what


def quoted(name: str) -> str:
    """A name as messages show it: ``'Quality<2 blanks>Analyst'``."""
    return repr(visible(name))


def visible(name: str) -> str:
    """``name`` with everything but single blanks written out: ``Quality<2 blanks>Analyst``."""
    return _UNSEEN.sub(lambda match: match[0] if match[0] == " " else f"<{_in_words(match[0])}>", name)


def _in_words(unseen: str) -> str:
    if len(set(unseen)) > 1:
        return " + ".join(map(_word, unseen))
    return _word(unseen[0]) if len(unseen) == 1 else f"{len(unseen)} {_word(unseen[0])}s"


def _word(letter: str) -> str:
    return _WORDS.get(letter) or unicodedata.name(letter, f"U+{ord(letter):04X}").lower()


def parts(text: str) -> list[str]:
    """The names in a string that has them between commas, semicolons or line ends; [] unless there are two or more."""
    names = [part.strip() for part in _OTHER_SEPARATORS.split(text)]
    names = [name for name in names if name]
    return names if len(names) > 1 else []


def nearest(name: str, names: Iterable[str], most: int = 1) -> list[str]:
    """Those of ``names`` that ``name`` may be a misspelling of, the likeliest first; another case is the likeliest."""
    import difflib

    folded: dict[str, list[str]] = {}
    for each in names:
        folded.setdefault(each.casefold(), []).append(each)
    near = difflib.get_close_matches(name.casefold()[:_COMPARED], folded, n=most)
    return [each for key in near for each in folded[key]][:most]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """``did you mean 'Support'?``; "" where nothing is like it."""
    near = nearest(name, names)
    return f"did you mean {quoted(near[0])}?" if near else ""


def suggestion(name: str, names: Collection[str]) -> str:
    """What to write instead of ``name``: the nearest of ``names``, or else the first of them."""
    if near := did_you_mean(name, names):
        return near
    if not names:
        return "there are none"
    listed = some([quoted(each) for each in sorted(names)[:_SHOWN]], _SHOWN, len(names))
    return f"there are {listed}" if len(names) > 1 else f"there is only {listed}"
