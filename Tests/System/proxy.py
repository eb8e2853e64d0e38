"""A TCP proxy between reader and AIoTF that delays, swallows, cuts, and tells which frames pass."""

import heapq
import itertools
import selectors
import socket
import threading
import time

UP, DOWN = "up", "down"  # towards the AIoTF, towards the reader


class Proxy:
    """Listens on a port of its own and passes on to `target`.

    `delay`: seconds each way. `watch(direction, frame)` is called for each frame (without its length) before it is passed
    on, where the link is not TLS; octets of a frame pass together then.
    """

    def __init__(self, target, delay=0.0, watch=None):
        self.target = target
        self.delay = delay
        self.watch = watch
        self.swallowing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._pairs = []
        self._holding = set()
        self._held = []
        self._queue = []
        self._number = itertools.count()
        self._selector = selectors.DefaultSelector()
        self._wake, wake = socket.socketpair()
        self._selector.register(wake, selectors.EVENT_READ, None)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._listener.setblocking(False)
        self._orders = []
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._stopped = True
        self._wake.send(b"x")
        self._thread.join(5)

    def reset(self):
        """Cuts every connection with RST."""
        self._order(lambda: [pair.close(hard=True) for pair in list(self._pairs)])

    def swallow(self):
        """From now on nothing passes, and nobody is told."""
        self.swallowing = True

    def pass_again(self):
        """Ends `swallow`; connections that one side has given up meanwhile end."""
        self.swallowing = False
        self._order(lambda: [pair.close() for pair in list(self._pairs) if pair.has_ended])

    def hold(self, procedures):
        """Keeps back PDUs of these (direction, kind, procedure code), where the link is not TLS."""
        self._holding = set(procedures)

    def let_go(self):
        """Ends `hold`: what was kept back goes on."""
        self._holding = set()
        self._order(self._send_held)

    def _send_held(self):
        held, self._held = self._held, []
        for flow, frame in held:
            flow.send(frame)

    def keeps(self, flow, frame):
        """Whether the frame, with its length in front, is kept back."""
        if not self._holding or (flow.direction, *(procedure(frame[4:]) or ())) not in self._holding:
            return False
        self._held.append((flow, frame))
        return True

    def _order(self, what):
        self._orders.append(what)
        self._wake.send(b"x")

    def _run(self):
        while not self._stopped:
            wait = None
            if self._queue:
                wait = max(0.0, self._queue[0][0] - time.monotonic())
            for key, _ in self._selector.select(wait):
                if key.data:
                    key.data()
                else:
                    key.fileobj.recv(64)
                    while self._orders:
                        self._orders.pop()()
            now = time.monotonic()
            while self._queue and self._queue[0][0] <= now:
                _, _, flow, octets = heapq.heappop(self._queue)
                flow.pass_on(octets)
        for pair in list(self._pairs):
            pair.close()
        self._listener.close()
        self._selector.close()

    def _accept(self):
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=1)
        except OSError:
            _reset(client)
            return
        self._pairs.append(_Pair(self, client, server))

    def later(self, flow, octets):
        heapq.heappush(self._queue, (time.monotonic() + self.delay, next(self._number), flow, octets))

    def add(self, endpoint, call):
        self._selector.register(endpoint, selectors.EVENT_READ, call)

    def drop(self, endpoint):
        try:
            self._selector.unregister(endpoint)
        except KeyError:
            pass

    def forget(self, pair):
        self._pairs.remove(pair)


class _Pair:
    """A connection through the proxy."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.sockets = (client, server)
        self.is_closed = False
        self.has_ended = False
        for source, sink, direction in ((client, server, UP), (server, client, DOWN)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            flow = _Flow(self, source, sink, direction)
            proxy.add(source, flow.readable)

    def close(self, hard=False):
        if self.is_closed:
            return
        self.is_closed = True
        for endpoint in self.sockets:
            self.proxy.drop(endpoint)
            if hard:
                _reset(endpoint)
            else:
                endpoint.close()
        self.proxy.forget(self)


class _Flow:
    """One direction of a connection."""

    def __init__(self, pair, source, sink, direction):
        self.pair = pair
        self.source, self.sink, self.direction = source, sink, direction
        self.left = b""

    def readable(self):
        if self.pair.is_closed:
            return
        try:
            octets = self.source.recv(65536)
        except OSError:
            octets = b""
        proxy = self.pair.proxy
        if proxy.swallowing:
            # An end of the connection vanishes like everything else: nobody hears of it until packets pass again.
            if not octets:
                proxy.drop(self.source)
                self.pair.has_ended = True
            return
        if octets and proxy.delay:
            proxy.later(self, octets)
        elif octets:
            self.pass_on(octets)
        elif proxy.delay:
            proxy.drop(self.source)
            proxy.later(self, b"")
        else:
            self.pair.close()

    def pass_on(self, octets):
        proxy = self.pair.proxy
        if self.pair.is_closed:
            return
        if proxy.swallowing:
            return
        if not octets:
            self.pair.close()
            return
        try:
            if proxy.watch is None:
                self.sink.sendall(octets)
                return
            self.left += octets
            while len(self.left) >= 4:
                end = 4 + int.from_bytes(self.left[:4], "big")
                if len(self.left) < end:
                    break
                frame, self.left = self.left[:end], self.left[end:]
                after = proxy.watch(self.direction, frame[4:])
                if not proxy.keeps(self, frame):
                    self.sink.sendall(frame)
                if after:
                    after()
        except OSError:
            self.pair.close()

    def send(self, frame):
        if not self.pair.is_closed:
            try:
                self.sink.sendall(frame)
            except OSError:
                self.pair.close()


def _reset(endpoint):
    """Closes with RST."""
    try:
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    except OSError:
        pass
    endpoint.close()


def procedure(frame):
    """(kind, procedure code) of an NGAP PDU: kind is 0 initiating, 1 successful, 2 unsuccessful; None of a probe."""
    return (frame[0] >> 5, frame[1]) if len(frame) > 1 else None
