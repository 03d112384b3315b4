"""Addresses as QR codes, drawn in the page itself."""

from __future__ import annotations

import segno
from markupsafe import Markup

#: Without so many light modules around it, some cameras find no code.
_QUIET_ZONE = 4


def qr_of(text: str) -> Markup:
    """Draw a text as a QR code, dark on light in dark pages too."""
    drawn = segno.make(text, error="m", micro=False)
    picture = drawn.svg_inline(
        omitsize=True, border=_QUIET_ZONE, light="#fff", svgclass="qr", lineclass=None
    )
    # A drawing of our own making; the text is in it as squares.
    return Markup(picture)  # noqa: S704
