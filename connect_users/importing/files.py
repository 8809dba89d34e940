"""The folder that an import writes, and how it differs from the instance. Writes files and makes no API call.

A second run over the same folder changes nothing: people are sorted by username, a file is written only if its content
differs, and the program and the project belong to the user once they exist. So does an edited roster: only changes of
the instance since the last import are merged into it (`merging`), or nothing at all.

Each file is replaced atomically, so an interrupted import leaves the old files or the new ones.
"""

from __future__ import annotations

import codecs
import json
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from connect_users.core import ownership
from connect_users.core.errors import ConfigurationError
from connect_users.core.phrases import some
from connect_users.importing import merging, programs, rows, sharing, texts
from connect_users.importing.entries import EntryUser, declares_each, document, roster_of, states
from connect_users.importing.programs import Content, Language
from connect_users.importing.results import Comparison, ImportResult, UserDifference
from connect_users.roster import csv_text
from connect_users.roster.reading import decoded, read_file, read_personas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connect_users.core.spec import Props
    from connect_users.importing.instance import SourceInstance
    from connect_users.importing.live import LiveUser
    from connect_users.roster.personas import Personas
    from connect_users.roster.tables import Table

T = TypeVar("T")
_IMPORT: Final = "import.json"
_BYTE_ORDER_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: How many people a message names.
_SHOWN: Final = 5


class Folder:
    """A folder with a roster. Beside another one, its files begin with its name: an import reads what it wrote before.

    Args:
        name: the roster's name in the program, and the stem of its file.
        language: of the program; None for the language of the project in the folder, or else Python.
        each: a new program declares each person.
        personas: settings that many people share become personas; always, once the folder has them.
    """

    def __init__(
        self, path: Path, name: str, language: Language | None = None, *, each: bool = False, personas: bool = False
    ) -> None:
        self.path = path
        self.name = name
        self._wanted = language
        self._each = each
        self._personas = personas

    @property
    def roster(self) -> Path:
        """The roster's file."""
        return self.path / f"{self.name}.csv"

    @cached_property
    def import_name(self) -> str:
        """The name of the file for ``pulumi import``."""
        return self._own(_IMPORT, self._read(_IMPORT, roster_of))

    @cached_property
    def prefix(self) -> str:
        """The beginning of the names of the roster's own files; "" for those of the first roster."""
        return self.import_name.removesuffix(_IMPORT)

    @property
    def _unfinished_name(self) -> str:
        """The name of the file with what an interrupted import has read."""
        return f"{self.prefix}import.unfinished.json"

    @cached_property
    def personas(self) -> Path:
        """The file of personas."""
        file = self.path / sharing.FILE
        roster = sharing.roster_of(texts.read(file)).removesuffix(".csv") if file.exists() else None
        return self.path / self._own(file.name, roster)

    def _own(self, name: str, roster: str | None) -> str:
        """The name of this roster's file, given the roster that has the file with the usual name."""
        own = f"{self.name}-{name}"
        return own if (self.path / own).exists() or roster not in (None, "", self.name) else name

    @property
    def has_personas(self) -> bool:
        """Whether the roster has personas, or gets them."""
        return self._personas or self.personas.exists()

    @cached_property
    def language(self) -> Language:
        """The language of the program.

        Raises:
            ConfigurationError: the folder has a project in another language, or in a file that is not read here.
        """
        for name in ("Pulumi.yml", "Pulumi.json"):
            # Pulumi would read only one of the two.
            if (self.path / name).exists():
                raise ConfigurationError(
                    f"the project in this folder is {name}; convert it to {programs.PROJECT}, "
                    "or choose another folder with --out"
                )
        return programs.language_of(self._text(programs.PROJECT), self._wanted)

    @cached_property
    def main(self) -> str:
        """The program's file, which a project may have elsewhere than import writes it."""
        usual = self.language.main
        names = (usual, "index.js") if self.language is Language.TYPESCRIPT else (usual,)
        there = (name for name in names if name != programs.PROJECT and (self.path / name).exists())
        if (file := next(there, None)) is not None:
            return file
        main = programs.declared_main(self.language, self._text(programs.PROJECT), self._text("package.json"))
        return f"{main}/{usual}" if main and (self.path / main).is_dir() else main or usual

    @cached_property
    def plugin(self) -> bool:
        """Whether the program uses the plugin."""
        return programs.uses_plugin(self.language, self._text(programs.PROJECT), self._text(self.main))

    def _text(self, name: str) -> str:
        """The content of a file; "" without the file."""
        file = self.path / name
        return texts.read(file) if file.exists() else ""

    def imported(self) -> dict[str, tuple[Props, Props]]:
        """Id -> inputs and outputs of the last import and of one interrupted since.

        Raises:
            ConfigurationError: the file is not one of ours.
        """
        return {**self._states(self.import_name), **self._states(self._unfinished_name)}

    @cached_property
    def each(self) -> bool:
        """Whether the program declares each person: as at the last import, or as requested.

        Raises:
            ConfigurationError: the program has a roster, but ``each`` is requested.
        """
        before = self._read(self.import_name, declares_each)
        if self._each and before is False:
            raise ConfigurationError(f"{self.path} has a program with a roster; give another folder with --each")
        return self._each if before is None else before

    def _states(self, name: str) -> dict[str, tuple[Props, Props]]:
        return self._read(name, states) or {}

    def _read(self, name: str, parse: Callable[[Any], T]) -> T | None:
        """The parsed file of an import; None if there is no such file."""
        file = self.path / name
        if not file.exists():
            return None
        try:
            return parse(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ConfigurationError(f"{file}: cannot be read as the file of an import; remove it") from None

    def keep(self, users: Sequence[LiveUser]) -> None:
        """Keep what an interrupted import has read, for the next one.

        Raises:
            ConfigurationError
        """
        people = {user.username: EntryUser(user.id, user.inputs, user.computed) for user in users}
        self.put(self._unfinished_name, document(self.name, people, plugin=False, each=True))

    def write(
        self, instance: SourceInstance, users: Sequence[LiveUser], region: str | None, *, overwrite: bool
    ) -> ImportResult:
        """Write the files that differ.

        Args:
            overwrite: replace the roster even if it was edited.

        Raises:
            ConfigurationError
        """
        others = {user.username: owner for user in users if (owner := self._other_owner(user)) is not None}
        live = {user.username: user for user in users if user.username not in others}
        generated = self._generated(instance, live)
        left_out = generated.left_out
        recorded = self.imported() if left_out else {}
        known = (live[name] for name in left_out if live[name].id in recorded)
        stale = {user.username: user.as_recorded(*recorded[user.id]) for user in known}
        if stale:
            # Without the line, the next `pulumi up` would delete the user.
            live |= stale
            generated = self._generated(instance, live)
        kept = {name: live[name] for name in generated.inputs}
        replaced, marks = overwrite or not self._is_edited(instance, generated), generated.marks
        roster = merging.MergeResult(generated.files.rows) if replaced else self._merged(instance, kept)
        if not replaced and self.has_personas:
            table = self._table if roster.text is None else csv_text.read(roster.text, str(self.roster))
            marks = rows.read_back(table, instance.names, self._shared).marks
        content = Content(
            self.language,
            self.name,
            self.roster.name,
            instance.arn,
            instance.alias,
            region or instance.arn.split(":")[3],
            generated.inputs,
            self.each,
            generated.identity_management_type,
            self.personas.name if self.has_personas else "",
            self.plugin,
        )
        people = {name: EntryUser(kept[name].id, each, kept[name].computed) for name, each in generated.inputs.items()}
        entries = document(self.name, people, plugin=self.plugin, each=self.each, marks=marks)
        new_files = {
            name: text
            for name, text in programs.files(content).items()
            # Pulumi would not run a program beside the one that there is, and so delete everybody who is imported.
            if not (self.path / name).exists() and (name == programs.PROJECT or self.main == self.language.main)
        }
        contents = {
            self.roster.name: roster.text,
            self.personas.name: generated.files.personas if replaced else None,
            **new_files,
            self.import_name: entries,
        }
        changed = tuple(name for name, text in contents.items() if text is not None and self.put(name, text))
        (self.path / self._unfinished_name).unlink(missing_ok=True)
        program = self._text(self.main)
        return ImportResult(
            len(kept),
            changed,
            left_out,
            others,
            programs.additions(content, program),
            programs.missing_argument(content, program),
            tuple(sorted(name for name, user in kept.items() if not user.selected)),
            roster.pending,
            frozenset(user.id for user in kept.values()),
            frozenset(stale.keys() & kept),
        )

    def _generated(self, instance: SourceInstance, people: Mapping[str, LiveUser]) -> rows.GeneratedRoster:
        inputs = {name: user.inputs for name, user in people.items()}
        return rows.write(inputs, instance.names, self.roster.name, personas=self.has_personas)

    def put(self, name: str, text: str) -> bool:
        """Write a file whose content differs. Returns whether it changed.

        Raises:
            ConfigurationError
        """
        file = self.path / name
        before = file.read_bytes() if file.exists() else None
        if before is not None and texts.read(file) == texts.lines(text):
            return False
        # Keep the line ends of the editor, and the byte order mark by which Excel recognises UTF-8.
        marked = name == self.roster.name and before is not None and before.startswith(_BYTE_ORDER_MARKS)
        newline = "\r\n" if before is not None and b"\r\n" in before else "\n"
        texts.put(file, f"\ufeff{text}" if marked else text, newline, make_folder=True)
        return True

    def _is_edited(self, instance: SourceInstance, generated: rows.GeneratedRoster) -> bool:
        """Whether the roster and its personas differ from what an import writes, or wrote the last time."""
        roster, personas = (texts.read(file) if file.exists() else None for file in (self.roster, self.personas))

        def differs(files: rows.RosterFiles) -> bool:
            return roster not in (None, texts.lines(files.rows)) or personas not in (None, files.personas)

        def files_of(people: Mapping[str, Props], *, personas: bool) -> rows.RosterFiles:
            lines = {name: rows.row(rows.without_recorded(inputs), instance.names) for name, inputs in people.items()}
            return rows.roster_files(lines, self.roster.name, personas=personas)

        def unedited() -> Iterator[rows.RosterFiles]:
            yield generated.files
            yield files_of(self._last, personas=self.has_personas)
            if self.has_personas:
                # A roster whose settings become personas only now.
                yield files_of(self._last, personas=False)
                yield files_of(generated.inputs, personas=False)

        return all(map(differs, unedited()))

    def _merged(self, instance: SourceInstance, kept: Mapping[str, LiveUser]) -> merging.MergeResult:
        """The edited roster, with what changed in the instance.

        Raises:
            ConfigurationError: the roster has problems, or both it and the instance changed, to different values.
            UnreadableRoster
        """
        if self.has_personas and not (self.roster.exists() and self.personas.exists()):
            missing, edited = sorted((self.roster, self.personas), key=Path.exists)
            raise ConfigurationError(
                f"{edited} was edited, and there is no {missing.name}; nothing was written; --overwrite writes both"
            )
        merged = merging.merge(
            decoded(self.roster.read_bytes(), str(self.roster)),
            self._last,
            {name: rows.without_recorded(user.inputs) for name, user in kept.items()},
            {name: user.live for name, user in kept.items()},
            instance.names,
            self._shared,
        )
        if merged.problems:
            raise ConfigurationError(
                f"{self.roster} does not fit the instance ({some(merged.problems, 1)}); nothing was written; --check "
                "shows everything, and --overwrite replaces the roster"
            )
        if merged.conflicts:
            raise ConfigurationError(
                f"{self.roster} was edited since the last import, and the instance changed too "
                f"({some(merged.conflicts, _SHOWN)}); nothing was written; --check shows the differences, "
                "and --overwrite replaces the roster"
            )
        return merged

    @cached_property
    def _last(self) -> dict[str, Props]:
        """Username -> inputs at the last import."""
        last = self._states(self.import_name).values()
        return {inputs["username"]: rows.without_recorded(inputs) for inputs, _ in last}

    @property
    def _table(self) -> Table:
        return read_file(self.roster, str(self.roster))

    @cached_property
    def _shared(self) -> Personas | None:
        """The personas in the folder; None without the file.

        Raises:
            UnreadableRoster
        """
        return read_personas(self.personas) if self.personas.exists() else None

    @cached_property
    def usernames(self) -> frozenset[str]:
        """The usernames that are already in the roster."""
        if not self.roster.exists():
            return frozenset()
        return frozenset(rows.read_back(self._table, rows.RosterNames("")).inputs)

    @cached_property
    def _project(self) -> str:
        """The name of the project in the folder; "" if there is none."""
        name = re.search(r"(?m)^name:\s*['\"]?([\w.-]+)", self._text(programs.PROJECT))
        return name[1] if name else ""

    def _other_owner(self, user: LiveUser) -> ownership.Owner | None:
        """The other program that owns the user. This program owns those who are, or were, in its roster."""
        if user.owner is None:
            return None
        if self._project and user.owner.stack is not None and user.owner.stack[1] != self._project:
            return user.owner
        name = ownership.owner_name(f"::{self.name}-{user.username}")
        made_here = bool(self._project) and user.owner.name.endswith(name)
        return None if user.username in self.usernames or made_here else user.owner

    def compare(self, instance: SourceInstance, users: Sequence[LiveUser]) -> Comparison:
        """Compare the roster with the instance.

        Raises:
            ConfigurationError, UnreadableRoster
        """
        declared, problems, _ = rows.read_back(self._table, instance.names, self._shared)
        owned = {user.username: owner for user in users if (owner := self._other_owner(user)) is not None}
        others = {name: owner for name, owner in owned.items() if name not in declared}
        live = {user.username: user for user in users if user.username not in others}
        refused = rows.refusals({name: live[name].inputs for name in live.keys() - declared}, instance.names)
        differences = [UserDifference("", problem) for problem in problems]
        usernames = sorted({*declared, *live})
        for username in usernames:
            user = live.get(username)
            names: tuple[str, ...] = ()
            if user is None:
                text = "in the roster, not in the instance"
            elif username not in declared:
                why = f", which cannot hold it: {refused[username]}" if username in refused else ""
                text = f"in the instance, not in the roster{why}"
            elif username in owned:
                text = f"in the roster, but belongs to {owned[username].urn} now"
            else:
                names = tuple(merging.differing_inputs(declared[username], user.live, user.inputs))
                text = f"differs in {', '.join(names)}" if names else ""
            if text:
                differences.append(UserDifference(username, text, names))
        return Comparison(len(usernames), differences, others)
