"""Asks the health service with grpcio, without generated code: python3 health.py HOST:PORT check|watch SERVICE; prints a line for each state or status."""
import sys

import grpc

address, what, service = sys.argv[1:]
states = {b"": "UNKNOWN", b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING", b"\x08\x03": "SERVICE_UNKNOWN"}
request = bytes([1 << 3 | 2, len(service)]) + service.encode()
with grpc.insecure_channel(address) as channel:
    try:
        if what == "check":
            print(states[channel.unary_unary("/grpc.health.v1.Health/Check")(request)])
        else:
            for response in channel.unary_stream("/grpc.health.v1.Health/Watch")(request):
                print(states[response], flush=True)
            print("code 0")
    except grpc.RpcError as error:
        print("code", error.code().value[0])
