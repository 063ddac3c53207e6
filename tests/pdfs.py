"""PDF files written by hand, as no producer would: what a reader must survive."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

SENTENCE = "We gave cells to twelve people with sore knees and none of them fell ill in the year that followed."


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A file of these objects, numbered from 1."""
    out = b"%PDF-1.7\n"
    starts = []
    for number, each in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), more, data)


def shown(*lines: str, size: int = 10) -> bytes:
    """A content stream that prints lines from the top of a page."""
    text = b" T* ".join(
        b"(%s) Tj" % line.encode("cp1252").replace(b"(", rb"\(").replace(b")", rb"\)") for line in lines
    )
    return b"BT /F1 %d Tf %d TL 50 750 Td %s ET" % (size, size + 2, text)


def paper(*contents: bytes, resources: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A file whose pages show these content streams; `more` objects are numbered from 4 on, before the pages."""
    first = 4 + len(more)
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(contents)))
    pages = []
    for number, content in enumerate(contents):
        pages.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>%s>>/Contents %d 0 R>>"
            % (resources, first + 2 * number + 1)
        )
        pages.append(content if content.startswith(b"<<") else stream(content))
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *more,
        *pages,
    )


def scan() -> bytes:
    image = stream(bytes(8), b"/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray")
    return paper(b"q 595 0 0 842 0 0 cm /Im1 Do Q", resources=b"/XObject<</Im1 4 0 R>>", more=[image])


def bomb(megabytes: int) -> bytes:
    """A page that takes so much memory once it is unpacked, and then unpacked again."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()
    return paper(stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def nested_forms(levels: int) -> bytes:
    """A page that draws a form twice, which draws another twice, and so on."""
    forms = [
        stream(
            b"/X Do /X Do",
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (4 + level + 1),
        )
        for level in range(levels)
    ]
    last = stream(shown("x"), b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>")
    return paper(b"/X Do", resources=b"/XObject<</X 4 0 R>>", more=[*forms, last])


def form_in_itself() -> bytes:
    form = stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>")
    return paper(b"/X Do", resources=b"/XObject<</X 4 0 R>>", more=[form])


def endless_widths() -> bytes:
    """A font that gives the widths of four thousand million characters."""
    fonts = [
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[5 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)>>"
        b"/W[0 4000000000 500]/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>",
    ]
    return paper(b"BT /F2 10 Tf 50 700 Td <0041> Tj ET", resources=b"/Font<</F2 4 0 R>>", more=fonts)


def looping_pages() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def deep_arrays() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 100_000 + b"]" * 100_000)
