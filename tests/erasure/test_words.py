"""The panel has a word for every kind of data that an erasure counts, in both languages."""

import json
from pathlib import Path

import pytest

from callcenter.erasure.steps import STEPS

WORDS = Path(__file__).parents[2] / "web" / "src" / "i18n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_kind_has_a_word(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text())
    assert {*words["erasure"]["kind"]} == {step.kind for step in STEPS} | {"do_not_call"}
