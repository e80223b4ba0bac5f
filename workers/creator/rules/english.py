# ruff: noqa: E501  (a pattern is read on one line)
"""English rules. Patterns see main clauses in lower case."""

from __future__ import annotations

from orchestrator.domain.requirement import Modality, SentenceClass

from .rule import Cue, Rule, rule

OBLIGATION, PROHIBITION, RECOMMENDATION = Modality.OBLIGATION, Modality.PROHIBITION, Modality.RECOMMENDATION
PERMISSION, RELIEF, DEFINITION = SentenceClass.PERMISSION, SentenceClass.RELIEF, SentenceClass.DEFINITION
SCOPE, INFORMATION, AUTHORITY_RIGHT, CUE = (
    SentenceClass.SCOPE,
    SentenceClass.INFORMATION,
    SentenceClass.AUTHORITY_RIGHT,
    Cue.CUE,
)

_BE = r"\b(?:is|are|be|been|being|'s|'re)\b"
_AUTHORITY = (
    r"(?:commission|member states?|(?:\w+ ){0,2}authorit(?:y|ies)|council|parliament|board|committee|ecb|eba|esma|eiopa|esas?|central bank|courts?|agency|eusr"
    r"|aacc|high representative|coordinators?|overseer|panel|secretary(?:-general)?|chair(?:man|person)?|oversight forum|union|states?|office)"
)
_DOCUMENT = r"(?:regulation|directive|decision|articles?|annex(?:es)?|chapter|section|paragraphs?|subparagraphs?|points?|provisions?|references?|title|definitions?|terms?|acts?)"
_SYSTEM = r"(?:system|application|software|product|solution|website|site|module|interface|program|server|database|client|tool|page|screen|gui|sms|api|service|portal|component|platform|function|report)"
_USER = r"(?:users?|administrators?|admins?|customers?|players?|operators?|staff|members?|personnel|clerks?|students?|agents?|patrons?)"
_SHALL = r"\b(?:shall|must)\b"
_THING = (
    r"(?:information|data|reports?|applications?|lists?|measures?|documents?|documentation|amounts?|periods?|contributions?|results?|costs?|penalt(?:y|ies)|certificates?|requests?|notifications?"
    r"|statements?|plans?|procedures?|assessments?|rules?|conditions?|criteria|values?|records?|rates?|levels?|delegation|power|mandate|authorisations?|material|plants?|products?|goods|packag\w+|checks|files?|"
    r"support|actions?|expenditure|prices?|tools?|methods?|samples?|agreements?|contracts?|proposals?|opinions?|recommendations?|validity|date|time|number|percentage|part|parts|elements?|service|services|systems?|copies|media|budget|funds?|grants?|duration|term|reference|size|mark|seal|label|labels|warnings?)"
)

RULES: tuple[Rule, ...] = (
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
        r"\bnot (?:be )?(?:\w+ )?(?:required|obliged|necessary|mandatory|obligatory|needed|bound)\b|\bno (?:\w+ )?(?:obligation|duty|requirement)\b|\bexempt(?:ed)?\b|\bshall be (?:considered|deemed) (?:\w+ )?(?:sufficient|appropriate)\b|\bis (?:sufficient|enough)\b|\bsuffices\b",
        beats=["en.required_to", "en.necessary", "en.shall_not"],
        needs="not no exempt exempted deemed considered sufficient enough suffices",
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
        r"\b(?:enter|enters|come) into force\b|\btakes? effect\b|\bshall (?:\w+ )?(?:apply (?:from|until|as from|to|with|for|in|where|only|by|mutatis|accordingly)|apply\.?$|expire|cease|remain (?:applicable|in force|valid)|be construed|be repealed|be replaced|be addressed|be binding in its entirety)\b|\bis (?:hereby )?(?:repealed|replaced|amended)\b|\bshall be published in the official\b",
        beats=["en.shall"],
        needs="force effect takes take shall hereby repealed replaced amended is",
    ),
    # prohibition
    rule(
        "en.shall_not",
        PROHIBITION,
        r"\b(?:shall|must)(?: \w+)? (?:not|never|neither)\b|\bmustn't\b|\bshall (?:be )?neither\b",
        needs="shall must mustn't",
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
        r"\bshould(?: \w+)? (?:not|never)\b|\bshouldn't\b",
        beats=["en.should"],
        needs="should shouldn't",
    ),
    rule(
        "en.only",
        PROHIBITION,
        r"\b(?:shall|must|will|should|can)\b[^,;]*\bonly\b|\bonly\b[^,;]* (?:shall|must|can|may|will)\b",
        needs="only",
    ),
    rule("en.do_not", PROHIBITION, r"^(?:do not|don't|never|avoid) \w+"),
    rule(
        "en.will_not",
        PROHIBITION,
        r"(?<!that )(?<!they )(?<!which )\b(?:will|would) (?:not|never|no longer)\b|\bwon't\b",
        beats=["en.will"],
        needs="will would won't",
    ),
    # obligation
    rule("en.shall", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\bshall\b", needs="shall"),
    rule("en.must", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\bmust\b", needs="must"),
    rule(
        "en.required_to",
        OBLIGATION,
        r"(?:^|[,;:] )(?:(?!\b(?:that|which|who|if|where|when|as|whether)\b)[^,;])*\b(?:is|are|be|been) (?:\w+ )?(?:required|obliged|obligated|bound|responsible|liable|committed)\b",
        needs="required obliged obligated bound responsible liable committed",
    ),
    rule("en.have_to", OBLIGATION, r"(?<!that )(?<!which )(?<!who )\b(?:has|have|had) to\b", needs="has have had"),
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
        r"\b(?:recommended|recommends?|advisable|desirable|preferable|preferably|encouraged|ought to|suggested|would like|desired|good practice)\b",
        needs="recommended recommends recommend advisable desirable preferable preferably encouraged ought suggested would desired good",
    ),
    # permission
    rule("en.may", PERMISSION, r"\bmay\b", needs="may"),
    rule("en.can", PERMISSION, r"\b(?:can|could|might)\b", needs="can could might"),
    rule(
        "en.permitted",
        PERMISSION,
        r"\b(?:permitted|allowed|free to|at liberty|optional(?:ly)?|entitled|at (?:its|his|their) discretion|choose)\b",
        needs="permitted allowed free at optional optionally entitled choose",
    ),
    rule("en.right", CUE, r"\b(?:right|rights|entitled)\b", needs="right rights entitled"),
    # scope
    rule(
        "en.applies",
        SCOPE,
        r"\b(?:applies|apply|scope|covers|lays down|laying down)\b",
        needs="applies apply scope covers lays laying",
    ),
    rule(
        "en.this_document",
        SCOPE,
        r"^(?:this|the present) (?:regulation|directive|decision|document|section|chapter|specification|srs|appendix|policy|manual|contract|agreement)\b",
    ),
    # definition
    rule(
        "en.means",
        DEFINITION,
        r"\b(?:means|shall mean|is defined as|are defined as|refers? to|denotes?|stands for|is called|are called|definitions?)\b|^[‘'\"“][^’'\"”]+[’'\"”] (?:is|are|shall)\b",
        needs="means mean defined refers refer denotes denote stands called definition definitions is are shall",
    ),
    rule("en.is_a", DEFINITION, r"^(?!it |there )(?:(?:the|a|an) )?(?:[\w/-]+ ){1,4}(?:is|are) (?:an?|the|any|one)\b"),
    # information
    rule(
        "en.example",
        INFORMATION,
        r"^(?:for example|example|e\.g\.|note\b|see\b|figure|table|e g|illustration|background)",
    ),
    rule("en.example_mark", INFORMATION, r"^(?:examples?|note|remark)(?: [\w.]+){0,3} ?:"),
    rule(
        "en.definitions_apply",
        DEFINITION,
        r"\bfollowing (?:terms and )?definitions (?:shall )?apply\b",
        beats=["en.applies", "en.shall"],
        needs="definitions",
    ),
    rule("en.past", INFORMATION, r"\b(?:was|were|had been|has been|have been)\b", needs="was were had has have"),
    rule(
        "en.describes",
        INFORMATION,
        r"\b(?:describes?|described|contains?|provides? an overview|lists?|gives?|explains?|introduction|intended|purpose of this|overview|assumed|assumption|appendix|document)\b",
    ),
    # authority
    rule(
        "en.authority_may",
        AUTHORITY_RIGHT,
        rf"^(?:[^,;]*, )?(?:the |each |any |a |an )?(?:\w+ )?{_AUTHORITY}\b[^,;]{{0,60}}? may\b(?! (?:not|only))",
        beats=["en.may"],
        needs="may",
    ),
    rule("en.may_that", PERMISSION, r"\bmay\b[^,;]*\bthat\b[^,;]*\bshall\b", beats=["en.shall"], needs="may"),
    rule(
        "en.authority",
        CUE,
        rf"^(?:[^;]*, )?(?:the |each |every |any |a |an |that |those |all )?(?:\w+ ){{0,3}}{_AUTHORITY}\b[^,;]{{0,70}}? (?:shall|must|should|will)\b",
        needs="shall must should will",
    ),
    # subjects and verb phrases
    rule(
        "en.document_shall",
        CUE,
        rf"^(?:[^;]*, )?(?:the |this |that |such |each |any )?(?:\w+ ){{0,2}}{_DOCUMENT}\b[^,;]{{0,80}}? shall\b",
        needs="shall",
    ),
    rule(
        "en.thing_shall",
        CUE,
        rf"^(?:[^;]*, )?(?:the |this |that |such |these |those |each |any |all )?(?:[\w-]+ ){{0,4}}{_THING}\b[^,;]{{0,90}}? shall\b",
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
    ),
    rule(
        "en.system",
        CUE,
        rf"\b{_SYSTEM}s?\b[^,;]{{0,50}}? (?:shall|must|should|will|can|may|has to|needs to)\b",
        needs="shall must should will can may has needs",
    ),
    rule(
        "en.user",
        CUE,
        rf"\b{_USER}\b[^,;]{{0,40}}? (?:shall|must|should|will|can|may|has to|needs to)\b",
        needs="shall must should will can may has needs",
    ),
    rule(
        "en.user_verb",
        CUE,
        rf"^(?:[\w.:-]{{1,8}} )?(?:the )?(?:{_USER}|system) (?!shall|must|should|will|can|may)\w+(?:s|es)\b",
    ),
    rule(
        "en.shall_be_done",
        CUE,
        rf"{_SHALL} (?:\w+ly |also |not |only )?be (?:\w+ly )?\w+(?:ed|en|t|ne|de|ld|wn|id|ut|ept|ade)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_be_other",
        CUE,
        rf"{_SHALL} (?:\w+ly |also |not |only )?be (?:\w+ly )?(?!\w+(?:ed|en|ne|de|wn)\b)\w+",
        needs="shall must",
    ),
    rule(
        "en.shall_state",
        CUE,
        rf"{_SHALL} (?:\w+ly |also |not |only |at least )?(?:include|contain|consist|comprise|constitute|cover|specify|indicate|state|mention|refer|have|serve|relate|take|last|begin|end|run|start|exceed|correspond|remain|become|bear|allow|meet|fulfil|satisfy|comply|conform|set out|describe)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_act",
        CUE,
        rf"{_SHALL} (?:\w+ly |also |not |only |at least )?(?:ensure|notify|inform|provide|submit|report|establish|adopt|draw up|carry out|take|keep|make|communicate|cooperate|transmit|designate|verify|monitor|assess|examine|decide|publish|request|require|use|implement|consult|send|forward|record|document|maintain|lay down|determine|review|conduct|issue|grant|give|appoint|support|lead|act|perform|apply for|seek|check|prepare|evaluate|put|set up|facilitate|develop|present|respect|pay|refrain|withdraw|suspend|accept|investigate|deliver|exchange|assist|coordinate|identify|return|reject|disclose|participate|undertake|select|contact|explain|register|hold|collect|enable|stop|await|attribute|remind|bear in mind)\b",
        needs="shall must",
    ),
    rule(
        "en.shall_let",
        CUE,
        rf"{_SHALL} (?:also )?be (?:entitled|allowed|permitted|prohibited|required|obliged|responsible|authorised|able|liable|bound|subject|informed|heard|given|granted|offered|invited)\b",
        needs="shall must",
    ),
    rule(
        "en.by_agent",
        CUE,
        rf"\bby (?:the |each |any |an? |that |its |their )?(?:\w+ ){{0,2}}(?:{_AUTHORITY}|controllers?|processors?|providers?|operators?|manufacturers?|undertakings?|institutions?|sponsor|supplier|bod(?:y|ies)|staff|entity|exporter|owners?|holders?)\b",
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
    ),
    rule("en.may_be", CUE, r"\bmay be\b|\bcan be\b", needs="may can"),
    rule(
        "en.present_tense",
        CUE,
        r"^(?:the |a |an |this |these )?(?:[\w-]+ ){1,4}(?:is|are|has(?! to\b)|have(?! to\b)|uses|provides|allows|supports|describes|shows|displays|contains|includes|represents)\b",
    ),
)
