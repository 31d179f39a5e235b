"""Each story of mail that was lost, doubled or laid open has a test that tells it."""

from __future__ import annotations

import pytest

from tests.stories import IDS, find_tests, read_rows


def test_the_page_has_every_story_in_order():
    assert list(read_rows()) == IDS


@pytest.mark.parametrize("story", IDS)
def test_each_story_names_a_test_that_exists(story: str):
    listed = read_rows()[story]

    assert listed
    assert set(listed) <= set(find_tests()[story])
