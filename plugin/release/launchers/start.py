"""Starts the plugin with the libraries beside this file: lib/any, and those for this Python."""

import sys
from pathlib import Path

LIBRARIES = Path(__file__).resolve().parent / "lib"
MINE = LIBRARIES / "cp{}{}".format(*sys.version_info)  # old Pythons have to parse this, too

if not MINE.is_dir():
    sys.exit(
        "connect-users: {} is Python {}.{}, for which this archive has no libraries; "
        "name another one in CONNECT_USERS_PYTHON".format(sys.executable, *sys.version_info)
    )
if sys.argv[1:] == ["--can-start"]:
    sys.exit(0)
sys.path[:0] = [str(MINE), str(LIBRARIES / "any")]

from connect_users.plugin.serve import main  # noqa: E402

sys.exit(main())
