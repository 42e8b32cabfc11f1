"""Measurements against the budgets of the design; run by hand, never by the tests."""
