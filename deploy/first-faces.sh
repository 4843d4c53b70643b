#!/bin/sh
# What an empty installation needs before the page can show a face: the models kept in the image, published, and 5 000
# drawn faces' latents in the store. Doing it again changes nothing; within one container it is not even tried again.
# Usage: first-faces.sh [MODELS] [STORE URL]
set -eu
models=${1:-/var/lib/facemix/models}
store=${2:-http://127.0.0.1:5102}
marks=/var/lib/facemix/encoded

mkdir -p "$marks"
found=false
for version in /kept/*/*/; do
  [ -f "$version/manifest.json" ] || continue
  found=true
  model=$(basename "$(dirname "$version")")@$(basename "$version")
  dotnet /app/FaceMix.Trainer.dll publish --from "$version" --models "$models"
  [ -e "$marks/$model" ] && continue
  dotnet /app/FaceMix.Trainer.dll encode --data drawn --count 5000 --model "$model" --models "$models" --store "$store"
  touch "$marks/$model"
done
if ! $found; then
  echo "This image holds no model: deploy/models was empty when it was built. Train one: see deploy/README.md." >&2
  exit 1
fi
