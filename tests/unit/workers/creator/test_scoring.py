from __future__ import annotations

import json
from importlib import resources

import pytest

from workers.creator.clauses import clauses
from workers.creator.register import Register
from workers.creator.rules.catalogue import rules_for
from workers.creator.rules.rule import run
from workers.creator.scoring import Weights, features, score, weights_for
from workers.creator.type_cues import CUES

FILES = sorted(
    path.name
    for path in resources.files("workers.creator").joinpath("weights").iterdir()
    if path.name.endswith(".json") and not path.name.startswith("type_")
)


@pytest.mark.parametrize("name", FILES)
def test_weights_name_rules_and_shapes_only(name: str) -> None:
    """The shipped weights must not republish the words of labelled texts."""
    data = json.loads(resources.files("workers.creator").joinpath("weights", name).read_text(encoding="utf-8"))
    ids = {rule.id for language in ("de", "en") for register in Register for rule in rules_for(language, register)}
    for feature in data["weights"]:
        plain = feature.removeprefix("habit.").removesuffix("~")
        assert plain in ids or feature.startswith(("kind.", "shape.")), feature


@pytest.mark.parametrize("aspect", ["functional", "quality"])
def test_weights_of_types_name_cues_and_shapes_only(aspect: str) -> None:
    path = resources.files("workers.creator").joinpath("weights", f"type_{aspect}.json")
    for feature in json.loads(path.read_text(encoding="utf-8"))["weights"]:
        assert set(feature.split("+")) <= {*CUES, "short", "medium", "long", "sentences"}, feature


def test_a_register_without_labelled_sentences_uses_the_general_weights() -> None:
    assert weights_for("user_stories", "de") == weights_for("contract", "en")
    assert weights_for("letter", "de") != weights_for("user_stories", "de")


def test_the_probability_does_not_depend_on_the_order_of_features() -> None:
    weights = Weights(0.1, {"a": 0.3, "b": -0.7, "c": 1e-9})
    assert weights.probability(frozenset("abc")) == weights.probability(frozenset("cba"))
    assert weights.probability(frozenset()) == pytest.approx(0.525, abs=0.001)


def test_extreme_sums_do_not_overflow() -> None:
    assert Weights(1e6, {}).probability(frozenset()) == pytest.approx(1)
    assert Weights(-1e6, {}).probability(frozenset()) == pytest.approx(0)


def test_features_tell_kinds_shape_and_habits() -> None:
    sentence = clauses("If it rains, the door will close:", "en")
    found = features(sentence, run(rules_for("en"), sentence), frozenset({"en.will"}))
    assert {"kind.modal", "kind.obligation", "shape.colon", "shape.conditional", "habit.en.will", "en.will"} <= found
    assert "kind.no_modal" not in found


def test_scores_are_probabilities() -> None:
    sentence = clauses("Der Halter muss zahlen.", "de")
    value = score("letter", "de", sentence, run(rules_for("de"), sentence))
    assert 0.5 < value <= 1
