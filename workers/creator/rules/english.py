# ruff: noqa: E501  (a pattern is read on one line)
"""English rules. Patterns see main clauses in lower case."""

from __future__ import annotations

from .kinds import CUE, OBLIGATION, PROHIBITION, RECOMMENDATION, RELIEF, SCOPE
from .rule import Rule, rule, within

RULES: tuple[Rule, ...] = (
    *within(
        ("contract", "policy"),
        (
            rule(
                "en.not_liable",
                RELIEF,
                r"\b(?:neither|no|nor|not|in no event|never)\b[^,;]*\b(?:liable|responsible) (?:for|to|in)\b|\b(?:does|do|will|shall) not (?:accept|assume|bear) (?:any )?(?:liability|responsibility)\b|\bnothing\b[^;]*\b(?:shall|will|is intended to|operates? to) (?:\w+ )?(?:limit|exclude|restrict|affect|prevent|oblige|require|prejudice|be construed|be deemed|create)\b",
                beats=[
                    "en.unit_does_not",
                    "en.no_shall",
                    "en.shall_not",
                    "en.shall",
                    "en.required_to",
                    "en.will",
                    "en.will_not",
                    "en.is_duty",
                ],
                needs="liable responsible nothing liability responsibility",
            ),
        ),
    ),
    # relief
    rule(
        "en.need_not",
        RELIEF,
        r"\bneed not\b|\b(?:do|does|did|will|would|shall) not (?:need|have) to\b|\bdon't (?:need|have) to\b|\bdoesn't (?:need|have) to\b|\bno need to\b",
        beats=["en.need_to", "en.have_to", "en.will", "en.shall_not", "en.shall"],
        needs="need not don't doesn't no",
    ),
    rule(
        "en.not_required",
        RELIEF,
        r"\b(?:may|might) not (?:be|always be) (?:required|necessary|needed)\b|\bnot (?:be )?(?:\w+ )?(?:required|obliged|necessary|mandatory|obligatory|needed|bound)\b|\bno (?:\w+ )?(?:obligation|duty|requirement)\b|\bexempt(?:ed)?\b|\b(?:neither|no)\b[^,;]* (?:is|are|shall be) (?:bound|obliged|obligated|required|expected) to\b|\bshall be (?:considered|deemed) (?:\w+ )?(?:sufficient|appropriate)\b|\bis (?:sufficient|enough)\b|\bsuffices\b",
        beats=["en.required_to", "en.necessary", "en.shall_not", "en.may_not", "en.no_shall", "en.expected_to"],
        needs="not no neither exempt exempted deemed considered sufficient enough suffices",
    ),
    rule(
        "en.not_affect",
        SCOPE,
        r"\bshall (?:not affect|be without prejudice|not prejudice|not apply(?= to\b| where\b| if\b| in\b| when\b| except\b|[.,;:]|$)|not preclude|not prevent|apply without prejudice)\b|\bwithout prejudice to\b.{0,40}$|\bdoes not (?:apply|affect)\b|\bdo not apply\b",
        beats=["en.shall", "en.shall_not"],
        needs="not prejudice",
    ),
    rule(
        "en.force",
        SCOPE,
        r"\b(?:enter|enters|come) into force\b|\btakes? effect\b|\bshall (?:\w+ )?(?:apply (?:from|until|as from|to|with|for|in|where|only|by|mutatis|accordingly)|apply\.?$|expire|cease|remain (?:applicable|in force|valid)|be construed|be repealed|be replaced|be addressed|be binding in its entirety|be governed by (?:and |the )?(?:\w+ ){0,4}laws?\b|survive|inure|remain in (?:full )?effect)\b|\bis (?:hereby )?(?:repealed|replaced|amended)\b|\bshall be published in the official\b",
        beats=["en.shall"],
        needs="force effect apply expire cease remain construed repealed replaced amended addressed binding published governed survive inure",
    ),
    # prohibition
    rule(
        "en.limit",
        OBLIGATION,
        r"\b(?:shall|must|may|should|can|will)(?: \w+)? (?:not|never) (?:\w+ly )?(?:exceed|surpass|(?:be|last|take|fall|drop|stay|remain|run) (?:\w+ )?(?:more|longer|less|fewer|greater|larger|higher|later|lower|older|shorter|below|above|under|over)\b)",
        beats=["en.shall_not", "en.may_not", "en.should_not", "en.cannot", "en.will_not", "en.should"],
        needs="shall must may should can will",
        hints="exceed surpass more longer less fewer greater larger higher later lower older shorter below above under over",
    ),
    rule(
        "en.shall_not",
        PROHIBITION,
        r"\b(?:shall|must)(?: \w+)? (?:not|never|neither)\b|\bmustn't\b|\bshall (?:be )?neither\b",
        needs="not never neither mustn't",
    ),
    rule(
        "en.no_shall",
        PROHIBITION,
        r"\b(?:no(?! \d)|none|neither|nobody|nothing)\b[^,;]* (?:shall|must|may|can|is allowed|are allowed)\b",
        beats=["en.may", "en.can"],
        needs="no none neither nobody nothing",
    ),
    rule(
        "en.may_not",
        PROHIBITION,
        r"\bmay(?: \w+)? not\b|\bmay only\b|\bmay [^,;]*\bonly\b",
        beats=["en.may"],
        needs="may",
    ),
    rule("en.cannot", PROHIBITION, r"\b(?:cannot|can not|can't)\b", needs="cannot can can't"),
    rule(
        "en.prohibited",
        PROHIBITION,
        r"\b(?:is|are|be|been) (?:\w+ )?(?:prohibited|forbidden|unlawful|disallowed|banned)\b|\bnot (?:be )?(?:permitted|allowed|authorised|authorized|entitled|admissible|acceptable)\b",
        beats=["en.permitted"],
        needs="prohibited forbidden unlawful disallowed banned not",
    ),
    rule(
        "en.should_not",
        PROHIBITION,
        r"\bshould(?: \w+)? (?:not|never)\b|\bshouldn't\b|\bought not\b",
        beats=["en.should", "en.recommended"],
        needs="should shouldn't ought",
    ),
    rule(
        "en.only",
        PROHIBITION,
        r"\b(?:shall|must|will|should|can)\b[^,;]*\bonly\b|\bonly\b[^,;]* (?:shall|must|can|may|will)\b",
        needs="only",
    ),
    rule("en.do_not", PROHIBITION, r"^(?:please )?(?:do not|don't|never|avoid) \w+"),
    rule(
        "en.agrees_not",
        PROHIBITION,
        r"\b(?:undertakes?|agrees?|covenants?|commits?|promises?|is|are) not to (?!be (?:construed|interpreted|considered|confused|taken|understood)\b)\w+|\b(?:undertakes?|agrees?|covenants?|commits?|promises?|has|have|is|are) to (?:refrain|abstain|desist) from\b",
        needs="undertake undertakes agree agrees covenant covenants commit commits promise promises is are has have",
        hints="not refrain abstain desist",
        beats=["en.describes"],
    ),
    rule(
        "en.will_not",
        PROHIBITION,
        r"(?<!that )(?<!they )(?<!which )\b(?:will|would) (?:not|never|no longer)\b|\bwon't\b",
        beats=["en.will"],
        needs="will would won't",
    ),
    rule(
        "en.only_permitted",
        PROHIBITION,
        r"\b(?:is|are|be) (?:\w+ly )?(?:only (?:\w+ )?(?:permitted|allowed|admissible|authorised|authorized)|(?:permitted|allowed|admissible|authorised|authorized) only)\b|\bonly\b[^,;]* (?:is|are) (?:permitted|allowed|admissible)\b",
        beats=["en.permitted"],
        needs="only",
    ),
    # obligation
    rule(
        "en.must_ensure",
        OBLIGATION,
        r"\b(?:shall|must|should|has to|have to|is to|are to) (?:\w+ )?(?:be )?(?:ensured?|guaranteed?|verif(?:y|ied)|prevent(?:ed)?|make (?:sure|certain)|made (?:sure|certain))\b[^,;]*\b(?:cannot|not|no|never|only)\b",
        beats=["en.cannot", "en.shall_not", "en.no_shall", "en.may_not", "en.only", "en.not_required"],
        needs="ensure ensured guarantee guaranteed verify verified prevent prevented make made",
    ),
    rule(
        "en.binds_first",
        CUE,
        r"(?<!that )(?<!which )(?<!who )\b(?:shall|must|should|will|may not|cannot|(?:has|have|needs?) to|(?:is|are) (?:not )?to be|(?:required|obliged|obligated|agrees?|undertakes?) to|(?:essential|mandatory|vital|imperative|necessary|important) that)\b.*\b(?:describ|contain|overview|list|give|explain|introduc|intended|assum|document)",
        beats=["en.describes"],
        needs="shall must should will may cannot has have need needs is are required obliged obligated agree agrees undertake undertakes",
        hints="describ contain overview list give explain introduc intended assum document",
    ),
    rule("en.shall", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\bshall\b", needs="shall"),
    rule("en.must", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\bmust\b", needs="must"),
    rule(
        "en.required_to",
        OBLIGATION,
        r"(?:^|[,;:] )(?:(?!\b(?:that|which|who|if|where|when|as|whether)\b)[^,;])*\b(?:is|are|be|been) (?:\w+ )?(?:required|obliged|obligated|bound|responsible|liable|committed)\b",
        needs="required obliged obligated bound responsible liable committed",
    ),
    rule("en.have_to", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\b(?:has|have) to\b", needs="has have"),
    rule(
        "en.need_to",
        OBLIGATION,
        r"(?<!urgent )(?<!\ba )(?<!the )(?<!that )(?<!which )(?<!who )\bneeds? to\b",
        needs="need needs",
    ),
    rule(
        "en.necessary",
        OBLIGATION,
        r"^(?:(?!\b(?:that|which|who|if|where|when|as|not|considered|deemed)\b)[^,;])*\b(?:is|are|be) (?:\w+ )?(?:necessary|mandatory|compulsory|essential|obligatory|imperative|needed|vital|required)\b"
        r"|(?<!may )(?<!can )(?<!to )(?<!might )(?<!could )(?<!not )(?<!that )\brequires?\b",
        needs="necessary mandatory compulsory essential obligatory imperative needed vital required requires require",
    ),
    rule(
        "en.undertakes",
        OBLIGATION,
        r"\b(?:undertakes?|agrees?|covenants?|commits?) to\b",
        needs="undertake undertakes agree agrees covenant covenants commit commits",
    ),
    rule(
        "en.expected_to",
        OBLIGATION,
        r"(?<!not )\b(?:is|are) expected to (?!(?:be|have|grow|change|increase|rise|fall|decline|know|understand|continue|remain|become|last|take|reach)\b)\w+",
        needs="expected",
    ),
    rule("en.is_to", OBLIGATION, r"\b(?:is|are) to (?:be )?\w+", needs="to"),
    rule("en.will", OBLIGATION, r"\bwill\b", needs="will"),
    rule(
        "en.ensure",
        OBLIGATION,
        r"^(?:please )?(?:ensure|provide|support|allow|make sure|verify|record|keep|maintain|report|notify|document|use|store|implement|enable|display|generate|create|send)\b",
    ),
    rule(
        "en.is_duty",
        OBLIGATION,
        r"\b(?:it is the (?:duty|responsibility)|responsible for|bears? the (?:cost|risk|burden)|is accountable|duty of)\b",
        needs="duty responsibility responsible bears bear accountable",
    ),
    rule(
        "en.story",
        OBLIGATION,
        r"\bas an? .{2,60}\b(?:i|we) (?:want|need|would like|should be able|can|must)\b",
        anywhere=True,
        needs="as",
    ),
    rule(
        "en.able_to",
        CUE,
        r"\b(?:able to|ability to|capable of|capability to|possible to)\b",
        needs="able ability capable capability possible",
    ),
    rule("en.ability", OBLIGATION, r"^(?:the )?(?:ability|capability|capacity|option) (?:to|for|of)\b"),
    # recommendation
    rule("en.should", RECOMMENDATION, r"(?<!that )(?<!which )(?<!who )\bshould\b", needs="should"),
    rule(
        "en.recommended",
        RECOMMENDATION,
        r"\b(?:recommended|recommends?|advisable|desirable|preferable|preferably|encouraged|ought to|suggested|would like|desired|good practice)\b|\b(?:is|are) (?:\w+ly )?(?:advised|urged|asked) (?:not )?to\b",
        needs="recommended recommends recommend advisable desirable preferable preferably encouraged ought suggested would desired good advised urged asked",
    ),
)
