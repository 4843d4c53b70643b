"""Calls Where until a time is over, one call after another: python3 keepcalling.py HOST:PORT SECONDS; prints JSON."""
import json
import sys
import time

import grpc

address, seconds = sys.argv[1:]
same = {"request_serializer": None, "response_deserializer": None}
calls, peers, failures = 0, set(), []
with grpc.insecure_channel(address) as channel:
    where = channel.unary_unary("/facemix.tests.counting.v1.CountingService/Where", **same)
    count = channel.unary_stream("/facemix.tests.counting.v1.CountingService/Count", **same)
    # 1: number to count to, 2: pause in milliseconds; it outlives the connection's age.
    stream = count(bytes([0x08, 30, 0x10, 100]))
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        try:
            peers.add(where(b"", timeout=30).hex())
            calls += 1
        except grpc.RpcError as error:
            failures.append(str(error.code()) + " " + str(error.details()))
        time.sleep(0.002)
    counted = sum(1 for _ in stream)
print(json.dumps({"calls": calls, "connections": len(peers), "failures": failures, "counted": counted}))
