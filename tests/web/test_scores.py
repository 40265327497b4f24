"""The forms of the scores: what is answered is a row of the chart, and its points the engine's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from bonewatch.web.accounts.models import AuditEntry
from bonewatch.web.care.models import Alarm
from bonewatch.web.chart.actions import Row, said_now, withdraw, write
from bonewatch.web.chart.models import Answer, Entry
from bonewatch.web.chart.queries import assessor, record_of, standing

from .conftest import Cast, signed_in

SINS = {
    "item_location": "T12", "item_pain": "yes", "item_lesion": "lytic", "item_alignment": "normal",
    "item_body": "under_half", "item_posterior": "none", "site": "thoracic_spine",
}  # fmt: skip
MIRELS = {"item_site": "femur", "item_size": "0.5", "item_matrix": "mixed", "item_pain": "mild"}
SPINE = {"site": "lumbar_spine", "seen_on": "2026-01-02", "spine_level": "L3", "matrix": "mixed"}


def _send(cast: Cast, name: str, sent: dict[str, Any], do: str = "save", who: str = "diaz") -> str:
    """The page that is shown in the end."""
    answered: HttpResponse = signed_in(cast.user(who)).post(
        reverse("score", args=[cast.patient.public_id, name]),
        {"seen_on": timezone.localdate().isoformat(), "do": do, **sent}, follow=True,
    )  # fmt: skip
    assert answered.status_code == 200
    return answered.content.decode()


def _total(page: str) -> str:
    found = re.search(r'id="total">(.*?)</h2>', page, re.S)
    assert found is not None
    return " ".join(found[1].split())


def _engine(cast: Cast, name: str) -> tuple[float | None, float | None]:
    scores = assessor("en").assess(record_of(cast.patient), timezone.localdate()).pathway.scores
    [score] = [score for score in scores if score.id == name]
    return score.lowest, score.highest


def _lesion(cast: Cast, values: dict[str, Any] = SPINE) -> Entry:
    return write(cast.patient, said_now(cast.chen, "form"), [Row("lesion", values)])[0]


@pytest.mark.parametrize(
    ("name", "sent", "points", "says"),
    [
        ("sins", SINS, 10, "potentially unstable"),
        ("sins", SINS | {"item_alignment": "subluxation"}, 14, "unstable"),
        ("sins", SINS | {"item_pain": "painless", "item_location": "S4"}, 4, "stable"),
        ("mirels_score", MIRELS, 7, "low risk"),
        ("mirels_score", MIRELS | {"item_pain": "none"}, 7, "low risk"),
        ("mirels_score", MIRELS | {"item_site": "hip"}, 8, "borderline"),
        ("mirels_score", MIRELS | {"item_pain": "functional"}, 9, "high risk"),
        ("mirels_score", MIRELS | {"item_size": "", "measured_size": "0.9"}, 8, "borderline"),
    ],
)
def test_the_total_is_the_engine_s(
    cast: Cast, name: str, sent: dict[str, str], points: int, says: str
) -> None:
    shown = _total(_send(cast, name, sent, do="work_out"))
    assert shown == f"{points} points: {says}"
    assert Entry.objects.count() == 0
    assert _total(_send(cast, name, sent)) == shown
    assert _engine(cast, name) == (points, points)


def test_items_that_are_not_known_give_a_range_and_are_named(cast: Cast) -> None:
    page = _send(cast, "sins", SINS | {"item_pain": "", "item_body": ""})
    assert _total(page) == "5 to 11 points: stable, or potentially unstable"
    assert _engine(cast, "sins") == (5, 11)
    assert "Not known: pain, vertebral body." in page
    [entry] = standing(cast.patient)
    assert not {"mechanical_pain", "collapse"} & set(entry.values)
    patient = signed_in(cast.diaz).get(reverse("patient", args=[cast.patient.public_id]))
    assert "not known: pain, vertebral body" in patient.content.decode()


def test_a_correction_keeps_the_history_and_what_the_score_does_not_ask(cast: Cast) -> None:
    first = _lesion(cast, SPINE | {"confirmed": True, "spine_level": "Q9"})
    page = _send(cast, "sins", {
        "row": str(first.public_id), "site": "lumbar_spine", "seen_on": "2026-01-02",
        "item_lesion": "blastic", "item_pain": "yes"})  # fmt: skip
    [entry] = standing(cast.patient)
    assert (entry.corrects_id, entry.author) == (first.pk, cast.diaz)
    assert Entry.objects.get(pk=first.pk).values["matrix"] == "mixed"
    assert entry.values == {
        **SPINE, "confirmed": True, "spine_level": "Q9", "matrix": "blastic",
        "mechanical_pain": "yes",
    }  # fmt: skip
    assert "Saved." in page
    assert "SINS" in entry.reason
    assert entry.source == "form"


def test_saving_what_stands_already_writes_nothing(cast: Cast) -> None:
    _send(cast, "mirels_score", MIRELS)
    [entry] = standing(cast.patient)
    page = _send(cast, "mirels_score", MIRELS | {"row": str(entry.public_id)})
    assert "Nothing has changed." in page
    assert Entry.objects.count() == 1


def test_a_range_keeps_its_middle_and_says_so_and_a_measured_share_is_kept(cast: Cast) -> None:
    page = _send(cast, "mirels_score", MIRELS)
    [entry] = standing(cast.patient)
    assert entry.values["cortex_fraction"] == 0.5
    assert "share of the bone's width: one third to two thirds; the middle is kept" in entry.reason
    assert re.search(r'name="measured_size"[^>]*value=', page) is None
    row = {"row": str(entry.public_id), "measured_size": "0.4"}
    again = _send(cast, "mirels_score", MIRELS | row)
    [entry] = standing(cast.patient)
    assert entry.values["cortex_fraction"] == 0.4
    assert "middle" not in entry.reason
    assert 'value="0.4"' in again
    assert re.search(r'value="0.5" checked', again)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"measured_size": "0.9"}, "0.9 is not in this range"),
        ({"measured_size": "7"}, "less than or equal to 1"),
        ({"item_site": ""}, "This field is required"),
        ({"item_pain": "terrible"}, "Select a valid choice"),
        ({"seen_on": "soon"}, "is not a date"),
        ({"seen_on": "2999-01-01"}, "This day is still to come"),
    ],
)
def test_what_cannot_stand_is_said_and_not_written(
    cast: Cast, sent: dict[str, str], says: str
) -> None:
    for do in ("save", "work_out"):
        page = _send(cast, "mirels_score", MIRELS | sent, do=do)
        assert says in page.replace("&quot;", '"')
        assert "There is a problem" in page
    assert Entry.objects.count() == 0


def test_what_the_record_refuses_is_said_too(cast: Cast) -> None:
    write(cast.patient, said_now(cast.diaz, "form"), [Row("patient", {"birth_date": "1961-04"})])
    page = _send(cast, "mirels_score", MIRELS | {"seen_on": "1950-01-01"})
    assert "lies before the person was born" in page
    assert [entry.table for entry in standing(cast.patient)] == ["patient"]


def test_each_score_offers_only_its_own_lesions(cast: Cast) -> None:
    spine, femur = _lesion(cast), _lesion(cast, {"site": "femur", "seen_on": "2026-01-03"})
    client = signed_in(cast.diaz)
    for name, mine, other in (("sins", spine, femur), ("mirels_score", femur, spine)):
        there = reverse("score", args=[cast.patient.public_id, name])
        page = client.get(there).content.decode()
        assert f'value="{mine.public_id}"' in page
        assert str(other.public_id) not in page
        assert client.get(there, {"row": str(other.public_id)}).status_code == 404
        sent = {"row": str(other.public_id), "do": "save"}
        assert client.post(there, sent).status_code == 404
        assert 'name="row" value="new"' in client.get(there, {"row": "new"}).content.decode()


def test_of_several_lesions_one_is_chosen(cast: Cast) -> None:
    first, second = _lesion(cast), _lesion(cast, SPINE | {"spine_level": "T6"})
    there = reverse("score", args=[cast.patient.public_id, "sins"])
    page = signed_in(cast.diaz).get(there, {"row": str(first.public_id)}).content.decode()
    assert 'id="item_location-L3" value="L3" checked' in page
    assert "lumbar spine, T6, 2026-01-02" in page
    assert str(second.public_id) in page
    patient = signed_in(cast.diaz).get(reverse("patient", args=[cast.patient.public_id]))
    assert there in patient.content.decode()


def test_who_comes_second_is_told_to_look_again(cast: Cast) -> None:
    first = _lesion(cast)
    withdraw(first, said_now(cast.chen, "form"))
    page = _send(cast, "sins", SINS | {"row": str(first.public_id)})
    assert "Someone else corrected this meanwhile" in page
    assert standing(cast.patient) == []


def test_the_alarm_follows(cast: Cast) -> None:
    _send(cast, "mirels_score", MIRELS | {"item_pain": "functional"})
    alarm = Alarm.objects.get(patient=cast.patient)
    assert "T2-19" in alarm.rules
    assert Answer.objects.filter(patient=cast.patient).count() == 1


def test_it_is_of_the_team_alone_and_leaves_its_mark(cast: Cast) -> None:
    there = reverse("score", args=[cast.patient.public_id, "sins"])
    for name in ("ana", "ben", "eve", "sam", "zoe"):
        client = signed_in(cast.user(name))
        assert client.get(there).status_code == 404
        assert client.post(there, {"do": "save", **SINS}).status_code == 404
    assert Entry.objects.count() == 0
    _send(cast, "sins", SINS)
    told = AuditEntry.objects.filter(patient_id=cast.patient.pk).values_list(
        "actor_id", "action", "why"
    )
    assert (cast.diaz.pk, "write score", "working out a score") in set(told)
    assert (cast.diaz.pk, "read score", "working out a score") in set(told)


@pytest.mark.parametrize("name", ["nothing", "ecog", "DX-01"])
def test_what_is_not_asked_of_a_row_has_no_page(cast: Cast, name: str) -> None:
    there = reverse("score", args=[cast.patient.public_id, name])
    assert signed_in(cast.diaz).get(there).status_code == 404


def test_it_says_where_it_is_from_and_that_nobody_has_reviewed_it(cast: Cast) -> None:
    page = signed_in(cast.diaz).get(reverse("score", args=[cast.patient.public_id, "sins"]))
    text = assessor("en").pack.entries["sins"].text
    shown = page.content.decode()
    assert text.review.state == "unreviewed"
    assert shown.count("unreviewed") >= 2
    for source in text.sources:
        assert source.at in shown
    assert "9 or more" not in shown


def test_of_who_has_died_nothing_is_worked_out(cast: Cast) -> None:
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    write(cast.patient, said_now(cast.diaz, "form"), [Row("patient", {"died_on": day})])
    _lesion(cast)
    page = signed_in(cast.diaz).get(reverse("score", args=[cast.patient.public_id, "sins"]))
    assert _total(page.content.decode()) == "No total"
