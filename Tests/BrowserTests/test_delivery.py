"""What the gateway serves for the widget: small, strict, and without anything inline."""

import gzip
import re
import urllib.request

from suite import CALL_MAX

# The product's promise for loader and frame script together. Unit: bytes, gzipped.
SCRIPT_MAX = 20 * 1024


def fetch(address):
    with urllib.request.urlopen(address, timeout=CALL_MAX) as answer:
        return answer.read(), answer.headers


def test_loader_and_frame_script_stay_under_20_kilobytes(suite):
    loader, _ = fetch(f"{suite.gateway}/widget.js")
    frame, _ = fetch(f"{suite.gateway}/widget/frame?site={suite.ready['site']}")
    scripts = re.findall(rb'<script[^>]+src="([^"]+)"', frame)
    assert len(scripts) == 1, "the frame loads one script"
    size = len(gzip.compress(loader, 9)) + sum(len(gzip.compress(fetch(suite.gateway + path.decode())[0], 9)) for path in scripts)
    assert len(loader) > 1000
    assert size < SCRIPT_MAX, f"{size} bytes"


def test_the_frame_has_a_strict_policy_and_nothing_inline(suite):
    body, headers = fetch(f"{suite.gateway}/widget/frame?site={suite.ready['site']}")
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors" in policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "*" not in policy.replace("*.", "")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(rb"<style|style=|<script(?![^>]+src=)|\son\w+=", body)


def test_hashed_files_may_be_kept_for_ever_and_the_loader_may_not(suite):
    frame, _ = fetch(f"{suite.gateway}/widget/frame?site={suite.ready['site']}")
    asset = re.search(rb'src="(/assets/[^"]+)"', frame)[1].decode()
    _, headers = fetch(suite.gateway + asset)
    assert "immutable" in headers["Cache-Control"]
    _, headers = fetch(f"{suite.gateway}/widget.js")
    assert "immutable" not in headers.get("Cache-Control", "")
