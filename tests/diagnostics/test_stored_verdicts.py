"""What is stored of several ends is judged together, on the page and in admin."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Evidence, Probe
from diagnostics.stored_verdicts import ends_that_looked, judge_stored
from diagnostics.verdicts.together import View
from tests import factories
from tests.diagnostics.ends import agent, log, logged, server, stage

pytestmark = [pytest.mark.django_db, pytest.mark.db]

UNBELIEVED = stage(
    "certificate", status="failed", verify_code=20, error="tls", sha256="ab" * 32
)


@pytest.fixture
def probe(people) -> Probe:
    return factories.make_probe(people.acme)


def keep(probe: Probe, *views: View) -> None:
    """Store what the ends saw, as runner, agent and log keep it."""
    rows = [(view.vantage, item) for view in views for item in view.evidence]
    for ordinal, (vantage, item) in enumerate(rows):
        Evidence.objects.create(
            customer=probe.customer,
            probe=probe,
            ordinal=ordinal,
            vantage=vantage,
            check_name=item.check,
            subject=item.subject,
            status=item.status,
            facts=item.facts,
        )
    Probe.objects.filter(pk=probe.pk).update(
        state=Probe.State.FINISHED, finished_at=timezone.now()
    )


def test_portal_and_agent_name_what_neither_could_alone(people, probe):
    keep(probe, server(), agent(UNBELIEVED))

    found = judge_stored(probe)

    assert found[0].slug == "ca-bundle-old"
    assert found[0].confidence > 0.5
    assert ends_that_looked(probe.evidence.all()) == ["server", "agent"]


def test_a_runs_earlier_evidence_is_not_judged_again(people, probe):
    keep(probe, server(), agent(UNBELIEVED)._replace(vantage="agent_before"))

    assert judge_stored(probe) == []


def test_the_probes_own_sessions_do_not_say_that_no_mail_came(people, probe):
    own = logged("ehlo=2 starttls=1 quit=1", nonce="0123456789abcdef", stage="tls")
    keep(probe, server(), agent(UNBELIEVED), log(own))

    assert judge_stored(probe)[0].slug == "ca-bundle-old"


def test_the_page_names_the_ends_that_looked(people, client_for, probe):
    keep(probe, server(), agent(UNBELIEVED))

    response = client_for(people.alice).get(
        reverse("diagnostics:probe", kwargs={"pk": probe.pk})
    )

    page = response.content.decode()
    assert "Hier hat hingesehen: das Portal, Ihr Mailserver." in page
    assert "Die Liste der Zertifizierungsstellen" in page
