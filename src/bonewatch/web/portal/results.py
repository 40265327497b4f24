"""What the result page shows: the answer in the patient's voice, and what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bonewatch.assessment.evidence import Fact
from bonewatch.assessment.pathway.result import Due
from bonewatch.assessment.result import Assessment, Question
from bonewatch.assessment.to_short_text import MOST_QUESTIONS, is_crisis
from bonewatch.features.rows import NOTHING
from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.words import words
from bonewatch.web.accounts.models import Patient, User
from bonewatch.web.care.models import Alarm, CheckIn, State
from bonewatch.web.chart.queries import assessor, page_language, record_of
from bonewatch.web.portal.check_in import open_check_in

MOST_ADVICE = 2
CARDS = {"emergency": "emergency", "same_day": "urgent", "urgent": "urgent"}
"""The care card of each tier; below them it is the non-urgent one."""


@dataclass(frozen=True, slots=True)
class Result:
    """The page's parts, and the record that they come from."""

    assessment: Assessment
    record: Record
    words: Mapping[str, str]
    card: str
    alarm: Alarm | None
    last: CheckIn | None
    unfinished: CheckIn | None

    @property
    def why(self) -> list[Fact]:
        """What she told that the top findings stand on, each once; not what only the chart says.

        That nothing was new once is no reason where something was told besides.
        """
        nothing = _plain("symptom", NOTHING)
        facts = {
            fact.at: fact
            for one in self.assessment.top
            for reason in one.because
            for fact in reason.facts
            if fact.table == "symptom"
        }
        said = {(fact.plain, fact.date): fact for fact in facts.values()}
        beside = [fact for fact in said.values() if fact.plain != nothing]
        return beside or list(said.values())

    @property
    def advice(self) -> list[str]:
        """What else the top findings advise, after the card's own."""
        said = dict.fromkeys(one.says.patient for one in self.assessment.top)
        return [line for line in said if line != self.assessment.headline.patient][:MOST_ADVICE]

    @property
    def crisis(self) -> bool:
        """Is it about harm to herself? Then the page is a card of its own."""
        return is_crisis(self.assessment)

    @property
    def danger_signs(self) -> list[str]:
        """The signs for which to call at once, one by one."""
        net = self.assessment.safety_net
        return [sign for sign in net.patient.split(". ") if sign] if net else []

    @property
    def questions(self) -> tuple[Question, ...]:
        """The few questions that could change the answer most."""
        return self.assessment.ask[:MOST_QUESTIONS]

    @property
    def due(self) -> list[Due]:
        """What is due or overdue, by the protocol of the clinic; worked out when it is read."""
        protocols = self.assessment.pathway.follow_up.protocols
        return [one for protocol in protocols for one in protocol.due if one.state != "unknown"]


def result_of(patient: Patient, user: User, known_at: datetime | None = None) -> Result:
    """What the rules say today, with the alarm that the team sees; or of the record as known then.

    The alarm and the check-ins are always those of now.
    """
    ready = assessor(page_language(), patient.clinic.protocol)
    record = record_of(patient, known_at)
    assessment = ready.assess(record, timezone.localdate(known_at))
    alarms = Alarm.objects.filter(patient=patient).exclude(state=State.CLOSED)
    done = CheckIn.objects.filter(patient=patient, finished_at__isnull=False)
    return Result(
        assessment=assessment,
        record=record,
        words=ready.pack.words,
        card=CARDS.get(assessment.urgency, "non-urgent"),
        alarm=alarms.select_related("owner").first(),
        last=done.order_by("-finished_at").first(),
        unfinished=open_check_in(patient, user),
    )


@dataclass(frozen=True, slots=True)
class Pain:
    """One report of pain."""

    day: date
    place: str
    severity: float | None


def pains_of(record: Record) -> list[Pain]:
    """Every report of pain that is there, the oldest first."""
    rows = record.rows("symptom")
    listed = [row for row in rows if row["kind"] == "pain" and row["present"]]
    pains = [Pain(_day(row), _place(row), _number(row["severity"])) for row in listed]
    return sorted(pains, key=lambda pain: (pain.day, pain.place))


@dataclass(frozen=True, slots=True)
class Complaint:
    """One report of a complaint other than pain: that it is there, or no longer."""

    day: date
    name: str
    place: str
    present: bool
    severity: float | None


def complaints_of(record: Record) -> list[Complaint]:
    """Every report of a complaint that was there at some time, the oldest first."""
    rows = [row for row in record.rows("symptom") if row["kind"] not in ("pain", NOTHING)]
    ever = {row["kind"] for row in rows if row["present"]}
    told = [_complaint(row) for row in rows if row["kind"] in ever]
    return sorted(told, key=lambda one: (one.day, one.name, one.place))


def _complaint(row: CheckedRow) -> Complaint:
    name, severity = _plain("symptom", str(row["kind"])), _number(row["severity"])
    place = _place(row) if row["site"] else ""
    return Complaint(_day(row), name, place, bool(row["present"]), severity)


def _day(row: CheckedRow) -> date:
    found = row["reported_on"]
    return found if isinstance(found, date) else date.min


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _place(row: CheckedRow) -> str:
    site = str(row["site"] or "")
    return _plain("site", site) if site in words("site") else _("place not said")


def _plain(listed: str, word: str) -> str:
    return assessor(page_language()).pack.plain(listed, word)


def changed_since(record: Record) -> list[str]:
    """What is different between the last two days on which something was reported."""
    days: dict[date, dict[str, CheckedRow]] = {}
    for row in record.rows("symptom"):
        if row["kind"] != "none":
            days.setdefault(_day(row), {})[f"{row['kind']} {row['site'] or ''}"] = row
    if len(days) <= 1:
        return []
    before, now = (days[day] for day in sorted(days)[-2:])
    return [line for name, row in now.items() if (line := _change(before.get(name), row))]


def _change(before: CheckedRow | None, now: CheckedRow) -> str:
    name = _plain("symptom", str(now["kind"]))
    what = f"{name}, {_place(now)}" if now["site"] else name
    if not now["present"]:
        return _("%s: no longer there") % what if before and before["present"] else ""
    if before is None or not before["present"]:
        return _("%s: new") % what
    return _severity(what, _number(before["severity"]), _number(now["severity"]))


def _severity(what: str, before: float | None, now: float | None) -> str:
    if before is None or now is None or before == now:
        return ""
    said = {"what": what, "before": f"{before:g}", "now": f"{now:g}"}
    return _("%(what)s: %(before)s before, %(now)s now") % said
