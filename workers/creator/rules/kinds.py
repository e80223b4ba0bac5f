"""The kinds of rules, under the short names that the rule files use."""

from __future__ import annotations

from orchestrator.domain.requirement import Modality, SentenceClass

from .rule import Cue

OBLIGATION, PROHIBITION, RECOMMENDATION = Modality.OBLIGATION, Modality.PROHIBITION, Modality.RECOMMENDATION
PERMISSION, RELIEF, AUTHORITY_RIGHT = SentenceClass.PERMISSION, SentenceClass.RELIEF, SentenceClass.AUTHORITY_RIGHT
DEFINITION, SCOPE, INFORMATION = SentenceClass.DEFINITION, SentenceClass.SCOPE, SentenceClass.INFORMATION
CUE = Cue.CUE
