"""What a `pulumi` command printed, taken apart as a reader would."""

from __future__ import annotations

import re

from connect_users import testing


class Outcome(testing.Outcome):
    """What one `pulumi` command answered."""

    def changes(self) -> dict[str, set[str]]:
        """The values that a ``--diff`` marks as added, changed or removed, by resource; without brackets."""
        marked: dict[str, set[str]] = {}
        lines: set[str] = set()
        for line in self.text.splitlines():
            words = re.sub(r"\s+", " ", line).replace(" :", ":").strip()
            urn = re.fullmatch(r"\[urn=.*::(.*)\]", words)
            if urn is not None:
                lines = marked.setdefault(urn[1], set())
            elif re.match(r"[-+~] [^:]+: .*[^\[{]$", words) and "pulumi-python:" not in words:
                lines.add(words)
        return {name: lines for name, lines in marked.items() if lines}

    def messages(self, name: str) -> list[str]:
        """What the diagnostics say of one resource, a line each, without Pulumi's headings."""
        _, _, diagnostics = self.text.partition("Diagnostics:")
        found: list[str] = []
        ours = False
        for line in diagnostics.splitlines():
            heading = re.fullmatch(r"  \S+ \((.*)\):", line)
            if heading is not None:
                ours = heading[1] == name
            elif ours and line.startswith("    "):
                found.append(line.strip())
            elif line and not line.startswith(" "):
                ours = False
        return found
