"""Alarms: the whole table of states, what each step needs, the worklist, and escalation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bonewatch.knowledge.pack import URGENCIES
from bonewatch.web.accounts import audit
from bonewatch.web.care.alarms import StepError, raise_from, snooze, take
from bonewatch.web.care.models import Alarm, AlarmEvent, Outcome, State
from bonewatch.web.care.states import STEPS, WORSE
from bonewatch.web.care.targets import targets
from bonewatch.web.care.worklist import Filter, by_rule, by_week, worklist
from bonewatch.web.chart.actions import Row, Said, answer, write
from bonewatch.web.chart.queries import assessor
from bonewatch.web.jobs.queue import work_off

from .conftest import Cast, signed_in

TOLD: dict[str, dict[str, Any]] = {
    "emergency": {"kind": "limb_weakness"},
    "same_day": {"kind": "pain", "site": "thoracic_spine", "severity": 8},
    "urgent": {"kind": "lump"},
    "soon": {"kind": "stiffness"},
}


def alarm_of(cast: Cast, urgency: str = "emergency", ago: float = 0, mine: bool = True) -> Alarm:
    """An alarm of this tier, raised so many hours ago."""
    at = timezone.now() - timedelta(hours=ago)
    day = timezone.localdate(at).isoformat()
    patient = cast.patient if mine else cast.other
    rows = [Row("primary_cancer", {}), Row("symptom", {"reported_on": day, **TOLD[urgency]})]
    write(patient, Said(cast.diaz, "form", at), rows)
    alarm = raise_from(answer(patient, at))
    assert alarm is not None
    assert alarm.urgency == urgency
    return alarm


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_whole_table_of_states(cast: Cast, state: State, name: str) -> None:
    alarm, step = alarm_of(cast), STEPS[name]
    alarm.state, alarm.outcome = state, "seen" if state == State.CLOSED else ""
    alarm.save()
    allowed = step.by_person and state in step.before
    if allowed:
        assert take(alarm, cast.diaz, name, "done", "seen").state == step.after
    else:
        with pytest.raises(StepError):
            take(alarm, cast.diaz, name, "done", "seen")


def test_from_alarm_to_closed(cast: Cast) -> None:
    alarm, client = alarm_of(cast), signed_in(cast.diaz)
    there = reverse("alarm", args=[cast.patient.public_id, alarm.public_id])
    for sent in ({"step": "acknowledge"}, {"step": "act", "note": "MRI tonight"}):
        assert client.post(there, sent).status_code == 302
    refused = client.post(there, {"step": "close"})
    assert "Nothing can be closed without an outcome" in refused.content.decode()
    assert (
        client.post(there, {"step": "close", "outcome": "admitted", "resolved": "on"}).status_code
        == 302
    )
    alarm.refresh_from_db()
    assert (alarm.state, alarm.outcome, alarm.resolved) == (State.CLOSED, Outcome.ADMITTED, True)
    steps = [event.step for event in AlarmEvent.objects.filter(alarm=alarm)]
    assert steps == ["open", "acknowledge", "act", "close"]
    assert not list(audit.broken())


def test_the_database_closes_nothing_without_an_outcome(cast: Cast) -> None:
    alarm = alarm_of(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.filter(pk=alarm.pk).update(state=State.CLOSED)


def test_worse_opens_it_again_and_never_lowers_it(cast: Cast) -> None:
    alarm = alarm_of(cast, "soon")
    take(alarm, cast.diaz, "acknowledge")
    worse = alarm_of(cast, "emergency")
    assert (worse.pk, worse.state, worse.owner) == (alarm.pk, State.OPEN, None)
    assert AlarmEvent.objects.filter(alarm=alarm, step=WORSE).exists()
    again = raise_from(answer(cast.patient, timezone.now()))
    assert again is not None
    assert (again.urgency, again.state) == ("emergency", State.OPEN)


@pytest.mark.parametrize("urgency", URGENCIES[:-1])
def test_only_what_is_below_same_day_can_be_put_off(cast: Cast, urgency: str) -> None:
    alarm = alarm_of(cast, urgency)
    if urgency in ("emergency", "same_day"):
        with pytest.raises(StepError):
            snooze(alarm, cast.diaz, 1, "busy")
        return
    most = targets().snooze.most_days
    for days, reason in ((0, "x"), (most + 1, "x"), (1, " ")):
        with pytest.raises(StepError):
            snooze(alarm, cast.diaz, days, reason)
    assert snooze(alarm, cast.diaz, 1, "seen next week").snoozed_until is not None
    pack = assessor("en").pack
    assert worklist(cast.diaz, pack, Filter()) == []
    later = timezone.now() + timedelta(days=2)
    assert len(worklist(cast.diaz, pack, Filter(), later)) == 1


def test_the_most_dangerous_comes_first_then_the_longest_waiting(cast: Cast) -> None:
    from bonewatch.web.accounts.models import Patient

    pack, order = assessor("en").pack, []
    for urgency, ago in (("soon", 90), ("emergency", 1), ("urgent", 3), ("emergency", 5)):
        cast.patient = Patient.objects.create(clinic=cast.clinic, name=f"{urgency} {ago}")
        alarm_of(cast, urgency, ago)
    order = [item.alarm.patient.name for item in worklist(cast.diaz, pack, Filter())]
    assert order == ["emergency 5", "emergency 1", "urgent 3", "soon 90"]


@pytest.mark.parametrize(
    "wanted", [Filter(mine=True), Filter(tier="soon"), Filter(mine=True, tier="urgent")]
)
def test_a_red_item_is_never_hidden_by_a_filter(cast: Cast, wanted: Filter) -> None:
    alarm = alarm_of(cast)
    items = worklist(cast.diaz, assessor("en").pack, wanted)
    assert [item.alarm for item in items] == [alarm]


def test_each_clinic_sees_its_own(cast: Cast) -> None:
    alarm_of(cast, mine=False)
    assert worklist(cast.diaz, assessor("en").pack, Filter()) == []
    assert len(worklist(cast.eve, assessor("en").pack, Filter())) == 1


def _after(minutes: float) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def test_what_nobody_acknowledges_goes_to_the_next_on_the_rota(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm_of(cast)
    start = timezone.now()
    every = targets().tiers["emergency"].escalate_every_minutes
    for turn, who in enumerate(("diaz", "chen", "diaz")):
        moment = start + timedelta(minutes=every * turn + turn, seconds=1)
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        work_off(lambda moment=moment: moment)
        assert [m.to for m in outbox.outbox][-1] == [f"{who}@example.org"]
        assert len(outbox.outbox) == turn + 1
    assert all("Ana" not in m.body and "weak" not in m.body for m in outbox.outbox)


def test_nobody_is_told_of_what_someone_has(cast: Cast) -> None:
    alarm = alarm_of(cast)
    work_off()
    take(alarm, cast.diaz, "acknowledge")
    work_off(lambda: _after(600))
    assert len(outbox.outbox) == 1


def test_the_dashboard_counts_by_week_and_by_rule(cast: Cast) -> None:
    alarm = alarm_of(cast)
    for name in ("acknowledge", "act", "close"):
        alarm = take(alarm, cast.diaz, name, "x", "known")
    [week] = by_week(cast.clinic)
    assert (week["alarms"], week["red"]) == (1, 1)
    rules = by_rule(cast.clinic, assessor("en").pack)
    assert rules
    assert all((rule.alarms, rule.acted, rule.known) == (1, 0, 1) for rule in rules)
    page = signed_in(cast.diaz).get(reverse("dashboard")).content.decode()
    assert "T1-01" in page


def test_a_link_in_a_mail_leads_to_the_alarm_of_one_s_own_clinic(cast: Cast) -> None:
    alarm = alarm_of(cast)
    there = reverse("alarm_link", args=[alarm.public_id])
    assert signed_in(cast.diaz).get(there).status_code == 302
    assert signed_in(cast.eve).get(there).status_code == 404
