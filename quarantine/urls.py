"""The front door of quarantine."""

from __future__ import annotations

from django.urls import path

from quarantine.views import (
    bulk,
    bulk_jobs,
    content,
    decisions,
    digest_links,
    digests,
    export,
    hold_senders,
    keeping,
    listing,
    one,
    reports,
    sender_rules,
)

app_name = "quarantine"
urlpatterns = [
    path("holds/", listing.holds, name="holds"),
    path("holds/rows", listing.hold_rows, name="hold_rows"),
    path("holds/release", bulk.release_many, name="release_many"),
    path("holds/discard", bulk.discard_many, name="discard_many"),
    path("holds/undo", bulk.undo_many, name="undo_many"),
    path("holds/export", export.export_holds, name="export_holds"),
    path("holds/select", bulk_jobs.select_all, name="select_all"),
    path("holds/jobs/", bulk_jobs.jobs, name="bulk_jobs"),
    path("holds/jobs/<uuid:pk>/", bulk_jobs.job, name="bulk_job"),
    path("holds/jobs/<uuid:pk>/progress", bulk_jobs.progress, name="bulk_progress"),
    path("holds/jobs/<uuid:pk>/release", bulk_jobs.release_all, name="release_all"),
    path("holds/jobs/<uuid:pk>/discard", bulk_jobs.discard_all, name="discard_all"),
    path("holds/jobs/<uuid:pk>/undo", bulk_jobs.undo_all, name="undo_all"),
    path("holds/jobs/<uuid:pk>/cancel", bulk_jobs.cancel, name="cancel_job"),
    path("holds/jobs/<uuid:pk>/retry", bulk_jobs.retry, name="retry_job"),
    path("holds/<uuid:pk>/", one.hold, name="hold"),
    path("holds/<uuid:pk>/row", listing.hold_row, name="hold_row"),
    path("holds/<uuid:pk>/preview", content.hold_preview, name="hold_preview"),
    path("holds/<uuid:pk>/source", content.hold_source, name="hold_source"),
    path(
        "holds/<uuid:pk>/attachments/<int:number>",
        content.attachment,
        name="attachment",
    ),
    path("holds/<uuid:pk>/keep/", keeping.keep, name="keep"),
    path("holds/<uuid:pk>/keep/end", keeping.end_keep, name="end_keep"),
    path("holds/<uuid:pk>/erase/", keeping.erase, name="erase"),
    path("holds/<uuid:pk>/status", one.hold_status, name="hold_status"),
    path("holds/<uuid:pk>/seen", one.mark_seen, name="mark_seen"),
    path("holds/<uuid:pk>/release", decisions.release, name="release"),
    path(
        "holds/<uuid:pk>/again/release", decisions.release_again, name="release_again"
    ),
    path("holds/<uuid:pk>/report", reports.report, name="report"),
    path(
        "holds/<uuid:pk>/report/withdraw",
        reports.withdraw_report,
        name="withdraw_report",
    ),
    path("holds/<uuid:pk>/discard", decisions.discard, name="discard"),
    path("holds/<uuid:pk>/undo", decisions.undo, name="undo"),
    path("holds/<uuid:pk>/request", decisions.request_release, name="request_release"),
    path(
        "holds/<uuid:pk>/request/withdraw",
        decisions.withdraw_request,
        name="withdraw_request",
    ),
    path("holds/<uuid:pk>/deny", decisions.deny, name="deny"),
    path("holds/<uuid:pk>/confirm", decisions.confirm_arrival, name="confirm_arrival"),
    path("account/digest/", digests.digest_settings, name="digest_settings"),
    path("digest/stop/<str:token>", digest_links.digest_stop, name="digest_stop"),
    path("digest/<str:token>", digest_links.digest_link, name="digest_link"),
    path("digest/<str:token>/status", digest_links.digest_status, name="digest_status"),
    path("digest/<str:token>/confirm", digest_links.digest_act, name="digest_act"),
    path(
        "holds/<uuid:pk>/allow/release",
        hold_senders.release_allow,
        name="release_allow",
    ),
    path("holds/<uuid:pk>/block", hold_senders.block_sender, name="block_sender"),
    path("holds/<uuid:pk>/unblock", hold_senders.unblock_sender, name="unblock_sender"),
    path("senders/", sender_rules.own_senders, name="own_senders"),
    path("senders/add", sender_rules.add_own_sender, name="add_own_sender"),
    path("senders/remove", sender_rules.remove_senders, name="remove_senders"),
    path("senders/restore", sender_rules.restore_senders, name="restore_senders"),
    path("senders/all/", sender_rules.senders, name="senders"),
    path("senders/all/add", sender_rules.add_sender, name="add_sender"),
    path("senders/<uuid:pk>/", sender_rules.sender, name="sender"),
]
