"""`python -m peygir`."""

from peygir.cli import main

main()
