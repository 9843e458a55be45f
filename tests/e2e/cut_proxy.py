#!/usr/bin/python3
"""A TCP proxy that breaks its connections after a given number of the server's bytes.

usage: cut_proxy.py HOST PORT       It prints its own port, then obeys lines on standard input:
  cut N fin|rst   from now on let N more bytes of the server through, over all connections together; then break every
                  connection (close it, or reset it) and refuse new ones
  pass            let everything through
  count           print how many bytes of the server went through since the last "cut" or "pass"
It ends with its standard input.
"""
import socket
import struct
import sys
import threading


class Valve:
    """How many bytes may still pass; shared by all connections. [thread-safe]"""

    def __init__(self):
        self.lock = threading.Lock()
        self.connections = set()
        self.set(None, "fin")

    def set(self, budget, manner):
        with self.lock:
            self.budget, self.manner, self.passed = budget, manner, 0

    def take(self, size):
        """How many of `size` bytes may pass."""
        with self.lock:
            allowed = size if self.budget is None else min(size, self.budget - self.passed)
            self.passed += allowed
            return allowed

    def spent(self):
        with self.lock:
            return self.budget is not None and self.passed >= self.budget

    def add(self, connection):
        with self.lock:
            self.connections.add(connection)

    def break_all(self):
        with self.lock:
            connections, self.connections, manner = self.connections, set(), self.manner
        for connection in connections:
            close(connection, manner)


def close(connection, manner):
    if manner == "rst":  # closed with a linger time of zero, a socket sends a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        if manner == "fin":
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster
    connection.close()


def forward(source, sink, valve):
    """Copies until one side ends. The server's bytes go through the valve, the client's (None) freely."""
    try:
        while data := source.recv(65536):
            allowed = valve.take(len(data)) if valve else len(data)
            sink.sendall(data[:allowed])
            if valve and valve.spent():
                valve.break_all()
                return
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # broken by the other direction, or by the valve


def serve(listener, target, valve):
    while True:
        client, _ = listener.accept()
        if valve.spent():
            close(client, "rst")
            continue
        server = socket.create_connection(target)
        valve.add(client)
        valve.add(server)
        threading.Thread(target=forward, args=(client, server, None), daemon=True).start()
        threading.Thread(target=forward, args=(server, client, valve), daemon=True).start()


def main():
    valve = Valve()
    listener = socket.create_server(("127.0.0.1", 0))
    target = (sys.argv[1], int(sys.argv[2]))
    threading.Thread(target=serve, args=(listener, target, valve), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    for line in sys.stdin:
        match line.split():
            case ["cut", budget, manner]:
                valve.set(int(budget), manner)
                print("ok", flush=True)
            case ["pass"]:
                valve.set(None, "fin")
                print("ok", flush=True)
            case ["count"]:
                with valve.lock:
                    print(valve.passed, flush=True)
            case words:
                sys.exit(f"cut_proxy: unknown command {words}")


main()
