# ruff: noqa: E501  (a pattern is read on one line)
"""English duties in the plain indicative: "The branch forwards every request", "Access rights are reviewed yearly".

They bind where a house or two parties lay down their own rules; elsewhere the same words describe.
"""

from __future__ import annotations

from .english_words import DEVICE, PEOPLE, SYSTEM, USER
from .kinds import OBLIGATION, PROHIBITION
from .rule import Rule, rule, within

_ONE = (
    r"(?:team|department|managers?|management|office|officer|branch|unit|audit|auditor|accounting|finance|staff|operator|provider|supplier|client|contractor|subcontractor|administrator|controller|processor|committee|board|supervisor"
    r"|owner|lead|leader|head|desk|employee|employer|clerk|driver|dispatcher|user|lessor|lessee|tenant|landlord|licensee|licensor|party|company|bank|institution|foundation|recipient|grantee|grantor|association|university|school|hospital|council|trust|society|charity|club|municipality|registrar|custodian|coordinator|director|visitor|guest|host|reception|receptionist|applicant|candidate|member|participant|student|teacher|nurse|doctor|patient|resident|renter|passenger|traveller|guard|caretaker|janitor|cashier|secretary|warden|engineer|technician|analyst|buyer|worker|trainer|inspector|chair|treasurer|delegate|volunteer|requester|reviewer|author|purchaser|security|consultant|advis[eo]r|agency|vendor|seller|distributor|borrower|lender|carrier|insurer|insured|broker|chef|cook|handler|planner|tester|[a-z]{3,}(?:keeper|maker|holder|taker|master|worker|person)|(?!(?:number|order|letter|paper|server|computer|printer|scanner|water|power|register|counter|folder|container|matter|manner|offer|chapter|weather|winter|summer|quarter|semester|door|floor|error|colou?r|factor|sector|monitor|motor|elevator|corridor|fee|tree|coffee|degree|layer|filter|drawer|locker|poster|sticker|trailer|timer|meter|router|adapter|charger|freezer|cooler|heater|sensor|detector|indicator|generator|reactor|conveyor|vector|mirror|error|odou?r|tenor|humou?r|labou?r|behaviou?r|parameter|character|centre|center|newsletter|folder|cover|answer|transfer|cancer|fever|river|tower|corner|dinner|buffer|header|footer|pointer|identifier|user|other|another|either|neither|whether|together|however|further|rather|after|over|under|ever|never|later|former|latter|higher|lower|greater|proper)\b)[a-z]{2,}(?:er|or|ee)|helpdesk|service desk|everyone|everybody)"
)
_MANY = r"(?:staff|employees|branches|managers|teams|departments|offices|officers|operators|administrators|clerks|drivers|units|owners|supervisors|visitors|guests|hosts|applicants|candidates|members|participants|students|teachers|nurses|doctors|residents|renters|passengers|travellers|guards|engineers|technicians|buyers|workers|trainers|inspectors|volunteers|reviewers|users|developers|consultants|vendors|sellers|carriers|cooks|handlers|planners|testers|[a-z]{3,}(?:keepers|holders|takers|masters)|(?:the|both|all) parties)"
_VERBS = (
    "review check verify audit keep maintain record document log report inform forward send submit approve appoint designate train monitor update delete erase archive store encrypt test ensure provide return pay sign issue obtain "
    "assign revoke reconcile confirm answer escalate retain inspect collect prepare hand register count compare investigate notify assess evaluate label lock destroy publish name draw carry take make deliver repair replace remove "
    "back bear set respond remind restrict grant invoice reimburse leave meet stay receive wear attend complete follow use show present wait park enter switch close open clean wash put place bring fill ask call contact announce arrange order schedule plan book accept "
    "refuse reject accompany escort supervise hold add copy print scan attach write note list mark sort separate dispose calibrate adjust install configure block suspend terminate renew extend transfer share disclose consult cooperate support instruct brief explain calculate select nominate refund charge sanction"
)

_COMMAND = (
    r"(?:set|choose|prefer|make|give|define|validate|reject|limit|rotate|disable|enable|ensure|allow|refrain|store|protect|avoid|treat|handle|apply|specify|describe|design|document|include|exclude|indicate|redact|mask|sanitize|sanitise|escape|hash|measure"
    r"|identify|evaluate|clear|wipe|sweep|apply|turn|plug|unplug|press|click|enter|type|save|run|start|stop|restart|read|tell|teach|invite|talk|speak|walk|drive|dress|wait|count|weigh|mix|heat|cool|dry|rinse|discard|throw|recycle|fasten|secure|support|implement|follow|provide|display|return)"
)


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"


_ACTS = rf"(?:{'|'.join(map(_third, _VERBS.split()))})"
_ACT = rf"(?:{'|'.join(_VERBS.split())})"
_STATES = (
    r"(?:is|has|was|does|owns|operates|rents|runs|wishes|requires|needs|intends|lives|works|likes|knows|seems|means|consists|belongs|comes|goes|becomes|remains|lies|stands|represents|employs|consults|expects|believes|enjoys|benefits|offers|sells|manufactures"
    r"|describes|explains|covers|applies|includes|contains|comprises|accounts|services|terms|costs|rights|duties|obligations|details|records|data|this|its|his|as|us|thus|plus|always|perhaps)"
)
_ANY_ACT = rf"(?!{_STATES}\b)[a-z]{{2,}}s\b(?! (?:is|are|was|were|shall|must|should|will|may|can|has|have|of)\b)"
_TOLD = (
    r"(?:used|called|based|located|described|designed|intended|known|made|named|situated|listed|shown|defined|organi[sz]ed|divided|composed|required|needed|considered|expected|included|interested|concerned|related|connected|involved|supposed|allowed|permitted"
    r"|entitled|employed|operated|owned|built|founded|displayed|explained|set|laid|given|said|equipped|prohibited|forbidden|obliged|recommended|encouraged|assumed|pleased|closed|opened|advised|committed|excluded|affected|attached|dated|payable)"
)
_ANY_DONE = rf"(?!{_TOLD}\b)(?:[a-z]{{3,}}ed|sent|kept|taken|paid|written|told|shut|put|worn|done|drawn|held|withdrawn|thrown|sold|bought|brought|driven|chosen|cut|fed|hung|led|left|lent)"
_DONE = (
    r"(?:reviewed|checked|verified|audited|kept|maintained|recorded|documented|logged|reported|informed|forwarded|sent|submitted|approved|appointed|trained|monitored|updated|deleted|erased|archived|stored|encrypted|tested|returned|paid|signed"
    r"|issued|obtained|assigned|revoked|withdrawn|reconciled|confirmed|answered|escalated|retained|inspected|collected|prepared|registered|counted|investigated|notified|assessed|evaluated|labelled|locked|destroyed|backed up|repeated|granted|restricted|admitted|accompanied|escorted|briefed|handed|worn|locked|switched|cleaned|disposed|calibrated|transferred|shared|disclosed|copied|marked|labeled|separated|blocked|suspended|terminated|renewed|announced|attached|scanned|refunded|charged|accepted|used|opened|closed|removed|returned)"
)
_WITHHELD = r"(?:admitted|accepted|used|shared|disclosed|copied|transferred|stored|kept|removed|issued|granted|refunded|released|handed|forwarded|sent|opened|published|reimbursed|lent|left|taken|passed)"
_BOUND = r"(?:within|annually|yearly|monthly|weekly|daily|quarterly|every|each (?:day|week|month|quarter|year)|at least|once|twice|immediately|without (?:undue )?delay|no later than|at the latest|before|only|in writing|after|until|upon|on (?:arrival|departure|request|receipt|the)|by the|prior to|at all times|separately|securely|never)"
_USUAL = r"(?!.*\b(?:often|usually|sometimes|normally|typically|currently|mostly|traditionally|increasingly|so far)\b)(?!(?:most|many|some|this|these)\b)"
_AFFIRMED = r"(?!.*\b(?:not|no|never|cannot|neither)\b)"
_WORDS = r"(?:(?!(?:of|for|with|in|at|on|from|that|who|which|by|to|and|or)\b)[\w'’&-]+ ){0,3}"

RULES: tuple[Rule, ...] = (
    *within(
        ("policy", "contract"),
        (
            rule(
                "en.unit_acts",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,60}}, )?(?:(?:(?:the|each|every|an?|our|its) {_WORDS})?{_ONE}(?: (?:of|for|in) [^,;:]{{1,40}}?)? (?:also )?(?:{_ACTS}|{_ANY_ACT})|(?:all |our |the )?{_WORDS}{_MANY}(?: (?:of|with|in|at|on|from|under) [^,;:]{{1,40}}?)? (?:also )?{_ACT})\b",
                beats=["en.describes"],
            ),
            rule(
                "en.is_payable",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:is|are) (?:\w+ly )?(?:payable|due|reimbursed|paid|invoiced|borne|settled)\b|^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:bears?|accrues?|attracts?) interest\b",
                needs="payable due reimbursed paid invoiced borne settled interest",
            ),
            rule(
                "en.is_kept_safe",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:is|are)\b(?: \w+ly)? (?:{_DONE}\b[^;:]*\b{_BOUND}\b|(?:encrypted|backed up|erased|deleted|retained|monitored|audited|logged|anonymi[sz]ed|pseudonymi[sz]ed)\b)",
                beats=["en.describes"],
                needs="is are",
            ),
            rule(
                "en.it_acts",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:it|he|she) (?:also )?{_ACTS}\b(?! the (?:rules|version|policy|notice|procedure|edition))",
            ),
            rule(
                "en.unit_does_not",
                PROHIBITION,
                rf"^{_USUAL}(?:the|each|every|an?|our|its|all)? ?{_WORDS}(?:{_ONE} does|{_MANY} do) not {_ACT}\b",
                needs="not",
            ),
        ),
    ),
    *within(
        ("policy",),
        (
            rule(
                "en.is_done_bound",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:is|are)\b(?: \w+ly)? {_DONE}\b[^;:]*\b{_BOUND}\b|^{_USUAL}{_AFFIRMED}(?:(?!\b(?:that|which|who|whether)\b)[^,;:])*?\b(?:is|are) (?:\w+ly |only |always )?{_ANY_DONE}\b(?! (?:by law|as follows))",
                beats=["en.describes"],
                needs="is are",
            ),
            rule(
                "en.contains_at_least",
                OBLIGATION,
                rf"^(?!this ){_AFFIRMED}[^,;:]*\b(?:contains?|includes?|states?|names?|lists?|specif(?:y|ies)|bears?|shows?) (?:at least|as a minimum|the following (?:details|data|information|particulars))\b",
                beats=["en.describes"],
            ),
            rule(
                "en.nobody_acts",
                PROHIBITION,
                rf"^(?:nobody|no one|no (?:{_ONE})) (?:{_ACTS}|{_ANY_ACT})|^no (?:[\w-]+ ){{1,3}}(?:is|are) (?:\w+ly )?{_ANY_DONE}\b|^{_USUAL}[^,;:]*\bnever (?!been\b|had\b|was\b|were\b|seen\b)[a-z]+\b|^[^,;:]*\b(?:is|are) for [^,;:]*\bonly\b",
                needs="no nobody never only",
            ),
            rule(
                "en.is_not_done",
                PROHIBITION,
                rf"^{_USUAL}[^,;:]*\b(?:is|are) (?:not|never) (?:\w+ly )?{_WITHHELD}\b",
                needs="not never",
            ),
            rule(
                "en.we_do_not", PROHIBITION, rf"^{_USUAL}(?:[^,;:]{{0,60}}, )?we (?:do not|never) {_ACT}\b", needs="we"
            ),
            rule(
                "en.we_act",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,60}}, )?we (?:only |always )?{_ACT}\b[^;:]*\b{_BOUND}\b",
                needs="we",
            ),
        ),
    ),
    *within(
        ("policy", "user_stories", "criteria"),
        (
            rule(
                "en.imperative",
                OBLIGATION,
                rf"^(?:please |always |then |also |only |first |[^,;:]{{3,60}}, )?(?:{_ACT}|{_COMMAND})\b(?!(?: [\w-]+){{1,6}} (?:is|are|was|were|has|have|shall|must|should|will|may|can)\b)(?! (?:of|is|are|was|were|has|have|to|and conditions)\b| [a-z]+s (?:a|an|the|all|every)\b) \w+",
                beats=["en.permitted", "en.describes", "en.past"],
            ),
        ),
    ),
    *within(
        ("specification", "user_stories", "criteria"),
        (
            rule(
                "en.system_acts",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:(?:if|when|once|after|as soon as|whenever|before)\b[^,;:]{{0,80}}, |each time [^,;:]{{0,80}}, )?(?:(?:on|upon|after|at) [^,;:]{{3,40}}? (?=the ))?(?:the |each |every |this )(?:[\w-]+ ){{0,2}}(?:{SYSTEM}|{DEVICE}) (?:also |then |automatically |immediately )?(?!{_STATES}\b)[a-z]{{2,}}s\b(?! (?:is|are|was|were)\b)",
                beats=["en.describes"],
            ),
            rule(
                "en.all_are_done",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:every|each|all)\b[^,;:]*?\b(?:is|are) (?:\w+ly )?{_ANY_DONE}\b",
                needs="every each all",
            ),
            rule(
                "en.is_limited_to",
                PROHIBITION,
                r"\b(?:access|entry|use|write access|read access|visibility)\b[^,;:]*\b(?:is|are) (?:restricted|limited|confined|reserved) (?:to|for)\b",
                needs="access entry use visibility",
            ),
            rule(
                "en.user_can",
                OBLIGATION,
                rf"^(?:(?:if|when|once|after)\b[^,;:]{{0,80}}, )?(?:the |a |an |all |each |every |any |registered |authori[sz]ed )?(?:[\w-]+ )?(?:{USER}|{PEOPLE}) (?:also |then )?(?:can|is able to|are able to)\b(?! be (?:divided|grouped|classified|classed)\b| have one of\b)",
                beats=["en.can", "en.describes"],
                needs="can able",
            ),
        ),
    ),
    *within(
        ("criteria",),
        (
            rule(
                "en.criterion",
                OBLIGATION,
                r"^(?!.*\b(?:was|were|will|may|might|decided|discuss\w*|open question|optional|not yet|so far|currently|probably)\b)(?!.*\?$)(?:[\w'’-]+ ){2,}",
                beats=["en.can", "en.permitted", "en.describes", "en.is_a", "en.applies"],
            ),
            rule(
                "en.criterion_not",
                PROHIBITION,
                r"^(?!.*\b(?:was|were|will|may|might|decided|discuss\w*|not yet|so far|currently)\b)(?!.*\?$)[^;:]*\b(?:only|no|not|never|cannot)\b",
                beats=["en.can", "en.permitted", "en.describes", "en.is_a", "en.criterion"],
                needs="only no not never cannot",
            ),
        ),
    ),
)
