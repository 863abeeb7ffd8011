"""Puts pictures into the guide, small and with few colours: ``pictures_keep.py FROM TO [NAME ...]``."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

COLOURS = 160
#: Width (pixels) of screenshots; maps are wider, and made as wide as below.
SCREEN = 1280
LARGE = 920


def main() -> None:
    """Keep all pictures of a folder, or those named."""
    source, target, *names = sys.argv[1:]
    for path in sorted(Path(source).glob("*.png")):
        if names and path.stem not in names:
            continue
        picture = Image.open(path).convert("RGB")
        if picture.width > SCREEN:
            picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
        # This method keeps colours that are rare, such as those of a legend; it needs the fourth channel. Without
        # dithering, which makes letters fuzzy and files large.
        few = picture.convert("RGBA").quantize(COLOURS, Image.Quantize.LIBIMAGEQUANT, dither=Image.Dither.NONE)
        kept = Path(target) / path.name
        few.save(kept, optimize=True)
        print(f"{kept}: {kept.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
