"""What the lists of senders say, and what is offered beside a hold."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain_names import to_a_label, to_unicode
from accounts.errors import DomainNameRefused
from accounts.models.customers import Category
from accounts.tenancy import Actor
from quarantine.access.rights import Rights
from quarantine.access.sender_rules import Scope, find_rules, list_scopes
from quarantine.models import Hold, SenderRule
from quarantine.presentation.rows import Mark, full_date, told_time
from quarantine.presentation.rule import readable
from quarantine.sender_patterns import Pattern, suggest_patterns
from quarantine.states import OPEN, State

PAGE_ROWS = 50
REMOVED_ROWS = 20
MARKS = {
    SenderRule.Verb.ALLOW: Mark("", "allow", "is-good"),
    SenderRule.Verb.BLOCK: Mark("", "block", "is-bad"),
}
# Beyond any rule: intake lets them on for nobody (docs/decisions/0014).
BEYOND_RULES = frozenset((Category.VIRUS, Category.ATTACHMENT))

# After which decision a rule about the sender is told of: what it may have made.
TOLD_AFTER = {
    State.RELEASING: SenderRule.Verb.ALLOW,
    State.RELEASED: SenderRule.Verb.ALLOW,
    State.DISCARDED: SenderRule.Verb.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    key: str
    sender: str
    verb: Mark
    scope: str
    note: str
    ends: str
    hits: str
    made: str


@dataclass(frozen=True, slots=True)
class SenderList:
    """All that the page of a list prints."""

    rows: list[Row]
    removed: list[Row]
    said: str
    next_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several to tick."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be kept about a hold's sender while one decides."""

    senders: list[Choice]
    scopes: list[Choice]
    can_allow: bool
    is_beyond: bool


def make_list(rules: QuerySet[SenderRule], said: str, after: UUID | None) -> SenderList:
    """Return a page of the rules, and those that can be taken back."""
    kept = _matching(rules.filter(removed_at=None), said)
    if after:
        kept = kept.filter(pk__lt=after)
    page = list(kept[: PAGE_ROWS + 1])
    query = {"q": said} if said else {}
    more = len(page) > PAGE_ROWS
    next_url = urlencode(query | {"after": str(page[PAGE_ROWS - 1].pk)}) if more else ""
    gone = rules.filter(removed_at__isnull=False).order_by("-removed_at")
    return SenderList(
        rows=[make_row(rule) for rule in page[:PAGE_ROWS]],
        removed=[make_row(rule) for rule in gone[:REMOVED_ROWS]],
        said=said,
        next_url=f"?{next_url}" if more else "",
    )


def _matching(rules: QuerySet[SenderRule], said: str) -> QuerySet[SenderRule]:
    if not said:
        return rules
    wanted = Q(pattern__icontains=said) | Q(note__icontains=said)
    if not said.isascii():
        # Names are kept as A-labels; people look for them as they write them.
        local_part, at, name = said.rpartition("@")
        with suppress(DomainNameRefused):
            wanted |= Q(pattern__contains=f"{local_part}{at}{to_a_label(name)}")
    return rules.filter(wanted)


def make_row(rule: SenderRule) -> Row:
    """Return one rule as it is read."""
    mark = MARKS[SenderRule.Verb(rule.verb)]
    count = ngettext("%(count)s E-Mail", "%(count)s E-Mails", rule.hit_count)
    hits = count % {"count": number_format(rule.hit_count)}
    last = told_time(rule.last_hit_at)
    return Row(
        key=str(rule.pk),
        sender=readable(rule.pattern),
        verb=Mark(str(SenderRule.Verb(rule.verb).label), mark.icon, mark.tone),
        scope=rule.domain.name if rule.domain else _("alle Domains"),
        note=rule.note,
        ends=_ending(rule),
        hits=_("%(hits)s, zuletzt %(last)s") % {"hits": hits, "last": last}
        if last
        else _("noch keine"),
        made=f"{full_date(rule.created_at)}, {rule.created_by}"
        if rule.created_by
        else full_date(rule.created_at),
    )


def _ending(rule: SenderRule) -> str:
    if rule.expires_at is None:
        return _("ohne Ende")
    if rule.is_over(timezone.now()):
        return _("abgelaufen")
    last = rule.expires_at - timedelta(seconds=1)
    return _("bis %(day)s") % {"day": full_date(last)}


def list_offered(actor: Actor, hold: Hold) -> tuple[list[Pattern], list[Scope]]:
    """Return whom a rule beside the hold could mean, and for whom it could be."""
    patterns = suggest_patterns(hold.message.envelope_sender, hold.header_from)
    return patterns, list_scopes(actor, hold) if patterns else []


def make_offer(actor: Actor, hold: Hold, *, rights: Rights) -> Offer | None:
    """Return what the panel of decisions offers; None where there is nothing."""
    if not rights.can_act or hold.state not in OPEN or hold.is_over:
        return None
    patterns, scopes = list_offered(actor, hold)
    if not patterns or not scopes:
        return None
    is_beyond = hold.category in BEYOND_RULES
    return Offer(
        senders=[
            Choice(pattern.text, _sender_label(pattern), is_chosen=number == 0)
            for number, pattern in enumerate(patterns)
        ],
        scopes=[
            Choice(scope.key, _scope_label(scope, hold), is_chosen=number == 0)
            for number, scope in enumerate(scopes)
        ],
        can_allow=rights.can_release and not is_beyond,
        is_beyond=is_beyond,
    )


def tell_rules(actor: Actor, hold: Hold, *, rights: Rights) -> list[str]:
    """Say which rules that the reader may end go on about the sender of a decision."""
    verb = TOLD_AFTER.get(State(hold.state))
    if not rights.can_act or verb is None:
        return []
    scopes = list_scopes(actor, hold)
    told = {
        SenderRule.Verb.ALLOW: _("Der Absender ist zugelassen: %(sender)s, %(whom)s."),
        SenderRule.Verb.BLOCK: _("Der Absender ist gesperrt: %(sender)s, %(whom)s."),
    }
    rules = [
        (rule, Scope(rule.owner_id, rule.domain_id))
        for rule in find_rules(actor, hold)
        if rule.verb == verb
    ]
    return [
        told[verb]
        % {
            "sender": _sender_label(Pattern(rule.kind, rule.pattern)),
            "whom": _scope_label(scope, hold),
        }
        for rule, scope in rules
        if scope in scopes
    ]


def _sender_label(pattern: Pattern) -> str:
    told = {
        SenderRule.Kind.ADDRESS: "%(sender)s",
        SenderRule.Kind.DOMAIN: _("alle von @%(sender)s"),
        SenderRule.Kind.SUBDOMAINS: _("alle Subdomains: %(sender)s"),
    }
    return told[SenderRule.Kind(pattern.kind)] % {"sender": readable(pattern.text)}


def _scope_label(scope: Scope, hold: Hold) -> str:
    if scope.owner_id:
        return _("nur für mich")
    if scope.domain_id:
        return _("für alle von @%(domain)s") % {"domain": to_unicode(hold.domain.name)}
    return _("für alle Domains")
