"""score.py run LABELLED WORK --bin GUMSHOE --analyze: a set of labelled logs, as small as one can be.

Writes the lines to WORK/logs and prints how many of them gumshoe reads as they are labelled.
"""

import json
import pathlib
import subprocess
import sys

_, labelled, work, _, gumshoe, _ = sys.argv[1:]
expected = [json.loads(line) for line in (pathlib.Path(labelled) / "lines.json").open()]
log = pathlib.Path(work) / "logs" / "auth.log"
log.parent.mkdir(parents=True)
log.write_text("".join(e["line"] + "\n" for e in expected))


def asked(*args):
    return subprocess.run([gumshoe, *args, log], check=True, capture_output=True, text=True).stdout


read = [json.loads(line) for line in asked("parse", "--format", "auto").splitlines()]
right = sum(r.get(k) == e[k] for r, e in zip(read, expected) for k in ("src", "kind"))
cases = asked("analyze", "--json").splitlines()
print(f"labelled: {right} of {2 * len(expected)} right, {len(cases)} cases")
