"""The formats of pictures, as readers and messages name them."""

from pi_heif import register_heif_opener
from PIL import Image

from plitka.core.files.picture_formats import FORMAT_NAMES, FORMATS


def test_every_format_is_read_and_named() -> None:
    """Pillow knows each by this name, and messages leave none out."""
    register_heif_opener()
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)
    told = FORMAT_NAMES.upper().replace("HEIC", "HEIF")
    assert all(name in told for name in FORMATS)
