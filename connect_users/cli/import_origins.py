"""``connect-users import --from-stack``: users that another state manages, and how that state forgets them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from connect_users.cli.files import shown, text_of
from connect_users.cli.streams import print_problem
from connect_users.core.errors import WrongUsage
from connect_users.core.phrases import some
from connect_users.importing import origins as states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.importing.files import Folder
    from connect_users.importing.live import LiveUser
    from connect_users.importing.origins import Origins
    from connect_users.importing.results import ImportResult

#: The file with the commands.
SCRIPT: Final = "forget.sh"
_SHOWN: Final = 3


def read(file: str) -> Origins:
    """The users of the state in a file.

    Raises:
        ConfigurationError: it has another form.
        WrongUsage: it cannot be read.
    """
    return states.read(text_of(file), shown(file))


def instance_of(origins: Origins) -> str:
    """The instance of all the users.

    Raises:
        WrongUsage: there are several.
    """
    instances = origins.instances
    if len(instances) > 1:
        counts = ", ".join(f"{id_}: {len(origins.of(id_))}" for id_ in sorted(instances))
        raise WrongUsage(
            f"--from-stack: the users belong to {len(instances)} instances ({counts}); choose one with --instance"
        )
    return next(iter(instances.values()))


class Move:
    """The move of a state's users to the written folder."""

    def __init__(self, origins: Origins, instance_id: str, users: Sequence[LiveUser], done: ImportResult) -> None:
        wanted = origins.of(instance_id)
        live = {user.id for user in users}
        self._origins = origins
        self._moved = [each for each in wanted if each.place.user_id in done.ids]
        self._people = len({each.place.user_id for each in self._moved})
        self._elsewhere = len(origins.users) - len(wanted)
        self.gone = [each.name for each in wanted if each.place.user_id not in live]
        self.removal = states.state_removal(origins, self._moved)

    def write(self, folder: Folder) -> tuple[str, ...]:
        """Write the commands. Returns the name of the file if it changed."""
        name = folder.prefix + SCRIPT
        return (name,) if self._moved and folder.put(name, states.script(self._origins, self.removal)) else ()

    def result(self) -> dict[str, Any]:
        """The result for ``--json``."""
        return {
            "moved": self._people,
            "gone": self.gone,
            "commands": list(self.removal.commands),
            "held": {name: list(by) for name, by in self.removal.dependants.items()},
            "later": list(self.removal.later),
        }

    def warn(self) -> None:
        """Print which users are not moved, and which cannot leave the state yet."""
        refresh = "pulumi refresh" if self._origins.stack else "terraform apply -refresh-only"
        for name in self.gone:
            print_problem(f"{name}: the user no longer exists in the instance; {refresh} drops it")
        for name, by in self.removal.dependants.items():
            print_problem(f"{name}: {some(by, _SHOWN)} depends on it; first give that the id in another way")
        if self._elsewhere:
            print_problem(f"users of other instances, which are not moved: {self._elsewhere}")

    def advise(self, folder: Folder) -> None:
        """Print the next steps for the program and the state that manage the users now."""
        if not self._moved:
            return
        script = shlex.quote(str((folder.path / f"{folder.prefix}{SCRIPT}").resolve()))
        pulumi = self._origins.stack is not None
        held = len(self.removal.dependants)
        print(f"then, for {self._origins.where}, which manages {self._people} of these people now:")
        # A user removed from a program while its state has it is deleted by the next run.
        but = f" (except the {held} that something depends on)" if held else ""
        print(f"  remove them{but} from its program, and do not run that program yet")
        print(f"  sh {script}")
        command = "pulumi state delete" if pulumi else "terraform state rm"
        print(f"  (in the folder of that program: {command}, which deletes nobody in Connect)")
        print(f"  {'pulumi preview' if pulumi else 'terraform plan'}, which must not delete any of them")
        if pulumi:
            print("or, if nobody may edit its state: set retainOnDelete on them, run pulumi up, remove them, and run")
            print("pulumi up again")
