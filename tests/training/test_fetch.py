"""Fetching, from a server on loopback that fails, stalls and lies."""

import io
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from training.fetch import FetchConfig, Fetched, count_outcomes, fetch_pictures

QUICK = FetchConfig(first_wait_s=0.01, timeout_s=0.5, total_s=1.5, max_bytes=200_000)


def _picture(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return content.getvalue()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for what is still answered

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.under_way = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked[self.path] += 1
            self.server.under_way += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.under_way)
        try:
            self._answer(self.path.strip("/"))
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _answer(self, what: str) -> None:
        tries = self.server.asked[self.path]
        match what.split("-")[0]:
            case "good":
                self._send(200, _picture(what.split("-")[1]))
            case "moved":
                self.send_response(302)
                self.send_header("Location", "/good-red")
                self.end_headers()
            case "busy":
                self._send(200 if tries > 1 else 503, _picture("blue"))
            case "gone":
                self._send(404, b"no")
            case "forbidden":
                self._send(403 if tries == 1 else 200, _picture("yellow"))
            case "login":
                self._send(
                    200, b"<html>" if tries == 1 else _picture("pink"), "text/html" if tries == 1 else "image/jpeg"
                )
            case "disguised":
                self._send(200, b" <!doctype html>" if tries == 1 else _picture("brown"))
            case "shortened":
                self._send(200, _picture("orange")[: 300 if tries == 1 else None])
            case "back":
                self._send(404 if tries == 1 else 200, _picture("purple"))
            case "broken":
                self._send(500, b"no")
            case "page":
                self._send(200, b"<html>", "text/html")
            case "lie":
                self._send(200, b"this is no picture at all")
            case "cut":
                self._send(200, _picture("green")[:-200], length=len(_picture("green")))
            case "half":
                self._send(200, _picture("green")[:300])
            case "huge":
                self._send(200, bytes(400_000))
            case "stall":
                self.send_response(200)
                self.end_headers()
                time.sleep(0.8)
            case "drip":
                self.send_response(200)
                self.send_header("Content-Type", "image/jpeg")
                self.end_headers()
                for _ in range(30):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.1)
            case "loop":
                self.send_response(302)
                self.send_header("Location", "/loop")
                self.end_headers()

    def _send(self, status: int, content: bytes, kind: str = "image/jpeg", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _fetch(urls: list[str], folder: Path) -> dict[str, Fetched]:
    return {one.url: one for step in fetch_pictures(urls, folder, QUICK) for one in step.results}


def test_good_pictures_come_and_every_other_answer_has_its_reason(server: _Server, tmp_path: Path) -> None:
    reasons = {
        "good-red": None,
        "moved": None,
        "busy": None,
        "gone": "status 404",
        "broken": "status 500",
        "page": "not a picture but text/html",
        "lie": "not a picture",
        "half": "cut short",
        "huge": "larger",
        "cut": "connection failed",
        "stall": "no answer in time",
        "drip": "no answer in time",
        "loop": "redirected",
    }
    urls = [f"{server.address}/{name}" for name in reasons] + [
        "ftp://example.org/a.jpg",
        "not an address",
        "http://",
        "http://[half",
    ]
    fetched = _fetch(urls, tmp_path)
    assert len(fetched) == len(urls)
    for name, reason in reasons.items():
        one = fetched[f"{server.address}/{name}"]
        assert (one.reason is None) == (reason is None), (name, one)
        assert (reason or "") in (one.reason or "")
        assert (one.file is None) == (reason is not None)
    files = {path.name for path in tmp_path.iterdir() if path.suffix == ".jpg"}
    # Two addresses with the same picture keep one file; nothing half-done is left.
    assert files == {one.file for one in fetched.values() if one.file}
    assert len(files) == 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert count_outcomes(list(fetched.values()))["fetched"] == 3


def test_a_second_run_asks_again_only_for_what_may_have_changed(server: _Server, tmp_path: Path) -> None:
    passing = ("broken", "forbidden", "login", "disguised", "shortened")
    urls = [f"{server.address}/{name}" for name in ("good-red", "gone", "lie", "huge", *passing)]
    first = _fetch(urls, tmp_path)
    assert [url for url, one in first.items() if one.file] == urls[:1]
    server.asked = Counter({f"/{name}": 1 for name in passing})
    again = _fetch(urls, tmp_path)
    assert {path for path, count in server.asked.items() if count > 1} == {f"/{name}" for name in passing}
    assert {url for url, one in again.items() if not one.file} == {
        f"{server.address}/{name}" for name in ("gone", "lie", "huge", "broken")
    }


def test_told_to_it_asks_again_for_all_that_is_missing_and_for_nothing_else(server: _Server, tmp_path: Path) -> None:
    urls = [f"{server.address}/{name}" for name in ("good-red", "back", "lie")]
    assert _fetch(urls, tmp_path)[urls[1]].reason == "status 404"
    assert _fetch(urls, tmp_path)[urls[1]].reason == "status 404"
    server.asked = Counter({"/back": 1, "/good-red": 1})
    again = {one.url: one for step in fetch_pictures(urls, tmp_path, QUICK, again=True) for one in step.results}
    assert again[urls[1]].file
    assert server.asked == {"/back": 2, "/good-red": 1, "/lie": 1}


def test_a_picture_that_was_deleted_is_fetched_anew(server: _Server, tmp_path: Path) -> None:
    urls = [f"{server.address}/good-{colour}" for colour in ("red", "green")]
    name = _fetch(urls, tmp_path)[urls[0]].file
    assert name
    (tmp_path / name).unlink()
    server.asked.clear()
    assert _fetch(urls, tmp_path)[urls[0]].file == name
    assert (tmp_path / name).exists()
    assert server.asked == {"/good-red": 1}


def test_a_host_that_stalls_keeps_no_other_waiting(server: _Server, tmp_path: Path) -> None:
    """Its addresses stand first, and there are more of them than requests that may be under way at once."""
    stalling = _Server()
    thread = threading.Thread(target=stalling.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        config = FetchConfig(at_once=6, per_host=2, tries=1, timeout_s=0.3, patience=3)
        stalled = [f"{stalling.address}/stall-{number}" for number in range(60)]
        good = [f"{server.address}/good-red-{number}" for number in range(20)]
        order = [one for step in fetch_pictures(stalled + good, tmp_path, config) for one in step.results]
    finally:
        stalling.shutdown()
        stalling.server_close()
        thread.join()
    assert {one.url for one in order[:24] if one.file} == set(good)
    # Nobody waits a minute for each address of a host that is down: the rest of them are for another run.
    assert stalling.asked.total() <= 3 + config.per_host
    left = [one for one in order if one.reason == "its host does not answer"]
    assert len(left) >= 50
    assert not any(one.lasting for one in left)


def test_one_host_is_asked_few_at_a_time(server: _Server, tmp_path: Path) -> None:
    urls = [f"{server.address}/good-{colour}" for colour in ("red", "green", "blue", "black", "white", "grey", "pink")]
    _fetch(urls + [f"{url}?{number}" for url in urls for number in range(6)], tmp_path)
    assert server.most_at_once <= QUICK.per_host


def test_a_fetch_that_is_closed_half_way_goes_on_later(server: _Server, tmp_path: Path) -> None:
    urls = [f"{server.address}/good-{colour}" for colour in ("red", "green", "blue", "black")]
    task = fetch_pictures(urls, tmp_path, QUICK)
    first = next(task).results[0]
    task.close()
    server.asked.clear()
    fetched = _fetch(urls, tmp_path)
    assert all(one.file for one in fetched.values())
    assert first.url.removeprefix(server.address) not in server.asked


def test_an_address_that_no_standard_allows_stops_nothing(server: _Server, tmp_path: Path) -> None:
    good = f"{server.address}/good-red"
    odd = ["http://127.0.0.1:99999/x", "http://127.0.0.1:-1/x", "http://xn--/", "http://[::1/x"]
    fetched = _fetch([*odd, good], tmp_path)
    assert fetched[good].file
    assert all(fetched[url].reason for url in odd)
