# ruff: noqa: E501  (a pattern is read on one line)
"""English signs that decide nothing alone."""

from __future__ import annotations

from .english_words import AUTHORITY, DOCUMENT, SHALL, SYSTEM, THING, USER
from .kinds import CUE, SCOPE
from .rule import Rule, rule

RULES: tuple[Rule, ...] = (
    # subjects and verb phrases
    rule(
        "en.document_shall",
        CUE,
        rf"^(?:[^;]*, )?(?:the |this |that |such |each |any )?(?:\w+ ){{0,2}}{DOCUMENT}\b[^,;]{{0,80}}? shall\b",
        needs="shall",
        hints="regulation directive decision article annex chapter section paragraph point provision reference title definition term act",
    ),
    rule(
        "en.thing_shall",
        CUE,
        rf"^(?:[^;]*, )?(?:the |this |that |such |these |those |each |any |all )?(?:[\w-]+ ){{0,4}}{THING}\b[^,;]{{0,90}}? shall\b",
        needs="shall",
    ),
    rule(
        "en.they_shall",
        CUE,
        r"(?:^|[,;:] |and )(?:they|he|she|we) (?:\w+ )?(?:shall|must|should|will)\b",
        needs="they he she we",
    ),
    rule("en.it_shall", CUE, r"(?:^|[,;:] )it (?:\w+ )?(?:shall|must|should|will)\b", needs="it"),
    rule(
        "en.actor",
        CUE,
        r"\b(?:controllers?|processors?|providers?|operators?|manufacturers?|importers?|distributors?|undertakings?|institutions?|entit(?:y|ies)|sponsors?|suppliers?|employers?|staff|representatives?|managers?|carriers?|exporters?|producers?|firms?|companies|company|persons?|investigators?|beneficiar(?:y|ies)|recipients?|tenants?|landlords?|contractors?|bod(?:y|ies)|organisations?|users?|holders?|owners?|director|officers?)\b[^,;]{0,70}? (?:shall|must|should|will)\b",
        needs="shall must should will",
        hints="controller processor provider operator manufacturer importer distributor undertaking institution entit sponsor supplier employer staff representative manager carrier exporter producer firm compan person investigator beneficiar recipient tenant landlord contractor bod organisation user holder owner director officer",
    ),
    rule(
        "en.system",
        CUE,
        rf"\b{SYSTEM}s?\b[^,;]{{0,50}}? (?:shall|must|should|will|can|may|has to|needs to)\b",
        needs="shall must should will can may has needs",
        hints="system application software product solution website site module interface program server database client tool page screen gui sms api service portal component platform function report",
    ),
    rule(
        "en.user",
        CUE,
        rf"\b{USER}\b[^,;]{{0,40}}? (?:shall|must|should|will|can|may|has to|needs to)\b",
        needs="shall must should will can may has needs",
        hints="user admin customer player operator staff member personnel clerk student agent patron",
    ),
    rule(
        "en.user_verb",
        CUE,
        rf"^(?:[\w.:-]{{1,8}} )?(?:the )?(?:{USER}|system) (?!shall|must|should|will|can|may)\w+(?:s|es)\b",
        hints="user admin customer player operator staff member personnel clerk student agent patron system",
    ),
    rule(
        "en.shall_be_done",
        CUE,
        rf"{SHALL} (?:\w+ly |also |not |only )?be (?:\w+ly )?\w+(?:ed|en|t|ne|de|ld|wn|id|ut|ept|ade)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_be_other",
        CUE,
        rf"{SHALL} (?:\w+ly |also |not |only )?be (?:\w+ly )?(?!\w+(?:ed|en|ne|de|wn)\b)\w+",
        needs="shall must",
    ),
    rule(
        "en.shall_state",
        CUE,
        rf"{SHALL} (?:\w+ly |also |not |only |at least )?(?:include|contain|consist|comprise|constitute|cover|specify|indicate|state|mention|refer|have|serve|relate|take|last|begin|end|run|start|exceed|correspond|remain|become|bear|allow|meet|fulfil|satisfy|comply|conform|set out|describe)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_act",
        CUE,
        rf"{SHALL} (?:\w+ly |also |not |only |at least )?(?:ensure|notify|inform|provide|submit|report|establish|adopt|draw up|carry out|take|keep|make|communicate|cooperate|transmit|designate|verify|monitor|assess|examine|decide|publish|request|require|use|implement|consult|send|forward|record|document|maintain|lay down|determine|review|conduct|issue|grant|give|appoint|support|lead|act|perform|apply for|seek|check|prepare|evaluate|put|set up|facilitate|develop|present|respect|pay|refrain|withdraw|suspend|accept|investigate|deliver|exchange|assist|coordinate|identify|return|reject|disclose|participate|undertake|select|contact|explain|register|hold|collect|enable|stop|await|attribute|remind|bear in mind)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_let",
        CUE,
        rf"{SHALL} (?:also )?be (?:entitled|allowed|permitted|prohibited|required|obliged|responsible|authorised|able|liable|bound|subject|informed|heard|given|granted|offered|invited)\b",
        needs="shall must",
        hints="entitled allowed permitted prohibited required obliged responsible authorised able liable bound subject informed heard given granted offered invited",
    ),
    rule(
        "en.by_agent",
        CUE,
        rf"\bby (?:the |each |any |an? |that |its |their )?(?:\w+ ){{0,2}}(?:{AUTHORITY}|controllers?|processors?|providers?|operators?|manufacturers?|undertakings?|institutions?|sponsor|supplier|bod(?:y|ies)|staff|entity|exporter|owners?|holders?)\b",
        needs="by",
    ),
    rule(
        "en.deadline",
        CUE,
        r"\b(?:within|no later than|not later than|without (?:undue )?delay|immediately|promptly|at the latest|forthwith|annually|by \d|at least (?:once|every))\b",
        anywhere=True,
        needs="within no not without immediately promptly at forthwith annually by",
    ),
    rule(
        "en.number_unit",
        CUE,
        r"\b\d+(?:\.\d+)? ?(?:%|percent|seconds?|minutes?|hours?|days?|months?|years?|ms|mb|gb|kb|users?)\b",
        anywhere=True,
        hints="0 1 2 3 4 5 6 7 8 9",
    ),
    rule(
        "en.as_follows",
        CUE,
        r"\b(?:the following|as follows|listed (?:in|below)|set out in|laid down in|referred to in)\b",
        needs="following follows listed set laid referred",
    ),
    rule("en.imperative_list", CUE, r"^(?:section|chapter|step|use case|[a-z]\d+[-.:])"),
    rule("en.procedure_step", CUE, r"^(?:\d+\.|[a-z]\d-\w+|step \d+)"),
    rule("en.definition_dash", CUE, r"^[\w /-]{2,40} (?:-|–|—|:) \w"),
    rule(
        "en.deemed",
        CUE,
        r"\b(?:deemed|considered|regarded|treated) (?:as |to |not )?\b|\b(?:subject to|equal to|based on|calculated|expressed|limited to|valid|effective|available|proportionate)\b",
        needs="deemed considered regarded treated subject equal based calculated expressed limited valid effective available proportionate",
    ),
    rule(
        "en.definition_apply",
        SCOPE,
        r"\b(?:definitions?|rules?|provisions?|conditions?|procedure|article \d+\w*|paragraphs? \d+\w*)\b[^,;]{0,120}? shall (?:also |likewise |only )?apply\b",
        beats=["en.shall"],
        needs="shall",
        hints="apply",
    ),
    rule("en.may_be", CUE, r"\bmay be\b|\bcan be\b", needs="may can"),
    rule(
        "en.present_tense",
        CUE,
        r"^(?:the |a |an |this |these )?(?:[\w-]+ ){1,4}(?:is|are|has(?! to\b)|have(?! to\b)|uses|provides|allows|supports|describes|shows|displays|contains|includes|represents)\b",
    ),
)
