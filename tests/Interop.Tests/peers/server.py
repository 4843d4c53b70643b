"""The server's side of gRPC's interop description with grpcio: python3 server.py, stubs on PYTHONPATH; prints its port."""
import sys
import time
from concurrent import futures

import grpc
from empty_pb2 import Empty
from messages_pb2 import Payload, SimpleResponse, StreamingInputCallResponse, StreamingOutputCallResponse
from test_pb2_grpc import TestServiceServicer, add_TestServiceServicer_to_server

CODES = {code.value[0]: code for code in grpc.StatusCode}


def zeros(size):
    return Payload(body=bytes(size))


def echo(context):
    metadata = dict(context.invocation_metadata())
    if "x-grpc-test-echo-initial" in metadata:
        context.send_initial_metadata([("x-grpc-test-echo-initial", metadata["x-grpc-test-echo-initial"])])
    if "x-grpc-test-echo-trailing-bin" in metadata:
        context.set_trailing_metadata([("x-grpc-test-echo-trailing-bin", metadata["x-grpc-test-echo-trailing-bin"])])


def end_if_asked(request, context):
    if request.HasField("response_status"):
        context.abort(CODES[request.response_status.code], request.response_status.message)


def answer(request, context):
    for wanted in request.response_parameters:
        due = time.monotonic() + wanted.interval_us / 1e6
        while time.monotonic() < due and context.is_active():
            time.sleep(0.01)
        if not wanted.compressed.value:
            context.disable_next_message_compression()
        yield StreamingOutputCallResponse(payload=zeros(wanted.size))
    end_if_asked(request, context)


class Service(TestServiceServicer):
    def EmptyCall(self, request, context):
        echo(context)
        return Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        end_if_asked(request, context)
        return SimpleResponse(payload=zeros(request.response_size))

    def StreamingOutputCall(self, request, context):
        if any(wanted.compressed.value for wanted in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        yield from answer(request, context)

    def StreamingInputCall(self, requests, context):
        return StreamingInputCallResponse(aggregated_payload_size=sum(len(each.payload.body) for each in requests))

    def FullDuplexCall(self, requests, context):
        echo(context)
        for request in requests:
            yield from answer(request, context)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
add_TestServiceServicer_to_server(Service(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(0)
