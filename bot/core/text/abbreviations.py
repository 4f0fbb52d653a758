"""Words for finding sentences in papers' English and German.

Some stand before a full stop that does not end a sentence, others begin one.
"""


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


# Never the last word of a sentence; beside English, other languages have their own.
NEVER = {
    "en": _words("""
approx ca cf e.g i.e viz vs resp incl excl esp aka a.k.a w.r.t s.t fig figs eq eqs eqn eqns dept
intl
"""),
    "de": _words("""
vgl bzw bzgl bspw insb inkl exkl zzgl abzgl ggf evtl sog allg bes urspr engl dt lat franz hrsg mind
rd abb gl kap abs d.h z.b u.a z.t v.a o.g u.g s.o s.u i.d.r m.e u.u a.a.o z.z o.ä univ inst fak geb
gest
"""),
}

# Written so, they stand in front of a name.
TITLES = _words("""
Mr Mrs Ms Dr Drs Prof St Mt Ft Messrs Rev Hon Gen Sen Gov Capt Lt Col Sgt Hr Fr Dipl Ing
""")

# Not the last word where a number, a bracket or a single letter follows.
BEFORE_NUMBER = _words("""
no nos nr nrn sec secs sect sects tab tabs ch chap art app appx p pp s bd abt aufl str tel ver max
min ex exp step vers op lfd thm cor prop lem def alg ref refs supp suppl vol vols ed eds col cols
para jan feb mar apr jun jul aug sep sept oct okt nov dec dez jän
""")

# The last word only if a word follows that begins sentences.
MAYBE = _words("""
al etc usw suppl supp u.s u.k e.u u.s.a a.m p.m ph.d m.sc b.sc inc corp ltd co llc jr sr bros est
ff mio mrd tsd std min max avg sek jh hrs yrs mins secs dev i.i.d w.l.o.g n.chr v.chr p.a u.ä u.v.m
""")

# The same for parts of the names of journals and conferences, which are words when they begin
# small.
MAYBE_CAPITAL = _words("""
Mach Learn Res Anal Intell Adv Inf Process Syst Comput Sci Lett Assoc Soc Natl Acad Nat Commun Phys
Chem Biol Med Stat Math Rev Ann Am Eur Symp Mater Lang Softw Eng Vis Recognit Netw Technol Rep Proc
Conf Trans Int Tech
""")

# Labels that take a number and a full stop at the beginning of a sentence.
LABELS = _words("""
theorem lemma corollary proposition definition example remark step phase stage part table figure
algorithm section chapter question problem case rule task satz beispiel bemerkung schritt teil
tabelle abbildung abschnitt kapitel frage aufgabe fall regel
""")

# In front of a number that counts on: "am 3. Oktober", "der 2. Versuch".
BEFORE_ORDINAL = _words("""
am im vom zum zur beim der die das dem den des jede jeder jedes jeden ein eine einen einem einer ihr
sein mein unser dein dieser dieses und oder bis ab seit
""")
# In front of one of three digits or more: the others also stand before years.
ARTICLES = _words("""
der die das dem den des zum zur jede jeder jedes jeden ein eine einen einem einer ihr sein mein
unser dein dieser dieses
""")
MONTHS = _words("""
januar jänner februar märz april mai juni juli august september oktober november dezember
""")

# In front of the first number of a list that goes on in the line: "by 1. asking and 2. looking".
BEFORE_LIST = _words("""
by via namely are durch mittels nämlich erstens
""")
JOINS_LIST = _words("""
and or then und oder sowie dann
""")

# Names that end in an exclamation mark.
EXCLAIMED = _words("""
yahoo jeopardy joomla
""")

# Names in small letters that may begin a sentence.
SMALL_NAMES = _words("""
scikit numpy pandas pytorch jax keras spacy matplotlib xgboost
""")

# Words that often begin a sentence.
BEGIN = {
    "en": _words("""
the a an this that these those it its they their them we our i you your he she his her in on at for
from with without by as after before when whenever while where who what why how which if although
though because since so but and or yet however moreover furthermore therefore thus hence then there
here now also instead finally first second third next later one two three some most many all both
each every no not another such using given to let see note more even still only once under over
between during through despite unlike compared similarly specifically overall rather indeed nothing
further within use consider everything everyone nobody others either neither few several does do is
are can could will would should did was were has have
"""),
    "de": _words("""
der die das dem den des ein eine einer eines einem einen wir ich er sie es du ihr man dies diese
dieser dieses diesem dann danach dabei dazu damit darum daher deshalb doch aber und oder denn so als
am an auf aus bei beim bis da dadurch dafür dagegen daran durch für gegen hier hinter im in ja jede
jeder jedes jetzt kein keine mit nach nachdem nein neben nicht nichts niemand noch nun nur ob obwohl
ohne schon seine selbst sind ist sobald sonst später statt trotz trotzdem über um unser unsere unter
viele vielleicht vom von vor wann warum was weil weiter weitere welche wenn wer wie wird wo zu zudem
zuerst ihre ihren bitte hierbei hiermit hierzu siehe diesen solche zum zunächst zur zwar zwei
zwischen alle alles also andere auch außerdem beide beides bereits besonders bisher einige erst
etwas ferner folglich immer insgesamt jedoch letztlich mehr meist manche dort
"""),
}
