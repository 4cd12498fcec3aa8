"""Bad company on the bus: who sends rubbish, who doubles and loses frames, who never reads. Strangers without keys, who must not get in, and
services gone mad, who have them."""

import argparse
import json
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import zmq

# Far above the largest frame that a socket of ours takes, 4 MiB.
OVERSIZE_BYTES = 5 * 1024 * 1024
# Frames of one shout.
SHOUTED = 200
# A shout takes some seconds: each socket waits half a second at most for a peer to take a frame, and as long at its end.
SHOUT_SECONDS_MAX = 300


class Keys:
    """An installation's own. As who asks, bad company has the gateway's; as who publishes, those of the service it stands for."""

    def __init__(self, data):
        self.data = str(data)
        self._folder = Path(data) / "keys"
        self._public = json.loads((self._folder / "public-keys.json").read_text())

    def ask(self, socket, service):
        """`socket` connects to one of the service's."""
        self._own(socket, "gateway")
        socket.curve_serverkey = self._public[service][-1].encode()
        return socket

    def publish(self, socket, service):
        """`socket` takes connections of those who look for the service."""
        self._own(socket, service)
        socket.curve_server = True
        return socket

    def _own(self, socket, service):
        secret = (self._folder / f"{service}.secret").read_text().strip().encode()
        socket.curve_secretkey, socket.curve_publickey = secret, zmq.curve_public(secret)


def random_frame(chance):
    kind = chance.random()
    if kind < 0.02:
        return b"\0" * OVERSIZE_BYTES
    if kind < 0.5:
        # The beginnings that are known, and then rubbish.
        return chance.choice((b"e.chat.003.", b"b.chat.", b"x.chat.", b"SB\x01", b"\x01\x00")) + chance.randbytes(chance.randint(0, 300))
    return chance.randbytes(chance.randint(0, 2000))


def shout_at(endpoints, chance, keys=None, service=None):
    """Rubbish at listening sockets, as DEALER, and as SUB with wild subscriptions. Returns how many frames.

    keys: those of an installation, for a shout with what `service` expects of who asks; without them a stranger shouts.

    A process of its own does it: libzmq (4.3.5, `session_base_t::clean_pipes`) aborts the process when a peer hangs up in the middle of a message
    of several frames whose socket is closed and lingers. A peer that hears rubbish hangs up.
    """
    command = [sys.executable, __file__, str(chance.getrandbits(32)), *endpoints]
    if keys:
        command += ["--keys-of", keys.data, "--service", service]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=SHOUT_SECONDS_MAX)
    assert done.returncode in (0, -signal.SIGABRT), f"the shout ended with {done.returncode}: {done.stderr}"
    return sum(int(line) for line in done.stdout.split())


def shout(endpoints, chance, secure):
    """Says on standard output, a line for each socket, how many frames it sent."""
    context = zmq.Context()
    for endpoint in endpoints:
        for _ in range(2):
            sent = 0
            dealer = secure(context.socket(zmq.DEALER))
            dealer.linger = 500
            dealer.sndtimeo = 500
            dealer.connect(endpoint)
            for _ in range(SHOUTED):
                try:
                    dealer.send_multipart([random_frame(chance) for _ in range(chance.randint(1, 4))])
                    sent += 1
                except zmq.Again:
                    break
            print(sent, flush=True)
            dealer.close()
        with secure(context.socket(zmq.SUB)) as subscriber:
            subscriber.linger = 0
            subscriber.connect(endpoint)
            for _ in range(20):
                subscriber.subscribe(chance.randbytes(chance.randint(0, 200)))
    context.term()


class Shouter:
    """Publishes rubbish to whoever subscribes to it, with a service's own keys."""

    def __init__(self, chance, keys, service):
        self.chance, self.keys, self.service, self.sent = chance, keys, service, 0

    def __enter__(self):
        self._context = zmq.Context()
        self._socket = self.keys.publish(self._context.socket(zmq.XPUB), self.service)
        self._socket.linger = 0
        self.port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._shout, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        self._socket.close()
        self._context.term()

    def _shout(self):
        topics = []
        while not self._ending.wait(0.01):
            while self._socket.poll(0):
                message = self._socket.recv()
                if message[:1] == b"\x01":
                    topics.append(message[1:])
            if topics:
                # What they asked for, so that it reaches them.
                self._socket.send_multipart([self.chance.choice(topics) + random_frame(self.chance)] + [random_frame(self.chance) for _ in range(self.chance.randint(0, 2))])
                self.sent += 1


class Mischief:
    """Stands between a publisher and its subscribers: loses, doubles and delays whole messages."""

    LATE_MAX = 40  # messages that may overtake one

    def __init__(self, publisher, chance, keys, service):
        self.publisher, self.chance, self.keys, self.service = publisher, chance, keys, service
        self.heard = self.lost = self.doubled = self.overtaken = 0

    def __enter__(self):
        self._context = zmq.Context()
        self._in = self.keys.ask(self._context.socket(zmq.SUB), self.service)
        self._in.subscribe(b"")
        self._in.connect(self.publisher)
        self._out = self.keys.publish(self._context.socket(zmq.PUB), self.service)
        for socket in (self._in, self._out):
            socket.linger = 0
        self.port = self._out.bind_to_random_port("tcp://127.0.0.1")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        self._in.close()
        self._out.close()
        self._context.term()

    def _forward(self):
        held = []  # (how many may still overtake it, message)
        while not self._ending.is_set():
            if not self._in.poll(50):
                continue
            message = self._in.recv_multipart()
            self.heard += 1
            dice = self.chance.random()
            if dice < 0.1:
                self.lost += 1
            elif dice < 0.3:
                held.append([self.chance.randint(1, self.LATE_MAX), message])
                self.overtaken += 1
            else:
                self._out.send_multipart(message)
                if dice < 0.5:
                    self._out.send_multipart(message)
                    self.doubled += 1
            for late in held:
                late[0] -= 1
            for late in [late for late in held if late[0] <= 0]:
                held.remove(late)
                self._out.send_multipart(late[1])


class DeafSubscriber:
    """Subscribes to everything and never reads."""

    def __init__(self, publisher, keys, service):
        self.publisher, self.keys, self.service = publisher, keys, service

    def __enter__(self):
        self._context = zmq.Context()
        self._socket = self.keys.ask(self._context.socket(zmq.SUB), self.service)
        self._socket.linger = 0
        self._socket.rcvhwm = 1
        self._socket.rcvbuf = 4096
        self._socket.subscribe(b"")
        self._socket.connect(self.publisher)
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._context.term()


def main():
    parser = argparse.ArgumentParser(description="Sends rubbish to listening sockets.")
    parser.add_argument("seed", type=int)
    parser.add_argument("endpoints", nargs="+")
    parser.add_argument("--keys-of", help="an installation's data")
    parser.add_argument("--service")
    given = parser.parse_args()
    keys = given.keys_of and Keys(given.keys_of)
    shout(given.endpoints, random.Random(given.seed), (lambda socket: keys.ask(socket, given.service)) if keys else lambda socket: socket)


if __name__ == "__main__":
    main()
