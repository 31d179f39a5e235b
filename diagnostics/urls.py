"""The front door of diagnostics."""

from __future__ import annotations

from django.urls import path

from diagnostics.views import (
    agents,
    cases,
    checklist,
    error_text,
    monitors,
    pasted,
    probes,
)

app_name = "diagnostics"
urlpatterns = [
    path("diagnostics/", probes.probes, name="probes"),
    path("diagnostics/start", probes.probe_start, name="probe_start"),
    path("diagnostics/text", error_text.error_text_start, name="error_text_start"),
    path("diagnostics/monitors/", monitors.monitors, name="monitors"),
    path("diagnostics/monitors/add", monitors.monitor_add, name="monitor_add"),
    path("diagnostics/monitors/mail", monitors.monitor_mail_on, name="monitor_mail_on"),
    path(
        "diagnostics/monitors/no-mail",
        monitors.monitor_mail_off,
        name="monitor_mail_off",
    ),
    path("diagnostics/monitors/<uuid:pk>/", monitors.monitor, name="monitor"),
    path("diagnostics/monitors/<uuid:pk>/on", monitors.monitor_on, name="monitor_on"),
    path(
        "diagnostics/monitors/<uuid:pk>/off", monitors.monitor_off, name="monitor_off"
    ),
    path(
        "diagnostics/monitors/<uuid:pk>/interval",
        monitors.monitor_interval,
        name="monitor_interval",
    ),
    path("diagnostics/<uuid:pk>/", probes.probe, name="probe"),
    path(
        "diagnostics/<uuid:pk>/progress", probes.probe_progress, name="probe_progress"
    ),
    path("diagnostics/<uuid:pk>/checklist", checklist.checklist, name="checklist"),
    path("diagnostics/<uuid:pk>/commands", pasted.paste_output, name="paste_output"),
    path(
        "diagnostics/<uuid:pk>/text", error_text.error_text_add, name="error_text_add"
    ),
    path("diagnostics/<uuid:pk>/case/", cases.case_new, name="case_new"),
    path("diagnostics/<uuid:pk>/case/open", cases.case_open, name="case_open"),
    path("diagnostics/<uuid:pk>/agent", agents.agent_line, name="agent_line"),
    path("diagnostics/<uuid:pk>/agent/report", agents.agent_paste, name="agent_paste"),
    path("agent/<str:token>/probe.py", agents.agent_script, name="agent_script"),
    path("agent/<str:token>/report", agents.agent_report, name="agent_report"),
    path("diagnostics/cases/", cases.cases, name="cases"),
    path("diagnostics/cases/<uuid:pk>/", cases.case, name="case"),
    path("diagnostics/cases/<uuid:pk>/reply", cases.case_reply, name="case_reply"),
    path("diagnostics/cases/<uuid:pk>/close", cases.case_close, name="case_close"),
    path("diagnostics/cases/<uuid:pk>/reopen", cases.case_reopen, name="case_reopen"),
    path("diagnostics/cases/<uuid:pk>/export", cases.case_export, name="case_export"),
]
