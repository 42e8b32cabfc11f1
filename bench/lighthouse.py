"""Lighthouse on the form and on the receipt, with its mobile settings, in English and in Arabic.

    npm install --prefix FOLDER lighthouse
    python -m bench.lighthouse FOLDER

Goal (issue 3): 100 for performance, accessibility and best practices on both pages. Lighthouse
simulates a slow telephone from what it measures on this machine, so a busy one lowers the first.
Ends with 1 if a score is below.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.server import running

SCRIPT = Path(__file__).with_suffix(".mjs")
FORM = "/{language}/sessions/regular-pathways-2020-06-09/submit/testimony"
LANGUAGES = ("en", "ar")
GOAL = 100
SCORED = ("performance", "accessibility", "best-practices")


def scores(home: Path, address: str) -> list[dict[str, Any]]:
    """For the form at ``address`` and for the receipt: page, its three scores, and the audits that lack something.

    Raises:
        subprocess.CalledProcessError: Lighthouse, Node.js or Chromium is not there, or the path was not walked.
    """
    node, chromium = shutil.which("node") or "node", shutil.which("chromium") or "chromium"
    walked = subprocess.run(  # noqa: S603  # our own script
        [node, SCRIPT, home, address], env={"CHROMIUM": chromium} | os.environ, stdout=subprocess.PIPE, check=True
    )
    return [json.loads(line) for line in walked.stdout.splitlines()]


def main() -> int:
    """Print the scores of both pages in each language."""
    home = Path(sys.argv[1]).resolve()
    below = 0
    with running() as server:
        for language in LANGUAGES:
            for found in scores(home, f"http://127.0.0.1:{server.port}{FORM.format(language=language)}"):
                got = [found[name] for name in SCORED]
                below += sum(one < GOAL for one in got)
                print(f"{found['page']:8} {language}  {' / '.join(map(str, got))}  {' '.join(found['lacking'])}")
    return int(below > 0)


if __name__ == "__main__":
    sys.exit(main())
