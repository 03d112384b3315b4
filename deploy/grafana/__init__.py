"""Grafana's dashboards as code: `boards/` says what they show, `panels.py` how it is drawn.

`python -m deploy.grafana` writes `dashboards/*.json`, which is what installations use.
"""
