"""Which numbers of cells were given to people: blood counts, harvests and cultures are written in the same way."""

from __future__ import annotations

from functools import lru_cache

import regex

from pipeline.document import Document
from pipeline.extract._dose_grammar import AND, COMMA, GLOSS, NUMBER, OTHER_TAIL, SCALE, SPREAD, TO, compile_cells
from pipeline.records import Mention
from pipeline.rules import compile_pattern

_GIVEN = compile_pattern(
    r"""\b (?: (?:re-?)?infus | (?:re-?)?inject | (?:auto|allo)?transplant | (?:re-?|co-?)?administ | receiv
          | dos(?:e|age|ing) | giv(?:en|e|ing) | (?:re-?)?implant | deliver | treat | vaccin | transfus | inoculat
          | instil | transferred | escalat | engrafted \s with | tolerated | intra(?!cell)\p{L}{4,} | subcutan
          | subretin | iv \b | i\.?\ ?v\. | DLI \b | graft \s (?: contain | with ) | loaded \s (?: onto | with | on )
          | boost | mtd \b )"""
)
"""Words that say that cells were given."""

_JUST_GIVEN = compile_pattern(
    r"""\b (?: (?:re-?)?infus | (?:re-?)?inject | transfus | administ | receiv ) \p{L}* \s
        (?: (?: of | with | at | an? | the | single | total | dose | about | approximately | up | to ) \s )*+ \Z"""
)
_DESIGN = compile_pattern(
    r"""\b (?: cohorts? | arms? | groups? | panel | therapy | product | experimental | biological | drug
          | intervention ) \b"""
)
"""Words that say it where nothing says that cells were counted."""

_COUNTED = compile_pattern(
    r"""\b (?: harvest | collect | yield | mobili[sz] | (?:leuk|leuc|cyt)?o?a?pheres | counts? \b
          | (?:sub)?cultur(?:ed|ing|es?\b) (?! \s (?: [\p{L}-]+ \s )? (?: \p{L}* mscs? | cells ) \b ) | seeded | plated
          | thaw (?! ing \s loss ) | (?: obtain | isolat ) \p{L}* \s (?: \S+ \s ){0,3} \Z | (?:cryo)?preserv | frozen
          | stored | recover(?:y|ed) | reconstitution | procure | contamina | positivity | label(?:l?ed|ing) | reach
          | attain | contained \s (?: in | per ) | circulating | aspirat | blasts? \b | platelets? | neutrophils?
          | anc \b | wbc \b | leu[ck]ocytosis | burden | viab\p{L}+ \s (?: of | was ) | spots? \b | sf[cu] \b | elispot
          | frequenc | release \s criteri | tested \b | detect | limit \s of | target \s number | mesh
          | adjusted \s to | concentration \s was | aggregates? \s of
          | (?: peripheral | venous | whole ) \s blood \s (?: of | had | contain | count ) )"""
)
_COUNTED_AFTER = compile_pattern(
    r"""\b (?: is | are | was | were | be | been | being ) \s++ (?: not \s++ )? (?: \p{L}+ly \s++ )?
        (?: harvest | collect | mobili[sz] | obtain | isolat | cultured | seeded | plated | thawed
          | (?:cryo)?preserved | frozen | stored | recovered | procured | label | achieved | reached | yielded
          | counted | detected | saved | needed \s to \s collect | stained | embedded | incubated
          | (?:co-)?transfected | lysed | washed | available )
      | \b (?: with | by | in ) \s++ [^.;]{0,25} aph[ae]?[ae]?resis
      | \b (?: in | of | per ) \s++ (?: the \s++ )? (?: peripheral | venous ) \s++ blood
        (?! \s++ (?: stem | progenitor | mono ) )"""
)
_ANIMAL = compile_pattern(
    r"""\b (?: mice | mouse | murine | rats? | rabbits? | pigs? | (?:mini|micromini)pigs? | swine | porcine | sheep
          | ovine | goats? | caprine | dogs? | canine | monkeys? | macaques? | primates? | horses? | equine | cats?
          | feline | rodents? | animals? | pre-?clinical | per \s well ) \b"""
)
_PERSON = compile_pattern(
    r"""\b (?: patients? | participants? | volunteers? | subjects? | persons? | people | individuals? | m[ae]n
          | wom[ae]n | child | children | infants? | recipients? | clinical | boys? | girls? | adults? | cases?
          | phase ) \b"""
)
_CITED = compile_pattern(
    r"""\b (?: (?: previous(?:ly)? | earlier | prior | published | other | another | recent | several | multiple
              | numerous | many | later | early ) \b
              [^.;]{0,60} \b (?: stud(?:y|ies) | trials? | reports? | publi | experience )
          | literature | et \s al | reported \s (?: by | that )
          | (?: study | trial | work | published | performed | conducted ) \s by )"""
)
_SENTENCE_END = compile_pattern(r"[;.\]] \s")
_CAPSULE = compile_pattern(r"\b (?: capsules? | tablets? | lozenges? | sachets? | probiotics? | lyophili[sz]ate ) \b")
_CELL_NEAR = compile_cells(r"(?<! \p{L} ) (?&head_)")
_OTHER_BEFORE = compile_pattern(
    r"""\b (?: virus(?:es)? | viral | vectors? | adenovir\p{L}+ | plasmids? | phages? | bacteri\p{L}+
          | probiotic\p{L}* | lactobacill\p{L}+ | spor(?:es|ozoites) | cop(?:y|ies) | cfu | pfu | iu | platelets? | plt
          | neutrophils? | anc | wbc | counts? | blasts? | matrix | people | persons | births | cases | dollars? | USD
          | costs? | interleukin-\d+ | il-2 | aldesleukin | interferon | exosomes? | particles | tit(?:er|re)s? ) \b
        [^;]{0,40} \Z"""
)
_OTHER_AFTER = compile_cells(
    rf"""(?: (?: {COMMA} | {AND} ) {NUMBER} {SPREAD}
        (?: {TO} {NUMBER} )? {SCALE}? ){{0,6}} {GLOSS}? {OTHER_TAIL}
         | \s*+ of \s++ (?-i: \p{{Lu}}\.\ ?\p{{Ll}}{{4,}} | Escherichia | Saccharomyces | Bacillus )""",
)
"""The unit of another thing, at once or at the end of a list."""

_BARE_END = compile_pattern(
    r"""\s*+ (?: [-–,;:)\]/.|(] | \Z
      | (?: and | or | vs | versus | to | in | into | at | by | via | per | for | with | were | was | is | are | will
          | on | as | along | groups? | cohorts? | arms? | dos(?:e|es|ing|age) | levels? | intra\p{L}* | sub\p{L}* | iv
          | i\.v
          | infus\p{L}+ | inject\p{L}+ | administ\p{L}+ | given | deliver\p{L}* | trans\p{L}+ | every | each | once
          | twice | times? | followed | compared | than | from | of | had | has | have | who | which | that | daily
          | weekly | monthly | respectively | depending | total ) \b )"""
)
"""A number without a unit stands alone: what follows is no noun."""


_READ = 400
"""Characters before and behind a number that are read."""


@lru_cache(maxsize=16)
def _speaks_of_others(sentence: str, text: str) -> bool:
    """Whether a sentence is on animals or capsules, or its text on animals only."""
    return bool(
        _ANIMAL.search(sentence) or _CAPSULE.search(sentence) or (_ANIMAL.search(text) and not _PERSON.search(text))
    )


def is_given(mention: Mention, document: Document) -> bool:
    """Whether the words around say that these are cells, and given to people."""
    text = document.article.text
    if _speaks_of_others(mention.sentence.text, text) or _OTHER_AFTER.match(mention.after[:_READ]):
        return False
    if _CITED.search(_SENTENCE_END.split(mention.before[-_READ:])[-1]):
        return False
    named = bool(mention.part("noun"))
    before, after = mention.before[-200:].rpartition(";")[2], _SENTENCE_END.split(mention.after[:100])[0]
    if not named:
        if (not mention.part("per") and not _BARE_END.match(mention.after)) or _OTHER_BEFORE.search(before[-80:]):
            return False
        if not _CELL_NEAR.search(text, max(0, mention.start - 700), mention.end + 150):
            return False
    if _JUST_GIVEN.search(before):
        return True
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
