"""Calls the real services with Debian's grpcio: client.py DECODER STORE ERRORS, stubs on PYTHONPATH.

ERRORS is a FileDescriptorSet with google.rpc. Each line of the input names a case; the line answered is null, or what
went wrong, as JSON.
"""
import json
import sys
import traceback

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from facemix.common.v1 import common_pb2 as c
from facemix.decoder.v1 import decoder_pb2 as d
from facemix.decoder.v1.decoder_pb2_grpc import DecoderServiceStub
from facemix.latents.v1 import latents_pb2 as l
from facemix.latents.v1.latents_pb2_grpc import LatentStoreServiceStub

LIMIT = {"timeout": 30}
GZIP = {"compression": grpc.Compression.Gzip, **LIMIT}
BIG_SEED = 2**63 + 7
MODEL = "contract-python@20260101-000000"
SPACE = "c" * 64

channels = [grpc.insecure_channel(address) for address in sys.argv[1:3]]
decoder, store = DecoderServiceStub(channels[0]), LatentStoreServiceStub(channels[1])

pool = descriptor_pool.DescriptorPool()
with open(sys.argv[3], "rb") as descriptors:
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors.read()).file:
        pool.Add(file)


def parsed(name, data):
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name)).FromString(data)


def fails(call):
    """The status of a call that must fail: code, reason, fields."""
    try:
        call()
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
        reason, fields = None, []
        for each in parsed("google.rpc.Status", details).details if details else ():
            if each.type_url.endswith("ErrorInfo"):
                info = parsed("google.rpc.ErrorInfo", each.value)
                assert info.domain == "facemix", info.domain
                reason = info.reason
            if each.type_url.endswith("BadRequest"):
                fields = [violation.field for violation in parsed("google.rpc.BadRequest", each.value).field_violations]
        return error.code().name, reason, fields
    raise AssertionError("The call succeeded.")


def same(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def raw(channel, path, request):
    return channel.unary_unary(path)(request, **LIMIT)


def faces(count, **more):
    return decoder.Generate(d.GenerateRequest(count=count, seed=BIG_SEED, **more), **LIMIT).pictures


def rows(count, size):
    return [l.NewLatent(source=f"face/{i}", latent=c.Latent(values=[i / 10] + [0.5] * (size - 1), provenance=c.PROVENANCE_SYNTHETIC),
                        has=i % 4, known=3) for i in range(count)]


def register():
    store.RegisterModelVersion(l.RegisterModelVersionRequest(
        model_version=MODEL, latent_space=SPACE, latent_size=1024, attributes=["Smiling", "Eyeglasses"]), **LIMIT)


def add(dataset, latents, options):
    """Streams a header and messages of at most a hundred rows."""
    def messages():
        yield l.AddLatentsRequest(header=l.AddLatentsRequest.Header(model_version=MODEL, dataset=dataset, attributes=["Smiling", "Eyeglasses"]))
        for first in range(0, len(latents), 100):
            yield l.AddLatentsRequest(rows=l.AddLatentsRequest.Rows(latents=latents[first:first + 100]))
    return store.AddLatents(messages(), **options)


def generates():
    pictures = faces(2)
    same([(p.seed, p.width, p.height, len(p.latent.values), p.data[:4]) for p in pictures],
         [(BIG_SEED + i, 64, 64, 128, b"\x89PNG") for i in range(2)])
    same([p.data for p in faces(2)], [p.data for p in pictures])


def names_bad_fields():
    bad = d.GenerateRequest(count=0, temperature=3, picture=c.PictureOptions(quality=101))
    same(fails(lambda: decoder.Generate(bad, **LIMIT)), ("INVALID_ARGUMENT", "INVALID_REQUEST", ["picture.quality", "count", "temperature"]))
    nan = d.DecodeRequest(latents=[c.Latent(values=[0] * 127 + [float("nan")])])
    same(fails(lambda: decoder.Decode(nan, **LIMIT)), ("INVALID_ARGUMENT", "INVALID_REQUEST", ["latents[0].values[127]"]))


def finds_no_unknown_model():
    asked = d.GetModelRequest(model_version="facemix-64@19990101-000000")
    same(fails(lambda: decoder.GetModel(asked, **LIMIT)), ("NOT_FOUND", "UNKNOWN_MODEL_VERSION", []))


def reads_a_large_reply():
    pictures = faces(64, picture=c.PictureOptions(format=c.PICTURE_FORMAT_RAW))
    same([len(p.data) for p in pictures], [64 * 64 * 3] * 64)


def is_refused_a_large_request():
    large = d.DecodeRequest(latents=[c.Latent(values=[1] * 1_200_000)])
    same(fails(lambda: decoder.Decode(large, **LIMIT))[0], "RESOURCE_EXHAUSTED")


def meets_its_deadline():
    same(fails(lambda: decoder.Generate(d.GenerateRequest(count=64), timeout=0.001))[0], "DEADLINE_EXCEEDED")
    same(len(faces(1)), 1)


def cancels():
    call = decoder.Generate.future(d.GenerateRequest(count=64), **LIMIT)
    call.cancel()
    same(call.code(), grpc.StatusCode.CANCELLED)
    same(len(faces(1)), 1)


def sends_metadata():
    metadata = [("x-some-bin", bytes(range(256)))] + [(f"x-{i}", "x" * 300) for i in range(20)]
    same(decoder.GetModel(d.GetModelRequest(), metadata=metadata, **LIMIT).model.latent_size, 128)


def calls_a_hundred_times_at_once():
    calls = [decoder.GetModel.future(d.GetModelRequest(), **LIMIT) for _ in range(100)]
    same({call.result().model.image_size for call in calls}, {64})


def knows_no_unknown_method():
    for channel, path in zip(channels, ["/facemix.decoder.v1.DecoderService/Nothing", "/facemix.latents.v2.LatentStoreService/GetLatent"]):
        same(fails(lambda: raw(channel, path, b""))[0], "UNIMPLEMENTED")


def asks_for_health():
    for channel in channels:
        # grpc.health.v1: HealthCheckResponse.status is field 1, SERVING is 1.
        same(raw(channel, "/grpc.health.v1.Health/Check", b""), b"\x08\x01")
        same(fails(lambda: raw(channel, "/grpc.health.v1.Health/Check", b"\x0a\x04none"))[0], "NOT_FOUND")


def reads_descriptors():
    services = [b"facemix.decoder.v1.DecoderService", b"facemix.latents.v1.LatentStoreService"]
    for channel, service in zip(channels, services):
        # ServerReflectionRequest: list_services is field 7, file_containing_symbol field 4.
        requests = [b"\x3a\x00", b"\x22" + bytes([len(service)]) + service]
        reflect = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        listed, described = reflect(iter(requests), **LIMIT)
        assert service in listed, listed
        assert b"GetModelRequest" in described or b"GetLatentRequest" in described, described


def sends_gzip():
    latents = [c.Latent(values=[0.25] * 128)] * 64
    same(len(decoder.Decode(d.DecodeRequest(latents=latents), **GZIP).pictures), 64)
    register()
    added = add("gzip", rows(500, 1024), GZIP)
    same(added.added + added.unchanged, 500)


def stores_and_finds():
    register()
    same(add("faces", rows(250, 1024), LIMIT).added, 250)
    same(add("faces", rows(250, 1024), LIMIT).unchanged, 250)
    reply = store.MatchFeatures(l.MatchFeaturesRequest(
        model_version=MODEL, want=["Smiling"], avoid=["Eyeglasses"], seed=BIG_SEED, count=2, dataset="faces"), **LIMIT)
    same((len(reply.matches), reply.seed, reply.candidates), (2, BIG_SEED, 63))
    face = reply.matches[0].latent
    same((face.attributes, face.dataset, face.model_version, face.latent.latent_space), (["Smiling"], "faces", MODEL, SPACE))
    same(store.GetLatent(l.GetLatentRequest(id=face.id), **LIMIT).latent, face)
    found = store.SearchNearest(l.SearchNearestRequest(
        model_version=MODEL, latent=c.Latent(values=[0] * 1024), k=100, filter=l.Filter(dataset="faces")), **LIMIT)
    same([each.latent.source for each in found.neighbours], [f"face/{i}" for i in range(100)])


def names_bad_fields_to_the_store():
    register()
    wrong = c.Latent(values=[0] * 3 + [float("inf")] + [0] * 1020)
    same(fails(lambda: store.SearchNearest(l.SearchNearestRequest(model_version=MODEL, latent=wrong, k=101), **LIMIT)),
         ("INVALID_ARGUMENT", "INVALID_REQUEST", ["k", "latent.values[3]"]))
    same(fails(lambda: store.GetLatent(l.GetLatentRequest(id=2**62), **LIMIT)), ("NOT_FOUND", "LATENT_NOT_FOUND", []))
    latents = rows(3, 1024)
    latents[1].latent.values[3] = float("inf")
    reply = add("partly wrong", latents, LIMIT)
    same((reply.added, [(each.row, each.source) for each in reply.refusals]), (2, [(1, "face/1")]))
    store.DeleteLatents(l.DeleteLatentsRequest(model_version=MODEL, dataset="partly wrong"), **LIMIT)


for line in sys.stdin:
    wrong = None
    try:
        globals()[line.strip()]()
    except Exception:  # Whatever it is, the test shows it.
        wrong = traceback.format_exc()
    print(json.dumps(wrong), flush=True)
