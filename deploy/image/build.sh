#!/bin/sh
# Makes the folder that the image runs from, in two steps so that packages are cached without us:
#   build.sh packages FOLDER   a virtual environment with what requirements-image.lock names
#   build.sh peygir FOLDER     Peygir itself, compiled, and nothing left that installs or builds
# Run by the Containerfile, and by tests in a folder of theirs. Every package is one whose hash is
# in a lock; nothing else is asked of a registry.
set -eu
cd "$(dirname "$0")/../.."
step=$1
folder=$2
python=$folder/bin/python

install() { "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }

case $step in
packages)
    python3.11 -m venv "$folder"
    install --require-hashes -r requirements-build.lock
    install --require-hashes --no-build-isolation -r requirements-image.lock
    ;;
peygir)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp -R pyproject.toml README.md LICENSE chassis contracts services gateway peygir deploy "$work"
    install --no-index --no-build-isolation "$work"
    "$python" -m pip uninstall --quiet --yes setuptools wheel pip
    "$python" -m compileall -q "$folder/lib"
    ;;
*)
    echo "usage: build.sh {packages|peygir} FOLDER" >&2
    exit 2
    ;;
esac
