"""When operators were told that the fault is ours."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FaultNotice(models.Model):
    """The last notice about a cause that we must mend; one row a cause."""

    cause = models.CharField(_("Ursache"), max_length=40, primary_key=True)
    told_at = models.DateTimeField(_("gemeldet am"), null=True)
    # The end of the newest probe that was told of: later ones are news.
    seen_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Meldung einer Störung bei uns")
        verbose_name_plural = _("Meldungen von Störungen bei uns")

    def __str__(self) -> str:
        return self.cause
