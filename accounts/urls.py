"""The front door of accounts."""

from __future__ import annotations

from django.urls import path

from accounts.views import (
    addresses,
    administration,
    audit,
    claims,
    factors,
    grants,
    imports,
    invitations,
    joining,
    organisations,
    outbound,
    passwords,
    people,
    profile,
    sign_ins,
    step_up,
)

app_name = "accounts"
urlpatterns = [
    path("logout/", profile.logout, name="logout"),
    path("account/", profile.profile, name="profile"),
    path("account/settings/", profile.change_settings, name="settings"),
    path("account/password/", passwords.change_password, name="change_password"),
    path("account/factor/remove/", factors.remove_factor, name="remove_factor"),
    path("account/factor/rename/", factors.rename_factor, name="rename_factor"),
    path("account/codes/", factors.recovery_codes, name="recovery_codes"),
    path(
        "account/codes/kept/", factors.recovery_codes_kept, name="recovery_codes_kept"
    ),
    path("account/confirm/", step_up.step_up, name="step_up"),
    path(
        "account/confirm/sms/send/",
        step_up.send_step_up_code,
        name="send_step_up_code",
    ),
    path("account/sign-ins/", sign_ins.list_sign_ins, name="sign_ins"),
    path(
        "account/sign-ins/end-others/",
        sign_ins.end_other_sign_ins,
        name="end_other_sign_ins",
    ),
    path("account/sign-ins/<uuid:pk>/end/", sign_ins.end_sign_in, name="end_sign_in"),
    path(
        "account/sign-ins/trusted/<uuid:pk>/end/",
        sign_ins.distrust_browser,
        name="distrust_browser",
    ),
    path(
        "people/<uuid:pk>/end-sign-ins/",
        sign_ins.end_sign_ins_of,
        name="end_sign_ins_of",
    ),
    path("account/sms/", step_up.sms_status, name="sms_status"),
    path("people/", people.people, name="people"),
    path("people/addresses/", addresses.addresses, name="addresses"),
    path(
        "people/addresses/<uuid:pk>/accept/",
        addresses.accept,
        name="accept_address",
    ),
    path(
        "people/addresses/<uuid:pk>/alias/",
        addresses.accept_as_alias,
        name="alias_address",
    ),
    path(
        "people/addresses/<uuid:pk>/ignore/",
        addresses.ignore,
        name="ignore_address",
    ),
    path(
        "account/organisation/choose/",
        organisations.choose_organisation,
        name="choose_organisation",
    ),
    path("account/address/ask/", addresses.ask, name="ask_address"),
    path("people/import/", imports.upload, name="people_upload"),
    path("people/import/<uuid:pk>/", imports.people_import, name="people_import"),
    path(
        "people/import/<uuid:pk>/progress/",
        imports.progress,
        name="people_import_progress",
    ),
    path("people/import/<uuid:pk>/confirm/", imports.confirm, name="confirm_import"),
    path("people/invite/", invitations.invite, name="invite"),
    path(
        "people/invitations/<uuid:pk>/send/",
        invitations.send_again,
        name="invite_again",
    ),
    path(
        "people/invitations/<uuid:pk>/withdraw/",
        invitations.withdraw,
        name="withdraw_invitation",
    ),
    path("claim/", claims.claim, name="claim"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("invitation/<str:token>/accept/", joining.accept, name="accept_invitation"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/role/change/", people.change_role, name="change_role"),
    path(
        "people/<uuid:pk>/factor/reset/",
        people.reset_factor,
        name="reset_person_factor",
    ),
    path("people/<uuid:pk>/grant/", grants.grant, name="grant"),
    path("people/<uuid:pk>/grant/take/", grants.take_grant, name="take_grant"),
    path("people/<uuid:pk>/end/", people.end_membership, name="end_membership"),
    path("administration/", administration.administration, name="administration"),
    path("administration/audit/", audit.log, name="audit"),
    path("administration/audit/csv/export/", audit.export_csv, name="export_audit_csv"),
    path(
        "administration/audit/lines/export/",
        audit.export_lines,
        name="export_audit_lines",
    ),
    path(
        "administration/outbound/", outbound.outbound_accounts, name="outbound_accounts"
    ),
    path(
        "administration/outbound/create/",
        outbound.create_outbound,
        name="create_outbound",
    ),
    path(
        "administration/outbound/<uuid:pk>/renew/",
        outbound.renew_outbound,
        name="renew_outbound",
    ),
    path(
        "administration/outbound/<uuid:pk>/end/",
        outbound.end_outbound,
        name="end_outbound",
    ),
    path("password/", passwords.password_reset, name="password_reset"),
    path("password/sent/", passwords.password_reset_sent, name="password_reset_sent"),
    path("password/done/", passwords.password_reset_done, name="password_reset_done"),
    path(
        "password/<uidb64>/<token>/",
        passwords.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
]
