# ruff: noqa: E501  (a pattern is read on one line)
"""Pieces of patterns that several German rules share."""

PREFIX = (
    r"(?:ab|an|auf|aufrecht|auseinander|aus|bei|bekannt|bereit|dar|durch|ein|fern|fest|fort|frei|gegenüber|geheim|gleich|glaubhaft|herab|heraus"
    r"|herbei|her|hervor|hinzu|hin|instand|inne|kennt|klar|los|mit|nach|nieder|offen|rück|sicher|statt|teil|über|um|unter|vorweg|voran"
    r"|voraus|vorbei|vor|wahr|weg|weiter|wieder|zurecht|zurück|zusammen|zu)"
)
INF = r"[a-zäöüß]{2,}(?:en|ern|eln|un)\b"
NOT_GERUNDIVE = r"(?![a-zäöüß]*end(?:e|en|er|es|em)\b[ -]+[A-ZÄÖÜ])"
ZU = rf"(?:\b[Zz]u {NOT_GERUNDIVE}{INF}|\b{NOT_GERUNDIVE}(?:\w+)?{PREFIX}zu{INF})"
JUDGED = r"(?:verstehen|beurteilen|bewerten|betrachten|erwarten|befürchten|sehen|unterscheiden|rechnen|bemerken)"
UNDERGONE = r"(?:befürchten|erwarten|hoffen|verlieren|gewinnen|verstehen)\b"
"""After "hat zu": what happens to somebody and is no duty."""
MUSS = r"\b(?:muss|müssen|muß|müsse|müssten|müsste|[Mm]üssen|[Mm]uss)\b"
BE = r"\b(?:ist|sind|sei|seien|bleibt|bleiben|wird|werden|wäre|wären|Ist|Sind)\b"
AUTHORITY = (
    r"(?:Finanzverwaltung|Finanzbehörden?|Finanzamt|Finanzämter|\w*[Aa]ufsichtsbehörden?|Behörden?|Kommission|Mitgliedstaat(?:s|es|en)?|Mitgliedstaaten"
    r"|Ausschuss|Ausschusses|Bundes(?:beauftragte|regierung|ministerium|amt|tag|rat|netzagentur|anstalt)\w*|Landesregierung(?:en)?|Gerichte?|Bundesgericht\w*|Parlament|Rat"
    r"|EZB|ESA|BaFin|Bundesbank|Bundesländer|Länder|Gemeinden?|\w*[Rr]egulierungsbehörden?|Marktüberwachungsbehörden?|Verwaltungsbehörden?)"
)
AUTHORITY_MASCULINE = r"(?:Mitgliedstaat|Ausschuss|Bundes(?:beauftragte|tag|rat)|Rat|Bund|Senat|Minister)"
OTHER_ACTOR = r"[^,;]*\b(?:[Dd]er|[Ee]in|[Jj]eder|des) (?:Steuerpflichtigen?|Verantwortlichen?|Auftragsverarbeiters?|Unternehmers?|Betreibers?|Herstellers?|Anbieters?)\b"
ACTING_SYSTEM = (
    r"(?:[Dd]as|[Dd]ie|[Dd]er|[Jj]edes|[Jj]ede|[Jj]eder) (?:[a-zäöüß]+(?:e|en|er|es) )?"
    r"(?!Alt|Vorgänger|Bestands|Fremd|Dritt)(?:\w*(?:[Ss]ystem|[Pp]ortal|[Mm]odul|[Ss]oftware|[Aa]nwendung|[Aa]pplikation|[Ss]chnittstelle|[Ss]erver|[Kk]omponente|[Oo]berfläche|[Pp]lattform|[Mm]aske)|App|API|Produkt|Dienst|Client)"
)
PLAIN_VERB = (
    r"(?!(?:ist|sind|hat|haben|war|gilt|besteht|dient|kann|muss|soll|darf|wird|heißt|liegt|gehört|enthält|umfasst|basiert|läuft|wurde|befindet|nutzt|verwendet|beschreibt|stammt|kommt|bleibt|steht|geht)\b)"
    r"[a-zäöüß]{3,}t\b"
)
BY_SYSTEM = (
    r"(?:aktualisiert|gespeichert|protokolliert|abgelehnt|angezeigt|verschlüsselt|geprüft|validiert|versendet|gesendet|übertragen|gelöscht|archiviert|erzeugt|berechnet|vorgeschlagen|benachrichtigt|gesperrt"
    r"|ausgegeben|exportiert|importiert|synchronisiert|markiert|hervorgehoben|eingeblendet|ausgeblendet|wiederholt|verworfen|zurückgewiesen|zugeordnet|vergeben|gesichert|erfasst|aufgezeichnet|mitgeteilt|sortiert|gefiltert|maskiert|gepuffert|abgebrochen|generiert)"
)
ENSURE = r"\b(?:stellt|stellen|gewährleistet|gewährleisten|sorgt|sorgen|trifft|treffen|trägt|tragen)\b"
