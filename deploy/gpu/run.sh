#!/usr/bin/env bash
# On a GPU machine, in a folder made by pack.sh: builds native/torch against the libtorch inside the Python that is asked for,
# trains over NCCL with one process, and measures the four presets beside PyTorch eager and torch.compile, in float32 and bf16;
# the tables go to docs/BENCHMARKS.md there.
#
#   ./run.sh [build|nccl|bench]...     default: all three
#
#   FACEMIX_PYTHON   the Python with a CUDA PyTorch (python3)
#   FACEMIX_DEVICE   what is measured (cuda); with cpu the same runs in small, to try this script without a GPU
set -euo pipefail

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
DEVICE=${FACEMIX_DEVICE:-cuda}
FACEMIX_PYTHON=$(command -v "${FACEMIX_PYTHON:-python3}")
export FACEMIX_PYTHON DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
BENCH=$HERE/bin/FaceMix.Benchmarks

# What Python's torch says of itself: CMake's prefix, the folder of its libraries, and those of CUDA's packages beside it.
ask() { "$FACEMIX_PYTHON" -c "import torch, os, glob; $1"; }

build() {
  local prefix
  prefix=${FACEMIX_TORCH_PREFIX:-$(ask 'print(torch.utils.cmake_prefix_path)')}
  ask 'print("PyTorch", torch.__version__, "CUDA", torch.version.cuda, "C++11 ABI", int(torch._C._GLIBCXX_USE_CXX11_ABI))'
  cmake -S "$HERE/native/torch" -B "$HERE/native/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_CXX_FLAGS="-D_GLIBCXX_USE_CXX11_ABI=$(ask 'print(int(torch._C._GLIBCXX_USE_CXX11_ABI))')"
  cmake --build "$HERE/native/build" --parallel
  cp "$HERE/native/build/libfacemix_torch.so" "$HERE/bin/"
}

libraries() {
  ask 'at = os.path.dirname(torch.__file__); print(":".join([at + "/lib", *glob.glob(at + "/../nvidia/*/lib")]))'
}

nccl() {
  local port=$((20000 + RANDOM % 20000)) batch=64
  [[ $DEVICE == cuda* ]] || batch=4
  echo "Ten steps in a group of one process, which talks to itself: seconds and loss, then bytes of memory"
  echo 10 | RANK=0 LOCAL_RANK=0 WORLD_SIZE=1 MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
    "$BENCH" training-worker facemix-64 "$batch" 1 "$DEVICE" float32 False
  echo "and alone:"
  echo 10 | "$BENCH" training-worker facemix-64 "$batch" 1 "$DEVICE" float32 False
}

bench() {
  local small=()
  [[ $DEVICE == cuda* ]] || small=(--batch 4 --seconds 0.1)
  for precision in float32 bf16; do
    "$BENCH" training --device "$DEVICE" --precision "$precision" "${small[@]}"
  done
}

LD_LIBRARY_PATH=$(libraries)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
for step in "${@:-build nccl bench}"; do
  for each in $step; do
    case $each in
      build | nccl | bench) "$each" ;;
      *) echo "run.sh: unknown step '$each' (build, nccl, bench)" >&2; exit 2 ;;
    esac
  done
done
