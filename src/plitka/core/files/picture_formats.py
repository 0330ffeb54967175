"""Which files of pictures are read, for readers and for messages; from the standard library alone."""

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF", "GIF")
"""By Pillow's names."""
FORMAT_NAMES = "PNG, JPEG, WebP, HEIC, AVIF, TIFF, GIF, BMP"
"""As messages tell them."""
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".gif", ".bmp"))
"""Of their names, in lower case: how a folder's pictures are known."""
