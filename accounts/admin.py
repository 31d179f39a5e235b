"""Django admin of accounts, for operators; support reads customers, domains, scanners.

What each role may do stands in `tenancy.STAFF_PERMISSIONS`. Nobody's password or second
factor is on any page here, operators' neither.
"""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions import customers
from accounts.audited_admin import AuditedAdmin, ReadOnlyAdmin
from accounts.forms.domains import StaffDomainForm
from accounts.forms.staff import StaffPersonForm, StaffPolicyForm
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

# The packages' pages would show secrets; their tables stay empty anyway.
# Groups give nothing here: `tenancy.STAFF_PERMISSIONS` alone does.
for model in (StaticDevice, TOTPDevice, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


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

    form = StaffPolicyForm
    list_display = ("__str__", "customer", "second_factor", "retention_days")
    list_select_related = ("customer", "domain")
    autocomplete_fields = ("customer", "domain")


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Persons, without passwords and factors: those are nobody's but the person's."""

    form = StaffPersonForm
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
