"""The check-in over HTTP: danger first, written and watched over at once, counted once."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bonewatch.web.accounts.models import AuditEntry
from bonewatch.web.care.models import Alarm, CheckIn, Given
from bonewatch.web.chart.actions import Row, said_now, write
from bonewatch.web.chart.models import Answer, Entry
from bonewatch.web.portal import check_in as checks

from .conftest import Cast, signed_in

KNOWN = [
    Row("patient", {"birth_date": "1961", "sex": "female"}),
    Row("primary_cancer", {"diagnosed_on": "2022-03", "stage": "IIA"}),
    Row("treatment", {"kind": "surgery", "agent": "mastectomy", "started_on": "2022-04"}),
]


class Browser:
    """Someone filling in pages without JavaScript."""

    def __init__(self, cast: Cast, name: str = "ana") -> None:
        if not Entry.objects.exists():
            write(cast.patient, said_now(cast.diaz, "form"), KNOWN)
        self.client: Client = signed_in(cast.user(name))
        self.patient = cast.patient
        self.page = self.client.get(reverse("check_in", args=[cast.patient.public_id]))

    @property
    def text(self) -> str:
        return str(self.page.content.decode())

    def form(self) -> tuple[str, str]:
        found = re.search(r'class="check-in[^"]*" method="post" action="([^"]+)"', self.text)
        token = re.search(r'name="token" value="([^"]+)"', self.text)
        assert found is not None
        assert token is not None
        return found.group(1), token.group(1)

    def send(self, **given: Any) -> Browser:
        action, token = self.form()
        self.page = self.client.post(action, {"token": token, **given}, follow=True)
        return self


def test_nothing_new_is_one_tap(cast: Cast) -> None:
    browser = Browser(cast).send(button="nothing_new")
    assert browser.page.redirect_chain[-1][0] == reverse("result", args=[cast.patient.public_id])
    assert CheckIn.objects.get().finished_at is not None
    assert not Alarm.objects.exists()
    assert Entry.objects.get(source="check-in").values["kind"] == "none"


def test_what_is_open_comes_first_and_each_reason_is_told_once(cast: Cast) -> None:
    before = timezone.localdate() - timedelta(days=3)
    told = {"kind": "pain", "site": "knee", "severity": 3, "reported_on": before.isoformat()}
    write(cast.patient, said_now(cast.diaz, "form"), [*KNOWN, Row("symptom", told)])
    browser = Browser(cast)
    found = re.search(r'name="([^"]+)" type="radio" value="same"', browser.text)
    assert found is not None
    browser.send(**{found.group(1): "same"}, button="go_on").send(button="nothing_new")
    reasons = re.findall(r"You told us: ([^<]+)", browser.text)
    assert any("knee" in reason for reason in reasons)
    assert len(reasons) == len(set(reasons))
    assert "no symptom" not in browser.text


def test_what_has_gone_is_not_asked_again(cast: Cast) -> None:
    before = timezone.localdate() - timedelta(days=3)
    told = {"kind": "pain", "site": "knee", "severity": 3, "reported_on": before.isoformat()}
    write(cast.patient, said_now(cast.diaz, "form"), [*KNOWN, Row("symptom", told)])
    browser = Browser(cast)
    found = re.search(r'name="([^"]+)" type="radio" value="gone"', browser.text)
    assert found is not None
    browser.send(**{found.group(1): "gone"}, button="go_on").send(button="nothing_new")
    assert 'value="gone"' not in Browser(cast).text


def test_the_call_now_text_is_on_the_first_page_before_anything_is_sent(cast: Cast) -> None:
    text = Browser(cast).text
    assert "data-call-now" in text
    assert "tel:999" in text
    assert "Get help now" in text
    assert "<style" not in text
    assert "style=" not in text


def test_a_danger_sign_is_written_answered_alarmed_and_audited_together(cast: Cast) -> None:
    browser = Browser(cast).send(ticked="saddle", button="go_on")
    assert "Emergency" in browser.text
    assert "999" in browser.text
    alarm = Alarm.objects.get()
    assert (alarm.urgency, alarm.state) == ("emergency", "open")
    assert Answer.objects.latest("pk").urgency == "emergency"
    assert AuditEntry.objects.filter(action="write check_in_send").count() == 1
    kinds = {e.values["kind"]: e.values.get("present", True)
             for e in Entry.objects.filter(source="check-in")}  # fmt: skip
    assert kinds["saddle_numbness"] is True
    assert kinds["bladder_change"] is False


def test_either_all_of_it_is_kept_or_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(cast)
    before = [model.objects.count() for model in (Entry, Answer, CheckIn, Given, AuditEntry)]

    def broken(*_: object) -> None:
        raise RuntimeError("the alarm could not be raised")

    monkeypatch.setattr(checks, "raise_from", broken)
    action, token = browser.form()
    with pytest.raises(RuntimeError), transaction.atomic():
        browser.client.post(action, {"token": token, "ticked": "saddle", "button": "go_on"})
    after = [model.objects.count() for model in (Entry, Answer, CheckIn, Given, AuditEntry)]
    assert after == before


def test_a_double_submit_counts_once(cast: Cast) -> None:
    browser = Browser(cast)
    action, token = browser.form()
    sent = {"token": token, "ticked": "weak", "button": "go_on"}
    for _ in range(3):
        assert browser.client.post(action, sent).status_code == 302
    assert CheckIn.objects.count() == 1
    assert Given.objects.count() == 1
    present = [e for e in Entry.objects.filter(source="check-in") if e.values.get("present", True)]
    assert len(present) == 1
    assert Alarm.objects.count() == 1


def test_the_same_sending_cannot_be_kept_twice(cast: Cast) -> None:
    Browser(cast).send(ticked="weak", button="go_on")
    given = Given.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Given.objects.create(check_in=given.check_in, page="danger", token=given.token, at=given.at)


def test_a_whole_check_in_of_back_pain(cast: Cast) -> None:
    browser = Browser(cast).send(button="none_of_these").send(ticked="pain", button="go_on")
    assert 'name="sites"' in browser.text
    browser.send(sites="lumbar_spine", button="go_on")
    browser.send(severity="7", started_on="4", trend="worse", button="go_on")
    if "check-in" in browser.page.request["PATH_INFO"]:
        browser.send(button="not_sure")
    assert "Same day" in browser.text
    assert Alarm.objects.get().urgency == "same_day"
    pain = [e for e in Entry.objects.filter(check_in__isnull=False) if e.values["kind"] == "pain"]
    assert pain[-1].corrects is not None


def test_who_left_off_goes_on_where_they_were(cast: Cast) -> None:
    browser = Browser(cast).send(button="none_of_these")
    again = browser.client.get(reverse("check_in", args=[cast.patient.public_id]), follow=True)
    assert "Is anything else new" in again.content.decode()
    assert CheckIn.objects.count() == 1


def test_stopping_leaves_the_rest_unknown_and_shows_what_to_do(cast: Cast) -> None:
    browser = Browser(cast).send(button="none_of_these").send(ticked="pain", button="go_on")
    check_in = CheckIn.objects.get()
    there = reverse("check_in_end", args=[cast.patient.public_id, check_in.public_id])
    page = browser.client.post(there, follow=True)
    assert page.status_code == 200
    check_in.refresh_from_db()
    assert check_in.finished_at is not None


def test_a_wrong_answer_is_said_and_nothing_is_written(cast: Cast) -> None:
    browser = Browser(cast)
    before = Entry.objects.count()
    browser.send(button="go_on")
    assert browser.page.status_code == 422
    assert "Choose at least one" in browser.text
    assert Entry.objects.count() == before
    action, _ = browser.form()
    assert browser.client.post(action, {"button": "nothing_new"}).status_code == 404
    assert browser.client.post(action, {"token": "x", "button": "y"}).status_code == 404


@pytest.mark.parametrize(("name", "reporter"), [("ben", "carer"), ("diaz", "clinician")])
def test_a_carer_or_nurse_can_fill_it_in(cast: Cast, name: str, reporter: str) -> None:
    Browser(cast, name).send(ticked="weak", button="go_on")
    [entry] = [e for e in Entry.objects.filter(source="check-in") if e.values.get("present", True)]
    assert entry.values["reporter"] == reporter
    assert entry.author == cast.user(name)
    assert Alarm.objects.get().urgency == "emergency"


@pytest.mark.parametrize("told", ["weak", "head", "fever", ""])
def test_no_page_says_that_this_is_not_cancer(cast: Cast, told: str) -> None:
    browser = Browser(cast)
    sent = {"ticked": told, "button": "go_on"} if told else {"button": "nothing_new"}
    browser.send(**sent)
    for name in ("result", "my_page", "calendar", "diary", "messages"):
        page = browser.client.get(reverse(name, args=[cast.patient.public_id])).content.decode()
        said = re.sub(r"<[^>]+>", " ", page).lower()
        assert not re.search(r"\b(is|was|are) (not|no) (a )?(cancer|metasta)", said)
        assert cast.clinic.phone in page
        assert cast.clinic.emergency_phone in page


def test_the_pages_speak_turkish(cast: Cast) -> None:
    client = signed_in(cast.ana)
    client.post(reverse("language"), {"language": "tr", "next": "/"})
    cast.ana.refresh_from_db()
    assert cast.ana.language == "tr"
    page = client.get(reverse("check_in", args=[cast.patient.public_id])).content.decode()
    assert 'lang="tr"' in page
    assert "Bunlardan herhangi biri" in page
    assert "Acil: 999" in page
    result = client.get(reverse("my_page", args=[cast.patient.public_id])).content.decode()
    assert "Nasıl olduğunuzu bildirin" in result


def test_what_is_another_s_open_check_in_is_not_taken_over(cast: Cast) -> None:
    Browser(cast).send(button="none_of_these")
    Browser(cast, "ben").send(button="none_of_these")
    assert CheckIn.objects.count() == 2
    there = reverse("check_in_next", args=[cast.patient.public_id, uuid.uuid4()])
    assert signed_in(cast.ana).get(there).status_code == 404
