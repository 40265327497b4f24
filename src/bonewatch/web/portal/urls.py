"""The patient's addresses."""

from __future__ import annotations

from django.urls import path

from bonewatch.web.portal import pages, views

_ONE = "me/<uuid:patient_id>/"
urlpatterns = [
    path("", views.home, name="home"),
    path("me/", views.my_patients, name="my_patients"),
    path(_ONE, views.my_page, name="my_page"),
    path(f"{_ONE}check-in/", views.check_in, name="check_in"),
    path(f"{_ONE}check-in/<uuid:check_in_id>/", views.check_in_next, name="check_in_next"),
    path(
        f"{_ONE}check-in/<uuid:check_in_id>/<str:page_id>/",
        views.check_in_send,
        name="check_in_send",
    ),
    path(f"{_ONE}check-in/<uuid:check_in_id>/end", views.check_in_end, name="check_in_end"),
    path(f"{_ONE}result/", views.result, name="result"),
    path(f"{_ONE}calendar/", pages.calendar, name="calendar"),
    path("calendar/<uuid:key>.ics", pages.calendar_feed, name="calendar_feed"),
    path(f"{_ONE}diary/", pages.diary, name="diary"),
    path(f"{_ONE}learn/", pages.learn, name="learn"),
    path(f"{_ONE}learn/<str:topic>/", pages.article, name="article"),
    path(f"{_ONE}messages/", pages.messages, name="messages"),
    path(f"{_ONE}messages/<int:message_id>/summary.pdf", pages.sent_summary, name="sent_summary"),
    path(f"{_ONE}visit/", pages.visit, name="visit"),
    path(f"{_ONE}carers/", pages.carers, name="carers"),
    path(f"{_ONE}pain.svg", pages.pain_plot, name="pain_plot"),
    path(f"{_ONE}complaints.svg", pages.complaints_plot, name="complaints_plot"),
    path(f"{_ONE}summary.pdf", pages.summary, name="summary"),
    path(f"{_ONE}record.json", pages.my_data, name="my_data"),
    path(f"{_ONE}fhir.json", pages.my_fhir, name="my_fhir"),
]
