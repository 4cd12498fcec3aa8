"""Some company's own web server, for the widget on pages that are not ours."""

import hmac
import http.server
import threading


class HostPage:
    """Some company's own web server, on an origin of its own. Each path may have its own page and policy."""

    def __init__(self):
        pages = self.pages = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body, policy = pages.get(self.path, ("", None))
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, path, suite, site, style="", policy=None, attributes=""):
        self.pages[path] = (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Shop</title>{style and f'<style>{style}</style>'}"
            f'<script src="{suite.gateway}/widget.js" data-site="{site}" {attributes} async></script></head><body><main><h1>Shop</h1></main></body></html>', policy,
        )
        return self.origin + path

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def signed_attributes(staff, site_id, user):
    """The attributes of a visitor for whom the company vouches; staff: an administrator."""
    secret = staff.ask("POST", f"/api/settings/sites/{site_id}/identity-secret")["secret"]
    return user, hmac.new(secret.encode(), user.encode(), "sha256").hexdigest()
