"""What contributors see: the form, the check page, the receipt, and the way back."""

from __future__ import annotations

from . import device, door, drafts, files, form, leaving, paper, receipt
from .blueprint import bp

__all__ = ["bp", "device", "door", "drafts", "files", "form", "leaving", "paper", "receipt"]
