"""Writes down what staff look at and change in Django admin, for operators to read.

A customer's admin reads there what was looked at of the customer's own.
"""

from __future__ import annotations

import re
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest

from accounts import audit
from accounts.models import Customer, User

# Columns that no page of staff shows, filters or sorts by.
SECRET = re.compile(r"password|secret|_hash$|^sealed_|^wrapped_|token|^segment|^mac$")
# URL endings of Django admin, and what somebody did there.
READING = {
    "changelist": "list",
    "autocomplete": "list",
    "change": "view",
    "delete": "view",
    "history": "history",
}


def is_secret(lookup: str) -> bool:
    """Say whether any part of a lookup is a column that stays unseen."""
    return any(SECRET.search(part) for part in lookup.split("__"))


def record_change(
    request: HttpRequest, verb: str, obj: Model, fields: list[str]
) -> None:
    """Note that a row was added, changed or deleted, and which columns."""
    detail: dict[str, object] = {"fields": fields} if fields else {}
    # After a customer is gone nothing may point to it.
    is_gone = verb == "delete" and isinstance(obj, Customer)
    audit.record_event(
        f"staff.{verb}",
        obj,
        user_id=request.user.pk,
        customer_id=None if is_gone else customer_of(obj),
        detail=detail,
    )


def record_view(request: HttpRequest, obj: Model) -> None:
    """Note that a page about something else showed this row as well."""
    audit.record_event(
        "staff.view",
        obj,
        user_id=request.user.pk,
        customer_id=customer_of(obj),
        detail={"model": obj._meta.label_lower},  # noqa: SLF001
    )


def record_visit(request: HttpRequest, site: AdminSite) -> None:
    """Note what a page showed or a bulk action did; changes note themselves."""
    match = request.resolver_match
    url_name = (match.url_name or "") if match else ""
    model = _model_of(url_name, site)
    verb = READING.get(url_name.rpartition("_")[2], "")
    detail: dict[str, object] = {"model": model._meta.label_lower if model else ""}  # noqa: SLF001
    if request.method == "POST":
        if verb != "list":
            return
        verb, detail["action"] = "act", request.POST.get("action", "")[:64]
        detail["rows"] = request.POST.getlist("_selected_action")[:100]
    if not verb:
        return
    obj = _object_of(model, match.kwargs if match else {})
    audit.record_event(
        f"staff.{verb}",
        obj,
        user_id=request.user.pk,
        customer_id=customer_of(obj) if obj else None,
        detail=detail,
    )


def customer_of(obj: Model) -> UUID | None:
    """Return whose row it is; None for the installation's own."""
    if isinstance(obj, Customer):
        return obj.pk
    if isinstance(obj, User):
        membership = obj.memberships.order_by("pk").first()
        return membership.customer_id if membership else None
    customer_id: UUID | None = getattr(obj, "customer_id", None)
    return customer_id


def _model_of(url_name: str, site: AdminSite) -> type[Model] | None:
    for model in site._registry:  # noqa: SLF001 - Django offers no other way
        label = f"{model._meta.app_label}_{model._meta.model_name}_"  # noqa: SLF001
        if url_name.startswith(label):
            return model
    return None


def _object_of(model: type[Model] | None, kwargs: dict[str, str]) -> Model | None:
    if model is None or "object_id" not in kwargs:
        return None
    key = unquote(kwargs["object_id"])
    return model._default_manager.filter(pk=key).first()  # noqa: SLF001
