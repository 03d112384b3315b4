"""Which version of Peygir this is."""

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Give the installed version; `source` where Peygir runs without having been installed."""
    try:
        return version("peygir")
    except PackageNotFoundError:
        return "source"
