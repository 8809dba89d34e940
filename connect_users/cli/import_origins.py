"""``connect-users import --from-stack``: users whom another resource has, and how its state forgets them."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from connect_users.cli.names_of import text_of
from connect_users.core.errors import WrongUsage
from connect_users.core.phrases import some
from connect_users.importing import origins as states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.importing.files import Done, Folder
    from connect_users.importing.live import LiveUser
    from connect_users.importing.origins import Origins

#: The file with the commands.
SCRIPT: Final = "forget.sh"
_SHOWN: Final = 3


def read(file: str) -> Origins:
    """The users of a state in a file.

    Raises:
        ConfigurationError: it is of another form.
        WrongUsage: it cannot be read.
    """
    return states.read(text_of(file), "stdin" if file == "-" else file)


def instance_of(found: Origins) -> str:
    """The only instance of the users.

    Raises:
        WrongUsage: they have several.
    """
    instances = found.instances
    if len(instances) > 1:
        counts = ", ".join(f"{id_}: {len(found.of(id_))}" for id_ in sorted(instances))
        raise WrongUsage(f"--from-stack: the users are of {len(instances)} instances ({counts}); choose by --instance")
    return next(iter(instances.values()))


class Move:
    """What becomes of the users of a state, after those who are imported are in the folder."""

    def __init__(self, found: Origins, instance_id: str, users: Sequence[LiveUser], done: Done) -> None:
        wanted = found.of(instance_id)
        live = {user.id for user in users}
        self._origins = found
        self._moved = [each for id_, each in wanted.items() if id_ in done.ids]
        self._elsewhere = len(found.users) - len(wanted)
        self.gone = [each.name for id_, each in wanted.items() if id_ not in live]
        self.leaving = states.leaving(found, self._moved)

    def write(self, folder: Folder) -> tuple[str, ...]:
        """Write the commands; the name of the file where it was another before."""
        return (SCRIPT,) if self._moved and folder.put(SCRIPT, states.script(self._origins, self.leaving)) else ()

    def result(self) -> dict[str, Any]:
        """For machines."""
        return {
            "moved": len(self._moved),
            "gone": self.gone,
            "commands": list(self.leaving.commands),
            "held": {name: list(by) for name, by in self.leaving.held.items()},
            "later": list(self.leaving.later),
        }

    def tell(self) -> None:
        """Say who is not moved, and who cannot leave yet."""
        refresh = "pulumi refresh" if self._origins.stack else "terraform apply -refresh-only"
        for name in self.gone:
            print(f"{name}: the instance has no such user any more; {refresh} drops it", file=sys.stderr)
        for name, by in self.leaving.held.items():
            print(
                f"{name}: {some(by, _SHOWN)} depends on it; let that have the id from elsewhere first", file=sys.stderr
            )
        if self._elsewhere:
            print(f"users of other instances, who stay where they are: {self._elsewhere}", file=sys.stderr)

    def advise(self, folder: Folder) -> None:
        """Say what to do with the program and the state that have the users now."""
        if not self._moved:
            return
        script = shlex.quote(str((folder.path / SCRIPT).resolve()))
        pulumi = self._origins.stack is not None
        held = len(self.leaving.held)
        print(f"then, for {self._origins.where}, which has {len(self._moved)} of these people now:")
        # Whoever is taken out of a program while its state has him is deleted by the next run.
        but = f", but for {held} on whom something depends," if held else ""
        print(f"  take them{but} out of its program, and do not run that program yet")
        print(f"  sh {script}")
        command = "pulumi state delete" if pulumi else "terraform state rm"
        print(f"  (in the folder of that program: {command}, which deletes nobody in Connect)")
        print(f"  {'pulumi preview' if pulumi else 'terraform plan'}, in which none of them may be deleted")
        if pulumi:
            print(
                "or, where nobody may edit its state: set retainOnDelete on them, run pulumi up, take them out, and run"
            )
            print("pulumi up again")
