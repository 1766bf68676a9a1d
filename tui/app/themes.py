"""The themes: colours for dark and for light terminals, for eyes that tell no red from green, and none at all."""

from __future__ import annotations

from textual.theme import Theme


def _colours(name: str, *, dark: bool, ground: str, muted: str, magenta: str, cyan: str, **colours: str) -> Theme:
    """A theme with a ground of its own; `muted` is the colour of what is said in passing, the others those of chips.

    Grounds are nearly grey: with 256 colours, of which most are of strong hues, they come out as one of the greys then.
    """
    return Theme(
        name=name,
        dark=dark,
        background=ground,
        surface=ground,
        variables={
            "muted": muted,
            "magenta": magenta,
            "cyan": cyan,
            "block-cursor-foreground": colours["foreground"],
            "block-cursor-background": f"{colours['foreground']} 12%",
            "block-cursor-blurred-background": f"{colours['foreground']} 12%",
        },
        **colours,  # type: ignore[arg-type]
    )


_IN_PLAIN_INK = (
    "muted", "magenta", "cyan", "ansi-background", "ansi-foreground", "block-cursor-background",
    "block-cursor-blurred-background", "block-hover-background", "border", "border-blurred", "footer-key-foreground",
    "input-selection-background", "link-background-hover", "link-color", "link-color-hover",
    "screen-selection-background", "screen-selection-foreground", "scrollbar", "scrollbar-active",
    "scrollbar-background", "scrollbar-background-active", "scrollbar-background-hover", "scrollbar-hover",
)  # fmt: skip
"""Variables of ours, and those of Textual that are colours of the sixteen by default."""


def _attributes(name: str, *, bad: str, warn: str) -> Theme:
    """A theme in the terminal's own ink; `ansi.tcss` says by attributes what colours say elsewhere."""
    plain = "ansi_default"
    return Theme(
        name=name,
        ansi=True,
        primary=plain,
        secondary=plain,
        accent=warn,
        foreground=plain,
        background=plain,
        surface=plain,
        panel=plain,
        success=plain,
        warning=warn,
        error=bad,
        variables={**dict.fromkeys(_IN_PLAIN_INK, plain), "block-cursor-text-style": "reverse"},
    )


THEMES = (
    _colours(
        "harbour",
        dark=True,
        ground="#14161a",
        panel="#1d2126",
        foreground="#c9d1d9",
        muted="#9aa3ad",
        primary="#7aa2c9",
        secondary="#8a93a6",
        accent="#e0b060",
        success="#86b98a",
        warning="#d9a657",
        error="#e5746c",
        magenta="#b48ead",
        cyan="#7ab8b8",
    ),
    _colours(
        "paper",
        dark=False,
        ground="#fbfaf7",
        panel="#eeecea",
        foreground="#24292f",
        muted="#525a64",
        primary="#2f5f8f",
        secondary="#6a7280",
        accent="#8f5300",
        success="#2f6f3e",
        warning="#8a5a00",
        error="#b3261e",
        magenta="#7d3f78",
        cyan="#1f6b6b",
    ),
    # Blue against orange, and light against dark: what is left to who sees no red or no green.
    _colours(
        "dusk",
        dark=True,
        ground="#15171b",
        panel="#1e2228",
        foreground="#d3d7de",
        muted="#a3acb8",
        primary="#5aa5f0",
        secondary="#9aa3b0",
        accent="#e69f00",
        success="#aee3f0",
        warning="#f0e05a",
        error="#e2764d",
        magenta="#cc79a7",
        cyan="#56b4e9",
    ),
    _colours(
        "linen",
        dark=False,
        ground="#faf6ee",
        panel="#ece9e6",
        foreground="#26282c",
        muted="#50535b",
        primary="#0d2fa0",
        secondary="#50535b",
        accent="#7a4800",
        success="#05687f",
        warning="#806000",
        error="#6b2208",
        magenta="#8a3a68",
        cyan="#0a6a9c",
    ),
    # Red and magenta are the two of the sixteen that can be read on black and on white.
    _attributes("ansi", bad="ansi_red", warn="ansi_magenta"),
    _attributes("mono", bad="ansi_default", warn="ansi_default"),
)

LOOKS = {
    "harbour": "Dark",
    "paper": "Light",
    "dusk": "Dark, for eyes that tell no red from green",
    "linen": "Light, for eyes that tell no red from green",
    "ansi": "The terminal's own ground, and two of its sixteen colours",
    "mono": "The terminal's own ground, and no colours",
}
"""What a theme is, in a word or two."""
