"""A small domain model of a lending library."""

from __future__ import annotations

import pytest

from orchestrator.domain.graph import DomainModel, ModelObject, NodeType
from workers.validator.matching import ModelIndex


def business_object(key: str, name: str, *attributes: str, aliases: tuple[str, ...] = ()) -> ModelObject:
    return ModelObject(key, NodeType.BUSINESS_OBJECT, name, "", attributes, aliases)


@pytest.fixture(scope="session")
def index() -> ModelIndex:
    return ModelIndex.build(
        DomainModel(
            objects=(
                business_object("BO-Ausleihe", "Ausleihe", "Beginn", "faelligkeitsDatum", "Status"),
                business_object("BO-Leser", "Leser", "name", "GeburtsDatum", "Anschrift", aliases=("Nutzerin",)),
                business_object("BO-Uebergabeprotokoll", "Uebergabeprotokoll", "datum"),
                business_object("BO-Reservierung", "Reservierung", "nummer"),
                business_object("BO-LibraryCard", "LibraryCard", "CardNumber", "ValidUntil"),
                business_object("BO-Reader", "Reader", "FirstName", "DateOfBirth", aliases=("borrower",)),
                business_object("BO-Reading-Room", "Reading Room"),
            ),
            messages=(ModelObject("MSG-Mahnung", NodeType.MESSAGE, "Mahnung"),),
        )
    )
