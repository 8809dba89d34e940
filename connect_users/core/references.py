"""The kinds of things in an instance that users, rosters and programs refer to, each with its words. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple


class Reference(NamedTuple):
    """A kind of thing that has a name and an id.

    Attributes:
        noun: in messages; also the end of the plugin's function (``getRoutingProfile``).
        arn_word: stands before the id in an ARN: ``.../agent-group/<id>``.
        field: the input of a user that holds the id, or the ids; "" where a user has none.
        column: the column of a roster that holds the name, or the names; "" where a roster has none.
    """

    noun: str
    arn_word: str
    field: str = ""
    column: str = ""

    @property
    def nouns(self) -> str:
        """The plural."""
        return f"{self.noun}s"

    @property
    def argument(self) -> str:
        """The argument of a roster, and the key of a file of names, that maps names to ids: ``routing_profiles``."""
        return self.nouns.replace(" ", "_")

    @property
    def word(self) -> str:
        """With hyphens, as in IAM's resource types: ``routing-profile``."""
        return self.noun.replace(" ", "-")


ROUTING_PROFILE: Final = Reference("routing profile", "routing-profile", "routing_profile_id", "routing_profile")
SECURITY_PROFILE: Final = Reference("security profile", "security-profile", "security_profile_ids", "security_profiles")
HIERARCHY_GROUP: Final = Reference("hierarchy group", "agent-group", "hierarchy_group_id", "hierarchy_group")
QUEUE: Final = Reference("queue", "queue")
QUICK_CONNECT: Final = Reference("quick connect", "transfer-destination")
USER: Final = Reference("user", "agent")

REFERENCES: Final = (ROUTING_PROFILE, SECURITY_PROFILE, HIERARCHY_GROUP, QUEUE, QUICK_CONNECT, USER)
#: Those that the inputs of a user hold ids of, and a roster names of.
OF_USERS: Final = tuple(reference for reference in REFERENCES if reference.field)
#: Input of a user -> what its ids refer to.
BY_FIELD: Final = {reference.field: reference for reference in OF_USERS}
