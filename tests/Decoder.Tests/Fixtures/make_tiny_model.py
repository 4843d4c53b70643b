"""Makes the model version that the decoder's tests load: 4 latent numbers, pictures of 8 x 8.

The picture spells its latent out: in row y, red is 128 + 20 z[y mod 4], green 255 minus that and blue 10 times the column.
Made once and kept, so that later code proves that it still opens what this release wrote:

    /usr/bin/python3 make_tiny_model.py [FOLDER]
"""
import hashlib
import json
import pathlib
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LATENT, SIZE = 4, 8
NAME, VERSION = "tiny", "20260101-000000"


def save(path, graph):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="facemix")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def decoder(path):
    weight = np.zeros((LATENT, SIZE, SIZE, 3), np.float32)
    bias = np.zeros((SIZE, SIZE, 3), np.float32)
    for y in range(SIZE):
        weight[y % LATENT, y, :, 0] = 20
        weight[y % LATENT, y, :, 1] = -20
    bias[:, :, 0] = 128
    bias[:, :, 1] = 127
    bias[:, :, 2] = 10 * np.arange(SIZE)
    constants = {
        "weight": weight.reshape(LATENT, -1),
        "bias": bias.reshape(-1),
        "shape": np.array([-1, SIZE, SIZE, 3], np.int64),
        "low": np.array(0, np.float32),
        "high": np.array(255, np.float32),
    }
    nodes = [
        helper.make_node("IsNaN", ["z"], ["bad"]),
        helper.make_node("Where", ["bad", "low", "z"], ["good"]),
        helper.make_node("Gemm", ["good", "weight", "bias"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["picture"]),
        helper.make_node("Clip", ["picture", "low", "high"], ["clipped"]),
        helper.make_node("Round", ["clipped"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["image"], to=TensorProto.UINT8),
    ]
    save(path, helper.make_graph(
        nodes, "decoder",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", LATENT])],
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()]))


def encoder(path):
    constants = {
        "starts": np.array([0, 0, 0], np.int64),
        "ends": np.array([LATENT, 1, 1], np.int64),
        "axes": np.array([1, 2, 3], np.int64),
        "flat": np.array([-1, LATENT], np.int64),
        "middle": np.array(128, np.float32),
        "scale": np.array(20, np.float32),
        "zero": np.array(0, np.float32),
    }
    nodes = [
        helper.make_node("Slice", ["image", "starts", "ends", "axes"], ["rows"]),
        helper.make_node("Cast", ["rows"], ["red"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["red", "flat"], ["reds"]),
        helper.make_node("Sub", ["reds", "middle"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["mean"]),
        helper.make_node("Mul", ["mean", "zero"], ["logvar"]),
    ]
    save(path, helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", LATENT]) for name in ("mean", "logvar")],
        [numpy_helper.from_array(value, name) for name, value in constants.items()]))


def safetensors(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    folder = root / NAME / VERSION
    folder.mkdir(parents=True)
    decoder(folder / "decoder.onnx")
    encoder(folder / "encoder.onnx")
    cholesky = np.diag(np.array([1, 0.5, 2, 1], np.float32))
    cholesky[2, 0] = 0.75
    safetensors(folder / "density.safetensors", {"mean": np.array([0, 1, -1, 0.5], np.float32), "cholesky": cholesky})
    safetensors(folder / "weights.safetensors", {"decoder.bias": np.zeros(SIZE, np.float32)})
    (folder / "card.md").write_text("# tiny\n\nA picture that spells its latent out. For tests only.\n")
    manifest = {
        "schema": 1,
        "name": NAME,
        "version": VERSION,
        "created": "2026-01-01T00:00:00+00:00",
        "architecture": "spelled-out",
        "image_size": SIZE,
        "image_channels": 3,
        "latent_size": LATENT,
        "preset": "tiny",
        "dataset": {"name": "nothing", "digest": hashlib.sha256(b"nothing").hexdigest()},
        "attributes": ["Eyeglasses", "Smiling"],
        "metrics": {"psnr_db": 99.0},
        "parent": None,
        "code_revision": "first-release",
        "files": {
            path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "size": path.stat().st_size}
            for path in sorted(folder.iterdir())
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
