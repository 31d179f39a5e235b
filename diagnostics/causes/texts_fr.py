"""Placeholder."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {}
REASONS: Dict[str, str] = {}
NEXT_CHECKS: Dict[str, str] = {}
