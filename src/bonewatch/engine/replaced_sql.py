"""Which rows of a drug a newer one has replaced, as SQL: the twin of features/replaced.py."""

from __future__ import annotations

_REGULAR = "(agent is not null and coalesce(given, true) and not coalesce(as_needed, false))"
_MARKED = "coalesce(running, false)"
_OF_AGENT = "over (partition by patient_id, agent)"
_OF_ROUTE = "over (partition by patient_id, agent, route_kind)"
_UNTOLD = "route_kind is null"


def replaced() -> str:
    """The column `replaced` of the known treatment rows: true, false, or null."""
    return (
        f"case when not {_REGULAR} then false"
        f" when {_MARKED} then {_among(f'not {_MARKED}', itself=0)}"
        f" else {_among('true', itself=1)} end as replaced"
    )


def _among(peers: str, itself: int) -> str:
    """For a row that only these may replace; it is one of them itself, or not."""
    open_ = _newest("started_on", f"{peers} and open_ended", _OF_ROUTE)
    same = _perhaps(peers, _OF_ROUTE, itself)
    untold = _perhaps(f"{peers} and {_UNTOLD}", _OF_AGENT, 0)
    told = _perhaps(f"{peers} and not ({_UNTOLD})", _OF_AGENT, 0)
    perhaps = f"{same} or case when {_UNTOLD} then {told} else {untold} end"
    return (
        f"case when {open_} > started_on_latest then true when {perhaps} then null else false end"
    )


def _perhaps(peers: str, window: str, itself: int) -> str:
    """May one of them be newer? With a day that is not known, any may."""
    others = f"{_count(peers, window)} > {itself}"
    undated = (
        f"started_on_latest is null or {_count(f'{peers} and started_on is null', window)} > 0"
    )
    newer = f"{_newest('started_on_latest', peers, window)} > started_on_latest"
    return f"(({others} and ({undated})) or coalesce({newer}, false))"


def _newest(day: str, among: str, window: str) -> str:
    return f"max(case when {_REGULAR} and {among} then {day} end) {window}"


def _count(among: str, window: str) -> str:
    return f"count(case when {_REGULAR} and {among} then 1 end) {window}"
