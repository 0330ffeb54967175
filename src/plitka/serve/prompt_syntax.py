"""What prompts of the web UI have beside words: weights, and files to load, which front ends add by themselves."""

import re

_FILE = re.compile(r"<\s*(?:lora|lyco|hypernet)\s*:[^<>]*>", re.IGNORECASE)
_WEIGHTED = re.compile(r"\(([^():]*[^():\s\d])\s*:\s*\d+\s*\)|\(([^():]*[^():\s])\s*:\s*\d*\.\d+\s*\)")
"""`(red:1.2)`. Two whole numbers around a colon are a ratio of the recipe: `(red and black 2:1)`."""
_COMMAS = re.compile(r"\s*,(?:\s*,)+")


def without_syntax(prompt: str) -> tuple[str, tuple[str, ...]]:
    """A prompt as words alone, and what was left out of it: files as a whole, of weighted words the weight."""
    left_out = _FILE.findall(prompt)
    bare = _FILE.sub(" ", prompt)
    while found := _WEIGHTED.search(bare):  # the innermost first
        left_out.append(found[0])
        bare = bare[: found.start()] + (found[1] or found[2]) + bare[found.end() :]
    if not left_out:
        return prompt, ()
    return _COMMAS.sub(",", bare).strip(" ,"), tuple(left_out)
