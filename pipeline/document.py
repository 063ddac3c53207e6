"""Sentences and abbreviations of an article: the only module that knows spaCy.

Tokens are scispaCy's, whose rules keep chemical names, ranges and citations whole. Sentence ends are those of spaCy's
rule sentencizer on these tokens, about four times as fast as pysbd; the false ends that abstracts provoke are taken
back (`_CONTINUES`) and ends without a space behind them ("at follow-up.The first") are found (`_GLUED_END`).
Plain data leaves this module: a spaCy `Doc` that carries abbreviations cannot be pickled.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

import regex

from pipeline.read.zones import PAGE
from pipeline.records import NO_RESOURCES, Article, Resources, Sentence, Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# The tokenizer takes quadratic time in the signs of a run without spaces: what is longer than any word is cut.
_PARAGRAPH_END = regex.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+ | \S{500} \K", regex.VERBOSE)
_GLUED_END = regex.compile(r"(?<=\p{Ll}{2}[)\]%]?|\d[)\]%])[.?!](?=\p{Lu}\p{Ll}+[ ,]|\p{Lu}\p{Lu}+[:. ])")
# scispaCy's tokens take the full stop after a single capital for that of an initial ("in group A. The others").
_END_AFTER_LETTER = regex.compile(r"(?<=\p{Ll} \p{Lu})\.(?=\s+\p{Lu}\p{Ll})")
_CONTINUES = regex.compile(
    r"""(?: \b (?: vs | v | e\.?g | i\.?e | cf | ca | approx | resp | incl | no | nos | fig | figs | et\ al
                 | Dr | St | Inc | Ltd | Co | Corp | versus ) \.
          | \( [^()\n]{0,200} [.?!] )   # inside a parenthesis that is still open
        \s* \Z""",
    regex.VERBOSE | regex.IGNORECASE,
)
_DISEASE = "DISEASE"  # as in the corpus BC5CDR and the models trained on it
# Exports of registries put a space behind each point (`of 7. 5 × 10^6 cells`, `P < 0. 001`).
_CUT_NUMBER = regex.compile(
    r"""(?<! [\d.,] | \p{L} )
        (?<! \b (?: cohort | group | arm | level | day | week | phase | grade | part | step | no ) \s? )
        (?: 0 \. (?= \ \d )
          | \d{1,2} \. (?= \ \d{1,2} \s?
              (?: [x×*·%–-] | [µμ] | (?: [mk]g | m[lm] | cm | million | billion | to ) \b ) ) )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_LOWER_START = regex.compile(r"\s*[\p{Ll}(\[=<>≤≥%,;:)\]±×]")


@cache
def _language() -> Language:
    with warnings.catch_warnings():
        # spaCy compiles scispaCy's infix patterns, one of which has a character class that `re` warns about.
        warnings.simplefilter("ignore", FutureWarning)
        import spacy
        from scispacy.custom_tokenizer import combined_rule_tokenizer

        language = spacy.blank("en")
        language.tokenizer = combined_rule_tokenizer(language)
    language.add_pipe("sentencizer")
    language.max_length = 100_000_000
    return language


class ModelError(ValueError):
    """A model that cannot be used; says which and why."""


@cache
def disease_model(name: str) -> Language:
    """The spaCy model of a user, by the name of its package or its folder; it must know entities called `DISEASE`.

    Raises:
        ModelError: there is no such model, or it finds no diseases.
    """
    import spacy
    from spacy.about import __version__

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a model of another release says so; what it finds is what counts
            model = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(f"{name}: not a model that spaCy {__version__} can load: {error}") from error
    if _DISEASE not in model.pipe_labels.get("ner", []):
        raise ModelError(f"{name}: its entities are of no type {_DISEASE}")
    return model


class Document:
    """An article with its sentences, abbreviations and diseases, each made when first asked for."""

    def __init__(self, article: Article, resources: Resources = NO_RESOURCES) -> None:
        self.article = article
        self.resources = resources

    @cached_property
    def _blocks(self) -> list[tuple[int, str, Doc]]:
        """The paragraphs of the zones that are read: start in the article's text, section, tokens."""
        blocks = []
        for zone in self.article.zones:
            if zone.section in PAGE:
                continue
            for start, end in _paragraphs(self.article.text, zone.start, zone.end):
                blocks.append((start, zone.section, _language()(self.article.text[start:end])))
        return blocks

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of all zones that are read, in order, without the space around them."""
        return tuple(
            Sentence(offset + start, offset + end, self.article.text[offset + start : offset + end], section)
            for offset, section, doc in self._blocks
            for start, end in _sentence_spans(doc)
        )

    @cached_property
    def abbreviations(self) -> Mapping[str, str]:
        """Short forms that the article introduces, and what they stand for (Schwartz and Hearst, by scispaCy)."""
        from scispacy.abbreviation import filter_matches, find_abbreviation

        # The component around these two functions also seeks each short form's other places, with a matcher that
        # takes quadratic time in the number of parentheses.
        found: dict[str, str] = {}
        for _, _, doc in self._blocks:
            for long, short in filter_matches(list(_parentheses(doc)), doc):
                short_form, long_form = find_abbreviation(long, short)
                if long_form is not None:
                    found.setdefault(short_form.text, long_form.text)
        return found

    @cached_property
    def diseases(self) -> tuple[Span, ...]:
        """Where a user's model finds diseases, in characters of the article's text; none without a model."""
        if not self.resources.model:
            return ()
        model = disease_model(self.resources.model)
        read = zip(self.sentences, model.pipe(each.text for each in self.sentences), strict=True)
        return tuple(
            (sentence.start + entity.start_char, sentence.start + entity.end_char)
            for sentence, doc in read
            for entity in doc.ents
            if entity.label_ == _DISEASE
        )


def _parentheses(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """The tokens between parentheses, the innermost where they nest, as scispaCy wants matches."""
    opened = None
    for token in doc:
        if token.text == "(":
            opened = token.i + 1
        elif token.text == ")" and opened is not None:
            if opened < token.i:  # scispaCy divides by the length
                yield 0, opened, token.i
            opened = None


def _paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    for gap in _PARAGRAPH_END.finditer(text, start, end):
        yield start, gap.start()
        start = gap.end()
    yield start, end


def _sentence_spans(doc: Doc) -> Iterator[Span]:
    text = doc.text
    ends = {sentence.end_char for sentence in doc.sents}
    ends -= {match.end() for match in _CUT_NUMBER.finditer(text)}
    ends |= {match.end() for pattern in (_GLUED_END, _END_AFTER_LETTER) for match in pattern.finditer(text)}
    start = 0
    for end in sorted(ends | {len(text)}):
        so_far = text[start:end]
        if end < len(text) and (_LOWER_START.match(text, end) or _CONTINUES.search(so_far[-250:])):
            continue
        sentence = so_far.strip()
        if sentence:
            begin = start + len(so_far) - len(so_far.lstrip())
            yield begin, begin + len(sentence)
        start = end
