"""Pictures from their addresses to a folder: concurrent, polite, resumable, and suspicious of what it is given.

What came of each address is remembered beside the pictures (SQLite): a fetch that was killed goes on where it was.
Files are named by their content, so that no two addresses keep the same picture twice; one that was deleted is fetched
anew.

    asked for again by the next run       no answer, a lost connection, an answer that was cut short, a web page in
                                          place of the picture (a login, say), status 401, 403, 408, 425, 429 and 5xx
    asked for again only if told to       any other status (404, 410 ...), content that is no picture, one that is too
                                          large, endless redirects, what is no address
"""

import asyncio
import hashlib
import secrets
import sqlite3
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from PIL import UnidentifiedImageError

from engine.errors import PictureError
from engine.pictures import open_image
from engine.progress import Progress

STATE_FILE = "fetched.sqlite"
# A site that asks to wait longer than this is left for another run.
LONGEST_WAIT_S = 30.0
# Worth another try within seconds; and those that may pass until another run, as access is given.
TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
MAY_PASS = TRY_AGAIN | {401, 403}
WEB_PAGES = ("text/html", "application/xhtml+xml")
SILENT = ("no answer in time", "connection failed")
SUFFIX_BY_FORMAT = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif", "TIFF": ".tif", "AVIF": ".avif"}


@dataclass(frozen=True)
class FetchConfig:
    """How pictures are fetched.

    Attributes:
        at_once: requests under way.
        per_host: of those, to one host.
        tries: for one address, before it is left for another run.
        first_wait_s: before the second try; doubled before each one after that.
        timeout_s: without a byte.
        total_s: for one answer, however slowly it drips.
        max_bytes: of one picture.
        patience: addresses of one host in a row that bring no answer, before the others of it are left for another run.
    """

    at_once: int = 16
    per_host: int = 4
    tries: int = 3
    first_wait_s: float = 0.5
    timeout_s: float = 15.0
    total_s: float = 60.0
    max_bytes: int = 40_000_000
    patience: int = 8


@dataclass(frozen=True)
class Fetched:
    """What came of one address.

    Attributes:
        url: the address.
        file: name of the picture in the folder; None where there is none.
        reason: why there is none; None where there is one.
        lasting: whether another run would get the same.
    """

    url: str
    file: str | None
    reason: str | None
    lasting: bool = True


def fetch_pictures(
    urls: Sequence[str], folder: Path, config: FetchConfig | None = None, *, again: bool = False
) -> Iterator[Progress[Fetched]]:
    """Fetch pictures into a folder.

    Args:
        urls: http and https addresses; each is fetched once.
        folder: made where it is missing.
        config: limits and politeness.
        again: ask for every picture that is not there, also where an earlier run found that it never will be.

    Yields:
        A progress for each address with what came of it; those that are known from an earlier run come first.
    """
    config = config or FetchConfig()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(dict.fromkeys(urls))
    with _State(folder / STATE_FILE) as state:
        there = {file.name for file in folder.iterdir()}
        known = {url: one for url, one in state.known().items() if (one.file in there if one.file else not again)}
        done = 0
        for url in wanted:
            if url in known:
                done += 1
                yield Progress(done, len(wanted), "fetched before", (known[url],))
        missing = [url for url in wanted if url not in known]
        with asyncio.Runner() as runner:
            arrivals: asyncio.Queue[Fetched] = asyncio.Queue()
            work = runner.get_loop().create_task(_fetch_all(missing, folder, config, arrivals))
            try:
                for _ in missing:
                    fetched = runner.run(_next(arrivals, work))
                    state.remember(fetched)
                    done += 1
                    yield Progress(done, len(wanted), fetched.reason or fetched.url, (fetched,))
            finally:
                work.cancel()


def count_outcomes(fetched: Sequence[Fetched]) -> dict[str, int]:
    """How many pictures came, and how many did not for which reason."""
    return dict(Counter(one.reason or "fetched" for one in fetched).most_common())


class _State:
    """What came of addresses in earlier runs; what may change is not kept."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file)
        self._database.execute("PRAGMA journal_mode = WAL")
        # A picture that is forgotten as the power fails is fetched again: no need to wait for the disk each time.
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS fetched (url TEXT PRIMARY KEY, file TEXT, reason TEXT) WITHOUT ROWID"
        )

    def __enter__(self) -> "_State":
        return self

    def __exit__(self, *exc: object) -> None:
        self._database.close()

    def known(self) -> dict[str, Fetched]:
        rows = self._database.execute("SELECT url, file, reason FROM fetched")
        return {url: Fetched(url, file, reason) for url, file, reason in rows}

    def remember(self, fetched: Fetched) -> None:
        if fetched.lasting:
            with self._database:
                row = (fetched.url, fetched.file, fetched.reason)
                self._database.execute("INSERT OR REPLACE INTO fetched VALUES (?, ?, ?)", row)


async def _next(arrivals: "asyncio.Queue[Fetched]", work: "asyncio.Task[None]") -> Fetched:
    arrival = asyncio.ensure_future(arrivals.get())
    await asyncio.wait((arrival, work), return_when=asyncio.FIRST_COMPLETED)
    if not arrival.done() and work.done():
        work.result()  # raises what stopped the work
    return await arrival


async def _fetch_all(
    urls: Sequence[str], folder: Path, config: FetchConfig, arrivals: "asyncio.Queue[Fetched]"
) -> None:
    """Fetch with as many workers as requests may be under way.

    Each host has a few turns in one queue: a worker takes the first, fetches one address of that host, and puts it
    back. So hosts take turns, and one that stalls holds its own few workers and no others.
    """
    waiting: dict[str, deque[str]] = {}
    for url in urls:
        waiting.setdefault(_host(url), deque()).append(url)
    turns = deque(host for turn in range(config.per_host) for host, its in waiting.items() if turn < len(its))
    silent: Counter[str] = Counter()

    async def work(client: httpx.AsyncClient) -> None:
        # Where no turn is left, other workers hold them all, and each goes on with the one that it puts back.
        while turns:
            host = turns.popleft()
            if not waiting[host]:
                continue
            url = waiting[host].popleft()
            if silent[host] < config.patience:
                fetched = await _fetch_one(url, client, folder, config)
                silent[host] = silent[host] + 1 if (fetched.reason or "").startswith(SILENT) else 0
            else:
                fetched = Fetched(url, None, "its host does not answer", lasting=False)
            await arrivals.put(fetched)
            turns.append(host)

    headers = {"User-Agent": "selfie-studio", "Accept": "image/*"}
    async with (
        httpx.AsyncClient(timeout=config.timeout_s, follow_redirects=True, headers=headers) as client,
        asyncio.TaskGroup() as workers,
    ):
        for _ in range(config.at_once):
            workers.create_task(work(client))


async def _fetch_one(url: str, client: httpx.AsyncClient, folder: Path, config: FetchConfig) -> Fetched:
    reason = "not an http address"
    if not _host(url):
        return Fetched(url, None, reason)
    for attempt in range(config.tries):
        wait_s = config.first_wait_s * 2**attempt
        try:
            async with asyncio.timeout(config.total_s), client.stream("GET", url) as answer:
                if answer.status_code == 200:
                    return await _keep(url, answer, folder, config)
                reason = f"status {answer.status_code}"
                if answer.status_code not in TRY_AGAIN:
                    passes = answer.status_code in MAY_PASS or answer.status_code >= 500
                    return Fetched(url, None, reason, lasting=not passes)
                wait_s = max(wait_s, _asked_wait_s(answer))
        except (httpx.TimeoutException, TimeoutError):
            reason = "no answer in time"
        except httpx.InvalidURL:
            return Fetched(url, None, "not an http address")
        except httpx.TooManyRedirects:
            return Fetched(url, None, "redirected without end")
        except httpx.HTTPError as error:
            reason = f"connection failed ({type(error).__name__})"
        except Exception as error:  # ports, names and redirects that no standard allows come out as almost anything
            return Fetched(url, None, f"cannot be asked for ({type(error).__name__})", lasting=False)
        if attempt + 1 < config.tries:
            if wait_s > LONGEST_WAIT_S:
                break
            await asyncio.sleep(wait_s)
    return Fetched(url, None, reason, lasting=False)


def _host(url: str) -> str:
    """The host of an http or https address; "" for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _asked_wait_s(answer: httpx.Response) -> float:
    """How long a site asks to wait (RFC 9110, Retry-After, in seconds; dates are not honoured)."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else 0.0


async def _keep(url: str, answer: httpx.Response, folder: Path, config: FetchConfig) -> Fetched:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith("image/") and kind != "application/octet-stream":
        return Fetched(url, None, f"not a picture but {kind}", lasting=kind not in WEB_PAGES)
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > config.max_bytes:
            return Fetched(url, None, "larger than allowed")
    name = hashlib.sha256(content).hexdigest()[:32]
    return await asyncio.to_thread(_store, url, bytes(content), folder, name)


def _store(url: str, content: bytes, folder: Path, name: str) -> Fetched:
    """Write a picture under the name of its content, once it is known to be one."""
    # Two addresses may bring the same picture at the same time.
    unchecked = folder / f".{name}-{secrets.token_hex(4)}"
    try:
        unchecked.write_bytes(content)
        with open_image(unchecked) as image:
            suffix = SUFFIX_BY_FORMAT.get(image.format or "", ".img")
            image.load()
        unchecked.replace(folder / f"{name}{suffix}")
    except PictureError as error:
        # What begins as a picture was cut short or damaged on its way, and a web page may call itself one.
        begins_well = error.__cause__ is not None and not isinstance(error.__cause__, UnidentifiedImageError)
        passes = begins_well or error.passing or not content or content.lstrip().startswith(b"<")
        return Fetched(url, None, error.reason, lasting=not passes)
    finally:
        unchecked.unlink(missing_ok=True)
    return Fetched(url, f"{name}{suffix}", None)
