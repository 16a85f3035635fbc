"""Ports of 127.0.0.1 that are free."""

import socket


def free_ports(count: int) -> list[int]:
    """Ports that are free for UDP and TCP."""
    held: list[socket.socket] = []
    ports: list[int] = []
    try:
        while len(ports) < count:
            stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            held.append(stream)
            stream.bind(("127.0.0.1", 0))
            datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.append(datagram)
            try:
                datagram.bind(stream.getsockname())
            except OSError:
                continue
            ports.append(stream.getsockname()[1])
    finally:
        for one in held:
            one.close()
    return ports
