"""The version of plitka that is installed."""


def version() -> str:
    """As in the package's metadata, which is read only when somebody asks."""
    from importlib.metadata import version as installed_version

    return installed_version("plitka")
