"""The OpenAPI document is true: generated requests, good and bad, are answered as it says, and never with a bug of ours."""

import re
import subprocess
import sys

from company import company

# Of each operation, beside what schemathesis derives from the schema's own limits. With them all, some 3,000 requests in half a minute.
EXAMPLES_EACH = 15
# Sockets answer 426 to a plain request; the others would end the session that the run itself uses.
LEFT_OUT = "/ws/|realtime|logout|password|users/[^/]*/sessions"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_generated_requests_are_answered_as_documented(suite):
    # What it disables, renames and closes is nobody else's: it asks again with the ids that answers have shown it.
    ada = company(suite, "generated", ada="admin", agnes="agent")["ada"]
    ended = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{suite.gateway}/openapi.json", "--checks", CHECKS,
         "--header", f"Authorization: Bearer {ada.token}", "--exclude-path-regex", LEFT_OUT,
         "--max-examples", str(EXAMPLES_EACH), "--phases", "examples,coverage,fuzzing", "--seed", "7", "--continue-on-failure"],
        capture_output=True, text=True, cwd=suite.folder, env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"})
    generated = re.search(r"(\d+) generated", ended.stdout)
    assert generated and int(generated[1]) > 1000, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert ended.returncode == 0, ended.stdout[ended.stdout.find("FAILURES"):][:6000]
