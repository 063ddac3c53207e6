"""How many cells were given to a person, or were to be given?

Rules find numbers that can be doses. `find` then lets numbers of a list share the unit that stands at its end, and
keeps what the words around say was given (`_is_given`): blood counts, harvests and cultures are written the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import NUMBER_WORDS, decimal, integer
from pipeline.records import Mention, Sentence, Span
from pipeline.rules import compile_pattern, find_mentions, rule
from pipeline.vocabulary import table, words


@dataclass(frozen=True, slots=True)
class CellDose:
    """A number of cells given, `cells_high` the upper end of a range, for each `per`.

    `volume_ml` is that of one administration. `cells_per_administration` is derived: a concentration times the volume.
    """

    cells: int
    cells_high: int | None
    per: str
    total: bool
    exponent_source: str = ""
    cell_type: str = ""
    route: str = ""
    administrations: int | None = None
    interval: str = ""
    volume_ml: float | None = None
    cells_per_administration: int | None = None
    group: str = ""

    def __str__(self) -> str:
        high = f" to {self.cells_high}" if self.cells_high is not None else ""
        return f"{self.cells}{high} cells per {self.per}" + (" in total" if self.total else "")


# --- Numbers -----------------------------------------------------------------------------------------------------

_START = r"(?<! [\p{L}\d$£€] | \d[.·^] | (?<= \d ) (?<! 10 \d ) , | \p{L}[-‐‑–] | \d \s? [x×*∗·•∙⋅] \s? (?= 10 (?! 0 ) ) | [×*] \s? \( \s? )"
"""A number begins here, not the tail of another or of a name (`IL-2`), nor a power that a factor stands before."""

_LABEL = r"""(?<! \b (?: days? | weeks? | months? | years? | d | visits? | cohorts? | groups? | arms? | levels? | panels?
                       | phases? | parts? | steps? | grades? | stages? | ages? | patients? ) [\s#]* )"""
"""What stands here does not count a label (`on days 0 and 7`)."""

_NUMBER = r"""(?: \d{1,3} (?: , \d{3} )++ (?! \d )
                | \d{1,4}+ (?: [.,·∙•] \d{1,4}+ | \.\ \d{1,2}+ (?= \s*+ (?: [x×*e] | million | [-–~] | to \b ) ) )?
                | [.·] \d{1,3}+ )"""
"""A factor; `7. 5 ×` is 7.5 in exports of registries, which put a space behind each point."""

_SPREAD = rf"(?: \s*+ \(? (?: ± | \+ \s? / \s? [-−–] | \+[-−–] ) \s*+ {_NUMBER} \s?%? \)? )?"

_TIMES = r"""(?: times? (?= \s++ 10 ) | [x×✕✖⨯х·•∙⋅*∗＊] | Ã— | Ã\x97 | Ã | 脳 | &times; | \\times | \\ast | \\cdot | \. (?= \s? 10 \s? [\^(e⁰¹²³⁴⁵⁶⁷⁸⁹*] ) )"""
"""A multiplication sign, the letter or the dot for it, or what a wrong decoding made of it."""

_EXPLICIT = r"""(?: \s? (?P<caret> \^ | \*{1,2} (?! \s? 10 \s? [\d^*(e⁰¹²³⁴⁵⁶⁷⁸⁹] ) | [ˆ˄＾] | exp ) \s? (?: (?P<exponent> 1?\d ) (?! \d ) | [{(] \s? (?P<exponent> 1?\d ) \s? [})] )
                  | (?P<markup> <sup> ) \s*+ (?P<exponent> 1?\d ) \s*+ </sup>
                  | (?P<superscript> [⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2} )
                  | \s? [(\[] \s? (?P<parenthesis> 1?\d ) \s? [)\]]
                  | \s? e \s? \+? 0? (?P<e_notation> 1?\d ) (?! \d )
                  | \s++ to \s++ the \s++ (?: power \s++ (?: of \s++ )? )? (?P<spoken> 1?\d ) (?! \d ) (?: th )? )"""
_LOST = r"(?P<inferred> [3-9] | 1[0-3] ) (?! \d | [.] \d )"
_TEN = r"(?: \\\( | \$ )? \s*+ \{? (?P<ten> 10 ) \}?"
_END = r"(?: \s*+ (?: \\\) | \$ ) )?"

_MILLION = r"[\s-]{0,3} (?P<million> millions? | billions? | mio | mln | milion ) (?! \p{L} )"

# --- Units -------------------------------------------------------------------------------------------------------

_NO_QUALIFIER = r"""(?: in | on | at | by | of | to | as | is | was | were | are | be | had | has | have | if | it | the | than | after
    | for | from | with | without | when | while | during | until | into | via | per | each | every | or | i\.?v | mg | µg | μg | ug
    | g | ml | iu | miu | u | units? | versus | vs | followed | then | day | days | week | weeks | month | months
    | patients? | subjects? | groups? | dose | doses | infusions? | injections? | will | would | may | can | not ) \b"""
"""A word that cannot stand between a number and its cells."""

_HEAD = r"""(?: (?: [\p{L}\d]+ \+? [-‐‑–] ){0,4}
                (?: \L<cells> | (?-i: \L<names> ) | (?-i: (?! \L<lookalikes> (?! [\p{L}\d] ) ) [\p{L}\d]{0,10}\p{Lu}Cs? )
                    | \p{L}{0,6}mscs? | CD\d{1,3}\p{L}? \s? [+⁺]* )
                (?: '?s )? (?: [-‐‑] (?-i: \p{Lu}[\p{L}\d]{0,4} ) )?
                (?! [\p{L}\d] | [-‐‑–] (?: positive | negative | derived | depleted | enriched | selected | based | specific | like ) ) )"""
_CELLS = rf"""(?: (?: (?! {_NO_QUALIFIER} | [x×*]\s | \d[\d.,]*+ [x×*\s±–] ) (?: [\p{{L}}\d] [\p{{L}}\d+/.,⁺\-‐‑–−']{{0,40}}+ | [+⁺] | \( [^()]{{1,40}} \) ) \s++ ){{0,8}}?
                {_HEAD} (?: [\s-]*+ {_HEAD} ){{0,2}} (?: \s++ (?: and | & | plus ) \s++ {_HEAD} )? )"""
"""Cells with the words that say which: `autologous CD34+ cells`, `hUCB-MSCs`, `CAR T-cell`."""

_KILO = r"(?: kgs? | kilos? | kilograms? | kilogrammes? ) (?! \p{L} )"
_PER = rf"""(?: \s*+ (?: / | ÷ | \b (?: per | for \s++ each | for \s++ every ) \b ) \s*+
                (?P<per> {_KILO}
                       | (?: (?P<amount> {_NUMBER} ) \s*+ )? (?P<volume> m[l1] | mls | cc | cm3 | cm³ | [µμ]l | ul | millilit(?:er|re)s? ) (?! \p{{L}} )
                       | c?m (?: \^? 2 | ² | \s? \( 2 \) ) (?! \d ) | (?: square \s++ (?: centi )? met(?:er|re) | met(?:er|re) \s++ squared | square \s cm | body \s surface | bsa )
                       | (?: [\p{{L}}]+ (?: \s (?: dose | site | patient | infusion | injection | administration ) )? ) )
              | \s*+ [·.*]? \s*+ (?P<per> kg ) (?: \s? bw )? \s? \^? (?: [-−–] \s? 1 | ⁻¹ ) )"""

_GLOSS = r"(?: \s*+ \( \s*+ [±~≈=]? \s*+ \d [^()\n]{0,28} (?: \( \d{1,2} \) )? [^()\n]{0,10} \) | \s*+ (?: ± \s*+ )? \d{1,2} \s? % )"
"""The same number once more, or its tolerance: `(20 million)`, `(±20%)`."""

_OF_CELLS = rf"""{_GLOSS}? ,? \s*+ (?: of \s++ )? [-‐]? (?P<noun> {_CELLS} ) (?: \s*+ \( [^()]{{1,40}} \) (?= \s*+ / ) )? {_PER}?"""
_UNIT = rf"(?P<unit> {_OF_CELLS} | {_GLOSS}? {_PER} )"

_POWER = rf"""(?: \s*+ {_TIMES} \s*+ {_TEN} (?: {_EXPLICIT} | \s? {_LOST} ) {_END}
                | \s*+ e \+? 0? (?P<bare_e> 1?\d ) (?! \d )
                | \s++ {_TEN} {_EXPLICIT} {_END}
                | \s++ 10 (?P<inferred> [4-9] ) (?! \d ) (?= {_UNIT} )
                | \s*+ [x×*] \s? (?P<zeros> 1 (?: ,?000 ){{2,3}} ) (?! \d ) )"""
_SCALE = rf"(?P<scale> {_POWER} | {_MILLION} | \s? (?P<million> (?-i: M ) ) (?= \s++ {_CELLS} | / ) )"

_TO = r"(?: \s*+ (?: [-‐‑–—−~∼～] | \b (?: up \s++ )? to \b | (?<= \b between \b [^.;]{1,40} ) and ) \s*+ [<≤]? \s*+ )"
_AND = r"(?: \s*+ [,;/]? \s*+ (?: and | or | versus | vs\.? | & | and/or ) \s*+ | \s*+ / \s*+ )"
_COMMA = r"\s*+ [,;] \s*+"

_BARE = rf"""(?: {_TEN} {_EXPLICIT} {_END} )"""
"""A power of ten alone: `10^6 MSCs/kg`."""

_AMOUNT = rf"""(?: (?: {_NUMBER} (?: {_SPREAD} {_SCALE} {_UNIT}?? )? {_TO} | {_BARE} {_UNIT}?? {_TO} )?
                   (?: {_NUMBER} {_SPREAD} {_SCALE} | {_BARE} ) )"""
_DIGITS = r"(?: [1-9]\d{0,2} (?: (?: ,\s? | [\s.] ) \d{3} ){1,3}+ (?! [,.]?\d ) | [1-9]\d*00 (?! \d | [,.]\d ) (?<= \d{4} ) | [1-9]\d{5,9}+ (?! [,.]\d ) )"
_LONG_DIGITS = r"(?: [1-9]\d{0,2} (?: ,\d{3} ){2,3}+ (?! [,.]?\d ) )"

_FOREIGN = r"""(?: (?-i: U | IE | IEQ | IU | MIU | PFU | CFU | FFU | VP | vp | vg | GC | EID | TCID | CCID | Bq | Hz | Da | eq )
      (?! [\p{Ll}] ) | units? | international | colon(?:y|ies) | plaque | cop(?:y|ies) | genomes? | islets? | platelets? | plt | neutrophils?
    | viral | virus(?:es)? | virions? | vectors? | particles? | infectious | bacteria | bacilli | organisms? | spores? | oocysts? | sporozoites?
    | parasites? | phages? | plasmids? | molecules? | exosomes? | vesicles? | erythrocytes? | reticulocytes? | BCG | lactobacill\p{L}+ | bifido\p{L}+
    | tissue \s culture | cell \s (?: culture \s )? infect\p{L}+ | live \s attenuated | M | mol | mmol | [mµμn]?g | dyn\p{L}* | cm/s | m/s | s ) (?! \p{L} )"""
"""Units and things that are counted in powers of ten and are no cells given."""

_BLOOD = r"(?: (?: \s*+ / | \s*+ per ) \s*+ (?: L | l | 1 | lit(?:er|re) | [µμ]l | ul | microl\p{L}* | dl | mm \s? \^? \s? [3³(] | cmm | cubic | wells? | plates? | flasks? | dish(?:es)? | tubes? | chambers? | g | grams? | field | hpf | high-power ) (?! \p{L} ) | \s*+ [·.]? \s*+ L \s? \^? [-−–⁻] \s? [1¹] )"
"""For so much blood."""

_OTHER_TAIL = rf"""(?: [\s-]*+ (?: {_CELLS} )?? (?: {_BLOOD} | \s*+ (?: / | \b per \b ) \s*+ {_AMOUNT} )
                     | [\s-]*+ (?: of \s )? (?: (?! {_NO_QUALIFIER} ) [\p{{L}}-]+ \s++ ){{0,2}} {_FOREIGN} )"""
"""What stands behind a number of something else."""

_PEOPLE = r"patients? | participants? | subjects? | cases? | men \b | women | individuals | people | donors? | surviv"

_lists = {"cells": words("cells"), "names": words("cell_short_names"), "lookalikes": words("cell_lookalikes")}

RULES = (
    rule(
        "a factor that is not said",
        rf"\b n \s*+ [x×*] \s*+ \(? \s*+ {_AMOUNT}",
        "between n × (10(5)–10(6)) cells",
        exclusion=True,
        **_lists,
    ),
    rule(
        "for so many cells",
        rf"(?: / | \b per | \b among | out \s of ) \s*+ (?: {_AMOUNT} | 10 \s? [3-9] (?! \d ) ) \s*+ (?: {_CELLS} )?",
        "spots per 10^6 PBMC",
        "in 1.5 per 1 × 105 cells",
        exclusion=True,
        **_lists,
    ),
    rule(
        "powers of ten of another thing",
        rf"{_START} {_AMOUNT} {_GLOSS}? {_OTHER_TAIL}",
        "neutrophils above 0.7 × 10(9)/L",
        "given 8 × 107 IU/m2",
        "5 x 10^3 CD4 cells per µL",
        exclusion=True,
        **_lists,
    ),
    rule(
        "numbers that share a scale",
        rf"""{_START} {_LABEL} (?P<mention> {_NUMBER} (?: {_TO} {_NUMBER} )? )
             (?: {_COMMA} (?P<mention> {_NUMBER} (?: {_TO} {_NUMBER} )? ) ){{0,8}}+
             {_AND} (?P<mention> {_NUMBER} (?: {_TO} {_NUMBER} )? {_SCALE} {_UNIT}? )""",
        "[[0.2]], [[0.6]], or [[1.2 × 108 CD8+ cells/kg]]",
        "myoblasts ([[30]] or [[60 million]])",
        **_lists,
    ),
    rule(
        "value and range before their power of ten",
        rf"""{_START} (?P<mention> {_NUMBER} {_SPREAD} ) \s*+ \( (?: range | iqr | interquartile \s range )? [\s,:]*
             (?P<mention> {_NUMBER} {_TO} {_NUMBER} ) \s*+ \) (?: (?= \s*+ 10 {_EXPLICIT} ) | (?= \s*+ {_TIMES} ) | (?= {_MILLION} ) ) {_SCALE} {_UNIT}?""",
        "a median of [[1.4]] (range [[0.6–8]]) 10^6 cells/kg",
        "[[2.5]] ([[1 to 7]]) x 10(8)/kg",
        **_lists,
    ),
    rule(
        "power of ten or millions with its unit",
        rf"{_START} (?P<mention> {_AMOUNT} {_UNIT} )",
        "a dose of [[3.5 × 10^7 autologous MSCs]] was",
        "[[2–4 × 106 cells/kg]]",
        "[[150 million cells]]",
        **_lists,
    ),
    rule(
        "lost superscript without a factor",
        rf"{_START} {_LABEL} (?P<mention> 10 \s? (?P<scale> (?P<inferred> [4-9] ) (?! \d ) ) {_UNIT} )",
        "were given [[106 MSCs/kg]]",
        **_lists,
    ),
    rule(
        "millions in words",
        rf"(?<! [\p{{L}}-] ) (?P<mention> {NUMBER_WORDS} {_MILLION} {_UNIT}? )",
        "received [[two million cells per kg]]",
        **_lists,
    ),
    rule(
        "power of ten or millions",
        rf"{_START} (?P<mention> {_AMOUNT} )",
        "groups ([[3.5 × 10^7]]) of",
        **_lists,
    ),
    rule(
        "digits with their unit",
        rf"""{_START} {_LABEL} (?P<mention> (?: {_DIGITS} {_TO} )? (?: {_DIGITS} (?P<unit> (?= \s? \p{{L}} ) {_OF_CELLS} ) | {_LONG_DIGITS} (?P<unit> {_PER} ) ) )
             (?! \s*+ (?: {_PEOPLE} ) )""",
        "injected [[300,000 cells]] into",
        **_lists,
    ),
    rule(
        "long digits",
        rf"{_START} (?P<mention> {_LONG_DIGITS} )",
        "hMSCs ([[30,000,000]] or [[90,000,000]])",
    ),
)

_ONE = compile_pattern(
    rf"(?: {_BARE} | (?P<number> {_NUMBER} ) {_SPREAD} {_SCALE}?+ | (?P<number> {NUMBER_WORDS} ) {_SCALE} )", **_lists
)
_UNITS = compile_pattern(_UNIT, **_lists)
_RANGE = compile_pattern(_TO)
_SCALES = compile_pattern(_SCALE, **_lists)
_GROUPED = compile_pattern(_DIGITS)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SOURCES = ("caret", "markup", "superscript", "parenthesis", "e_notation", "bare_e", "spoken", "inferred", "zeros", "million")
_SOURCE_NAMES = {"caret": "explicit", "superscript": "unicode", "bare_e": "e_notation", "spoken": "words", "zeros": "explicit", "million": "words"}
_MILLIONS = {"b": 10**9, "m": 10**6}


def _scale_of(match: regex.Match[str]) -> tuple[int, str] | None:
    """What a number is multiplied by, and how that is written; None where the match has no scale."""
    for name in _SOURCES:
        printed = match[name]
        if printed is None:
            continue
        source = _SOURCE_NAMES.get(name, name)
        if name == "million":
            return _MILLIONS[printed[0].lower()], source
        if name == "zeros":
            return int(printed.replace(",", "")), source
        if name in ("caret", "markup"):
            printed = match["exponent"]
        return 10 ** int(printed.translate(_SUPERSCRIPTS)), source
    return None


# --- Which of them were given --------------------------------------------------------------------------------------

_GIVEN = compile_pattern(
    r"""\b (?: (?:re-?)?infus | (?:re-?)?inject | (?:auto|allo)?transplant | (?:re-?|co-?)?administ | receiv | dos(?:e|age|ing) | giv(?:en|e|ing)
             | (?:re-?)?implant | deliver | treat | vaccin | transfus | inoculat | instil | transferred | escalat | engrafted\ with | tolerated
             | intra(?!cell)\p{L}{4,} | subcutan | subretin | iv \b | i\.?\ ?v\. | DLI \b | graft\ (?:contain|with) | loaded\ (?:onto|with|on) | boost | mtd \b )"""
)
"""Words of giving."""

_ARM = compile_pattern(r"\b (?: cohorts? | arms? | groups? | panel | therapy | product | experimental | biological | drug | intervention ) \b")
"""Words of a design: they say that cells were given where nothing says that they were counted."""

_COUNTED = compile_pattern(
    r"""\b (?: harvest | collect | yield | mobili[sz] | (?:leuk|leuc|cyt)?o?a?pheres | counts? \b | (?:sub)?cultur(?:ed|ing|es?\b) | seeded | plated | thaw
             | (?:obtain|isolat)\p{L}*\ (?:\S+\ ){0,3}\Z | (?:cryo)?preserv | cryostor | frozen | stored | recover(?:y|ed) | reconstitution | procure | contamina
             | positivity | label(?:l?ed|ing) | reach | attain | contained\ (?:in|per) | circulating | aspirat | blasts? \b | platelets? | neutrophils? | anc \b
             | wbc \b | leu[ck]ocytosis | burden | viab\p{L}+\ (?:of|was) | spots? \b | sfc \b | sfu \b | elispot | frequenc | release\ criteri | tested\b | detect
             | limit\ of | target\ number | mesh | adjusted\ to | concentration\ was | (?:peripheral|venous|whole)\ blood\ (?:of|had|contain|count) )"""
)
"""Words of counting, collecting and growing, before a number."""

_COUNTED_AFTER = compile_pattern(
    r"""\b (?: is | are | was | were | be | been | being ) \s++ (?: not \s++ )? (?: \p{L}+ly \s++ )?
             (?: harvest | collect | mobili[sz] | obtain | isolat | cultured | seeded | plated | thawed | (?:cryo)?preserved | frozen | stored | recovered | procured | label | achieved
               | reached | yielded | counted | detected | saved | needed \s to \s collect | stained | embedded | incubated | (?:co-)?transfected | lysed | washed | available )
        | \b (?: with | by | in ) \s++ [^.;]{0,25} aph[ae]?[ae]resis
        | \b (?: in | of | per ) \s++ (?: the \s++ )? (?: peripheral | venous ) \s++ blood (?! \s++ (?: stem | progenitor | mono ) )"""
)
"""The same behind a number."""

_ANIMAL = compile_pattern(
    r"""\b (?: mice | mouse | murine | rats? | rabbits? | pigs? | swine | porcine | sheep | ovine | goats? | caprine | dogs? | canine | monkeys? | macaques?
             | primates? | horses? | equine | cats? | feline | rodents? | animals? | preclinical | pre-clinical | in\ vitro | per\ well ) \b"""
)
_PERSON = compile_pattern(
    r"""\b (?: patients? | participants? | volunteers? | subjects? | persons? | people | individuals? | m[ea]n | wom[ea]n | child | children | infants? | recipients? | clinical | boys? | girls? | adults? | cases? | phase ) \b"""
)
_CAPSULE = compile_pattern(r"\b (?: capsules? | tablets? | lozenges? | sachets? | probiotics? | lyophili[sz]ate ) \b")
_CITED = compile_pattern(
    r"""\b (?: (?: previous(?:ly)? | earlier | prior | published | other | another | recent | several | early ) \b [^.;]{0,60} \b (?: stud(?:y|ies) | trials? | reports? | publi | experience )
             | literature | et \s al | reported \s (?: by | that ) | (?: study | trial | work ) \s by | (?: published | performed | conducted ) \s by )"""
)
_CELL_WORDS = compile_pattern(rf"(?<! [\p{{L}}] ) {_HEAD}", **_lists)
_OTHER_THING = compile_pattern(
    r"""\b (?: virus(?:es)? | viral | vectors? | adenovir\p{L}+ | plasmids? | phages? | bacteri\p{L}+ | probiotic\p{L}* | lactobacill\p{L}+ | spor(?:es|ozoites) | cop(?:y|ies) | cfu | pfu | iu
             | platelets? | plt | neutrophils? | anc | wbc | leu[ck]ocyte \s counts? | lymphocyte \s counts? | counts? | blasts? | matrix | people | persons | births | cases | dollars? | USD | cost \p{L}*
             | interleukin-\d+ | il-2 | aldesleukin | interferon | exosomes? | particles | titers? | titres? ) \b [^;]{0,40} \Z"""
)
_BARE_END = compile_pattern(
    r"""\s*+ (?: [,;:)\]/.|] | \Z | [-–] | \( | (?: and | or | vs | versus | to | in | into | at | by | via | per | for | with | were | was | is | are | will | on | as | groups? | cohorts? | arms?
               | dos(?:e|es|ing|age) | levels? | intra\p{L}* | sub\p{L}* | iv | i\.v | infus\p{L}+ | inject\p{L}+ | administ\p{L}+ | given | deliver\p{L}* | trans\p{L}+ | every | each | once
               | twice | times? | followed | compared | than | from | of | had | has | have | who | which | that | daily | weekly | monthly | respectively | depending | total ) \b )"""
)
_OTHER_AFTER = compile_pattern(
    rf"""(?: (?: {_COMMA} | {_AND} ) {_NUMBER} {_SPREAD} (?: {_TO} {_NUMBER} )? {_SCALE}? ){{0,6}} {_GLOSS}? {_OTHER_TAIL}
         | \s*+ of \s++ (?-i: \p{{Lu}}\.\ ?\p{{Ll}}{{4,}} | Escherichia | Saccharomyces | Bacillus )""",
    **_lists,
)
"""The unit of another thing, at once or at the end of a list."""
_LIST_GAP = compile_pattern(r"[^.;\n]{0,45}")
_HINT = compile_pattern(
    r"10 \s? (?: [\^*{⁰¹²³⁴-⁹<ˆe] | [(\[] \s? 1?\d \s? [)\]] | [3-9] (?! \d ) | 1[0-3] (?! \d ) | exp | to\ ) | \d \s? e \+? \d | 10\} | illion | \bmio\b | \d\ ?M\ "
)
_MANY = compile_pattern(r"\d [,\s.] \d{3} (?! \d ) | \d{4}")
_CELL = compile_pattern(r"cell | cyte | blast | phage | (?-i: \p{Lu}Cs? \b )")
_CUT_NUMBER = compile_pattern(
    r"(?<! [\d.,] | \p{L} ) (?<! \b (?: cohort | group | arm | level | day | week | phase | grade | part | step | no ) \s? ) \d \. \Z"
)
_EACH = compile_pattern(r"[^.;\d]{0,45}? \b (?: (?: for | in | into | to ) \s++ each | per ) \s++ (?P<per> \p{L}+ )")
_SHARED = ("unit", "noun", "per", "amount", "volume")


def find(document: Document) -> Iterator[Mention]:
    """The numbers of cells of a document that were given, those of a list with the unit at its end."""
    for sentence in _whole_sentences(document):
        if _HINT.search(sentence.text) or _MANY.search(sentence.text) and _CELL.search(sentence.text):
            found = sorted(find_mentions(RULES, sentence), key=lambda mention: mention.start)
            yield from _given(found, document)


def _whole_sentences(document: Document) -> Iterator[Sentence]:
    """The sentences, those joined again that end inside a number (`of 7. 5 × 10^6 cells`)."""
    held: Sentence | None = None
    for sentence in document.sentences:
        if held and sentence.text[0].isdecimal() and sentence.start - held.end == 1 and _CUT_NUMBER.search(held.text):
            text = document.article.text[held.start : sentence.end]
            held = Sentence(held.start, sentence.end, text, held.section)
            continue
        if held:
            yield held
        held = sentence
    if held:
        yield held


def _given(found: list[Mention], document: Document) -> list[Mention]:
    """Of the mentions of one sentence those given, with a shared unit: that of the next in the list, else of the last.

    A number without a unit shares the fate of the next in its list.
    """
    given: list[Mention] = []
    following: tuple[Mention, bool] | None = None
    for position in reversed(range(len(found))):
        mention = found[position]
        bare = "unit" not in mention.parts or mention.parts["unit"][0] >= mention.end
        listed = following is not None and _LIST_GAP.fullmatch(_between(mention, following[0])) is not None
        if bare:
            mention = _with_unit(mention, found[position - 1] if position else None, following[0] if listed and following else None)
        accepted = _is_given(mention, document) and not (bare and listed and following and not following[1])
        following = (mention, accepted)
        if accepted:
            given.append(mention)
    return given[::-1]


def _with_unit(mention: Mention, before: Mention | None, after: Mention | None) -> Mention:
    """A mention that has no unit with the unit that it shares, if any."""
    parts = {name: span for name, span in mention.parts.items() if name not in _SHARED or mention.parts["unit"][0] > mention.start}
    if each := _EACH.match(mention.after):
        start, end = each.span("per")
        parts["per"] = (mention.end + start, mention.end + end)
    if after:
        parts |= {name: span for name, span in after.parts.items() if name in _SHARED}
    elif before and _LIST_GAP.fullmatch(_between(before, mention)):
        parts |= {name: span for name, span in before.parts.items() if name in _SHARED and name not in parts}
    return replace(mention, parts=parts)


def _between(first: Mention, second: Mention) -> str:
    return first.sentence.text[first.end - first.sentence.start : second.start - first.sentence.start]


def _is_given(mention: Mention, document: Document) -> bool:
    """Whether the words around say that these are cells, and given to people."""
    text = document.article.text
    sentence = mention.sentence.text
    if _ANIMAL.search(sentence) or (_ANIMAL.search(text) and not _PERSON.search(text)) or _CITED.search(mention.before):
        return False
    if _OTHER_AFTER.match(mention.after) or _CAPSULE.search(sentence):
        return False
    before = mention.before[-200:].rpartition(";")[2]
    after = regex.split(r"[;.]\s", mention.after[:100])[0]
    named = bool(mention.part("noun"))
    if not named:
        if not mention.part("per") and not _BARE_END.match(mention.after) or _OTHER_THING.search(before[-80:]):
            return False
        if not _CELL_WORDS.search(text, max(0, mention.start - 700), mention.end + 150):
            return False
    given = _nearness(_GIVEN, _GIVEN, before, after)
    counted = _nearness(_COUNTED, _COUNTED_AFTER, before, after)
    if counted is not None:
        return given is not None and given <= counted
    return named or given is not None or _ARM.search(before) is not None or _ARM.search(after) is not None


def _nearness(left: regex.Pattern[str], right: regex.Pattern[str], before: str, after: str) -> int | None:
    """How many characters away the nearest cue stands, those behind counted double; None where there is none."""
    distances = [len(before) - match.end() for match in left.finditer(before)]
    if match := right.search(after):
        distances.append(2 * match.start())
    return min(distances, default=None)


# --- What is said --------------------------------------------------------------------------------------------------


def normalise(mention: Mention, document: Document) -> CellDose:
    """The number with its exponent restored, and what the sentence says about how it was given.

    Raises:
        ValueError: the number is zero or is none.
    """
    low, high, source = _read(mention)
    if source in ("inferred", "explicit") and _is_raised(mention, document):
        source = "markup"
    if not low:
        raise ValueError("no cells")
    per = _per(mention)
    return CellDose(low, high, per, _is_total(mention), source)


def _read(mention: Mention) -> tuple[int, int | None, str]:
    """The number, the upper end of the range, and how the exponent is written."""
    text, start = mention.sentence.text, mention.start - mention.sentence.start
    if mention.rule in ("digits with their unit", "long digits"):
        first = _GROUPED.match(text, start)
        to = _RANGE.match(text, first.end())
        second = to and _GROUPED.match(text, to.end())
        return _digits(first[0]), _digits(second[0]) if second else None, ""
    if mention.rule == "lost superscript without a factor":
        return 10 ** int(mention.part("inferred")), None, "inferred"
    first = _ONE.match(text, start)
    end = first.end()
    if unit := _UNITS.match(text, end):
        if _RANGE.match(text, unit.end()):
            end = unit.end()
    to = _RANGE.match(text, end)
    second = _ONE.match(text, to.end()) if to and to.end() < mention.end - mention.sentence.start else None
    shared = _scale_of(_SCALES.match(text, mention.parts["scale"][0] - mention.sentence.start)) if "scale" in mention.parts else None
    scale = _scale_of(second or first) or shared
    if scale is None:
        raise ValueError("a number without a scale")
    numbers = [_times(_factor(match), _scale_of(match) or scale) for match in (first, second) if match]
    return numbers[0], numbers[1] if second else None, scale[1]


def _factor(match: regex.Match[str]) -> Decimal:
    printed = match["number"]
    if printed is None:
        return Decimal(1)
    if printed[0].isalpha():
        return Decimal(integer(printed))
    return decimal(printed)


def _times(factor: Decimal, scale: tuple[int, str]) -> int:
    return int(factor * scale[0])


def _digits(text: str) -> int:
    return int(regex.sub(r"\D", "", text))


def _is_raised(mention: Mention, document: Document) -> bool:
    return any(start < mention.end and mention.start < end for start, end in document.article.raised)


_SITES = frozenset("site eye ovary hemisphere joint knee limb leg lesion hip nostril disc eyeball testis ear breast".split())


def _per(mention: Mention) -> str:
    printed = regex.sub(r"\s++", " ", mention.part("per").lower()).strip()
    if not printed:
        return "administration"
    if printed.startswith("k"):
        return "kg"
    if mention.part("volume"):
        volume = "ml" if regex.match("m[l1]|mls|cc|cm|milli", printed.lstrip("0123456789., ")) else "µl"
        amount = mention.part("amount")
        return f"{amount} {volume}" if amount and amount != "1" else volume
    if regex.match(r"cm|square (?:centi|cm)", printed):
        return "cm2"
    if regex.match(r"m ?[\^²2(]|square met|body surface|bsa", printed):
        return "m2"
    return "site" if printed.removesuffix("s").split(" ")[-1] in _SITES else "administration"


_TOTAL = compile_pattern(r"\b (?: cumulative | (?: in | sum ) \s total )")


def _is_total(mention: Mention) -> bool:
    return bool(_TOTAL.search(mention.before[-40:]))


EXTRACTOR = Extractor("cell_dose", "CellDose", CellDose, RULES, normalise, find=find)
