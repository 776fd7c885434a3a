"""The tables as one page: articles with highlights, filters by speaker and kind, who is quoted most."""

from pipeline.report.page import write_report

__all__ = ["write_report"]
