"""The client's side of gRPC's interop description with grpcio: python3 client.py HOST:PORT, stubs on PYTHONPATH.

Each line of the input names a case; the line answered is null, or what went wrong, as JSON.
"""
import json
import os
import queue
import sys
import traceback

import grpc
from messages_pb2 import (BoolValue, EchoStatus, Payload, ResponseParameters, SimpleRequest,
                          StreamingInputCallRequest, StreamingOutputCallRequest)
from empty_pb2 import Empty
from test_pb2_grpc import TestServiceStub, UnimplementedServiceStub

REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
LIMIT = {"timeout": 30}
ONE_THEN_SLEEP = StreamingOutputCallRequest(response_parameters=[
    ResponseParameters(size=1), ResponseParameters(size=1, interval_us=60_000_000)])


def zeros(size):
    return Payload(body=bytes(size))


def large(**more):
    return SimpleRequest(response_size=314159, payload=zeros(271828), **more)


def is_large(response):
    assert response.payload.body == bytes(314159)


def output(responses, request=0):
    return StreamingOutputCallRequest(response_parameters=[ResponseParameters(size=size) for size in responses], payload=zeros(request))


def ends(code, call, details=None):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()} instead of {code}: {error.details()}"
        assert details is None or error.details() == details, error.details()
        return error
    raise AssertionError(f"The call ended well, and {code} was due.")


class Cases:
    def __init__(self, channel):
        self.channel = channel
        self.stub = TestServiceStub(channel)

    def empty_unary(self):
        assert self.stub.EmptyCall(Empty(), **LIMIT) == Empty()

    def large_unary(self):
        is_large(self.stub.UnaryCall(large(), **LIMIT))

    def client_streaming(self):
        response = self.stub.StreamingInputCall((StreamingInputCallRequest(payload=zeros(size)) for size in REQUEST_SIZES), **LIMIT)
        assert response.aggregated_payload_size == 74922

    def server_streaming(self):
        responses = self.stub.StreamingOutputCall(output(RESPONSE_SIZES), **LIMIT)
        assert [len(each.payload.body) for each in responses] == RESPONSE_SIZES

    def ping_pong(self):
        requests = queue.Queue()
        call = self.stub.FullDuplexCall(iter(requests.get, None), **LIMIT)
        for request, response in zip(REQUEST_SIZES, RESPONSE_SIZES):
            requests.put(output([response], request))
            assert len(next(call).payload.body) == response
        requests.put(None)
        assert list(call) == []
        assert call.code() == grpc.StatusCode.OK

    def empty_stream(self):
        call = self.stub.FullDuplexCall(iter([]), **LIMIT)
        assert list(call) == []
        assert call.code() == grpc.StatusCode.OK

    def client_compressed_unary(self):
        expects, does_not = large(expect_compressed=BoolValue(value=True)), large(expect_compressed=BoolValue(value=False))
        ends(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.stub.UnaryCall(expects, **LIMIT))
        is_large(self.stub.UnaryCall(expects, compression=grpc.Compression.Gzip, **LIMIT))
        is_large(self.stub.UnaryCall(does_not, **LIMIT))

    def server_compressed_unary(self):
        for value in (True, False):
            is_large(self.stub.UnaryCall(large(response_compressed=BoolValue(value=value)), **LIMIT))

    def client_compressed_streaming(self):
        compressed = StreamingInputCallRequest(payload=zeros(27182), expect_compressed=BoolValue(value=True))
        ends(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.stub.StreamingInputCall(iter([compressed]), **LIMIT))
        # grpcio has no flag for one message, but its core leaves alone what gzip would not make smaller.
        plain = StreamingInputCallRequest(payload=Payload(body=os.urandom(45904)), expect_compressed=BoolValue(value=False))
        response = self.stub.StreamingInputCall(iter([compressed, plain]), compression=grpc.Compression.Gzip, **LIMIT)
        assert response.aggregated_payload_size == 73086

    def server_compressed_streaming(self):
        request = StreamingOutputCallRequest(response_parameters=[
            ResponseParameters(size=31415, compressed=BoolValue(value=True)),
            ResponseParameters(size=92653, compressed=BoolValue(value=False))])
        assert [len(each.payload.body) for each in self.stub.StreamingOutputCall(request, **LIMIT)] == [31415, 92653]

    def cancel_after_begin(self):
        requests = queue.Queue()
        call = self.stub.StreamingInputCall.future(iter(requests.get, None), **LIMIT)
        call.cancel()
        requests.put(None)
        assert call.cancelled()
        assert call.code() == grpc.StatusCode.CANCELLED

    def cancel_after_first_response(self):
        requests = queue.Queue()
        call = self.stub.FullDuplexCall(iter(requests.get, None), **LIMIT)
        requests.put(output([31415], 27182))
        next(call)
        call.cancel()
        ends(grpc.StatusCode.CANCELLED, lambda: next(call))
        requests.put(None)

    def timeout_on_sleeping_server(self):
        requests = queue.Queue()
        call = self.stub.FullDuplexCall(iter(requests.get, None), timeout=0.001)
        requests.put(output([], 27182))
        ends(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(call))
        requests.put(None)

    def custom_metadata(self):
        metadata = [("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")]

        def echoed(call):
            assert dict(call.initial_metadata())["x-grpc-test-echo-initial"] == "test_initial_metadata_value"
            assert dict(call.trailing_metadata())["x-grpc-test-echo-trailing-bin"] == b"\xab\xab\xab"

        response, call = self.stub.UnaryCall.with_call(large(), metadata=metadata, **LIMIT)
        is_large(response)
        echoed(call)
        call = self.stub.FullDuplexCall(iter([output([314159], 271828)]), metadata=metadata, **LIMIT)
        assert [len(each.payload.body) for each in call] == [314159]
        echoed(call)

    def status_code_and_message(self):
        status = EchoStatus(code=2, message="test status message")
        ends(grpc.StatusCode.UNKNOWN, lambda: self.stub.UnaryCall(SimpleRequest(response_status=status), **LIMIT), status.message)
        request = StreamingOutputCallRequest(response_status=status)
        ends(grpc.StatusCode.UNKNOWN, lambda: next(self.stub.FullDuplexCall(iter([request]), **LIMIT)), status.message)

    def special_status_message(self):
        status = EchoStatus(code=2, message="\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
        ends(grpc.StatusCode.UNKNOWN, lambda: self.stub.UnaryCall(SimpleRequest(response_status=status), **LIMIT), status.message)

    def unimplemented_method(self):
        ends(grpc.StatusCode.UNIMPLEMENTED, lambda: self.stub.UnimplementedCall(Empty(), **LIMIT))

    def unimplemented_service(self):
        ends(grpc.StatusCode.UNIMPLEMENTED, lambda: UnimplementedServiceStub(self.channel).UnimplementedCall(Empty(), **LIMIT))

    def cancellation_reaches_the_server(self):
        call = self.stub.StreamingOutputCall(ONE_THEN_SLEEP, **LIMIT)
        next(call)
        call.cancel()
        ends(grpc.StatusCode.CANCELLED, lambda: next(call))

    def deadline_on_both_sides(self):
        call = self.stub.StreamingOutputCall(ONE_THEN_SLEEP, timeout=3)
        next(call)
        ends(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(call))

    def too_large_request(self):
        ends(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.stub.UnaryCall(SimpleRequest(payload=zeros(5 << 20)), **LIMIT))

    def too_large_response(self):
        ends(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.stub.UnaryCall(SimpleRequest(response_size=5 << 20), **LIMIT))

    def trailers_of_an_error(self):
        status = EchoStatus(code=5, message="no such façade: 100 %")
        error = ends(grpc.StatusCode.NOT_FOUND, lambda: self.stub.UnaryCall(
            SimpleRequest(response_status=status), metadata=[("x-grpc-test-echo-trailing-bin", b"\x00\x01\xff")], **LIMIT), status.message)
        assert dict(error.trailing_metadata())["x-grpc-test-echo-trailing-bin"] == b"\x00\x01\xff"

    def hundred_at_once(self):
        sizes = [(i + 1) * 100 for i in range(100)]
        calls = [self.stub.UnaryCall.future(SimpleRequest(response_size=size, payload=zeros(size // 100)), **LIMIT) for size in sizes]
        assert [len(call.result().payload.body) for call in calls] == sizes


with grpc.insecure_channel(sys.argv[1]) as channel:
    cases = Cases(channel)
    for line in sys.stdin:
        wrong = None
        try:
            getattr(cases, line.strip())()
        except Exception:  # Whatever it is, the test shows it.
            wrong = traceback.format_exc()
        print(json.dumps(wrong), flush=True)
