"""The team's addresses."""

from __future__ import annotations

from django.urls import path

from bonewatch.web.clinic import people, scores, views

_ONE = "clinic/patients/<uuid:patient_id>/"
urlpatterns = [
    path("clinic/", views.show_worklist, name="worklist"),
    path("clinic/dashboard/", views.dashboard, name="dashboard"),
    path("clinic/alarms/<uuid:alarm_id>/", views.alarm_link, name="alarm_link"),
    path("clinic/patients/", views.patients, name="patients"),
    path("clinic/patients/new/", people.invite_patient, name="invite_patient"),
    path(_ONE, views.show_patient, name="patient"),
    path(f"{_ONE}alarms/<uuid:alarm_id>/", views.show_alarm, name="alarm"),
    path(f"{_ONE}record/", views.show_record, name="record"),
    path(f"{_ONE}record/new/<str:table>/", views.enter, name="enter"),
    path(f"{_ONE}record/<uuid:entry_id>/", views.correct, name="correct"),
    path(f"{_ONE}scores/<str:name>/", scores.show_score, name="score"),
    path(f"{_ONE}upload/", views.upload, name="upload"),
    path(f"{_ONE}ask/", views.ask_now, name="ask_now"),
    path("clinic/people/", people.people, name="people"),
    path("clinic/settings/", people.clinic, name="clinic"),
    path("clinic/audit/", people.show_audit, name="audit"),
]
