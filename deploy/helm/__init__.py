"""The Helm chart in `peygir/`, and what of it follows from the code: `python -m deploy.helm`."""
