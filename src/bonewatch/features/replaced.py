"""Which rows of a drug a newer one has replaced, on the rows known on a day.

Charts seldom close the row of an old dose. Of rows with the same agent and kind of route the newest
regular one replaces the older, unless both are marked as running. Where the newer one has ended
since, or a day or a route is not known, whether it did is not known either. The SQL of the same
stands in engine/replaced_sql.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bonewatch.features.to_python import Value

Row = dict[str, Value]


@dataclass(slots=True)
class _Peers:
    """What is known together of the regular rows that may replace another."""

    count: int = 0
    undated: int = 0
    newest_open: int = 0
    newest: int = 0

    def add(self, row: Row) -> None:
        """One more row."""
        self.count += 1
        self.undated += row["started_on"] is None
        self.newest = max(self.newest, _day(row["started_on_latest"]))
        if row["open_ended"]:
            self.newest_open = max(self.newest_open, _day(row["started_on"]))


def add_replaced(rows: Iterable[Row]) -> None:
    """Say of each row whether a newer one has replaced it: yes, no, or not known."""
    rows = list(rows)
    regular = [row for row in rows if _is_regular(row)]
    peers: dict[tuple[Value, ...], _Peers] = defaultdict(_Peers)
    for row in regular:
        told = row["route_kind"] is not None
        for marked in (True, False):
            # Two rows marked as running do not replace each other.
            if not (marked and row["running"]):
                peers[row["agent"], marked, "route", row["route_kind"]].add(row)
                peers[row["agent"], marked, "told", told].add(row)
    for row in rows:
        row["replaced"] = False
    for row in regular:
        marked, told = bool(row["running"]), row["route_kind"] is not None
        same = peers[row["agent"], marked, "route", row["route_kind"]]
        row["replaced"] = _replaced(row, same, peers[row["agent"], marked, "told", not told])


def _is_regular(row: Row) -> bool:
    return row["agent"] is not None and row["given"] is not False and not row["as_needed"]


def _replaced(row: Row, same_route: _Peers, route_not_told: _Peers) -> bool | None:
    latest = row["started_on_latest"]
    if isinstance(latest, int) and same_route.newest_open > latest:
        return True
    others = same_route.count - (not row["running"])
    perhaps = _perhaps(row, same_route, others) or _perhaps(
        row, route_not_told, route_not_told.count
    )
    return None if perhaps else False


def _perhaps(row: Row, peers: _Peers, others: int) -> bool:
    """May one of them be newer? With a day that is not known, any may."""
    latest = row["started_on_latest"]
    undated = others > 0 and (latest is None or peers.undated > 0)
    return undated or (isinstance(latest, int) and peers.newest > latest)


def _day(value: Value) -> int:
    return value if isinstance(value, int) else 0
