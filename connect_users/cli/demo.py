"""``connect-users demo``: the whole life of a few users, one screen after the other.

The scenes are data (`SCENES`). They run on the real Pulumi CLI if `pulumi` is on PATH, and otherwise as a rehearsal.
In both cases everything is in a temporary folder and on the embedded emulator: the demo needs no AWS account and does
not touch the user's own Pulumi.
"""

from __future__ import annotations

import difflib
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.core.errors import ConnectUsersError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from connect_users.cli.demo_stage import CliStage, DemoConsole, RehearsalStage


@dataclass(frozen=True)
class Scene:
    """One screen.

    Attributes:
        edits: (old, new) parts of the program that change before the command runs, shown as a diff.
        behind: a change in Connect itself, outside the program.
        commands: the commands to run on the stage.
        fails: whether the commands must fail.
    """

    title: str
    commands: tuple[str, ...]
    edits: tuple[tuple[str, str], ...] = ()
    behind: Callable[[DemoConsole], str] | None = None
    fails: bool = False


def _move_grace(console: DemoConsole) -> str:
    console.move("grace.hopper", "Basic Routing Profile")
    return "Somebody moves grace.hopper to 'Basic Routing Profile' in the Connect console."


def _delete_edsger(console: DemoConsole) -> str:
    console.delete("edsger.dijkstra")
    return "Somebody deletes edsger.dijkstra in the Connect console."


_ADA_SUPPORT = """    routing_profile_id=instance.routing_profile_id("Support"),
    security_profile_ids=[instance.security_profile_id("Agent")],
    after_contact_work"""
_GRACE = '    username="grace.hopper",'
_BAD = (
    ('    username="edsger.dijkstra",', '    username="edsger dijkstra",'),
    ('"phone_type": "DESK_PHONE", "desk_phone_number": "+31201234567"', '"phone_type": "DESK_PHONE", "auto_acept": 1'),
    ('    tags={"team": "operations"},', '    tags={"aws:team": "operations"},'),
)

SCENES = (
    Scene("Preview: three users would be created. Nothing is changed yet", ("preview",)),
    Scene("Up: each user is created by one CreateUser call (Ada's proficiency needs a second call)", ("up",)),
    Scene("A second preview is empty", ("preview",)),
    Scene(
        "A mover: Ada moves from Support to Sales and becomes a manager. The preview shows exactly that",
        ("preview", "up"),
        edits=((_ADA_SUPPORT, _ADA_SUPPORT.replace('"Support"', '"Sales"').replace('"Agent"', '"CallCenterManager"')),),
    ),
    Scene("Drift: a refresh finds what was changed outside the program", ("refresh", "preview"), behind=_move_grace),
    Scene(
        "... and it finds that a user was deleted there; up creates the user again",
        ("refresh", "up"),
        behind=_delete_edsger,
    ),
    Scene(
        "Bad input: the preview reports all problems at once, before anything happens",
        ("preview",),
        edits=_BAD,
        fails=True,
    ),
    Scene(
        "A rename: no API renames a user, so the preview shows a replacement",
        ("preview", "up"),
        edits=(*((new, old) for old, new in _BAD), (_GRACE, _GRACE.replace("hopper", "murray"))),
    ),
    Scene("Destroy: all users are deleted", ("destroy",)),
)


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Watch users being previewed, created, changed, drifted, refreshed and deleted, on the embedded emulator: "
        "without an AWS account."
    )
    parser.add_argument("--rehearsal", action="store_true", help="do not use the Pulumi CLI, even if it is on PATH")
    parser.add_argument("--no-pause", action="store_true", help="do not wait for Enter after each screen")


def run(args: argparse.Namespace) -> int:
    """Play all scenes; 1 if one of them does not end as expected."""
    from connect_users.cli.demo_stage import DemoConsole, stage_of

    pause = not args.no_pause and sys.stdin.isatty() and sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="connect-users-demo-") as folder:
        project = Path(folder) / "demo"
        shutil.copytree(Path(__file__).parent / "demo_project", project)
        stage = stage_of(project, Path(folder) / "stack", rehearsal=args.rehearsal)
        print(f"This demo runs on the embedded Amazon Connect emulator, {stage.description}.")
        with closing(stage):
            console = DemoConsole(stage.project)
            for number, scene in enumerate(SCENES, start=1):
                print(f"\n━━ {number}/{len(SCENES)} ━━ {scene.title}\n")
                if not _play(scene, stage, console):
                    print(f"connect-users demo: scene {number} did not end as expected", file=sys.stderr)
                    return 1
                if pause and number < len(SCENES):
                    pause = wait()
    return 0


def wait() -> bool:
    """Wait for Enter; returns whether to wait again: not after the end of the input (Ctrl-D)."""
    try:
        input("\n[Enter for the next screen] ")
    except EOFError:
        print()
        return False
    return True


def _play(scene: Scene, stage: CliStage | RehearsalStage, console: DemoConsole) -> bool:
    """Play one scene; returns whether its commands ended as expected."""
    if scene.behind is not None:
        print(f"  {scene.behind(console)}\n")
    for old, new in scene.edits:
        _edit(stage.project / "__main__.py", old, new)
    for command in scene.commands:
        print(f"$ pulumi {command}")
        if stage.run(command) == scene.fails:
            return False
    return True


def _edit(program: Path, old: str, new: str) -> None:
    """Change the program, and show the lines that differ."""
    text = program.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ConnectUsersError(f"the demo's program contains {old!r} {text.count(old)} times, not once")
    program.write_text(text.replace(old, new), encoding="utf-8")
    print(f"  {program.name}:")
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        if line[0] in "+-":
            print(f"  {line[0]} {line[2:].strip()}")
    print()
