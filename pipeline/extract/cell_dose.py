"""How many cells were given to a person, or were to be given?

Rules find numbers that can be doses. `find` then lets the numbers of a list share the unit at its end, and keeps what
the words around say was given (`_is_given`): blood counts, harvests and cultures are written in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import NUMBER_WORDS, decimal, integer
from pipeline.records import Mention, Sentence
from pipeline.rules import Rule, compile_pattern, find_mentions, rule
from pipeline.vocabulary import table, words


@dataclass(frozen=True, slots=True)
class CellDose:
    """A number of cells given, `cells_high` the upper end of a range, for each `per`.

    `exponent_source` is empty where all digits are printed. `volume_ml` is that of one administration, and
    `cells_per_administration` is derived from it and a concentration.
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


# Numbers. Spaces are possessive throughout: a run of them is never tried twice.

_NAMES = {"cells": words("cells"), "names": words("cell_short_names"), "lookalikes": words("cell_lookalikes")}
"""The word lists that `_HEAD` refers to."""

_START = r"""(?= [\d.·\\${] )
    (?<! [\p{L}\d£€] | \$ (?! [^$\n]{1,30} \$ ) | \d[.·^] | (?<= \d ) (?<! 10 \d ) , | \p{L}[-‐‑–]
       | (?: \d \s? [x×*∗·•∙⋅] | \\times ) \s? (?= 10 (?! 0 ) ) | [×*] \s? \( \s? )"""
"""A number begins here, not the tail of another or of a name (`IL-2`), nor a power that a factor stands before."""

_NO_LABEL = r"""(?<! \b (?: days? | weeks? | months? | years? | d | visits? | cohorts? | groups? | arms? | levels?
                          | panels? | phases? | parts? | steps? | grades? | stages? | ages?
                              | patients? ) [\s#]{0,2} )"""
"""What stands here does not number something (`on days 0 and 7`)."""

_NUMBER = r"""(?: \d{1,3} (?: , \d{3} )++ (?! \d )
                | \d{1,4}+ (?: [.,·∙•] \d{1,4}+
                             | \.\ \d{1,2}+ (?= \s*+ (?: [x×*e] | million | [-–~] | (?: to | and | or ) \b ) ) )?
                | [.·] \d{1,3}+ )"""
"""A factor; `7. 5 ×` is 7.5 in exports of registries, which put a space behind each point."""

_SPREAD = rf"(?: \s*+ \(? (?: ± | \+ \s? / \s? [-−–] | \+[-−–] ) \s*+ {_NUMBER} \s?%? \)? )?"

_TIMES = r"""(?: [x×✕✖⨯х·•∙⋅*∗＊] | times? (?= \s++ 10 ) | Ã (?: — | \x97 )? | 脳 | &times; | \\times | \\ast | \\cdot
               | \. (?= \s? 10 \s? [\^(e⁰¹²³⁴⁵⁶⁷⁸⁹*] ) )"""
"""A multiplication sign, the letter or the dot for it, or what a wrong decoding made of it."""

_EXPONENT = r"""(?: \s? (?P<caret> \^ | \*{1,2} (?! \s? 10 \s? [\d^*(e⁰¹²³⁴⁵⁶⁷⁸⁹] ) | [ˆ˄＾] | exp ) \s?
                    (?: (?P<exponent> 1?\d ) (?! \d ) | [{(] \s? (?P<exponent> 1?\d ) \s? [})] )
                  | (?P<markup> <sup> ) \s*+ (?P<exponent> 1?\d ) \s*+ </sup>
                  | (?P<unicode> [⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2} )
                  | \s? [(\[] \s? (?P<parenthesis> 1?\d ) \s? [)\]]
                  | \s? e \s? \+? 0? (?P<e_notation> 1?\d ) (?! \d )
                  | \s++ to \s++ the \s++ (?: power \s++ (?: of \s++ )? )? (?P<words> 1?\d ) (?! \d ) (?: th )? )"""
_LOST_EXPONENT = r"(?P<inferred> [3-9] | 1[0-3] ) (?! \d | [.] \d )"
_TEN = r"(?: (?: \\\( | \$ ) \s*+ )? \{? 10 \}?"
_TEN_END = r"(?: \s*+ (?: \\\) | \$ ) )?"
_BARE = rf"(?: {_TEN} {_EXPONENT} {_TEN_END} )"
"""A power of ten alone: `10^6 MSCs/kg`."""

_MILLION = r"[\s-]{0,3} (?P<million> millions? | billions? | mio | mln | milion ) (?! \p{L} )"

# Units: the cells and what they are given to.

_ARM = r"(?: dose \s++ level | cohort | group | arm | panel | tier | part | stratum | level )"
_SIZE = r"""(?: very[-\s] )? (?: low(?:er|est)? | mid | middle | medium | intermediate | moderate | high(?:er|est)? )"""

_NO_QUALIFIER = r"""(?: in | on | at | by | of | to | as | is | was | were | are | be | had | has | have | if | it
    | a | an | the
    | than | after | for | from | with | without | when | while | during | until | into | via | per | each | every
        | or | i\.?v
    | [mnµμu]?g | ml | m?iu | u | units? | versus | vs | followed | then | days? | weeks? | months? | patients?
        | subjects?
    | groups? | doses? | infusions? | injections? | will | would | may | can | not ) \b"""
"""A word that cannot stand between a number and its cells."""

_HEAD = r"""(?: (?: [\p{L}\d]+ \+? [-‐‑–] ){0,4}
    (?: \L<cells> | (?-i: \L<names> ) | (?-i: (?! \L<lookalikes> (?! [\p{L}\d] ) ) [\p{L}\d]{0,10} \p{Lu} C s? )
      | \p{L}{0,6} mscs? | CD \d{1,3} \p{L}? \s? [+⁺]* )
    (?: '?s )? (?: [-‐‑] (?-i: \p{Lu} [\p{L}\d]{0,4} ) )?
    (?! [\p{L}\d] | [-‐‑–] (?: positive | negative | derived | depleted | enriched | selected | based | specific
        | like ) ) )"""
_QUALIFIER = rf"""(?: (?! {_NO_QUALIFIER} | [x×*] \s | \d[\d.,]*+ [x×*\s±–] )
    (?: [\p{{L}}\d] [\p{{L}}\d+/.,⁺\-‐‑–−']{{0,40}}+ | [+⁺] | \( (?! {_ARM} | {_SIZE} ) [^()]{{1,40}} \) ) \s++ )"""
_DEFINED = rf"""(?(DEFINE)
    (?P<head_> {_HEAD} )
    (?P<cells_> (?! and \b ) {_QUALIFIER}{{0,8}}? (?&head_) (?: [\s-]*+ (?&head_) ){{0,2}}
        (?: \s++ (?: and | & | plus ) \s++ (?&head_) )? ) )"""
"""Behind a pattern that calls them: what the many places that name cells would each repeat, and each compile."""

_CELLS = r"(?: (?&cells_) )"
"""Cells with the words that say which: `autologous CD34+ cells`, `hUCB-MSCs`, `CAR T-cell`."""


def _compile(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern that may name cells."""
    return compile_pattern(rf"(?: {pattern} ) {_DEFINED}", **_NAMES)


_AREA = r"""c?m (?: \^? 2 | ² | \s? \( 2 \) ) (?! \d ) | square \s++ (?: cm | (?: centi )? met(?:er|re) )
    | met(?:er|re) \s++ squared
          | body \s surface | bsa"""
_VOLUME = r"(?P<volume> m[l1] | mls | cc | cm3 | cm³ | [µμ]l | ul | millilit(?:er|re)s? ) (?! \p{L} )"
_PER = rf"""(?: \s*+ (?: / | ÷ | \b (?: per | for \s++ (?: each | every ) ) \b ) \s*+
        (?P<per> (?: kgs? | kilos? | kilogram(?:me)?s? ) (?! \p{{L}} )
               | (?: (?P<amount> {_NUMBER} ) \s*+ )? {_VOLUME}
               | {_AREA}
               | \p{{L}}+ (?: \s (?: dose | site | patient | infusion | injection | administration ) )? )
      | \s*+ [·.*]? \s*+ (?P<per> kg ) (?: \s? bw )? \s? \^? (?: [-−–] \s? 1 | ⁻¹ ) )"""

_GLOSS = r"""(?: \s*+ \( \s*+ [±~≈=]? \s*+ \d [^()\n]{0,28} (?: \( \d{1,2} \) )? [^()\n]{0,10} \)
               | \s*+ (?: ± \s*+ )? \d{1,2} \s? % )"""
"""The same number once more, or its tolerance: `(20 million)`, `(±20%)`."""

_OF_CELLS = rf"""{_GLOSS}? ,? \s*+ (?: of \s++ )? [-‐]? (?P<noun> {_CELLS} )
                 (?: \s*+ \( [^()]{{1,40}} \) (?= \s*+ / ) )? {_PER}?"""
_UNIT = rf"(?P<unit> {_OF_CELLS} | {_GLOSS}? {_PER} )"

# Amounts: a number with its scale, or a range of two.

_TO = r"""(?: \s*+ (?: [-‐‑–—−~∼～] | \b (?: up \s++ )? to \b
    | (?<= \b between \b [^.;]{1,40} ) and ) \s*+ [<≤]? \s*+ )"""
_AND = r"(?: \s*+ [,;/]? \s*+ (?: and/or | and | or | versus | vs\.? | & ) \s*+ | \s*+ / \s*+ )"
_COMMA = r"\s*+ [,;] \s*+"
_SCALE = rf"""(?P<scale>
        \s*+ {_TIMES} \s*+ {_TEN} (?: {_EXPONENT} | \s? {_LOST_EXPONENT} ) {_TEN_END}
      | \s*+ e \+? 0? (?P<e_notation> 1?\d ) (?! \d )
      | \s++ {_TEN} {_EXPONENT} {_TEN_END}                           # the sign is lost: 1 10^6
      | \s++ 10 (?P<inferred> [4-9] ) (?! \d ) (?= {_UNIT} )          # and the superscript too: 1 106 cells
      | \s*+ [x×*] \s? (?P<digits> 1 (?: ,?000 ){{2,3}} ) (?! \d )
      | {_MILLION}
      | \s? (?P<million> (?-i: M ) ) (?= \s++ {_CELLS} | / | (?: {_COMMA} | {_AND} ) {_NUMBER} \s? M \b ) )"""
_RANGE = rf"{_NUMBER} (?: {_TO} {_NUMBER} )?"
_AMOUNT = rf"""(?: (?: {_NUMBER} (?: {_SPREAD} {_SCALE} {_UNIT}?? )? {_TO} | {_BARE} {_UNIT}?? {_TO} )?
                   (?: {_NUMBER} {_SPREAD} {_SCALE} | {_BARE} ) )"""
_DIGITS = r"""(?: [1-9]\d{0,2} (?: (?: ,\s? | [\s.] ) \d{3} ){1,3}+ (?! [,.]?\d )
                | [1-9]\d*00 (?! \d | [,.]\d ) (?<= \d{4} )
                | [1-9]\d{5,9}+ (?! [,.]\d ) )"""
"""A number printed in full, grouped or round or long: `300,000`, `5 000 000`, `50000`, not a year."""

_LONG_DIGITS = r"(?: [1-9]\d{0,2} (?: ,\d{3} ){2,3}+ (?! [,.]?\d ) )"

# Other things that are counted in such numbers.

_OTHER = r"""(?: (?-i: U | IE | IEQ | IU | MIU | PFU | CFU | FFU | VP | vp | vg | GC | EID | TCID | CCID | Bq | Hz
    | Da | eq )
      (?! \p{Ll} ) | units? | international | colon(?:y|ies) | plaque | cop(?:y|ies) | genomes? | islets?
          | platelets? | plt
    | neutrophils? | viral | virus(?:es)? | virions? | vectors? | particles? | infectious | bacteria | bacilli
        | organisms?
    | spores? | oocysts? | sporozoites? | parasites? | phages? | plasmids? | molecules? | exosomes? | vesicles?
    | erythrocytes? | reticulocytes? | BCG | lactobacill\p{L}+ | bifido\p{L}+ | tissue \s culture
    | cell \s (?: culture \s )? infect\p{L}+ | live \s attenuated | m?mol | [mnµμ]?g | dyn\p{L}* | c?m/s | s )
        (?! \p{L} )"""
_FOR_SO_MUCH = r"""(?: \s*+ (?: / | per ) \s*+
        (?: L | 1 | lit(?:er|re) | [µμ]l | ul | microl\p{L}* | dl | mm \s? \^? \s? [3³(] | cmm | cubic | wells?
            | plates? | flasks?
          | dish(?:es)? | tubes? | chambers? | g | grams? | field | hpf | high-power ) (?! \p{L} )
      | \s*+ [·.]? \s*+ L \s? \^? [-−–⁻] \s? [1¹] )"""
"""Of blood or of a culture."""

_OTHER_TAIL = rf"""(?: [\s-]*+ (?: {_CELLS} )?? (?: {_FOR_SO_MUCH} | \s*+ (?: / | \b per \b ) \s*+ {_AMOUNT} )
    | [\s-]*+ (?: of \s )? (?: (?! {_NO_QUALIFIER} ) [\p{{L}}-]+ \s++ ){{0,2}} {_OTHER} )"""
"""What stands behind a number of something else."""

_PEOPLE = r"patients? | participants? | subjects? | cases? | men \b | women | individuals | people | donors? | surviv"


def _rule(name: str, pattern: str, *examples: str, exclusion: bool = False) -> Rule:
    """A rule whose pattern names cells."""
    return Rule(name, _compile(pattern), examples, exclusion)


RULES = (
    _rule(
        "a factor that is not said",
        rf"\b n \s*+ [x×*] \s*+ \(? \s*+ {_AMOUNT}",
        "between [[n × (10(5)–10(6)]]) cells",
        exclusion=True,
    ),
    _rule(
        "for so many cells",
        rf"""(?: / | \b per | \b among | out \s of ) \s*+ (?: {_AMOUNT} | 10 \s? [3-9] (?! \d ) ) \s*+
            (?: {_CELLS} )?""",
        "spots [[per 10^6 PBMC]]",
        "events [[per 105 cells]]",
        exclusion=True,
    ),
    _rule(
        "power of ten of another thing",
        rf"{_START} {_AMOUNT} {_GLOSS}? {_OTHER_TAIL}",
        "neutrophils above [[0.7 × 10(9)/L]]",
        "given [[8 × 107 IU]]/m2",
        "[[5 x 10^3 CD4 cells per µL]]",
        exclusion=True,
    ),
    _rule(
        "numbers that share a scale",
        rf"""{_START} {_NO_LABEL} (?P<mention> {_RANGE} ) (?: {_COMMA} (?P<mention> {_RANGE} ) ){{0,8}}+
             {_AND} (?P<mention> {_RANGE} {_SCALE} {_UNIT}? )""",
        "[[0.2]], [[0.6]], or [[1.2 × 108 CD8+ cells/kg]]",
        "myoblasts ([[30]] or [[60 million]])",
    ),
    _rule(
        "value and range before their scale",
        rf"""{_START} (?P<mention> {_NUMBER} {_SPREAD} ) \s*+ \( (?: range | iqr | interquartile \s range )? [\s,:]*+
             (?P<mention> {_NUMBER} {_TO} {_NUMBER} \s*+ \) {_SCALE} {_UNIT}? )""",
        "a median of [[1.4]] (range [[0.6–8) 10^6 cells/kg]]",
        "[[2.5]] ([[1 to 7) x 10(8)/kg]]",
    ),
    _rule(
        "scaled number with its unit",
        rf"{_START} (?P<mention> {_AMOUNT} {_UNIT} )",
        "a dose of [[3.5 × 10^7 autologous MSCs]] was",
        "[[2–4 × 106 cells/kg]]",
        "[[150 million cells]]",
    ),
    _rule(
        "lost superscript without a factor",
        rf"{_START} {_NO_LABEL} (?P<mention> 10 \s? (?P<inferred> [4-9] ) (?! \d ) {_UNIT} )",
        "were given [[106 MSCs/kg]]",
    ),
    _rule(
        "millions in words",
        rf"(?<! [\p{{L}}-] ) (?P<mention> {NUMBER_WORDS} (?P<scale> {_MILLION} ) {_UNIT}? )",
        "received [[two million cells per kg]]",
    ),
    _rule(
        "scaled number",
        rf"{_START} (?P<mention> {_AMOUNT} )",
        "groups ([[3.5 × 10^7]]) of",
    ),
    _rule(
        "digits with their unit",
        rf"""{_START} {_NO_LABEL}
             (?P<mention> (?: {_DIGITS} {_TO} )?
                          (?: {_DIGITS} (?P<unit> (?= \s? \p{{L}} ) {_OF_CELLS} ) | {_LONG_DIGITS}
                              (?P<unit> {_PER} ) ) )
             (?! \s*+ (?: {_PEOPLE} ) )""",
        "injected [[300,000 cells]] into",
    ),
    rule(
        "long digits",
        rf"{_START} (?P<mention> {_LONG_DIGITS} )",
        "hMSCs ([[30,000,000]] or [[90,000,000]])",
    ),
)

# Which of them were given.

_SCALED = compile_pattern(
    r"""10 \s? (?: [\^*{⁰¹²³⁴-⁹<ˆe] | [(\[] \s? 1?\d \s? [)\]] | [3-9] (?! \d ) | 1[0-3] (?! \d ) | exp | to\ | \} )
      | \d \s? e \+? \d | illion | \b mio \b | \b mln \b | \d \s? M (?: \s | / )"""
)
_MANY_DIGITS = compile_pattern(r"\d [,\s.] \d{3} (?! \d ) | \d{4}")
_ANY_CELL = compile_pattern(r"cell | cyte | blast | phage | (?-i: \p{Lu}Cs? \b )")
"""A sentence needs a scaled number, or a long one and a cell: quickly tested, and few have them."""

_CUT_NUMBER = compile_pattern(
    r"""(?<! [\d.,] | \p{L} ) (?<! \b (?: cohort | group | arm | level | day | week | phase | grade | part | step
        | no ) \s? )
        \d{1,2} \. \Z"""
)
_LIST_GAP = compile_pattern(r"[^.;\n]{0,45}")
_EACH = compile_pattern(r"[^.;\d]{0,45}? \b (?: (?: for | in | into | to ) \s++ each | per ) \s++ (?P<per> \p{L}+ )")

_GIVEN = compile_pattern(
    r"""\b (?: (?:re-?)?infus | (?:re-?)?inject | (?:auto|allo)?transplant | (?:re-?|co-?)?administ | receiv
        | dos(?:e|age|ing)
             | giv(?:en|e|ing) | (?:re-?)?implant | deliver | treat | vaccin | transfus | inoculat | instil
                 | transferred | escalat
             | engrafted \s with | tolerated | intra(?!cell)\p{L}{4,} | subcutan | subretin | iv \b | i\.?\ ?v\.
                 | DLI \b
             | graft \s (?: contain | with ) | loaded \s (?: onto | with | on ) | boost | mtd \b )"""
)
_DESIGN = compile_pattern(
    r"""\b (?: cohorts? | arms? | groups? | panel | therapy | product | experimental | biological | drug
        | intervention ) \b"""
)
"""Words that say that cells were given where nothing says that they were counted."""

_COUNTED = compile_pattern(
    r"""\b (?: harvest | collect | yield | mobili[sz] | (?:leuk|leuc|cyt)?o?a?pheres | counts? \b
        | (?:sub)?cultur(?:ed|ing|es?\b)
             | seeded | plated | thaw | (?: obtain | isolat ) \p{L}* \s (?: \S+ \s ){0,3} \Z | (?:cryo)?preserv
                 | frozen | stored
             | recover(?:y|ed) | reconstitution | procure | contamina | positivity | label(?:l?ed|ing) | reach | attain
             | contained \s (?: in | per ) | circulating | aspirat | blasts? \b | platelets? | neutrophils?
                 | anc \b | wbc \b
             | leu[ck]ocytosis | burden | viab\p{L}+ \s (?: of | was ) | spots? \b | sf[cu] \b | elispot | frequenc
             | release \s criteri | tested \b | detect | limit \s of | target \s number | mesh | adjusted \s to
             | concentration \s was | (?: peripheral | venous | whole ) \s blood \s (?: of | had | contain | count )
             | aggregates? \s of )"""
)
_COUNTED_AFTER = compile_pattern(
    r"""\b (?: is | are | was | were | be | been | being ) \s++ (?: not \s++ )? (?: \p{L}+ly \s++ )?
             (?: harvest | collect | mobili[sz] | obtain | isolat | cultured | seeded | plated | thawed
                 | (?:cryo)?preserved
               | frozen | stored | recovered | procured | label | achieved | reached | yielded | counted | detected
                   | saved
               | needed \s to \s collect | stained | embedded | incubated | (?:co-)?transfected | lysed | washed
                   | available )
      | \b (?: with | by | in ) \s++ [^.;]{0,25} aph[ae]?[ae]?resis
      | \b (?: in | of | per ) \s++ (?: the \s++ )? (?: peripheral | venous ) \s++ blood (?! \s++ (?: stem
          | progenitor | mono ) )"""
)
_ANIMAL = compile_pattern(
    r"""\b (?: mice | mouse | murine | rats? | rabbits? | pigs? | (?:mini|micromini)pigs? | swine | porcine | sheep
        | ovine | goats?
             | caprine | dogs? | canine | monkeys? | macaques? | primates? | horses? | equine | cats? | feline
                 | rodents?
             | animals? | pre-?clinical | in \s vitro | per \s well ) \b"""
)
_PERSON = compile_pattern(
    r"""\b (?: patients? | participants? | volunteers? | subjects? | persons? | people | individuals? | m[ae]n
        | wom[ae]n | child
             | children | infants? | recipients? | clinical | boys? | girls? | adults? | cases? | phase ) \b"""
)
_CITED = compile_pattern(
    r"""\b (?: (?: previous(?:ly)? | earlier | prior | published | other | another | recent | several
        | early ) \b [^.;]{0,60}
               \b (?: stud(?:y|ies) | trials? | reports? | publi | experience )
             | literature | et \s al | reported \s (?: by | that )
             | (?: study | trial | work | published | performed | conducted ) \s by )"""
)
_CAPSULE = compile_pattern(r"\b (?: capsules? | tablets? | lozenges? | sachets? | probiotics? | lyophili[sz]ate ) \b")
_CELL_NEAR = _compile(r"(?<! \p{L} ) (?&head_)")
_OTHER_BEFORE = compile_pattern(
    r"""\b (?: virus(?:es)? | viral | vectors? | adenovir\p{L}+ | plasmids? | phages? | bacteri\p{L}+
        | probiotic\p{L}* | lactobacill\p{L}+
             | spor(?:es|ozoites) | cop(?:y|ies) | cfu | pfu | iu | platelets? | plt | neutrophils? | anc | wbc
                 | counts? | blasts?
             | matrix | people | persons | births | cases | dollars? | USD | costs? | interleukin-\d+ | il-2
                 | aldesleukin
             | interferon | exosomes? | particles | tit(?:er|re)s? ) \b [^;]{0,40} \Z"""
)
_OTHER_AFTER = _compile(
    rf"""(?: (?: {_COMMA} | {_AND} ) {_NUMBER} {_SPREAD}
        (?: {_TO} {_NUMBER} )? {_SCALE}? ){{0,6}} {_GLOSS}? {_OTHER_TAIL}
         | \s*+ of \s++ (?-i: \p{{Lu}}\.\ ?\p{{Ll}}{{4,}} | Escherichia | Saccharomyces | Bacillus )""",
)
"""The unit of another thing, at once or at the end of a list."""

_BARE_END = compile_pattern(
    r"""\s*+ (?: [-–,;:)\]/.|(] | \Z
      | (?: and | or | vs | versus | to | in | into | at | by | via | per | for | with | were | was | is | are
          | will | on | as | groups?
          | cohorts? | arms? | dos(?:e|es|ing|age) | levels? | intra\p{L}* | sub\p{L}* | iv | i\.v | infus\p{L}+
              | inject\p{L}+
          | administ\p{L}+ | given | deliver\p{L}* | trans\p{L}+ | every | each | once | twice | times? | followed
              | compared | than
          | from | of | had | has | have | who | which | that | daily | weekly | monthly | respectively | depending
              | total ) \b )"""
)
"""A number without a unit stands alone: what follows is no noun."""

_SHARED = ("unit", "noun", "per", "amount", "volume")


def find(document: Document) -> Iterator[Mention]:
    """The numbers of cells of a document that were given, those of a list with the unit at its end."""
    for sentence in _whole_sentences(document):
        text = sentence.text
        if _SCALED.search(text) or (_MANY_DIGITS.search(text) and _ANY_CELL.search(text)):
            found = sorted(find_mentions(RULES, sentence), key=lambda mention: mention.start)
            yield from _given(found, document)


def _whole_sentences(document: Document) -> Iterator[Sentence]:
    """The sentences, those joined again that end inside a number (`of 7. 5 × 10^6 cells`)."""
    held: Sentence | None = None
    for sentence in document.sentences:
        if (
            held
            and sentence.text[0].isdecimal()
            and sentence.start - held.end == 1
            and _CUT_NUMBER.search(held.text[-20:])
        ):
            text = document.article.text[held.start : sentence.end]
            held = Sentence(held.start, sentence.end, text, held.section)
            continue
        if held:
            yield held
        held = sentence
    if held:
        yield held


def _given(found: list[Mention], document: Document) -> list[Mention]:
    """Of the mentions of a sentence those given; a number without a unit shares that of its list, and its fate."""
    given: list[Mention] = []
    following: Mention | None = None
    following_given = True
    for position in reversed(range(len(found))):
        mention = found[position]
        bare = "unit" not in mention.parts or mention.parts["unit"][0] >= mention.end
        listed = following is not None and _LIST_GAP.fullmatch(_between(mention, following)) is not None
        if bare:
            mention = _with_unit(mention, found[position - 1] if position else None, following if listed else None)
        is_given = _is_given(mention, document) and (following_given or not bare or not listed)
        if is_given:
            given.append(mention)
        following, following_given = mention, is_given
    return given[::-1]


def _with_unit(mention: Mention, before: Mention | None, after: Mention | None) -> Mention:
    """A mention that has no unit with the unit that it shares, if any."""
    parts = {name: span for name, span in mention.parts.items() if name not in _SHARED or span[0] >= mention.end}
    if each := _EACH.match(mention.after):
        parts["per"] = (mention.end + each.start("per"), mention.end + each.end("per"))
    if after:
        parts |= {name: span for name, span in after.parts.items() if name in _SHARED}
    elif before and _LIST_GAP.fullmatch(_between(before, mention)):
        parts |= {name: span for name, span in before.parts.items() if name in _SHARED and name not in parts}
    return replace(mention, parts=parts)


def _between(first: Mention, second: Mention) -> str:
    return first.sentence.text[first.end - first.sentence.start : second.start - first.sentence.start]


def _is_given(mention: Mention, document: Document) -> bool:
    """Whether the words around say that these are cells, and given to people."""
    text, sentence = document.article.text, mention.sentence.text
    if _ANIMAL.search(sentence) or (_ANIMAL.search(text) and not _PERSON.search(text)):
        return False
    if _CITED.search(mention.before) or _CAPSULE.search(sentence) or _OTHER_AFTER.match(mention.after):
        return False
    named = bool(mention.part("noun"))
    before, after = mention.before[-200:].rpartition(";")[2], regex.split(r"[;.]\s", mention.after[:100])[0]
    if not named:
        if (not mention.part("per") and not _BARE_END.match(mention.after)) or _OTHER_BEFORE.search(before[-80:]):
            return False
        if not _CELL_NEAR.search(text, max(0, mention.start - 700), mention.end + 150):
            return False
    given = _nearness(_GIVEN, _GIVEN, before, after)
    counted = _nearness(_COUNTED, _COUNTED_AFTER, before, after)
    if counted is not None:
        return given is not None and given <= counted
    return named or given is not None or _DESIGN.search(before) is not None or _DESIGN.search(after) is not None


def _nearness(left: regex.Pattern[str], right: regex.Pattern[str], before: str, after: str) -> int | None:
    """How many characters away the nearest cue stands, those behind counted double; None where there is none."""
    distances = [len(before) - match.end() for match in left.finditer(before)]
    if match := right.search(after):
        distances.append(2 * match.start())
    return min(distances, default=None)


# What is said of them.


def normalise(mention: Mention, document: Document) -> CellDose:
    """The number with its exponent restored, and what the text says about how it was given.

    Raises:
        ValueError: the number is zero, or has no scale.
    """
    low, high, source = _read(mention)
    if not low:
        raise ValueError("no cells")
    if source == "explicit" and any(
        start < mention.end and mention.start < end for start, end in document.article.raised
    ):
        source = "markup"
    volume = _volume(mention)
    return CellDose(
        cells=low,
        cells_high=high,
        per=_per(mention),
        total=_is_total(mention),
        exponent_source=source,
        cell_type=_cell_type(mention),
        route=_route(mention, document),
        administrations=_administrations(mention),
        interval=_interval(mention),
        volume_ml=volume,
        cells_per_administration=_cells_per_administration(mention, low, volume),
        group=_group(mention),
    )


_ONE_AMOUNT = _compile(
    rf"""(?: (?P<number> {_NUMBER} ) {_SPREAD} {_SCALE} | {_BARE} | (?P<number> {NUMBER_WORDS} ) {_MILLION}
           | (?P<number> {_NUMBER} ) {_SPREAD} )""",
)
_ONE_SCALE = _compile(_SCALE)
_ONE_UNIT = _compile(_UNIT)
_ONE_TO = compile_pattern(_TO)
_ONE_PRINTED = compile_pattern(_DIGITS)
_FORMS = ("caret", "markup", "unicode", "parenthesis", "e_notation", "words", "inferred")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _read(mention: Mention) -> tuple[int, int | None, str]:
    """The number, the upper end of its range, and how the exponent is written."""
    text, offset = mention.sentence.text, mention.sentence.start
    start, end = mention.start - offset, mention.end - offset
    if "unit" in mention.parts and mention.parts["unit"][0] < mention.end:
        end = mention.parts["unit"][0] - offset
    if "digits" in mention.rule:
        printed = [int(regex.sub(r"\D", "", number[0])) for number in _ONE_PRINTED.finditer(text, start, end)]
        return printed[0], printed[1] if len(printed) > 1 else None, ""
    if "scale" not in mention.parts and "inferred" in mention.parts:
        return 10 ** int(mention.part("inferred")), None, "inferred"
    amounts = _amounts(text, start, end)
    scales = [_scale_of(amount) for amount in amounts]
    shared = scales[-1]
    if shared is None and "scale" in mention.parts:
        match = _ONE_SCALE.match(text, mention.parts["scale"][0] - offset)
        shared = _scale_of(match) if match else None
    if shared is None:
        raise ValueError("a number without a scale")
    numbers = [int(_factor(amount) * (scale or shared)[0]) for amount, scale in zip(amounts, scales, strict=True)]
    return numbers[0], numbers[1] if len(numbers) > 1 else None, shared[1]


def _amounts(text: str, start: int, end: int) -> list[regex.Match[str]]:
    """The number at `start` and, where it is a range, the one at its upper end."""
    first = _ONE_AMOUNT.match(text, start)
    if first is None:
        raise ValueError("a number without a scale")
    position = first.end()
    if (unit := _ONE_UNIT.match(text, position)) and unit.end() < end and _ONE_TO.match(text, unit.end()):
        position = unit.end()
    to = _ONE_TO.match(text, position)
    second = _ONE_AMOUNT.match(text, to.end()) if to and to.end() < end else None
    return [first, second] if second else [first]


def _scale_of(match: regex.Match[str]) -> tuple[int, str] | None:
    """What a number is multiplied by, and how that is written; None where it has no scale."""
    for form in _FORMS:
        if match[form]:
            exponent = match["exponent"] if form in ("caret", "markup") else match[form]
            return 10 ** int(exponent.translate(_SUPERSCRIPTS)), "explicit" if form == "caret" else form
    if match["digits"]:
        return int(match["digits"].replace(",", "")), ""
    if match["million"]:
        return 10**9 if match["million"][0] in "bB" else 10**6, "words"
    return None


def _factor(amount: regex.Match[str]) -> Decimal:
    printed: str | None = amount["number"]
    if printed is None:
        return Decimal(1)
    return Decimal(integer(printed)) if printed[0].isalpha() else decimal(printed)


_SITES = words("cell_sites")
_MILLILITRE = compile_pattern(r"m[l1] | mls | cc | cm | milli")


def _per(mention: Mention) -> str:
    printed = " ".join(mention.part("per").lower().split())
    if volume := mention.part("volume"):
        unit = "ml" if _MILLILITRE.match(volume) else "µl"
        amount = mention.part("amount")
        return f"{amount} {unit}" if amount and amount != "1" else unit
    if printed.startswith(("kg", "kilo")):
        return "kg"
    if regex.match(r"cm|square (?:cm|centi)", printed):
        return "cm2"
    if regex.match(r"m ?[\^²2(]|square m|met(?:er|re) |body s|bsa", printed):
        return "m2"
    return "site" if printed.removesuffix("s").split(" ")[-1] in _SITES else "administration"


_SUM = compile_pattern(r"\b (?: cumulative | total | sum ) \b [^.;\d]{0,30} \Z")
_CUMULATIVE = compile_pattern(r"\b (?: cumulative | in \s total | sum ) \b")
_SEVERAL = compile_pattern(
    r"""\b (?: \d{1,2} | two | three | four | five | six | seven | eight | nine | ten | twelve | several | multiple
        | repeated ) \s++
        (?: (?! doses? \b ) [\p{L}-]+ \s++ ){0,2} (?: infusions | administrations | doses | vaccinations
            | treatments | courses | cycles ) \b
      | \b (?: divided | split | spread ) \b [^.;]{0,20} \b (?: over | into | across )"""
)


def _is_total(mention: Mention) -> bool:
    """Whether the number is called a sum, and there is more than one administration to sum."""
    match = _SUM.search(mention.before[-60:])
    return bool(match and (_CUMULATIVE.search(match[0]) or _SEVERAL.search(mention.sentence.text)))


_NO_NAME = rf"""(?: {_NO_QUALIFIER}
    | (?: infus | inject | transplant | administ | receiv | deliver | implant | treat | given | giv | us(?:ed|ing)
        | plus
        | and | single | one | two | three | low | high | median | mean | average | total | maximum | minimum | target
        | number | million | dose | these | this | their | both | all | either | escalating | increasing | randomi
        | allocat | assign | prepar | contain ) \p{{L}}* \b )"""
_NAMED = _compile(
    rf"""(?<! [\p{{L}}\d-] ) (?= \p{{L}} )
         (?P<name> (?: (?! {_NO_NAME} ) [\p{{L}}\d] [\p{{L}}\d+/⁺\-‐‑–']{{0,40}}+ \s++ ){{0,6}}?
                   (?&head_) (?: [\s-]*+ (?&head_) ){{0,2}} )
         (?! [\s-]*+ (?: lymphoma | leuk | cancer | carcinoma | disease | an(?:a)?emia | counts? \b | malignan | tumou?r
                       | neoplas ) )""",
)
_OF = compile_pattern(r"[\s)]*+ (?: of \s++ )? (?: the \s++ )?")
_NO_CELL_TYPE = compile_pattern(
    r"(?: (?: total | live | these | the | all | nucleated | single | own | donor ) \s )* cells? \Z | [x×*] \s? \d"
)


def _cell_type(mention: Mention) -> str:
    """The words that name the cells: in the unit, right behind it, or else the last before it in the sentence."""
    after = mention.after[:120]
    of = _OF.match(after)
    behind = _NAMED.match(after, of.end() if of else 0)
    before = reversed(list(_NAMED.finditer(mention.before[-250:])))
    names = [
        regex.sub(r"\([^()]*\)", "", mention.part("noun")),
        *(match["name"] for match in (behind, *before) if match),
    ]
    return next((name for each in names if (name := " ".join(each.split())) and not _NO_CELL_TYPE.match(name)), "")


_ROUTES = table("routes")
_ROUTE = compile_pattern(
    r"""(?<! [\p{L}-] ) (?<! \b (?: class | phase | stage | grade | type ) \s )
        (?: (?: intra | trans | sub | supra | epi | endo | peri | para | retro | per ) [-\s]? \p{L}{4,}
            | i\.?\ ?v \b | s\.\ ?c \b
          | i\.\ ?[pm] \b | topical(?:ly)? | (?: carotid | coronary | femoral | hepatic ) \s arter(?:y|ies)
          | (?: portal | peripheral | central ) \s vein | lumbar \s puncture )"""
)


def _route(mention: Mention, document: Document) -> str:
    """The route that is named nearest in the sentence, else last in the 300 characters before it."""
    sentence, start, end = (
        mention.sentence,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = [
        (min(abs(start - match.end()), abs(match.start() - end)), name)
        for match in _ROUTE.finditer(sentence.text, max(0, start - 400), end + 400)
        if (name := _route_name(match[0]))
    ]
    if near:
        return min(near)[1]
    earlier = _ROUTE.finditer(document.article.text, max(0, sentence.start - 300), sentence.start)
    return next((name for name in reversed([_route_name(match[0]) for match in earlier]) if name), "")


def _route_name(printed: str) -> str:
    compact = regex.sub(r"[\W_]", "", printed.lower())
    for form in (compact, compact.removesuffix("ly"), compact.removesuffix("ally"), compact.removesuffix("ily") + "y"):
        if form in _ROUTES:
            return _ROUTES[form][0]
    return ""


_TIMES_GIVEN = compile_pattern(
    rf"""\b (?P<number> single | {NUMBER_WORDS} | \d{{1,2}} ) [\s-]++
         (?: (?! {_NO_QUALIFIER} | dose | different | escalating | increasing | ascending ) [\p{{L}}-]+ \s++ ){{0,3}}
         (?: (?: infusion | injection | administration | vaccination | immunization | transfusion
             | transplantation ) s? | (?P<doses> doses? )
           | times \b (?! [\s-]++ (?: a | per | the | as | more | \d ) \b ) ) (?! \s*+ (?: levels? | groups?
               | cohorts? | escalat | sites? | [-:] ) )
       | \b (?P<adverb> once | twice ) \b (?! [\s-]++ (?: a | per | every | daily | weekly | monthly | the ) \b )"""
)
_ADVERBS = {"single": 1, "once": 1, "twice": 2}
_NEXT_TO = compile_pattern(
    r"""\s*+ (?: (?: of | at | with | each | containing | comprising | about | approximately | up | to | least
             | ~ | ≥ ) \s*+ )*+"""
)


def _administrations(mention: Mention) -> int | None:
    """How often the dose was given, by the nearest words of its sentence that say so."""
    text, start, end = (
        mention.sentence.text,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = []
    for match in _TIMES_GIVEN.finditer(text, max(0, start - 150), end + 150):
        if start < match.end() and match.start() < end:
            continue
        number = match["number"] or match["adverb"]
        count = _ADVERBS.get(number.lower()) or integer(number)
        several_doses = match["doses"] and count > 1
        if several_doses and match.end() <= start and not _NEXT_TO.fullmatch(text, match.end(), start):
            continue  # `two doses of MSCs (…)` are two sizes
        near.append((min(abs(start - match.end()), abs(match.start() - end)), count))
    return min(near)[1] if near else None


_COUNT = rf"(?: {NUMBER_WORDS} | \d{{1,3}} )"
_INTERVAL = compile_pattern(
    rf"""\b (?: every \s++ (?: (?: {_COUNT} | other | second | third ) [\s-]++ )? (?: days? | weeks? | months?
        | years? )
          | (?: at | with | in ) \s++ (?: an? \s++ )? (?: {_COUNT} [\s-]++ )? (?: \p{{L}}+ \s++ )? intervals?
            (?: \s++ of \s++ {_COUNT} \s++ (?: days? | weeks? | months? ) )?
          | {_COUNT} [\s-]++ (?: days? | weeks? | months? ) \s++ apart
          | (?: once | twice | (?: {_COUNT} ) \s++ times ) (?: \s++ (?: a | per | every | each ) \s++ (?: day
              | week | month | year ) | \s++ weekly )
          | (?: bi-? )? weekly | monthly | daily | quarterly | fortnightly ) \b"""
)


def _interval(mention: Mention) -> str:
    """The nearest words of the sentence that say how long after one another."""
    text, start, end = (
        mention.sentence.text,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = [
        (min(abs(start - match.end()), abs(match.start() - end)), match[0])
        for match in _INTERVAL.finditer(text, max(0, start - 150), end + 150)
    ]
    return " ".join(min(near)[1].split()) if near else ""


_VOLUME_AFTER = compile_pattern(
    rf"""[^.;\d]{{0,40}}? (?: \b (?: in | with | into | of ) \s++ (?: a \s++ )? (?: [^.;\d\s]+ \s++ ){{0,3}}?
        | [x×*(] \s*+ ) (?P<number> {_NUMBER} ) [\s-]*+ {_VOLUME}"""
)
_VOLUME_BEFORE = compile_pattern(
    rf"""(?<! [\d.,] ) (?P<number> {_NUMBER} ) [\s-]*+ {_VOLUME} (?! \s*+ / ) \s [^.;:\d]{{0,50}} (?: suspension
        | product | solution | infusion | injection ) \s*+ [\p{{L}}\s]{{0,12}} \(? \s*+ \Z"""
)


def _volume(mention: Mention) -> float | None:
    """Millilitres of one administration, where they stand right behind the dose or the dose stands behind them."""
    match = _VOLUME_AFTER.match(mention.after[:100]) or _VOLUME_BEFORE.search(mention.before[-100:])
    return _millilitres(match["number"], match["volume"]) if match else None


def _millilitres(number: str, unit: str) -> float:
    return float(decimal(number)) * (1 if _MILLILITRE.match(unit) else 0.001)


def _cells_per_administration(mention: Mention, cells: int, volume: float | None) -> int | None:
    """A concentration times the volume."""
    if not mention.part("volume") or volume is None:
        return None
    return round(cells * volume / _millilitres(mention.part("amount") or "1", mention.part("volume")))


_GROUP_BEFORE = compile_pattern(
    rf"""(?P<group> \b {_ARM} \s++ (?: [A-Z] | \d{{1,2}} | [IVX]+ | one | two | three | four )
                  | \b {_SIZE} (?: [-\s]++ dos(?:e|age) )? (?: \s++ {_ARM} )? -? )
         \s*+ [):]? \s*+ (?: [(:=,–-] | of | with | at | received | receives? | will \s receive | is ) \s*+ \Z"""
)
_GROUP_AFTER = compile_pattern(
    rf"""\s*+ (?: [(\[] \s*+ (?P<group> {_ARM} \s++ \w{{1,5}} | {_SIZE} [-\s]++ dose [^()]{{0,20}}
        | {_ARM} \s++ \w{{1,5}} ) \s*+ [)\]]
                | (?: for | in ) \s++ (?: the \s++ )? (?P<group> {_ARM} \s++ (?: [A-Z] | \d{{1,2}} ) (?! \w )
                                                           | {_SIZE} [-\s]++ dose (?: \s++ {_ARM} )? ) )"""
)


def _group(mention: Mention) -> str:
    """The words that name the arm, right before the number or right behind it."""
    match = _GROUP_AFTER.match(mention.after[:80]) or _GROUP_BEFORE.search(mention.before[-60:])
    return " ".join(match["group"].split()).rstrip("-") if match else ""


_PLAUSIBLE = {"kg": (10**3, 10**9)}
_PLAUSIBLE_OTHERWISE = (10**3, 10**12)


def doubt(mention: Mention, record: CellDose) -> str:
    """Why a curator should look: a restored number that is implausible, or a text that can be read in two ways."""
    lowest, highest = _PLAUSIBLE.get(record.per, _PLAUSIBLE_OTHERWISE)
    if record.exponent_source == "inferred" and not lowest <= record.cells <= highest:
        return "restored exponent gives an implausible number of cells"
    if record.cells_high is not None and record.cells_high < record.cells:
        return "the range runs downwards"
    if regex.match(r"\d+\. \d", mention.text):
        return "a space inside the number: two readings"
    if regex.match(r"\d+ 10", mention.text):
        return "restored multiplication sign"
    return ""


EXTRACTOR = Extractor("cell_dose", "CellDose", CellDose, RULES, normalise, doubt, find)
