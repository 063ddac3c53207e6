"""What an evaluation or an extraction looks like to people: as Markdown, and as a page to work through."""

from __future__ import annotations

from pipeline.report.markdown import describe, in_sentence, markdown, ratio
from pipeline.report.page import Extracted, extraction_page, page

__all__ = ["Extracted", "describe", "extraction_page", "in_sentence", "markdown", "page", "ratio"]
