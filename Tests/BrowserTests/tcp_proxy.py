"""A network between two programs, which a test can cut, silence, delay, lead astray and restore.

Runs an asyncio loop on a thread of its own, because playwright's synchronous API occupies the test's thread.
"""

import asyncio
import contextlib
import threading

from suite import HANGING

BLOCK_BYTES = 64 * 1024
# PostgreSQL's CommandComplete of a COMMIT: type, length, tag.
COMMIT_ANSWER = b"C\x00\x00\x00\x0bCOMMIT\x00"


class TCPProxy:
    """Listens on a free port of 127.0.0.1 and forwards every connection to the target, byte for byte."""

    def __init__(self, host: str = "", port: int = 0):
        """The target may be named later, and changed: it is looked up for each new connection."""
        self.target = (host, port)
        self.port = 0
        self.accepted = 0  # connections forwarded so far
        self.refused = 0  # connections that arrived while the line was cut
        self.broken = 0  # connections that the test broke
        self.swallowed_bytes = 0  # of silenced connections
        self.delayed_blocks = 0
        self.swallowed_commits = 0  # answers to COMMIT that never arrived
        self._commits_to_swallow = 0
        self._delays_seconds: list[float] = []
        self._is_cut = False
        self._is_silent = False
        # Only towards the target, or only back: a line that is dead one way.
        self._silent_ways = {"there", "back"}
        self._dead: set[asyncio.StreamWriter] = set()  # silenced for ever
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcp-proxy", daemon=True)

    def __enter__(self):
        self._thread.start()
        self._server = self._on_loop(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self._on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self):
        """Resets every connection and refuses new ones, as when a cable is pulled and the router says so."""
        self._on_loop(self._cut())

    def silence(self, *ways):
        """Swallows every byte, both ways or only "there" or "back", and keeps connections open, as in a tunnel: nobody is told
        that the line is dead."""
        self._silent_ways = set(ways) or {"there", "back"}
        self._is_silent = True

    def forget_connections(self):
        """The connections of this moment are silent for ever, as when a firewall loses its table; new ones go through."""
        self._on_loop(self._forget_connections())

    @contextlib.contextmanager
    def delayed(self, seconds):
        """Every block of bytes takes so much longer, both ways; of several such times the longest counts."""
        self._delays_seconds.append(seconds)
        try:
            yield
        finally:
            self._delays_seconds.remove(seconds)

    def swallow_commits(self, count):
        """The next `count` answers to COMMIT are swallowed with all that follows them, and their connections break: PostgreSQL has
        committed and nobody is told. 0: no more of them."""
        self._commits_to_swallow = count

    def lead_to(self, host, port):
        """Somebody else answers at this address from now on; who was connected is cut off."""
        self.target = (host, port)
        self._on_loop(self._break_all())

    def restore(self):
        """After a cut or silence. Connections that were silenced stay dead, as they do on a real network; new ones go through."""
        if self._is_cut or self._is_silent:
            self._on_loop(self._cut())
        self._is_cut = False
        self._is_silent = False

    def _on_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=HANGING)

    async def _cut(self):
        self._is_cut = True
        await self._break_all()

    async def _break_all(self):
        self.broken += len(self._writers) // 2
        for writer in list(self._writers):
            writer.transport.abort()

    async def _forget_connections(self):
        self._dead |= self._writers

    async def _stop(self):
        self._server.close()
        await self._cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader, writer):
        if self._is_cut:
            self.refused += 1
            writer.transport.abort()
            return
        self._tasks.add(asyncio.current_task())
        self._writers.add(writer)
        try:
            upstream_reader, upstream = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            self._forget(writer)
            return
        self._writers.add(upstream)
        self.accepted += 1
        try:
            await asyncio.gather(self._carry(reader, upstream, "there"), self._carry(upstream_reader, writer, "back"))
        finally:
            for each in (writer, upstream):
                each.transport.abort()
            self._forget(writer, upstream)

    def _forget(self, *writers):
        self._writers.difference_update(writers)
        self._dead.difference_update(writers)
        self._tasks.discard(asyncio.current_task())

    async def _carry(self, reader, writer, way):
        try:
            while block := await reader.read(BLOCK_BYTES):
                if delays := list(self._delays_seconds):
                    self.delayed_blocks += 1
                    await asyncio.sleep(max(delays))
                if writer in self._dead or (self._is_silent and way in self._silent_ways):
                    self.swallowed_bytes += len(block)
                    continue
                if way == "back" and self._commits_to_swallow and COMMIT_ANSWER in block:
                    self._commits_to_swallow -= 1
                    self.swallowed_commits += 1
                    writer.transport.abort()
                    return
                writer.write(block)
                await writer.drain()
            if writer not in self._dead:
                writer.write_eof()
        except (OSError, RuntimeError):
            writer.transport.abort()
