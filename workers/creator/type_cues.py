# ruff: noqa: E501  (a pattern is read on one line)
"""Signs of what a requirement asks for, the same ones in English and German. Which weigh how much is data.

Patterns see lower case. Each id has an English and a German pattern; a model fitted on English labels serves both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_SYSTEM_EN = r"(?:system|product|application|software|website|site|platform|portal|app|tool|module|service|client|interface|server|database|page)s?"
_SYSTEM_DE = r"(?:\w*system|produkt|anwendung|\w*software|website|webseite|plattform|\w*portal|app|werkzeug|modul|dienst|oberfläche|schnittstelle|server|datenbank|seite)(?:e|en|s|es|n)?"
_MODAL_EN = r"(?:shall|must|will|should|can|may|has to|is required to)"
_MODAL_DE = r"(?:muss|müssen|soll|sollen|sollte|sollten|wird|werden|darf|dürfen|hat|haben|ist|sind)"

CUES: Mapping[str, tuple[str, str]] = {
    # what is done with things: functions
    "let_user": (
        r"\b(?:allow|enable|permit|let|prompt|ask|require)s? (?:the |an? |each |all |its |any )?(?:\w+ ){0,3}(?:to|who|for)\b|\bable to (?!support|handle|run|operate|process)\w+",
        r"\b(?:ermöglich\w+|erlauben|gestatten|anbieten|auffordern|in der lage|können)\b",
    ),
    "show": (
        r"\b(?:display|show|view|list|present|preview|see|browse|open|visible|highlight|chart|graph|calendar|map|table|screen)(?:s|ed|ing)?\b",
        r"\b(?:anzeigen|anzuzeigen|angezeigt|darstellen|darzustellen|auflisten|sehen|einsehen|einzusehen|sichtbar|ausgeben|auszugeben)\b",
    ),
    "search": (
        r"\b(?:search|find|filter|sort|query|select|choose|pick|look ?up|match|navigate|enter|input|click)(?:s|ed|ing|es)?\b",
        r"\b(?:such\w+|find\w+|filter\w+|sortier\w+|auswähl\w+|auszuwählen|wählen|abfrag\w+|abzufragen|eingeben|einzugeben)\b",
    ),
    "change": (
        r"\b(?:add|create|edit|update|modify|delete|remove|change|insert|assign|register|cancel|book|order|reserve|schedule|submit|initiate|define|maintain|block|release|extend|propose|offer|approve|reject)(?:s|d|ed|ing|es)?\b",
        r"\b(?:anleg\w+|anzulegen|erstell\w+|bearbeit\w+|änder\w+|lösch\w+|hinzufüg\w+|zuordn\w+|zuzuordnen|stornier\w+|buchen|bestell\w+|reservier\w+|freigeben|freizugeben|vorschlag\w+|vorzuschlagen|sperren)\b",
    ),
    "keep": (
        r"\b(?:store|save|record|log|track|capture|archive|retain|attach|import|export|download|upload|backup|back up|restore|synchroni[sz]e)(?:s|d|ed|ing)?\b",
        r"\b(?:speicher\w+|aufzeichn\w+|aufzuzeichnen|protokollier\w+|erfass\w+|archivier\w+|importier\w+|exportier\w+|hochlad\w+|herunterlad\w+|sicher[nt])\b",
    ),
    "produce": (
        r"\b(?:generate|calculate|compute|produce|print|report|summari[sz]e|estimate|determine|check|validate|verify|process|convert|count|score|rank|populate|deliver|transmit|refer|return)(?:s|d|ed|ing)?\b",
        r"\b(?:erzeug\w+|berechn\w+|druck\w+|ermittel\w+|prüf\w+|validier\w+|verarbeit\w+|umrechn\w+|zähl\w+|auswert\w+|liefer\w+|übermittel\w+)\b",
    ),
    "tell": (
        r"\b(?:send|notify|notification|inform|alert|e-?mail|message|remind|reminder|confirm|confirmation|warn|receive|communicate)(?:s|d|ed|ing|ation)?\b",
        r"\b(?:send\w+|versend\w+|benachrichtig\w+|informier\w+|e-mail|nachricht\w*|erinner\w+|bestätig\w+|warn\w+|melden|empfang\w+)\b",
    ),
    "pay": (
        r"\b(?:payments?|invoices?|purchase|price|cost|refund|credit card|deposit|account|transactions?|bill|charge)(?:s|d)?\b",
        r"\b(?:zahlung\w*|rechnung\w*|preis\w*|kosten|erstattung\w*|kreditkarte\w*|kaution\w*|konto|buchung\w*)\b",
    ),
    "story": (
        r"\bas an? .{2,60}\b(?:i|we) (?:want|need|would like|can)\b",
        r"\bals .{2,60}\b(?:möchte|will|brauche|benötige) ich\b",
    ),
    "system_first": (
        rf"^\W*(?:the |this |each )?(?:[\w-]+ ){{0,3}}{_SYSTEM_EN} {_MODAL_EN}\b",
        rf"^\W*(?:der |die |das )?(?:[\w-]+ ){{0,2}}{_SYSTEM_DE} {_MODAL_DE}\b",
    ),
    "user_first": (
        rf"^\W*(?:the |an? |all |only |each )?(?:[\w-]+ ){{0,3}}(?:users?|customers?|administrators?|agents?|members?|managers?|employees?|staff|players?|operators?|clerks?) {_MODAL_EN}\b",
        rf"^\W*(?:der |die |ein |jeder )?(?:[\w-]+ ){{0,2}}(?:nutzer|benutzer|kunde|administrator|mitarbeiter|mitglied|anwender)(?:in|n|en)? {_MODAL_DE}\b",
    ),
    "event": (
        r"\b(?:if|when|once|after|upon|whenever|each time|as soon as|before)\b",
        r"\b(?:wenn|sobald|nachdem|falls|bei jeder|bevor|wird .* storniert)\b",
    ),
    "data_parts": (
        r"\b(?:including|include|includes|contain|containing|following|consist|details?|information|fields?|name|address|date|number|id|type|status|history)\b",
        r"\b(?:einschließlich|enthalten|enthält|folgende\w*|angaben|felder|feld|name|anschrift|datum|nummer|art|status)\b",
    ),
    "roles": (
        r"\b(?:administrator|manager|supervisor|agent|director|student|client|player|adjuster|realtor|buyer|seller|accountant|customer)s?\b",
        r"\b(?:administrator\w*|leiter\w*|kund\w+|käufer|verkäufer|sachbearbeiter\w*|disponent\w*)\b",
    ),
    # how well it is done: qualities
    "time": (
        r"\b(?:\d+(?:\.\d+)?|one|two|three|four|five|ten|thirty|sixty|a|each|few) (?:milli)?(?:seconds?|minutes?|ms)\b|\bresponse times?\b|\b(?:fast|quick|quickly|speed|instant\w*|real[- ]time|latency|delay|promptly|responsive)\b",
        r"\b(?:\d+|eine[rm]?|zwei|drei|fünf|zehn) (?:milli)?(?:sekunden?|minuten?|ms)\b|\b(?:antwortzeit\w*|schnell\w*|echtzeit|verzögerung\w*|latenz)\b",
    ),
    "period": (
        r"\b(?:\d+|one|two|three|five|ten|thirty) (?:hours?|days?|weeks?|months?|years?)\b|\b(?:daily|weekly|monthly|annual\w*|hourly)\b",
        r"\b(?:\d+|eine[rsmn]?|zwei|drei|sechs|zehn) (?:stunden?|tage?n?|wochen?|monate?n?|jahre?n?)\b|\b(?:täglich\w*|wöchentlich\w*|monatlich\w*|jährlich\w*)\b",
    ),
    "share": (
        r"\d ?%|\bper ?cent\b|\b\d+ out of \d+\b|\b(?:average|rate|ratio)\b",
        r"\d ?%|\bprozent\b|\b(?:durchschnitt\w*|rate|quote)\b",
    ),
    "limit": (
        r"\b(?:at least|at most|no more than|not more than|no longer than|no less than|less than|more than|maximum|minimum|up to|within|exceed\w*|fewer than|greater than|under|limit\w*)\b",
        r"\b(?:mindestens|höchstens|maximal\w*|minimal\w*|nicht mehr als|nicht länger|weniger als|mehr als|bis zu|innerhalb|binnen|überschreit\w+|übersteig\w+)\b",
    ),
    "load": (
        r"\b(?:concurrent\w*|simultaneous\w*|throughput|peak|load|traffic|volume|capacity|growth|grow|expand|scal\w+|per (?:second|minute|hour|day|year)|(?:[\d,]+ )?(?:thousand|million)|handle|number of users|\d[\d, ]{2,} (?:\w+ )?(?:users|customers|transactions|requests))\b",
        r"\b(?:gleichzeitig\w*|durchsatz|spitzenlast|last|kapazität\w*|wachstum|skalier\w+|pro (?:sekunde|minute|stunde|tag))\b",
    ),
    "up": (
        r"\b(?:availab(?:le|ility)|uptime|downtime|24 ?[x/] ?7|24 hours|around the clock|outages?|business hours|maintenance windows?|reliab\w+|robust\w*|fail(?:s|ure|ures|over|ing)?|crash\w*|recover\w*|fault|redundan\w*|error[- ]free|tolerat\w+|continue to|unavailable|accura\w+|correct(?:ly|ness)?)\b",
        r"\b(?:\w*verfügbar\w*|ausfall\w*|ausfälle|rund um die uhr|zuverlässig\w*|robust\w*|fehlertoleran\w*|wiederherstell\w*|redundan\w*|störung\w*|fehlerfrei\w*)\b",
    ),
    "ease": (
        r"\b(?:eas(?:y|ily|e|ier)|intuitive\w*|simpl\w+|user[- ]friendly|usab\w+|learn\w*|train\w*|understand\w*|comfortabl\w*|convenien\w*|accessib\w+|satisf\w+|readab\w+|legib\w+|helpful|help|instructions?|productive|self[- ]explanatory|survey|novice|familiar|beginners?|skill\w*|plain|language|disabilit\w+|wcag|guidelines?)\b",
        r"\b(?:einfach\w*|leicht\w*|intuitiv\w*|benutzerfreundlich\w*|verständlich\w*|erlern\w*|schulung\w*|barrierefrei\w*|lesbar\w*|bedienbar\w*|hilfe|übersichtlich\w*|auffinden|auffindbar\w*|nachvollziehbar\w*|nachprüfbar\w*|sprache\w*)\b",
    ),
    "look": (
        r"\b(?:look|feel|appear\w*|colou?rs?|fonts?|logo|logos|style\w*|brand\w*|theme\w*|layout|design\w*|attractive|appealing|professional\w*|consistent|consistency|standard(?:s|ized|ised)?|conform\w*|resolution\w*|visual\w*|animat\w+|sounds?|graphics?|icons?|images?|navigation)\b",
        r"\b(?:aussehen|erscheinungsbild|farb\w+|schrift\w*|logo|gestalt\w+|marke\w*|einheitlich\w*|ansprechend\w*|layout|symbol\w*|auflösung\w*)\b",
    ),
    "secure": (
        r"\b(?:secur\w+|encrypt\w*|authenticat\w+|authori[sz]\w+|unauthori[sz]ed|passwords?|hash\w*|log ?in|privacy|private|confidential\w*|access(?:ed|es)?|attack\w*|malicious|virus\w*|protect\w*|integrity|prevent\w*|permissions?|privileges?|unchanged|tamper\w*|credentials|rights)\b",
        r"\b(?:\w*sicherheit\w*|sicher|\w*verschlüssel\w*|authentifi\w+|berechtig\w*|unbefugt\w*|passw\w+|vertraulich\w*|zugriff\w*|zugang\w*|geschützt\w*|schutz|schützen|integrität|manipul\w*|unveränder\w*|unverschlüsselt)\b",
    ),
    "place": (
        r"\b(?:run(?:s|ning)? (?:on|under|in)|operate[sd]?(?: with| within| in| on| under)?|environment\w*|windows|linux|unix|mac|browsers?|internet explorer|firefox|android|ios|java|\.net|oracle|sql|server|hardware|operating systems?|platforms?|compatib\w+|portab\w+|install\w*|deploy\w*|hosted|network|data cent(?:re|er)s?|protocols?|rest|json|xml|pc|pda|devices?|interface with|infrastructure)\b",
        r"\b(?:läuft|laufen|betrieben|umgebung\w*|windows|linux|browser\w*|android|java|oracle|sql|hardware|betriebssystem\w*|kompatib\w+|portier\w*|install\w*|rechenzentr\w+|protokolle?|rest|json|xml|endgerät\w*|netz\w*)\b",
    ),
    "care": (
        r"\b(?:maintain(?:ed|able|ability)|maintenance|extensib\w+|modular\w*|releases?|upgrad\w+|patch\w*|new (?:versions?|features?)|developers?|development|documented|source code|test(?:s|ed|ing|able)?|configurab\w+|modif(?:y|ied|iable|ication)s?|support(?:s|ed)?|adapt\w*|updates? (?:shall|must|will|should))\b",
        r"\b(?:wartbar\w*|wartung\w*|erweiterbar\w*|modular\w*|versionen|entwickl\w+|quelltext|testbar\w*|konfigurierbar\w*|anpassbar\w*)\b",
    ),
    "law": (
        r"\b(?:compl(?:y|ies|iance|iant)|laws?|legal|regulations?|licen[cs]\w*|standards|statutory|policy|policies|government\w*|guidelines|act)\b",
        r"\b(?:gesetz\w*|vorschrift\w*|rechtlich\w*|norm|normen|richtlinie\w*|lizenz\w*|konform\w*)\b",
    ),
    # what follows the modal verb
    "does": (
        rf"{_MODAL_EN} (?:also |only |then |automatically |not )?(?:be able to |have the (?:ability|option|capability) to )?(?:allow|enable|let|display|show|list|present|send|notify|inform|record|store|save|log|track|create|add|delete|edit|update|modify|remove|generate|calculate|produce|print|search|find|select|choose|enter|assign|retrieve|import|export|validate|verify|check|determine|prompt|request|process|filter|sort|view|provide|include|contain|accept|reject|cancel|initiate|register|submit|receive|return|refer|issue|propose|offer|block|release|let|deliver|identify|maintain|define|use)\b",
        r"\b(?:muss|müssen|soll|sollen|sollte|wird)\b.*\b(?:anzeigen|speichern|senden|protokollieren|erfassen|erzeugen|berechnen|prüfen|ermöglichen|anbieten|übermitteln|anlegen|löschen|ändern|bereitstellen|vorschlagen|enthalten|verwenden)\b",
    ),
    "performs": (
        rf"{_MODAL_EN} (?:also |only |not )?(?:be able to )?(?:run|operate|support|handle|comply|adhere|meet|conform|achieve|respond|take|last|exceed|work|function|interface|integrate|withstand|tolerate|scale|cater|accommodate|prevent|protect|ensure|fail|crash|follow|appear|look|feel|match|adapt|continue|remain|refresh|complete|have|find|learn|understand|rate|agree|feel)\b",
        r"\b(?:muss|müssen|soll|sollen|sollte|wird|darf|dürfen)\b.*\b(?:laufen|arbeiten|unterstützen|verkraften|einhalten|erfüllen|entsprechen|antworten|dauern|überschreiten|verhindern|schützen|sicherstellen|bleiben)\b",
    ),
    "done_to_data": (
        r"\b(?:shall|must|will|should|can) (?:not |only |also )?be (?:\w+ly )?(?:displayed|shown|listed|sent|notified|informed|recorded|stored|saved|logged|tracked|created|added|deleted|edited|updated|modified|removed|generated|calculated|printed|searched|selected|entered|assigned|sorted|filtered|exported|imported|attached|presented|cancelled|returned|copied|ordered|scheduled)\b",
        r"\b(?:angezeigt|gespeichert|gesendet|versendet|protokolliert|erfasst|erzeugt|berechnet|gedruckt|angelegt|gelöscht|geändert|sortiert|exportiert|importiert|übermittelt|vermerkt) werden\b|\b(?:wird|werden)\b.*\b(?:angezeigt|gespeichert|gesendet|versendet|protokolliert|erzeugt|berechnet|gedruckt|sortiert|exportiert|übermittelt)\b",
    ),
    # shape
    "be_property": (
        r"\b(?:shall|must|will|should) (?:not )?(?:only )?be (?!able|allowed|notified|displayed|sent|stored|recorded|generated|added|created|updated)(?:\w+ly )?\w+(?:able|ible|al|ive|ful|y|ous|ant|ent|fast|free|ure|ble)?\b",
        r"\b(?:muss|müssen|soll|sollen|sollte)\b.*\w+(?:bar|lich|ig|isch|fähig) sein\b|\bist [^.]*\bzu halten\b",
    ),
    "be_done": (
        r"\b(?:shall|must|will|should) (?:not |only |also )?be (?:\w+ly )?\w+(?:ed|en|nt|ld|wn)\b",
        r"\b(?:muss|müssen|soll|sollen|sollte)\b.*\w+(?:t|en) werden\b",
    ),
    "have": (
        r"\b(?:shall|must|will|should) (?:not )?have\b",
        r"\b(?:muss|müssen|soll|sollen)\b.* (?:haben|besitzen|verfügen)\b",
    ),
    "not": (r"\b(?:not|no|never|without|only|none)\b", r"\b(?:nicht|kein\w*|ohne|nur|ausschließlich|niemals)\b"),
    "ensure": (
        r"\b(?:ensur\w+|guarantee\w*|assur\w+|make sure)\b",
        r"\b(?:sicherzustellen|sicherstell\w+|gewährleist\w+|stellt .* sicher)\b",
    ),
    "every": (r"\b(?:all|any|every|each|entire|always)\b", r"\b(?:alle\w*|jede\w*|sämtliche\w*|stets|immer)\b"),
}

_COMPILED = {
    "en": {name: re.compile(english) for name, (english, _) in CUES.items()},
    "de": {name: re.compile(german) for name, (_, german) in CUES.items()},
}
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?]\s+\S")
_TOGETHER: Sequence[tuple[str, str]] = (
    ("let_user", "time"),
    ("time", "limit"),
    ("share", "time"),
    ("keep", "secure"),
    ("have", "look"),
)


def type_cues(text: str, language: str) -> frozenset[str]:
    """Ids of the cues that hold, of pairs of them, and the statement's length and number of sentences."""
    lowered = text.lower()
    found = {name for name, pattern in _COMPILED[language].items() if pattern.search(lowered)}
    found |= {f"{one}+{other}" for one, other in _TOGETHER if one in found and other in found}
    length = len(_WORD.findall(lowered))
    found.add("short" if length <= 12 else "long" if length > 30 else "medium")
    if _SENTENCE_END.search(lowered):
        found.add("sentences")
    return frozenset(found)
