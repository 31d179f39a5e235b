"""Django admin of accounts, for operators; support reads customers, domains, scanners.

What each role may do stands in `tenancy.STAFF_PERMISSIONS`. Nobody's password or second
factor is on any page here, operators' neither.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import staff_audit, time_zones
from accounts.actions import customers
from accounts.forms.domains import StaffDomainForm
from accounts.forms.invitations import read_email
from accounts.models import (
    Address,
    AddressGrant,
    AuditEvent,
    Customer,
    Domain,
    Membership,
    OutboundAccount,
    OutboundScanner,
    OutgoingMail,
    Policy,
    User,
)
from accounts.models.customers import Category
from accounts.release_floor import left_to_policy

# The packages' pages would show secrets; their tables stay empty anyway.
# Groups give nothing here: `tenancy.STAFF_PERMISSIONS` alone does.
for model in (StaticDevice, TOTPDevice, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def _fields_of(message: object) -> list[str]:
    """Return the columns that Django's own message names."""
    parts = message if isinstance(message, list) else []
    changes = [part.get("changed", {}) for part in parts]
    return [name for change in changes for name in change.get("fields", [])]


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """Writes every change of staff into the audit log, beside Django's own log."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to filter by a hash: yes and no would spell it out, sign by sign."""
        if staff_audit.is_secret(lookup):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def log_addition(
        self, request: HttpRequest, obj: Model, message: object
    ) -> LogEntry:
        """Record the new row."""
        staff_audit.record_change(request, "add", obj, [])
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: object) -> LogEntry:
        """Record the change."""
        staff_audit.record_change(request, "change", obj, _fields_of(message))
        return super().log_change(request, obj, message)

    def log_deletions(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> list[LogEntry]:
        """Record what goes."""
        for obj in queryset:
            staff_audit.record_change(request, "delete", obj, [])
        return super().log_deletions(request, queryset)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Categories as boxes to tick instead of JSON."""

    held_categories = forms.MultipleChoiceField(
        label=_("zurückhalten"),
        choices=Category,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    member_categories = forms.MultipleChoiceField(
        label=_("Benutzer geben frei"),
        choices=[(it.value, it.label) for it in left_to_policy()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Policy
        fields = (
            "customer",
            "domain",
            "held_categories",
            "member_categories",
            "retention_days",
            "second_factor",
            "second_factor_from",
            "may_trust_browsers",
            "may_claim",
        )


@admin.register(Customer)
class CustomerAdmin(AuditedAdmin):
    """Customers."""

    list_display = ("name", "is_active", "created_at")
    search_fields = ("name",)


@admin.register(Domain)
class DomainAdmin(AuditedAdmin):
    """Domains and where their mail goes."""

    form = StaffDomainForm
    list_display = ("name", "customer", "verified_at", "is_vouched", "next_hop_host")
    list_filter = ("is_vouched",)
    list_select_related = ("customer",)
    search_fields = ("name",)
    autocomplete_fields = ("customer", "alias_of")


@admin.register(Policy)
class PolicyAdmin(AuditedAdmin):
    """What is held and what is demanded."""

    form = PolicyForm
    list_display = ("__str__", "customer", "second_factor", "retention_days")
    list_select_related = ("customer", "domain")
    autocomplete_fields = ("customer", "domain")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # the same
    """Time zones to choose from instead of a name to know."""

    time_zone = forms.ChoiceField(label=_("Zeitzone"), choices=time_zones.list_zones)

    class Meta:
        model = User
        fields = ("email", "full_name", "language", "time_zone")

    def clean_email(self) -> str:
        """Return it as log-ins compare it; refuse what servers read differently."""
        return read_email(self.cleaned_data["email"])


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Persons, without passwords and factors: those are nobody's but the person's."""

    form = UserForm
    fields = (
        "email",
        "full_name",
        "language",
        "time_zone",
        "staff_role",
        "is_active",
        "last_login",
        "created_at",
    )
    readonly_fields = ("last_login", "created_at")
    list_display = ("email", "full_name", "staff_role", "is_active", "last_login")
    list_filter = ("staff_role", "is_active")
    search_fields = ("email", "full_name")
    actions = ("send_invitation",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Keep the address of whoever has a password: the next link would go there."""
        own = tuple(super().get_readonly_fields(request, obj))
        return (*own, "email") if obj and obj.has_usable_password() else own

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: object,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Give a new person no password but a link to set one."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            customers.send_invitation(obj)

    @admin.action(description=_("Link zum Setzen des Passworts senden"))
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Mail the link again; whoever has a password is not asked to set one."""
        sent = 0
        for user in queryset:
            if not user.has_usable_password():
                customers.send_invitation(user)
                sent += 1
        messages.info(request, _("%(count)d gesendet") % {"count": sent})


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    """Who is what within a customer."""

    list_display = ("user", "customer", "role")
    list_select_related = ("user", "customer")
    autocomplete_fields = ("user", "customer")


@admin.register(Address)
class AddressAdmin(AuditedAdmin):
    """Mailbox addresses and aliases."""

    list_display = ("__str__", "customer", "alias_of")
    list_select_related = ("domain", "customer", "alias_of__domain")
    search_fields = ("local_part", "domain__name")
    autocomplete_fields = ("customer", "domain", "alias_of")


@admin.register(AddressGrant)
class AddressGrantAdmin(AuditedAdmin):
    """Who may see and do what with an address."""

    list_display = ("user", "address", "can_act", "gets_digest", "ends_on")
    list_select_related = ("user", "address__domain")
    autocomplete_fields = ("user", "address", "customer")


@admin.register(OutboundScanner)
class OutboundScannerAdmin(AuditedAdmin):
    """The operator's outbound scanners."""

    list_display = ("host", "ports", "is_default")
    search_fields = ("host",)


@admin.register(OutboundAccount)
class OutboundAccountAdmin(AuditedAdmin):
    """Customers' accounts for the outbound scanner: to read; their admins make them."""

    fields = readonly_fields = (
        "username",
        "name",
        "customer",
        "created_at",
        "last_used_at",
        "ended_at",
    )
    list_display = ("username", "customer", "name", "last_used_at", "ended_at")
    list_select_related = ("customer",)
    search_fields = ("username", "name")


class ReadOnlyAdmin(AuditedAdmin):
    """Rows that only the portal itself writes."""

    date_hierarchy = None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody writes one by hand."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: object = None,  # noqa: ARG002
    ) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: object = None,  # noqa: ARG002
    ) -> bool:
        """Nobody deletes one."""
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit log: to read."""

    exclude = ("sealed_hash",)
    list_display = ("at", "action", "actor", "customer", "object_type", "object_id")
    list_select_related = ("actor", "customer")
    list_filter = ("action",)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """The mails of the portal: which went, which wait, which nobody took."""

    fields = ("kind", "user", "state", "attempts", "created_at", "next_try_at")
    list_display = ("created_at", "kind", "user", "state", "attempts", "next_try_at")
    list_select_related = ("user",)
    list_filter = ("state", "kind")
