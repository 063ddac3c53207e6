"""Prefect flows and the command line: which articles, in what order, and what if one fails."""

from flows import settings

settings.prepare()
