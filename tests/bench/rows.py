"""A row of the table, and how figures of interleaved runs become one."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Row:
    """One comparison; smaller is better.

    Attributes:
        most_ratio: the bar for ours / baseline; None where an absolute bar is meant.
        most: the bar for ours, in `unit`.
    """

    what: str
    ours: float
    baseline: float
    unit: str
    most_ratio: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float:
        """Ours / baseline."""
        return self.ours / self.baseline

    @property
    def within_bar(self) -> bool:
        """Whether every bar is kept."""
        return (self.most_ratio is None or self.ratio <= self.most_ratio) and (
            self.most is None or self.ours <= self.most
        )

    @property
    def verdict(self) -> str:
        """Whether the bars are kept, in a word; "" where there is none."""
        if self.most_ratio is None and self.most is None:
            return ""
        return "met" if self.within_bar else "MISSED"

    @property
    def bar_text(self) -> str:
        """The bars, for the table."""
        bars = [f"<= {self.most_ratio:g} x"] if self.most_ratio is not None else []
        return ", ".join([*bars, *([f"<= {self.most:g} {self.unit}"] if self.most is not None else [])])

    def as_dict(self) -> dict[str, Any]:
        """For the JSON report."""
        return {**asdict(self), "ratio": self.ratio, "within_bar": self.within_bar}


def interleaved(runs: int, *measures: Callable[[], float]) -> Sequence[float]:
    """The median of each measure over ``runs`` rounds, in each of which every measure is taken once."""
    figures: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for figure, measure in zip(figures, measures, strict=True):
            figure.append(measure())
    return [statistics.median(figure) for figure in figures]
