"""A visitor's network between browser and gateway, which a test can cut and restore.

Runs an asyncio loop on a thread of its own, because playwright's synchronous API occupies the test's thread.
"""

import asyncio
import threading

BLOCK_BYTES = 64 * 1024


class TCPProxy:
    """Listens on a free port of 127.0.0.1 and forwards every connection to the target, byte for byte."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.port = 0
        self.accepted = 0  # connections forwarded so far
        self.refused = 0  # connections that arrived while the line was cut
        self._is_cut = False
        self._is_silent = False
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

    def silence(self):
        """Swallows every byte both ways and keeps connections open, as in a tunnel: nobody is told that the line is dead."""
        self._is_silent = True

    def restore(self):
        """Connections that were silenced stay dead, as they do on a real network; new ones go through."""
        self._on_loop(self._cut())
        self._is_cut = False
        self._is_silent = False

    def _on_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _cut(self):
        self._is_cut = True
        for writer in list(self._writers):
            writer.transport.abort()

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
            await asyncio.gather(self._carry(reader, upstream), self._carry(upstream_reader, writer))
        finally:
            for each in (writer, upstream):
                each.transport.abort()
            self._forget(writer, upstream)

    def _forget(self, *writers):
        self._writers.difference_update(writers)
        self._tasks.discard(asyncio.current_task())

    async def _carry(self, reader, writer):
        try:
            while block := await reader.read(BLOCK_BYTES):
                if self._is_silent:
                    continue
                writer.write(block)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            writer.transport.abort()
