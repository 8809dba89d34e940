"""``connect-users import``: the users of an existing instance, as a roster, a program and a file of states.

Nothing is written to Connect. Four files are written to a folder, the program and the project only if there is none:

- ``agents.csv``: the roster, with names instead of ids; with ``--personas`` also ``personas.yaml``;
- ``__main__.py``, ``Pulumi.yaml``: a program that declares a `ConnectUserRoster`; or the program and the project in
  another language (`connect_users.importing.programs`);
- ``import.json``: the input of ``pulumi import --file``, with states, since Pulumi cannot read dynamic resources that
  are not in its state yet. A later run describes only users who may have changed since.

A second roster in the folder has its own: ``NAME.csv``, ``NAME-personas.yaml``, ``NAME-import.json``.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_users.cli import connecting
from connect_users.cli.progress import Progress
from connect_users.cli.streams import print_json, print_line, print_problem
from connect_users.core.errors import ConfigurationError, ConnectUsersError, WrongUsage
from connect_users.core.phrases import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Container

    from connect_users.core.settings import Settings
    from connect_users.importing.files import Folder
    from connect_users.importing.instance import SourceInstance
    from connect_users.importing.live import LiveUser
    from connect_users.importing.origins import Origins
    from connect_users.importing.results import ImportResult

#: A roster's name, which becomes part of its people's resource names and of its file's name.
_NAME: Final = r"\w[\w.-]*"
_IMPORT: Final = "pulumi import --file {} --generate-code=false --protect=false --yes"
_LANGUAGES: Final = ("python", "yaml", "typescript", "go")
#: If reading takes longer than this, in seconds, a message says so.
_LONG: Final = 15
#: From this number of people on, a self-managed backend takes minutes: it writes the whole state for each person.
_MANY: Final = 500


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Write a roster of a Connect instance's users, a program that declares it, and a file for `pulumi import`. "
        "Nothing is changed in Connect. E-mail addresses cost one request for each user, 2 a second by default. "
        "Exit status: 0; 1 if a user was left out, not matched, or differs; 2 for wrong usage."
    )
    parser.add_argument(
        "--instance",
        metavar="ID",
        help="id, ARN or alias of the instance (default with --from-stack: that of its users)",
    )
    parser.add_argument(
        "--from-stack",
        metavar="EXPORT",
        help="only the users in a state: the output of `pulumi stack export` for a stack with aws.connect.User (or the "
        "one of aws-native), or of `terraform show -json` for a state with aws_connect_user; forget.sh gets the "
        "commands that make that state forget them",
    )
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="WHAT=VALUE",
        help="only these users: tag=KEY=VALUE (or tag=KEY), routing-profile=NAME, hierarchy=PATH (with all below), "
        "username=GLOB; may be repeated: one of each kind must match; users already in the roster stay",
    )
    parser.add_argument("--out", metavar="DIR", help="the folder to write")
    parser.add_argument("--name", default="agents", help="name of the roster in the program (default: agents)")
    parser.add_argument(
        "--language",
        choices=_LANGUAGES,
        help="language of the program (default: that of the project in DIR, else python): python writes a "
        "ConnectUserRoster, with the dynamic provider; yaml, typescript and go write a connect-users:UserRoster, with "
        "the plugin (connect-users plugin install)",
    )
    parser.add_argument(
        "--each",
        action="store_true",
        help="a new program declares each person (ConnectUser, connect-users:User) instead of the roster, whose file "
        "then only serves --check",
    )
    parser.add_argument(
        "--personas",
        action="store_true",
        help="write settings that many people share to personas.yaml, and only what differs to the rows; later imports "
        "into the folder do the same",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the roster and its personas even if they were edited"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if the folder and the instance differ (for a nightly job)",
    )
    parser.add_argument(
        "--into",
        metavar="FILE",
        help="fill the file that `pulumi preview --import-file FILE` wrote for an existing program",
    )
    parser.add_argument(
        "--preview",
        metavar="FILE",
        help="with --into: the output of `pulumi preview --json` for the same program, so that only the inputs that it "
        "declares are imported",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")
    connecting.add(parser)


def run(args: argparse.Namespace) -> int:
    """Exit status: 0; 1 if a user was left out, not matched, or differs.

    Raises:
        WrongUsage: options that do not go together.
    """
    problem = _misuse(args)
    if problem:
        raise WrongUsage(problem)
    origins = None
    if args.from_stack:
        from connect_users.cli import import_origins

        origins = import_origins.read(args.from_stack)
        args.instance = args.instance or import_origins.instance_of(origins)
    settings = connecting.settings(args)
    if args.into:
        return _into(args, settings)
    return _check(args, settings) if args.check else _write(args, settings, origins)


def _misuse(args: argparse.Namespace) -> str:
    if not (args.instance or args.from_stack):
        return "give --instance ID"
    if args.from_stack and (args.into or args.check or args.select):
        return "--from-stack goes with --out, and not with --check or --select"
    if bool(args.out) == bool(args.into):
        return "give either --out DIR or --into FILE"
    if args.into and args.check:
        return "--check goes with --out"
    if args.preview and not args.into:
        return "--preview goes with --into"
    if (args.language or args.each) and (args.into or args.check):
        return f"{'--language' if args.language else '--each'} goes with --out, and not with --check"
    if args.personas and (args.into or args.check or args.each):
        return "--personas goes with --out, and not with --check or --each"
    if args.overwrite and (args.into or args.check):
        return "--overwrite goes with --out, and not with --check"
    if not re.fullmatch(_NAME, args.name):
        return "--name: write letters, digits, - _ and ., a letter or digit first"
    return ""


class _ReadingProgress:
    """Shows the progress of reading users, and the time that it will take."""

    def __init__(self, progress: Progress, rate: float, *, kept: bool) -> None:
        self._progress = progress
        self._rate = rate
        self._kept = kept
        self.at = progress.at
        self.note = progress.note

    def begin(self, total: int, new: int) -> None:
        """Say how long it takes to describe the new users at the rate of requests."""
        seconds = new / self._rate
        if seconds > _LONG:
            time = f"{seconds / 60:.0f} min" if seconds > 100 else f"{seconds:.0f} s"
            self.note(
                f"{total:,} users; describing {new:,} of them one by one, for their e-mail addresses, takes "
                f"about {time} at {self._rate:g} a second"
                f"{' (Ctrl-C keeps what was read)' if self._kept else ''}"
            )


def _read(
    args: argparse.Namespace,
    settings: Settings,
    folder: Folder | None,
    users: list[LiveUser],
    origins: Origins | None = None,
    *,
    kept: bool = False,
) -> SourceInstance:
    """Read the instance. Adds to ``users`` those in the roster and those that are selected."""
    from connect_users.connect.connection import gateway_for
    from connect_users.importing.instance import find_instance
    from connect_users.importing.live import read_users
    from connect_users.importing.selection import Selection

    selection = Selection.parse(args.select)
    known = folder.imported() if folder is not None else {}
    always = folder.usernames if folder is not None and not args.overwrite else frozenset()
    gateway = gateway_for(settings)
    with Progress(f"reading Connect instance '{args.instance}'") as progress:
        progress.say("its names")
        instance = find_instance(gateway, args.instance, progress.note)
        selection.check(instance.labels)
        if origins is not None:
            selection = dataclasses.replace(selection, ids=_ids(origins, instance.id, args.from_stack))
        shown = _ReadingProgress(progress, settings.requests_per_second, kept=kept)
        read_users(gateway, instance, selection, known, shown, users, always)
    return instance


def _ids(origins: Origins, instance_id: str, file: str) -> Container[str]:
    """The ids of a state's users in an instance.

    Raises:
        ConfigurationError: there are none.
    """
    ids = {user.place.user_id for user in origins.of(instance_id)}
    if not ids:
        raise ConfigurationError(
            f"{file} has no users of Connect instance {instance_id}, only of {', '.join(sorted(origins.instances))}"
        )
    return ids


def _write(args: argparse.Namespace, settings: Settings, origins: Origins | None) -> int:
    from connect_users.importing.files import Folder
    from connect_users.importing.programs import Language

    wanted = Language(args.language) if args.language else None
    folder = Folder(Path(args.out), args.name, wanted, each=args.each, personas=args.personas)
    # Refuse a folder that cannot be written before the instance is read, which may take long.
    language, each = folder.language, folder.each
    users: list[LiveUser] = []
    try:
        instance = _read(args, settings, folder, users, origins, kept=True)
    except (KeyboardInterrupt, ConnectUsersError):
        if users:
            folder.keep(users)
            print_problem(f"{len(users):,} users were read and saved; run the same command to continue")
        raise
    done = folder.write(instance, users, None if settings.embedded else settings.region, overwrite=args.overwrite)
    move, changed = None, done.changed
    if origins is not None:
        from connect_users.cli.import_origins import Move

        move = Move(origins, instance.id, users, done)
        changed += move.write(folder)
    status = 1 if done.left_out or (move is not None and move.gone) else 0
    if args.json:
        _print_json(
            args.instance,
            people=done.people,
            language=language.value,
            each=each,
            changed=list(changed),
            left_out=dict(done.left_out),
            others={name: owner.urn for name, owner in done.others.items()},
            unselected=list(done.unselected),
            pending=list(done.pending),
            **(move.result() if move is not None else {}),
        )
        return status
    _warn(done)
    if move is not None:
        move.warn()
    print_line(f"{plural(done.people, 'person', 'people')} of {instance.alias or instance.id} in {args.out}")
    for name in changed:
        print(f"  {name} written")
    if not changed:
        print("  nothing has changed")
    _advise(done, folder)
    if move is not None:
        move.advise(folder)
    return status


def _advise(done: ImportResult, folder: Folder) -> None:
    """Print the next commands."""
    if done.snippet:
        usual = folder.each or folder.main == folder.language.main
        paths = "" if usual else " (paths are relative to the folder in which Pulumi runs it)"
        print(f"add these lines to {folder.main}{paths}:\n{done.snippet}", end="")
    if done.argument:
        print(f"add this argument to the roster in {folder.main}: {done.argument}")
    if done.people and folder.import_name in done.changed:
        print("next, in that folder, with a stack selected:")
        for command in (*_preparations(folder), _IMPORT.format(folder.import_name), "pulumi preview"):
            print(f"  {command}")
        if done.people > _MANY:
            print("(on a self-managed backend, PULUMI_SKIP_CHECKPOINTS=true makes the import a matter of seconds)")


def _preparations(folder: Folder) -> list[str]:
    """Commands that a program in the folder's language needs once."""
    if not folder.plugin:
        return []
    from connect_users.plugin.install import ADD_SDK

    return ["connect-users plugin install", *([ADD_SDK] if folder.language.has_sdk else [])]


def _warn(done: ImportResult) -> None:
    """Print the users in whom the roster differs from the instance, and why."""
    from connect_users.importing.results import owners

    for line in owners(done.others):
        print_problem(line)
    for username in done.unselected:
        stays = "no longer selected, but stays in the roster; without the line, pulumi up deletes the user"
        print_problem(f"{username}: {stays}")
    for username in done.pending:
        print_problem(f"{username}: the edited line stays, for the next pulumi up")
    for username, reason in sorted(done.left_out.items()):
        what = "the line of the last import stays" if username in done.stale else "left out"
        print_problem(f"{username}: {what}: {reason}")


def _check(args: argparse.Namespace, settings: Settings) -> int:
    from connect_users.importing.files import Folder

    folder = Folder(Path(args.out), args.name)
    if not folder.roster.exists():
        raise ConfigurationError(f"{folder.roster} does not exist; run without --check first")
    users: list[LiveUser] = []
    instance = _read(args, settings, folder, users)
    people, differences, others = folder.compare(instance, users)
    if args.json:
        _print_json(
            args.instance,
            people=people,
            differences=[dataclasses.asdict(each) for each in differences],
            others={name: owner.urn for name, owner in others.items()},
        )
        return 1 if differences else 0
    for difference in differences:
        print_problem(str(difference))
    if not differences:
        elsewhere = f"; {plural(len(others), 'user is', 'users are')} managed elsewhere" if others else ""
        print_line(f"{folder.roster} and the instance agree on {plural(people, 'person', 'people')}{elsewhere}")
    return 1 if differences else 0


def _into(args: argparse.Namespace, settings: Settings) -> int:
    from connect_users.cli.files import text_of, write
    from connect_users.importing import skeleton

    document = skeleton.read(text_of(args.into), args.into)
    declared = skeleton.declared(text_of(args.preview)) if args.preview else None
    users: list[LiveUser] = []
    instance = _read(args, settings, None, users)
    filled = skeleton.fill(document, users, instance.id, declared)
    write(args.into, filled.text)
    if args.json:
        _print_json(args.instance, people=filled.people, unmatched=list(filled.unmatched))
        return 1 if filled.unmatched else 0
    for line in filled.unmatched:
        print_problem(line)
    print_line(f"{plural(filled.people, 'person', 'people')} matched in {args.into}")
    if filled.people:
        print(f"next: {_IMPORT.format(shlex.quote(args.into))}")
    return 1 if filled.unmatched else 0


def _print_json(instance: str, **result: Any) -> None:
    print_json({"instance": instance, **result})
