#!/usr/bin/env bash
# Wraps the metric programs of build-parts.sh into images surgelab/NAME:offline,
# ready for `kind load docker-image`.
#   build-workload-images.sh CACHE_DIR
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cache_dir "${1:-}"
docker info >/dev/null 2>&1 || die "dockerd does not answer: start it first"
for p in prometheus adapter fake-gpu kube-state-metrics; do
  [ -x "$BIN/$p" ] || die "$BIN/$p is missing: run build-parts.sh first"
  "$here/wrap-image.sh" surgelab/$p:offline -- "$BIN/$p"
done
