"""A program that uses the API over HTTP, for journeys and benches."""

import http.client
import http.cookiejar
import json
import time
import urllib.error
import urllib.request
import uuid

PASSWORD = "tongban-demo"
PATIENCE_S = 120


class Client:
    """A program that uses the API and does not give up: the same key until there is an answer."""

    def __init__(self, url, username):
        self.url, self.token = f"{url}/api/v1", ""
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.token = self.ask("POST", "/session", {"username": username, "password": PASSWORD})["csrf_token"]

    def ask(self, method, path, body=None, key="", content=None, media_type="application/json"):
        headers = {"Content-Type": media_type, "X-CSRFToken": self.token, "Idempotency-Key": key}
        sent = content if content is not None else None if body is None else json.dumps(body).encode()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            request = urllib.request.Request(self.url + path, sent, headers, method=method)
            try:
                with self.opener.open(request, timeout=30) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                said = error.read().decode()
                assert error.code >= 500, f"{method} {path}: {error.code} {said}"
            except (OSError, http.client.HTTPException) as error:
                said = repr(error)
            assert time.monotonic() < deadline, f"{method} {path}: {said}"
            time.sleep(0.1)

    def keep(self, name, content):
        """Hand in a PDF; its digest."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'
        form = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self.ask("POST", "/files", content=form, media_type=f"multipart/form-data; boundary={mark}")["sha256"]
