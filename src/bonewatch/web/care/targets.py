"""The clinic's times for answering an alarm and for asking, from targets.yaml."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("targets.yaml")


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(_Checked):
    """Times of one tier."""

    acknowledge_minutes: int
    escalate_every_minutes: int

    @property
    def acknowledge(self) -> timedelta:
        """How soon someone has to say that they have it."""
        return timedelta(minutes=self.acknowledge_minutes)

    @property
    def escalate_every(self) -> timedelta:
        """How long each person of the rota has before the next is told."""
        return timedelta(minutes=self.escalate_every_minutes)


class FollowUp(_Checked):
    """When a person is asked again after an alarm, and when that ends."""

    next_after_hours: int
    until_below: str


class Snooze(_Checked):
    """The longest time for which an item may be put off."""

    most_days: int


class CheckIns(_Checked):
    """How often a patient is asked how they are, where nothing else was agreed with them."""

    every_days: int


class Summary(_Checked):
    """How far back the summary for a visit looks."""

    recent_days: int


class Targets(_Checked):
    """All of them, and whose they are."""

    basis: str
    review: str
    tiers: dict[str, Tier]
    follow_up: FollowUp
    snooze: Snooze
    check_ins: CheckIns
    summary: Summary


@cache
def targets() -> Targets:
    """The times as written in targets.yaml."""
    return Targets.model_validate(yaml.safe_load(_FILE.read_text()))
