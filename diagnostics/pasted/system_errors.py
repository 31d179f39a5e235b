"""What systems say in four languages when something fails, as errno says it."""

import re
from typing import Tuple

from diagnostics.checks.wording import TIMEOUT

# Accents arrive as one or two broken signs.
_ERRORS: Tuple[Tuple[str, str], ...] = (
    (
        "ECONNREFUSED",
        (
            "connection refused|verbindungsaufbau abgelehnt|verbindung verweigert"
            "|connexion refus|connessione rifiutata|errno=111|actively refused"
            "|verweigerte"
        ),
    ),
    (
        TIMEOUT,
        (
            "timed? ?out|timeout|zeit.{1,3}berschreitung|wartezeit.{0,40}abgelaufen"
            "|d.{1,2}lai.{0,40}(?:expir|d.{1,2}pass)|expiration du d.{1,2}lai"
            "|scadut|tempo scaduto|errno=110|zeit.{0,12}abgelaufen"
        ),
    ),
    (
        "EHOSTUNREACH",
        (
            "no route to host|keine route zum ziel|zielhost nicht erreichbar"
            "|aucun chemin d.{1,3}acc"
            "|h.{1,2}te (?:de destination |est )?inaccessible"
            "|impossible de joindre l.{1,3}h|nessun instradamento|host unreachable"
            "|destination host un|host di destinazione non raggiung|errno=113"
        ),
    ),
    (
        "ENETUNREACH",
        (
            "network is unreachable|netzwerk ist nicht erreichbar|zielnetz nicht err"
            "|r.{1,2}seau n.{1,3}est pas accessible"
            "|r.{1,2}seau (?:de destination )?inaccessible"
            "|rete non (?:.{1,2} )?raggiungibile|rete di destinazione non|errno=101"
            "|destination net un|impossible de joindre le r.{1,2}seau"
        ),
    ),
    (
        "EAI_AGAIN",
        (
            "temporary failure in name|tempor.{1,2}rer fehler bei der namens"
            "|chec temporaire dans la r.{1,2}solution|risoluzione del nome.{0,20}tempor"
            "|errore temporaneo nella risoluzione"
        ),
    ),
    (
        "EAI_NONAME",
        (
            "name or service not known|name oder .{0,8}dienst ist nicht bekannt"
            "|nom ou service inconnu|nome o servizio sconosciuto"
            "|could not resolve|unable to resolve"
            "|unknown host|nodename nor servname|non-existent|could not find host"
            "|nicht finden|n.{1,3}a pas pu trouver|impossibile trovare|host not found"
            "|name resolution of .{1,255} failed|unbekannter (?:host|rechner)"
            "|h.{1,2}te inconnu|host sconosciuto|nicht aufgel.{1,2}st"
            "|r.{1,2}soudre le nom|risolvere il nome"
        ),
    ),
    ("EACCES", "permission denied|keine berechtigung|permission non accord|negato"),
)
_PATTERNS = tuple((name, re.compile(text)) for name, text in _ERRORS)


def error_name(text: str) -> str:
    """Return ECONNREFUSED, timeout and the like; empty for anything else."""
    small = text.lower()
    for name, pattern in _PATTERNS:
        if pattern.search(small):
            return name
    return ""
