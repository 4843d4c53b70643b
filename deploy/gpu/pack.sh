#!/usr/bin/env bash
# Packs what a GPU machine needs that has PyTorch, CMake and a C++ compiler, but neither .NET nor a network: the Trainer and the
# benchmarks with their runtime, the sources of native/torch, and the scripts of the same models in Python.
#
#   deploy/gpu/pack.sh [FOLDER]     default: .facemix/gpu; then take the folder there and run its run.sh
set -euo pipefail

ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
OUT=$(mkdir -p "${1:-$ROOT/.facemix/gpu}" && cd "${1:-$ROOT/.facemix/gpu}" && pwd)

rm -rf "${OUT:?}"/{bin,native,tests,docs,FaceMix.slnx,run.sh}
for project in tests/Benchmarks services/Trainer; do
  dotnet publish "$ROOT/$project" -c Release -r linux-x64 --self-contained -o "$OUT/bin" --verbosity quiet \
    -p:PublishReadyToRun=false -p:DebugType=none -p:SatelliteResourceLanguages=en
done
# This machine's libtorch is not the other's.
rm -f "$OUT/bin/libfacemix_torch.so"
mkdir -p "$OUT"/{native,docs,tests/Benchmarks}
cp -r "$ROOT/native/torch" "$OUT/native/"
cp -r "$ROOT/tests/Benchmarks/Training" "$OUT/tests/Benchmarks/"
find "$OUT/tests" -name '*.cs' -delete
# What tells the programs where the repository begins.
cp "$ROOT/FaceMix.slnx" "$OUT/"
cp "$ROOT/docs/BENCHMARKS.md" "$OUT/docs/"
cp "$ROOT/deploy/gpu/run.sh" "$OUT/"
echo "packed: $OUT, $(du -sh "$OUT" | cut -f1)"
