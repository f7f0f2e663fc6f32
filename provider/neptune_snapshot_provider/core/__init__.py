"""Decisions, without any call to AWS."""
