# ruff: noqa: E501  (a pattern is read on one line)
"""English duties in the plain indicative: "The branch forwards every request", "Access rights are reviewed yearly".

They bind where a house or two parties lay down their own rules; elsewhere the same words describe.
"""

from __future__ import annotations

from .kinds import OBLIGATION, PROHIBITION
from .rule import Rule, rule, within

_ONE = (
    r"(?:team|department|managers?|management|office|officer|branch|unit|audit|auditor|accounting|finance|staff|operator|provider|supplier|client|contractor|subcontractor|administrator|controller|processor|committee|board|supervisor"
    r"|owner|lead|leader|head|desk|employee|employer|clerk|driver|dispatcher|user|lessor|lessee|tenant|landlord|licensee|licensor|party|company|bank|institution|registrar|custodian|coordinator|director)"
)
_MANY = r"(?:staff|employees|branches|managers|teams|departments|offices|officers|operators|administrators|clerks|drivers|units|owners|supervisors|(?:the|both|all) parties)"
_VERBS = (
    "review check verify audit keep maintain record document log report inform forward send submit approve appoint designate train monitor update delete erase archive store encrypt test ensure provide return pay sign issue obtain "
    "assign revoke reconcile confirm answer escalate retain inspect collect prepare hand register count compare investigate notify assess evaluate label lock destroy publish name draw carry take make deliver repair replace remove "
    "back bear set respond remind restrict grant invoice reimburse"
)


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"


_ACTS = rf"(?:{'|'.join(map(_third, _VERBS.split()))})"
_ACT = rf"(?:{'|'.join(_VERBS.split())})"
_DONE = (
    r"(?:reviewed|checked|verified|audited|kept|maintained|recorded|documented|logged|reported|informed|forwarded|sent|submitted|approved|appointed|trained|monitored|updated|deleted|erased|archived|stored|encrypted|tested|returned|paid|signed"
    r"|issued|obtained|assigned|revoked|withdrawn|reconciled|confirmed|answered|escalated|retained|inspected|collected|prepared|registered|counted|investigated|notified|assessed|evaluated|labelled|locked|destroyed|backed up|repeated|granted|restricted)"
)
_BOUND = r"(?:within|annually|yearly|monthly|weekly|daily|quarterly|every|each (?:day|week|month|quarter|year)|at least|once|twice|immediately|without (?:undue )?delay|no later than|at the latest|before|only|in writing|after)"
_USUAL = r"(?!.*\b(?:often|usually|sometimes|normally|typically|currently|mostly|traditionally|increasingly|so far)\b)(?!(?:most|many|some|this|these)\b)"
_AFFIRMED = r"(?!.*\b(?:not|no|never|cannot|neither)\b)"
_WORDS = r"(?:[\w'’&-]+ ){0,3}"

RULES: tuple[Rule, ...] = (
    *within(
        ("policy", "contract"),
        (
            rule(
                "en.unit_acts",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,60}}, )?(?:(?:the|each|every|an?|our|its) {_WORDS}{_ONE}(?: (?:of|for|in) [^,;:]{{1,40}}?)? (?:also )?{_ACTS}|(?:all |our |the )?{_WORDS}{_MANY} (?:also )?{_ACT})\b",
            ),
            rule("en.it_acts", OBLIGATION, rf"^{_USUAL}{_AFFIRMED}(?:it|he|she) (?:also )?{_ACTS}\b"),
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
                rf"^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:is|are)\b(?: \w+ly)? {_DONE}\b[^;:]*\b{_BOUND}\b|^{_USUAL}{_AFFIRMED}[^,;:]*\b(?:is|are) (?:only|always|immediately|promptly) {_DONE}\b",
                needs="is are",
            ),
            rule(
                "en.we_act",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,60}}, )?we (?:only |always )?{_ACT}\b[^;:]*\b{_BOUND}\b",
                needs="we",
            ),
        ),
    ),
)
