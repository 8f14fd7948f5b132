"""Queries, dashboard and alert rules over the audit tables."""
