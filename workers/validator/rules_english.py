# ruff: noqa: E501  (a pattern is read on one line)
"""English rules of the validator. Patterns are matched without regard to case."""

from __future__ import annotations

import re

from workers.creator.rules.english_others import GUESS
from workers.validator.indicatives import indicative_duties
from workers.validator.rules import BINDING_REGISTERS, NO_RIGHTS_REGISTERS, UNKNOWN, Kind, LanguageRules, rules, within

_I = re.IGNORECASE
_TERM = r"[\"“‘'][^\"”’']{2,60}[\"”’']"

_MODAL = "shall|must|should|may|will|can|that|which|who|by|to"

_FIRST = (
    *rules(
        "en",
        Kind.EXAMPLE,
        [
            (
                "lead",
                r"^\W*(?:for example|for instance|examples?\b(?! of (?:use|how))|e\.\s?g\.|by way of (?:example|illustration)|as an (?:example|illustration)|such as|to illustrate|sample\b)",
            ),
            ("note", r"^\W*note\s*(?:\d+)?\s*(?:to entry)?\s*[:–—]"),
        ],
        _I,
    ),
    *rules(
        "en",
        Kind.DEFINITION,
        [
            (
                "means",
                rf"^\W*(?:(?:for the purposes? of|in|under|as used in)\b[^,;]{{3,100}},?\s*)?(?:the (?:term|word|expression)s?\s+)?(?:an?\s+|the\s+)?(?:{_TERM}|(?!(?:{_MODAL})\b)[\w-]+(?:\s+(?!(?:{_MODAL})\b)[\w-]+){{0,4}}?)\s*(?:\([^)]*\)\s*)?(?:shall mean|means?|refers? to|is defined as|are defined as|denotes?|is understood (?:as|to mean)|stands for|shall have the meaning|has the meaning|have the meaning)\b",
            ),
            ("term_is", rf"^\W*{_TERM}\s*(?::|–|—|-|is\b|are\b)"),
            (
                "purposes_is",
                r"^\W*for the purposes? of this [\w\s]{3,60},\s*(?:an?|the)\s+[^.;]{2,80}?\s(?:is|are)\s(?:an?|any|the|every|all|considered|deemed)\b",
            ),
            ("following_definitions", r"\bthe following (?:definitions|terms|abbreviations)\b"),
        ],
        _I,
    ),
    *rules(
        "en",
        Kind.INFORMATION,
        [
            ("question", r"\?\s*$"),
            (
                "this_document",
                r"^\W*(?:this|the (?:present|following))\s+(?:document|section|chapter|appendix|annex|report|paper|table|figure|specification|diagram|introduction)\s+(?:\w+\s+)?(?:will|describes?|contains?|gives?|provides?|presents?|outlines?|defines?|explains?|lists?|shows?|summari[sz]es?|specif(?:y|ies)|should (?:be read|help))\b",
            ),
        ],
        _I,
    ),
)

_MASKS = (
    *rules(
        "en",
        Kind.RELIEF,
        [
            (
                "need_not",
                r"\b(?:needs? not|needn[’']t|do(?:es)? not (?:need|have) to|don[’']t (?:need|have) to|doesn[’']t (?:need|have) to)\b",
            ),
            (
                "not_required",
                r"\b(?:shall |must |will |should |may |need )?(?:not|never|neither|no longer) (?:\w+ )?(?:be )?(?:\w+ly )?(?:required|obliged|obligated|bound|compelled|mandatory|necessary|compulsory|prevented|precluded|prohibited|forbidden)\b",
            ),
            (
                "nobody_bound",
                r"\b(?:neither|no)\b[^,;.]* (?:is|are|shall be) (?:bound|obliged|obligated|required|expected) to\b",
            ),
            (
                "no_duty",
                r"\b(?:no|without any|without) (?:\w+ )?(?:obligations?|duty|duties|need|requirements?|necessity)\b(?! to the contrary)",
            ),
            (
                "not_construed",
                r"\bshall not (?:be construed|be deemed|be interpreted|be considered|be regarded|be liable)\b",
            ),
            ("exempt", r"\b(?:is|are|be) (?:\w+ )?(?:exempt(?:ed)?|relieved|released|excused|waived)\b"),
            ("waive", r"\bmay be (?:waived|omitted|dispensed with|left out|skipped)\b"),
            ("optional", r"\b(?:is|are|remains?) (?:\w+ )?(?:optional|voluntary|discretionary)\b"),
            ("without_prejudice", r"\bshall be without prejudice\b"),
        ],
        _I,
    ),
    *within(
        frozenset({"eu_act", "statute", "letter", "contract", "policy", UNKNOWN}),
        rules(
            "en",
            Kind.RELIEF,
            [
                (
                    "not_prevent",
                    r"\bshall not (?:prevent|preclude|prejudice|affect|limit|apply(?! (?:the|any|an?|its|their|such)\b)|constitute)\b",
                ),
            ],
            _I,
        ),
    ),
    *within(
        frozenset({"contract", "policy", UNKNOWN}),
        rules(
            "en",
            Kind.RELIEF,
            [
                (
                    "not_liable",
                    r"\b(?:neither|no|nor|not|in no event|never)\b[^,;.]*\b(?:liable|responsible) (?:for|to|in)\b|\b(?:does|do|will|shall) not (?:accept|assume|bear) (?:any )?(?:liability|responsibility)\b",
                ),
                (
                    "nothing_limits",
                    r"\bnothing\b[^;.]*\b(?:shall|will|is intended to|operates? to) (?:\w+ )?(?:limit|exclude|restrict|affect|prevent|oblige|require|prejudice|be construed|be deemed|create)\b",
                ),
            ],
            _I,
        ),
    ),
    *rules(
        "en",
        Kind.SCOPE,
        [
            (
                "shall_apply",
                r"\b(?:shall|must|will|should) (?:also |only |likewise |not |equally |accordingly )?apply\b(?=\s+(?:to|from|until|as|where|when|if|in|for|only|mutatis|equally|regardless|irrespective|unless|by|during|also|at|on|with|without|throughout|even|after|before|insofar|accordingly|not)\b|\s*[.,;:]|$)",
            ),
            (
                "shall_cover",
                r"\b(?:shall|will) (?:enter into force|come into force|take effect|be binding in its entirety|be addressed to|be governed by (?:and |the )?(?:\w+ ){0,4}laws?\b|survive|inure|remain in (?:full )?(?:force|effect))\b",
            ),
        ],
        _I,
    ),
    *rules(
        "en",
        Kind.PERMISSION,
        [
            (
                "empowered",
                r"\b(?:shall|will|must) (?:also )?(?:be (?:free|empowered|authori[sz]ed|at liberty) to|have (?:the )?(?:power|option|discretion|possibility|opportunity)s?)\b",
            ),
        ],
        _I,
    ),
    *within(
        NO_RIGHTS_REGISTERS,
        rules(
            "en",
            Kind.PERMISSION,
            [
                ("entitled", r"\b(?:shall|will|must) (?:also )?be (?:entitled|permitted|allowed) to\b"),
                ("right", r"\b(?:shall|will|must) (?:also )?have the right\b"),
            ],
            _I,
        ),
    ),
    *rules(
        "en",
        Kind.INFORMATION,
        [
            (
                "as_required",
                r"\b(?:as|if|where|when|unless|whenever|otherwise) (?:\w+ )?(?:required|necessary|needed|prohibited|stated)\b|\brequired by\b(?! (?:the )?law to\b)|\bthe required\b|(?<!is )(?<!are )(?<!be )\brequired (?:for|to|in|fields?|information|data)\b(?<!is required to)(?<!are required to)",
            ),
            (
                "relative",
                r"\b(?:that|which|who)\s+(?:\w+ly\s+|also\s+)?(?:must|shall|should|will|are required|is required|needs? to|have to|has to)\b",
            ),
            ("should_have", r"\b(?:should|will|would) have (?:\w+ly )?(?:been|had|\w+ed)\b"),
            ("must_have", GUESS.pattern),
            (
                "some_day",
                r"^.*\bwill\b.*\b(?:next (?:year|month|quarter|release)|in (?:19|20)\d\d|soon|some day|in (?:the )?(?:near )?future|in the (?:coming|next) (?:few )?(?:years|months|weeks)|at a later (?:date|stage|time)|eventually)\b.*$|\bwill be considered\b",
            ),
            (
                "deemed",
                r"\b(?:shall|will|must|is to|are to) (?:\w+ )?be (?:deemed|regarded as|considered (?:as |to be |to have )|treated as|construed as|taken to (?:be|have))\b",
            ),
            ("must_expect", r"\b(?:must|has to|have to) (?:expect|reckon with)\b"),
            ("had_to", r"\b(?:had|have had|has had) to\b|\b(?:was|were|been) required to\b|\bwould have to\b"),
            (
                "will_be_told",
                r"\bwill (?:be (?:described|discussed|explained|presented|covered|defined|addressed|outlined|published)|describe|discuss|explain|likely|probably|usually|typically|often)\b",
            ),
        ],
        _I,
    ),
)

_DUTIES = (
    *rules(
        "en",
        None,
        [
            ("shall", r"\bshall\b"),
            ("must", r"\b(?:must|mustn[’']t)\b"),
            ("should", r"\b(?:should|ought(?: not)? to)\b"),
            ("will", r"\bwill\b(?! of\b)"),
            ("has_to", r"\b(?:has|have) to\b(?! do with)"),
            ("needs_to", r"\bneeds? to\b"),
            ("is_to", r"\b(?:is|are) (?:not )?to (?:be\b|have\b|ensure|provide|keep|make|use|\w+(?=\s))"),
            (
                "is_required",
                r"\b(?:is|are|be|remains?) (?:\w+ly |also |hereby |jointly |solely |strictly )?(?:required|obliged|obligated|bound|expected|responsible|liable|prohibited|forbidden|mandatory|compulsory|obligatory|imperative|essential|necessary|needed|accountable|in charge|banned|disallowed)\b",
            ),
            (
                "may_not",
                r"\b(?:may|can) (?:not|only|never|under no circumstances)\b|\bcannot\b|\b(?:may|can)\b[^;.]*?\b(?:only|no\b|not\b)",
            ),
            (
                "only_permitted",
                r"\bonly\b[^;.,]*\b(?:is|are) (?:permitted|allowed|permissible|acceptable)\b|\b(?:only|exclusively|solely) (?:be )?(?:permitted|allowed|permissible|acceptable|possible)\b|\b(?:permitted|allowed|permissible|acceptable) (?:only|exclusively|solely)\b",
            ),
            (
                "recommended",
                r"\b(?:is|are) (?:strongly |highly )?(?:recommended|advised|encouraged|urged|asked)\b|\bwe recommend\b",
            ),
            ("none_may", r"\b(?:no|only|neither|nobody|never|none)\b[^;.]*?\b(?:may|can)\b"),
            (
                "not_allowed",
                r"\b(?:is|are|be) not (?:\w+ )?(?:permitted|allowed|authori[sz]ed|entitled|acceptable|permissible)\b|\bis inadmissible\b",
            ),
            ("requires", r"\b(?:requires?|demands?|necessitates?|prohibits?|forbids?)\b(?! of\b)"),
            (
                "undertakes",
                r"\b(?:undertakes?|agrees?|commits?) (?:itself |himself |themselves )?(?:not )?to\b|\b(?:covenants|warrants)\b",
            ),
            ("ensures", r"\b(?:ensures?|is obliged|takes? care|bears? (?:the )?(?:responsibility|cost|risk))\b"),
            (
                "imperative",
                r"^\W*(?:do not|don[’']t|ensure|make sure|never|always|keep|use|provide|record|store|report|notify|delete|verify|encrypt|document|retain|archive|inform|protect|submit|avoid|include|enable|support|allow|display|validate)\b(?=.*[.;,]\s*$)",
            ),
            ("story", r"\bI (?:want|need|would like) to\b|\bas an? [^.;]{2,60} (?:I|we) (?:want|need|would like)\b"),
            (
                "duty_of",
                r"\b(?:has|have|is under|are under) (?:an?|the) (?:\w+ )?(?:duty|obligation|responsibility)\b|\bit is the (?:duty|responsibility|task) of\b",
            ),
        ],
        _I,
    ),
    *within(
        frozenset({"specification", "user_stories", "criteria"}),
        rules("en", None, [("ability", r"^\W*(?:the )?(?:ability|capability|option) (?:to|for)\b")], _I),
    ),
    *within(
        BINDING_REGISTERS,
        rules(
            "en",
            None,
            [
                ("right_to", r"\b(?:has|have) (?:the |a )?right\b"),
                ("constitutes", r"\b(?:pays|delivers|informs|notifies|maintains|provides|bears)\b"),
            ],
            _I,
        ),
    ),
)

_ACTORS = re.compile(r"(?!)")
"""English law binds by "shall"; a plain indicative binds nobody beyond what `_DUTIES` lists."""

_AUTHORITY = r"(?:(?:supervisory|competent|national|tax|licensing|public) authorit(?:y|ies)|commission|member states?|board|council|agency|auditor|regulator|ministry|inspector)"
_LAST = (
    *rules(
        "en",
        Kind.AUTHORITY_RIGHT,
        [
            (
                "authority_may",
                rf"\b{_AUTHORITY}\b.*\b(?:may|can|is empowered|is entitled|has the power|have the power)\b",
            )
        ],
        _I,
    ),
    *rules(
        "en",
        Kind.PERMISSION,
        [
            ("may", r"\b(?:may|can|could|might)\b"),
            (
                "allowed",
                r"\b(?:is|are) (?:\w+ )?(?:permitted|allowed|entitled|free|able|at liberty|authori[sz]ed)\b|\b(?:has|have) the (?:right|option)\b",
            ),
        ],
        _I,
    ),
    *rules(
        "en",
        Kind.SCOPE,
        [("applies_to", r"\b(?:appl(?:y|ies)|covers?|scope|within the scope|extends? to|is addressed to|concerns?)\b")],
        _I,
    ),
    *rules(
        "en",
        Kind.DEFINITION,
        [
            (
                "is_a",
                r"^\W*(?:an?|the)?\s*(?:[\w-]+\s+){1,4}?(?:is|are)\s+(?:an?|any|the|every|all)\b|\b(?:is called|is known as|consists? of|comprises?)\b",
            )
        ],
        _I,
    ),
)

ENGLISH = LanguageRules(
    first=_FIRST, masks=_MASKS, duties=_DUTIES, actors=_ACTORS, last=_LAST, indicatives=indicative_duties("en")
)
