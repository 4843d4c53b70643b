"""Writes pictures in many kinds of file, each with its upright RGB pixels beside it (NAME.rgb)."""

import sys
from pathlib import Path

from PIL import Image, ImageOps

folder = Path(sys.argv[1])


def keep(picture, name, **options):
    path = folder / name
    picture.save(path, **options)
    upright = ImageOps.exif_transpose(Image.open(path))
    if upright.mode == "RGBA":
        # Transparency is dropped, not blended.
        upright = Image.merge("RGB", upright.split()[:3])
    (folder / (name + ".rgb")).write_bytes(upright.convert("RGB").tobytes())


base = Image.new("RGB", (48, 32))
base.putdata([(5 * x, 8 * y, 255 if x < 16 else 90) for y in range(32) for x in range(48)])

keep(base, "plain.png")
keep(base.convert("L"), "gray.png")
keep(base.quantize(16), "palette.png")
keep(base.convert("RGBA"), "alpha.png")
keep(base, "plain.jpg", quality=95, subsampling=0)
keep(base.convert("L"), "gray.jpg", quality=95)
keep(base, "progressive.jpg", quality=95, subsampling=0, progressive=True)
for orientation in (6, 3):
    exif = Image.Exif()
    exif[0x0112] = orientation
    keep(base, f"turned{orientation}.jpg", quality=95, subsampling=0, exif=exif)
