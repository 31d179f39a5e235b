"""Django admin of support cases: the worklist, and a case on one screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts import staff_audit
from accounts.audited_admin import AuditedAdmin, Kept
from diagnostics.actions import case_support
from diagnostics.admin.filters import CauseFilter, WhoFilter
from diagnostics.case_numbers import read_number
from diagnostics.errors import CaseExists, CaseNotMoved
from diagnostics.forms.cases import WordsForm
from diagnostics.models import Case
from diagnostics.presentation.case_desk import find_other, make_desk
from diagnostics.presentation.cases import title_of

# What is said with words, and what by the button alone.
SAYING: dict[str, Callable[..., None]] = {
    "answer": case_support.answer,
    "note": case_support.note,
}
DOING: dict[str, Callable[..., None]] = {
    "close": case_support.close,
    "reopen": case_support.reopen,
    "judge": case_support.judge_again,
}


@admin.register(Case)
class CaseAdmin(Kept, AuditedAdmin):
    """Cases of all customers, whoever waits longest first.

    The page of one has no form of Django's: each button is a POST of its own.
    """

    fields = ()
    date_hierarchy = None
    list_display = (
        "number",
        "waiting_since",
        "customer",
        "about",
        "state",
        "public_address",
    )
    list_filter = (
        "state",
        WhoFilter,
        ("customer", admin.RelatedOnlyFieldListFilter),
        CauseFilter,
        ("public_address", admin.AllValuesFieldListFilter),
    )
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "public_address", "first_cause")

    @admin.display(description=_("Ursache"), ordering="first_cause")
    def about(self, case: Case) -> str:
        """Say what it is about, the slug included."""
        return f"{title_of(case)} ({case.first_cause})" if case.first_cause else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        """Find a number however it was said."""
        term = read_number(search_term) or search_term
        return super().get_search_results(request, queryset, term)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Offer none: cases are read one by one."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        """Add an address for each button."""
        return [
            path(
                f"<path:object_id>/{act}/",
                self.admin_site.admin_view(self._view_of(act)),
                name=f"diagnostics_case_{act}",
            )
            for act in (*SAYING, *DOING)
        ] + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the case; nothing is saved by this address."""
        if request.method == "POST":
            return HttpResponseNotAllowed(["GET"])
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(  # noqa: PLR0913, PLR0917 - Django's signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        change: bool = False,  # noqa: FBT001, FBT002 - the same
        form_url: str = "",
        obj: Case | None = None,
    ) -> HttpResponse:
        """Put everything about the case on the page, beside another probe if asked."""
        if obj is None:
            raise Http404
        other = find_other(obj, request.GET.get("with", ""))
        if other is not None:
            staff_audit.record_view(request, other)
        context |= {"desk": make_desk(obj, other), "form": WordsForm()}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Read along what the page names."""
        rows: QuerySet[Case] = super().get_queryset(request)
        return rows.select_related("customer", "probe__scanner", "opened_by")

    def _view_of(self, act: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            case = self.get_object(request, unquote(object_id))
            if case is None:
                raise Http404
            self._act(request, case, act)
            return redirect("admin:diagnostics_case_change", case.pk)

        return view

    def _act(self, request: HttpRequest, case: Case, act: str) -> None:
        """Do what the button says; the action asks whether the person may."""
        try:
            if act in DOING:
                DOING[act](case, staff=request.user)
                return
            form = WordsForm(request.POST)
            if form.is_valid():
                SAYING[act](case, staff=request.user, text=form.cleaned_data["text"])
            else:
                messages.error(request, _("Schreiben Sie zuerst etwas."))
        except CaseNotMoved as error:
            messages.error(request, error.user_message)
        except CaseExists:
            messages.error(request, _("Zu dieser Prüfung ist schon ein Fall offen."))
