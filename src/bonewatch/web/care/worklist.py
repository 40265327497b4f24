"""The worklist: the most dangerous first, then the longest waiting, each with its clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.web.accounts.models import Clinic, User
from bonewatch.web.care.models import Alarm, State

RED = URGENCIES[0]


@dataclass(frozen=True, slots=True)
class Item:
    """An alarm on the list: how long it waits, and how long until, or since, it is late."""

    alarm: Alarm
    waited: timedelta
    left: timedelta
    title: str

    @property
    def is_late(self) -> bool:
        """Still open after the time in which someone should have said that they have it."""
        return self.alarm.state == State.OPEN and self.left < timedelta(0)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list is wanted. An emergency is shown whatever is chosen."""

    mine: bool = False
    tier: str = ""
    snoozed: bool = False


def worklist(user: User, pack: Pack, wanted: Filter, now: datetime | None = None) -> list[Item]:
    """The alarms of the user's clinic that are not closed, in order."""
    moment = now or timezone.now()
    alarms = Alarm.objects.filter(patient__clinic=user.clinic).exclude(state=State.CLOSED)
    listed = _wanted(alarms, user, wanted, moment).select_related("patient", "owner")
    items = [_item(alarm, pack, moment) for alarm in listed]
    return sorted(items, key=lambda item: (_rank(item), item.alarm.opened_at))


def _wanted(alarms: QuerySet[Alarm], user: User, wanted: Filter, now: datetime) -> QuerySet[Alarm]:
    asked = Q()
    if wanted.mine:
        asked &= Q(owner=user)
    if wanted.tier:
        asked &= Q(urgency=wanted.tier)
    if not wanted.snoozed:
        asked &= Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return alarms.filter(asked | Q(urgency=RED))


def _rank(item: Item) -> tuple[int, bool]:
    return URGENCIES.index(item.alarm.urgency), item.alarm.state != State.OPEN


def _item(alarm: Alarm, pack: Pack, now: datetime) -> Item:
    first = alarm.rules[0] if alarm.rules else ""
    rule = pack.rules.get(first)
    return Item(
        alarm, now - alarm.opened_at, alarm.due_at - now, rule.text.title if rule else first
    )


# ---- dashboard -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByRule:
    """How often a rule was behind an alarm, and how often something was done about it."""

    rule: str
    title: str
    alarms: int
    acted: int
    known: int

    @property
    def share(self) -> float:
        """Of a hundred closed ones, those on which was acted."""
        return 100 * self.acted / self.alarms if self.alarms else 0.0


def by_week(clinic: Clinic) -> list[dict[str, object]]:
    """Alarms of each week: how many, of which tier, and how soon they were acknowledged."""
    waited = ExpressionWrapper(F("acknowledged_at") - F("opened_at"), DurationField())
    found = (
        Alarm.objects.filter(patient__clinic=clinic)
        .annotate(week=TruncWeek("opened_at"))
        .values("week")
        .annotate(
            alarms=Count("pk"), red=Count("pk", filter=Q(urgency=RED)),
            waited=Avg(waited, filter=Q(acknowledged_at__isnull=False)),
            late=Count("pk", filter=Q(acknowledged_at__gt=F("due_at"))),
        )
        .order_by("-week")
    )  # fmt: skip
    return [dict(row) for row in found]


def by_rule(clinic: Clinic, pack: Pack) -> list[ByRule]:
    """Every rule behind a closed alarm, the one most often without an act first."""
    alarms = Alarm.objects.filter(patient__clinic=clinic, state=State.CLOSED)
    counted: dict[str, list[int]] = {}
    for alarm in alarms:
        for rule in alarm.rules:
            row = counted.setdefault(rule, [0, 0, 0])
            row[0] += 1
            row[1] += alarm.outcome not in ("known", "mistake", "not_reached")
            row[2] += alarm.outcome in ("known", "mistake")
    return sorted(_ruled(counted, pack), key=lambda one: (one.share, -one.alarms, one.rule))


def _ruled(counted: dict[str, list[int]], pack: Pack) -> Iterable[ByRule]:
    for name, (alarms, acted, known) in counted.items():
        rule = pack.rules.get(name)
        yield ByRule(name, rule.text.title if rule else name, alarms, acted, known)
