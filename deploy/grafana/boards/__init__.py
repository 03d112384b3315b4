"""The dashboards, in the order in which an operator looks at them."""

from deploy.grafana.boards.bus import BUS
from deploy.grafana.boards.business import BUSINESS
from deploy.grafana.boards.capacity import CAPACITY
from deploy.grafana.boards.overview import OVERVIEW
from deploy.grafana.boards.promises import PROMISES
from deploy.grafana.boards.service import SERVICE
from deploy.grafana.panels import Board

BOARDS: tuple[Board, ...] = (OVERVIEW, SERVICE, BUS, PROMISES, BUSINESS, CAPACITY)
