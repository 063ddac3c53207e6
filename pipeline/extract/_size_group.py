"""Which words of the sentence name the group that a number of people belongs to?"""

from __future__ import annotations

from pipeline.extract._size_clause import Count, ends
from pipeline.rules import compile_pattern

_STOPS = r"""
    (?: and | or | vs | versus | to | into | in | on | of | for | from | with | by | at | as | than | the | a | an
      | these | either | both | while | whereas | who | were | was | had | received? | receiving | undergo(?:ing)?
      | underwent | given | take | taking | randomi[sz]ed | assigned | allocated | treated | compared | using | only
      | patients | subjects | participants | people | women | men | children | respectively | followed | then | which
      | that | during | after | before | included | comprised | consisted | mean | ns? | did | not | but | because | due
      | per | completed | withdrew | discontinued | dropped | died | improved | reported | showed | participated )
"""
_WORD = rf"(?! {_STOPS} (?! [\p{{L}}-] ) ) [\p{{L}}\d] [\p{{L}}\d'’/+%.‐‑–-]*"
_WORDS = rf"{_WORD} (?: \s {_WORD} ){{0,4}}"
_NAME_BEFORE = ends(
    rf"""(?<! \b (?: by | from | after | before ) \s (?: an? \s | the \s )? ) (?<! [\p{{L}}\d.-] )
         (?P<group> {_WORDS} ) \s? (?: [(\[,:]? \s? (?<! \p{{L}} ) ns? \s? (?: [=:–-] | of ) | [:=(] )?+"""
)
_NAME_AFTER = compile_pattern(
    rf"""\s (?: (?: were | was ) \s )? (?: (?: randomi[sz]ed | assigned | allocated ) \s )?
         (?: to (?: \s (?: receive | undergo | take ) )? | on | receiving | taking | undergoing | using ) \s
         (?: (?: the | an? | either ) \s )? (?P<group> {_WORDS} ) (?= [\s,;.)\]] )"""
)
_LISTED_AFTER = compile_pattern(rf"\s (?P<group> {_WORDS} ) (?= \s? [,;)\]] | \s (?: and | versus | vs ) \b )")
_SHARED_BEHIND = compile_pattern(r"(?: , | \s? (?: and | versus | vs\.? | / ) ) \s? \d++ \s? [,;)\]]")
_LEADING = compile_pattern(
    r"""\A (?: (?: and | or | to | in | into | with | of | for | from | than | while | whereas | the | an? | each
                | every | either | per | that | all | both | this | between ) \s )+"""
)
_NAMELESS = compile_pattern(
    r"""(?: each | \d .* | .* \b per(?:cent)? \b .* | ph | therapy | treatment | baseline
          | (?: (?: same | other | one | single | treatment | per ) \s )?
            (?: groups? | arms? | cohorts? | panel | part | stratum | cluster ) )?"""
)


def read_group(count: Count, scope: str) -> str:
    """The words that name the group, empty where the sentence does not say."""
    beside = count.in_group or count.of_group
    if beside:
        return _name(beside["group"] or "")
    if scope != "group":
        return ""
    match count.rule:
        case "n equals" | "group equals" if _SHARED_BEHIND.match(count.behind):
            found = None
        case "n equals" | "group equals":
            found = _NAME_BEFORE.search(count.before)
        case "number in a group":
            found = _NAME_AFTER.match(count.behind)
        case "number in a list" if count.is_in_parentheses:
            found = _LISTED_AFTER.match(count.behind) or _NAME_BEFORE.search(count.before)
        case _:
            found = None
    return _name(found["group"]) if found else ""


def _name(words: str) -> str:
    name = _LEADING.sub("", words.strip())
    return "" if _NAMELESS.fullmatch(name) else name.rstrip(".")
