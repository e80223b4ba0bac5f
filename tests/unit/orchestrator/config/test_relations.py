from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.config import Settings, catalogue
from orchestrator.config.relations import RELATIONS, Relation, broken_relations

SETTINGS = Settings(database_url="postgresql://x@y/z", redis_url="redis://y")


def test_the_defaults_keep_every_relation() -> None:
    assert broken_relations(SETTINGS) == []


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: f"{relation.larger}-{relation.smaller}")
def test_each_relation_is_a_ratio_and_is_named_where_it_is_broken(relation: Relation) -> None:
    least = relation.times * getattr(SETTINGS, relation.smaller)
    broken = replace(SETTINGS, **{relation.larger: least * 0.99})

    said = [line for line in broken_relations(broken) if catalogue()[relation.smaller].variable in line]
    assert len(said) == 1
    assert said[0].startswith(f"{catalogue()[relation.larger].variable} must be {relation.sign}")


def test_a_tenth_of_all_times_keeps_them() -> None:
    names = {name for each in RELATIONS for name in (each.larger, each.smaller)}
    scaled = replace(SETTINGS, **{name: getattr(SETTINGS, name) / 10 for name in names})
    assert broken_relations(scaled) == []


@pytest.mark.parametrize("window", ["-1", "0"])
def test_a_window_below_one_is_refused(window: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 1,000"):
        catalogue()["dispatch_window"].parse(window)
