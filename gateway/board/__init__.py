"""The pages for who looks after teams: how they stand now, and the reports."""

from fastapi import APIRouter

from gateway.board import board, reports

ROUTERS: tuple[APIRouter, ...] = (board.router, reports.router)
