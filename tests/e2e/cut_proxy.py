#!/usr/bin/python3
"""A TCP proxy that breaks its connections after a given number of the server's bytes.

usage: cut_proxy.py HOST PORT       It prints its own port, then obeys lines on standard input:
  cut N fin|rst   from now on let N more bytes of the server through, over all connections together; then break every
                  connection (close it, or reset it) and refuse new ones
  pass            let everything through
  count           print how many bytes of the server went through since the last "cut" or "pass"
Every command is answered with a line. It ends with its standard input.
"""
import asyncio
import socket
import struct
import sys


class Valve:
    """How many bytes may still pass, over all connections."""

    def __init__(self):
        self.writers = set()
        self.set(None, "fin")

    def set(self, budget, manner):
        self.budget, self.manner, self.passed = budget, manner, 0

    def take(self, size):
        """How many of `size` bytes may pass."""
        allowed = size if self.budget is None else min(size, self.budget - self.passed)
        self.passed += allowed
        return allowed

    def spent(self):
        return self.budget is not None and self.passed >= self.budget

    def break_all(self):
        for writer in self.writers:
            if self.manner == "rst":  # closed with a linger time of zero, a socket sends a reset
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        self.writers.clear()


async def forward(reader, writer, valve):
    """Copies until one side ends. The server's bytes go through the valve, the client's (None) freely."""
    writer.transport.set_write_buffer_limits(0)  # what was let through is out before the cut
    try:
        while data := await reader.read(65536):
            writer.write(data[:valve.take(len(data))] if valve else data)
            await writer.drain()
            if valve and valve.spent():
                valve.break_all()
                return
        writer.write_eof()
    except OSError:
        pass  # broken by the other direction, or by the valve


async def serve(client_reader, client_writer, target, valve):
    pair = {client_writer}
    valve.writers |= pair
    try:
        if valve.spent():
            valve.break_all()
            return
        server_reader, server_writer = await asyncio.open_connection(*target)
        pair.add(server_writer)
        valve.writers |= pair
        await asyncio.gather(forward(client_reader, server_writer, None),
                             forward(server_reader, client_writer, valve))
    finally:
        valve.writers -= pair
        for writer in pair:
            writer.close()


async def main():
    valve = Valve()
    target = (sys.argv[1], int(sys.argv[2]))
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, target, valve), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        match line.split():
            case ["cut", budget, manner]:
                valve.set(int(budget), manner)
                print("ok", flush=True)
            case ["pass"]:
                valve.set(None, "fin")
                print("ok", flush=True)
            case ["count"]:
                print(valve.passed, flush=True)
            case words:
                sys.exit(f"cut_proxy: unknown command {words}")


asyncio.run(main())
