"""Pictures from their addresses to a folder: concurrent, polite, resumable, and suspicious of what it is given.

What was fetched, and what will never come, is remembered beside the pictures (SQLite): a fetch that was killed goes on
where it was. Files are named by their content, so that no two addresses keep the same picture twice.
"""

import asyncio
import hashlib
import secrets
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from engine.errors import PictureError
from engine.pictures import open_image
from engine.progress import Progress

STATE_FILE = "fetched.sqlite"
# A site that asks to wait longer than this is left for another run.
LONGEST_WAIT_S = 30.0
TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
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
    """

    at_once: int = 16
    per_host: int = 4
    tries: int = 3
    first_wait_s: float = 0.5
    timeout_s: float = 15.0
    total_s: float = 60.0
    max_bytes: int = 40_000_000


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


def fetch_pictures(urls: Sequence[str], folder: Path, config: FetchConfig | None = None) -> Iterator[Progress[Fetched]]:
    """Fetch pictures into a folder.

    Args:
        urls: http and https addresses; each is fetched once.
        folder: made where it is missing.
        config: limits and politeness.

    Yields:
        A progress for each address with what came of it; those that are known from an earlier run come first.
    """
    config = config or FetchConfig()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(dict.fromkeys(urls))
    with _State(folder / STATE_FILE) as state:
        known = state.known()
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
    at_once = asyncio.Semaphore(config.at_once)
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(config.per_host))

    async def fetch(url: str, client: httpx.AsyncClient) -> None:
        # The host's turn first, so that a slow host does not hold the turns of all others.
        async with hosts[_host(url)], at_once:
            await arrivals.put(await _fetch_one(url, client, folder, config))

    headers = {"User-Agent": "selfie-studio", "Accept": "image/*"}
    async with httpx.AsyncClient(timeout=config.timeout_s, follow_redirects=True, headers=headers) as client:
        # A million waiting tasks would need their own memory: they are begun as others end.
        waiting = iter(urls)
        under_way: set[asyncio.Task[None]] = set()
        for url in waiting:
            under_way.add(asyncio.create_task(fetch(url, client)))
            if len(under_way) >= 8 * config.at_once:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        await asyncio.gather(*under_way)


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
                    return Fetched(url, None, reason)
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
        return Fetched(url, None, f"not a picture but {kind}")
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
        return Fetched(url, None, error.reason)
    finally:
        unchecked.unlink(missing_ok=True)
    return Fetched(url, f"{name}{suffix}", None)
