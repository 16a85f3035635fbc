"""A DNS server of the lab that answers as no proper one would."""

import socketserver
import struct
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.doubles.ports import free_ports


class OddServers:
    """Answers as no proper server would: a CNAME at an apex, refusals."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        place = ("127.0.0.1", self.port)
        self._servers = (
            socketserver.ThreadingUDPServer(place, _Datagram),
            socketserver.ThreadingTCPServer(place, _Stream),
        )
        self._threads = [threading.Thread(target=server.serve_forever) for server in self._servers]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()


def _odd_answer(wire: bytes) -> bytes:
    question = dns.message.from_wire(wire)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.AA
    name, kind = question.question[0].name, question.question[0].rdtype
    text = name.to_text().lower()
    if text.endswith("refused.test."):
        answer.set_rcode(dns.rcode.REFUSED)
    elif text == "cnameapex.test." and kind == dns.rdatatype.NS:
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "NS", "ns1.cnameapex.test."))
    elif text == "cnameapex.test." and kind == dns.rdatatype.SOA:
        record = "ns1.cnameapex.test. host.cnameapex.test. 1 3600 600 86400 0"
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "SOA", record))
    elif text == "cnameapex.test.":
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "CNAME", "plain.test."))
    elif kind == dns.rdatatype.A:
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "A", "127.0.0.1"))
    return answer.to_wire()


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, connection = self.request
        connection.sendto(_odd_answer(wire), self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self.rfile.read(2):
            wire = _odd_answer(self.rfile.read(struct.unpack("!H", head)[0]))
            self.wfile.write(struct.pack("!H", len(wire)) + wire)
