"""Tests of the pages of the reports."""
