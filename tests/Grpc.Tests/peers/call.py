"""Calls the test server with grpcio, without generated code: python3 call.py HOST:PORT SCENARIO; prints JSON."""
import json
import sys

import grpc

address, scenario = sys.argv[1:]


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def text(number, value):
    value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def integer(number, value):
    return varint(number << 3) + varint(value)


with grpc.insecure_channel(address) as channel:
    same = {"request_serializer": None, "response_deserializer": None}
    say = channel.unary_unary("/facemix.tests.v1.EchoService/Say", **same)
    count = channel.unary_stream("/facemix.tests.v1.EchoService/Count", **same)
    seen = {}
    # A deadline that passes while connecting would never reach the server.
    grpc.channel_ready_future(channel).result(30)
    try:
        if scenario == "unary":
            request = text(1, "hello") + integer(5, 200000)
            response, call = say.with_call(request, metadata=[("raw-bin", b"\x01\x02\xfe"), ("wants-header", "yes")])
            seen["size"] = len(response)
            seen["holds_text"] = text(1, "hello") in response
            seen["server_saw_bytes"] = b"raw-bin=0102FE" in response
            seen["headers"] = dict(call.initial_metadata())
            seen["trailer"] = dict(call.trailing_metadata())["echo-bytes-bin"].hex()
        elif scenario == "status":
            say(integer(2, 5) + text(1, "no such façade: 100 %"))
        elif scenario == "deadline":
            say(integer(4, 30000), timeout=1)
        elif scenario == "size":
            say(b"\x32" + varint(5 << 20) + bytes(5 << 20))
        elif scenario == "stream":
            seen["count"] = 0
            for _ in count(integer(1, 500) + integer(2, 300)):
                seen["count"] += 1
        seen["code"] = 0
    except grpc.RpcError as error:
        seen["code"] = error.code().value[0]
        seen["details"] = error.details()
        seen["trailers"] = {key: value if isinstance(value, str) else value.hex() for key, value in error.trailing_metadata()}
print(json.dumps(seen))
