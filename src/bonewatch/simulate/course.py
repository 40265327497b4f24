"""What truly happens to one invented person: from the published hazards, whoever writes it down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from bonewatch.simulate.chance import YEAR, Chance
from bonewatch.simulate.rates import Rates

SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")
FINDS = ("fracture", "cord_compression")
"""The events by which metastases are found, where nothing else has found them."""


@dataclass(frozen=True, slots=True)
class Event:
    """A planted event in bone: radiotherapy, fracture, cord_compression, surgery, high_calcium."""

    kind: str
    on: date
    site: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Planted metastases in bone: where, and when they hurt, were told of and were found."""

    bones: tuple[str, ...]
    hurts_from: date
    told_on: date
    found_on: date
    agent_from: date | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The truth about one person up to the last day; `died_on` is None while alive then."""

    number: int
    born_on: date
    diagnosed_on: date
    subtype: str
    node_positive: bool
    distant_on: date | None
    spread: Spread | None
    died_on: date | None
    last_day: date


def course_of(rates: Rates, chance: Chance, number: int, until: date) -> Course:
    """One life, drawn."""
    years = timedelta(days=rates.number("diagnosed_within") * YEAR)
    diagnosed_on = chance.day_between(until - years, until - timedelta(days=1))
    drawn = chance.around(rates.numbers("diagnosis_age"))
    age = min(rates.number("oldest"), max(rates.number("youngest"), drawn))
    born_on = diagnosed_on - timedelta(days=round(age * YEAR))
    subtype = chance.one_of(rates.shares("subtypes"))
    nodes = chance.happens(rates.number("node_positive"))
    distant_on = _distant(rates, chance, diagnosed_on, nodes)
    died_on = _death(rates, chance, diagnosed_on, age, distant_on)
    last = min(until, died_on) if died_on else until
    seen = distant_on if distant_on and distant_on <= last else None
    has_bone = seen and chance.happens(rates.shares("bone_among_spread")[subtype])
    spread = _spread(rates, chance, seen, last) if seen and has_bone else None
    died = died_on if died_on and died_on <= until else None
    return Course(
        number, born_on, diagnosed_on, subtype, nodes, seen, spread, died, last
    )  # fmt: skip


def _distant(rates: Rates, chance: Chance, diagnosed_on: date, nodes: bool) -> date | None:
    if chance.happens(rates.number("metastatic_at_diagnosis")):
        return diagnosed_on
    name = "spread_regional" if nodes else "spread_localised"
    return chance.after(diagnosed_on, rates.numbers(name))


def _death(
    rates: Rates, chance: Chance, diagnosed_on: date, age: float, distant_on: date | None
) -> date | None:
    """The earlier of a death from other causes (Gompertz) and one after spread."""
    at, growth = rates.number("other_death_at_60"), rates.number("other_death_growth")
    given_for = rates.number("other_death_age")
    other = chance.after_hazard(
        diagnosed_on, lambda year: at * math.exp(growth * (age + year - given_for))
    )
    of_cancer = (
        chance.after(distant_on, rates.numbers("death_after_spread")) if distant_on else None
    )
    found = [day for day in (other, of_cancer) if day]
    return min(found, default=None)


def _spread(rates: Rates, chance: Chance, hurts_from: date, last: date) -> Spread:
    """Metastases in bone; a fracture or a pressed cord is what finds them, where it comes first."""
    told_on = hurts_from + timedelta(days=chance.days_around(*rates.numbers("days_to_tell")))
    found_on = told_on + timedelta(days=chance.days_around(*rates.numbers("days_to_diagnosis")))
    shares = rates.shares("first_bones")
    bones = tuple(bone for bone, share in shares.items() if chance.happens(share))
    bones = bones or (chance.one_of(shares),)
    before = [
        event
        for event in _events(rates, chance, bones, hurts_from, min(found_on, last))
        if event.kind in FINDS
    ]
    if before:
        found_on, told_on = before[0].on, min(told_on, before[0].on)
    given = chance.happens(rates.number("bone_agent"))
    agent_from = found_on + timedelta(days=rates.number("agent_after")) if given else None
    rate = "event_treated" if given else "event_untreated"
    after = _events(rates, chance, bones, found_on, last, rate)
    return Spread(bones, hurts_from, told_on, found_on, agent_from, (*before[:1], *after))


def _events(
    rates: Rates, chance: Chance, bones: tuple[str, ...], first: date, last: date,
    rate: str = "event_untreated",
) -> list[Event]:  # fmt: skip
    days = chance.times(rates.number(rate), first, last)
    found = [_event(rates, chance, bones, on) for on in days]
    calcium = chance.times(rates.number("high_calcium"), first, last)
    found += [Event("high_calcium", on, "") for on in calcium]
    return sorted(found, key=lambda event: event.on)


def _event(rates: Rates, chance: Chance, bones: tuple[str, ...], on: date) -> Event:
    kind = chance.one_of(rates.shares("event_kinds"))
    spinal = [bone for bone in bones if bone in SPINE]
    if kind == "cord_compression" and not spinal:
        kind = "radiotherapy"
    site = chance.any_of(spinal if kind == "cord_compression" else bones)
    return Event(kind, on, site)
