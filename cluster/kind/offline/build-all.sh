#!/usr/bin/env bash
# Everything that a kind cluster needs and a registry would give, out of Debian packages and Go modules: programs, the node
# image, the images of Prometheus, the adapter, kube-state-metrics and the fake cards. What is there already is left alone.
#   build-all.sh CACHE_DIR
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cache_dir "${1:-}"
"$here/dockerd-up.sh" "$CACHE"
"$here/build-parts.sh" "$CACHE"
"$here/build-node-image.sh" "$CACHE"
"$here/build-workload-images.sh" "$CACHE"
