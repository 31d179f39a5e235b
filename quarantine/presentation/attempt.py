"""Why a try to deliver brought no answer of the next hop, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quarantine.models import ReleaseAttempt
from quarantine.states import Stage

Outcome = ReleaseAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Reason:
    """What stood in the way, and what only a person can do about it."""

    cause: str
    todo: str = ""


def find_reason(attempt: ReleaseAttempt) -> Reason | None:
    """Return what our side knows of a try; None where the next hop's reply says it."""
    if attempt.outcome == Outcome.UNSURE:
        return _unsure(attempt)
    if not attempt.failed_stage and attempt.outcome != Outcome.UNREACHED:
        return None
    stage, _colon, detail = attempt.failed_stage.partition(":")
    if stage == Stage.REFUSED:
        return _refused(detail)
    if stage == Stage.NAME:
        return _unnamed(detail)
    if stage == Stage.CERTIFICATE:
        return _impostor(detail)
    reasons = _of_the_session() | _of_the_message() | _of_ours()
    return reasons.get(stage) or Reason(
        _("Die Verbindung zum empfangenden Server brach vor der Übergabe ab.")
    )


def _unsure(attempt: ReleaseAttempt) -> Reason:
    if attempt.failed_stage == Stage.WORKER_LOST:
        return Reason(
            _("Die Zustellung wurde bei uns während der Übergabe unterbrochen.")
        )
    return Reason(_("Die Verbindung brach nach der Übergabe ab."))


def _refused(detail: str) -> Reason:
    return Reason(
        _("Der Port des empfangenden Servers ist hier nicht erlaubt.")
        if detail == "port"
        else _("Die Adresse des empfangenden Servers ist hier nicht erlaubt."),
        _(
            "Wir haben keine Verbindung aufgebaut. Ihr Administrator klärt mit uns, "
            "wohin die E-Mails dieser Domain gehen."
        ),
    )


def _unnamed(detail: str) -> Reason:
    if detail in {"missing", "syntax"}:
        return Reason(_("Den Namen des empfangenden Servers gibt es im DNS nicht."))
    return Reason(_("Das DNS sagt im Moment nicht, wo der empfangende Server ist."))


def _impostor(detail: str) -> Reason:
    causes = {
        "expired": _("Das Zertifikat des empfangenden Servers ist abgelaufen."),
        "name": _(
            "Das Zertifikat des empfangenden Servers gilt für einen anderen Namen."
        ),
    }
    unknown = _("Für das Zertifikat des empfangenden Servers bürgt niemand.")
    return Reason(
        causes.get(detail, unknown),
        _(
            "Für diese Domain ist ein gültiges verlangt, darum haben wir nichts "
            "zugestellt. Ihr Administrator lässt es erneuern."
        ),
    )


def _of_the_session() -> dict[str, Reason]:
    closed = Reason(
        _("Der empfangende Server nimmt im Moment keine E-Mails von uns an.")
    )
    return {
        "connect": Reason(_("Der empfangende Server ist nicht erreichbar.")),
        "greeting": closed,
        "helo": closed,
        Stage.STARTTLS: Reason(
            _(
                "Der empfangende Server bietet keine Verschlüsselung an, für diese "
                "Domain ist sie aber verlangt."
            )
        ),
        "tls": Reason(
            _("Mit dem empfangenden Server kam keine Verschlüsselung zustande.")
        ),
    }


def _of_the_message() -> dict[str, Reason]:
    return {
        Stage.SMTPUTF8: Reason(
            _("Der empfangende Server nimmt keine Adressen mit Sonderzeichen an.")
        ),
        Stage.LOOP: Reason(
            _("Diese E-Mail läuft im Kreis: Sie kam immer wieder zu uns zurück."),
            _(
                "Wir haben sie angehalten. Ihr Administrator prüft, wohin der "
                "empfangende Server die E-Mails dieser Domain weitergibt."
            ),
        ),
        Stage.UNSAFE: Reason(
            _("Eine Adresse dieser E-Mail enthält unerlaubte Zeichen."),
            _(
                "Wir haben nichts zugestellt. Bitten Sie den Absender, die E-Mail auf "
                "einem anderen Weg zu schicken."
            ),
        ),
    }


def _of_ours() -> dict[str, Reason]:
    interrupted = Reason(
        _("Die Zustellung wurde bei uns vor der Übergabe unterbrochen.")
    )
    return {
        Stage.WORKER_LOST: interrupted,
        Stage.CLAIM_LOST: interrupted,
        Stage.CONTENT_LOST: Reason(
            _("Der Inhalt dieser E-Mail ist bei uns im Moment nicht lesbar."),
            _(
                "Wir haben nichts zugestellt. Bitte melden Sie es dem Support; danach "
                "können Sie es nochmals versuchen."
            ),
        ),
        Stage.CONTENT_ERASED: Reason(
            _("Der Inhalt dieser E-Mail wurde gelöscht."),
            _(
                "Wir haben nichts zugestellt. Bitten Sie den Absender, die E-Mail "
                "nochmals zu schicken."
            ),
        ),
    }
