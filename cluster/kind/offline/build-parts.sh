#!/usr/bin/env bash
# Builds every program of the offline cluster from the Go module proxy into
# CACHE_DIR/bin.  A program that is there in the wanted version is left alone.
#   build-parts.sh CACHE_DIR [node|metrics|extras|all]      (default: all)
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cache_dir "${1:-}"
what=${2:-node metrics extras}
need go  "Go 1.26 or newer"
need gcc "apt-get install gcc libc6-dev"

export CGO_ENABLED=0 GOFLAGS=-mod=mod

stamp() { echo "$BIN/.$1"; }
fresh() { [ -f "$(stamp "$1")" ] && [ "$(cat "$(stamp "$1")")" = "$2" ] && [ -x "$BIN/$1" ]; }

# build OUT PACKAGE MODULE VERSION [TAGS] [LDFLAGS]
# A throw-away module that requires MODULE@VERSION: `go install PKG@VERSION`
# would refuse modules that carry replace directives.
build() {
  local out=$1 pkg=$2 mod=$3 ver=$4 tags=${5:-} ld=${6:-}
  fresh "$out" "$ver $tags" && return 0
  local t=$SECONDS dir
  dir=$CACHE/wrap/$(echo "$mod@$ver" | tr '/@' '__')
  mkdir -p "$dir"
  if [ ! -f "$dir/.ready" ]; then
    case $mod in
      k8s.io/kubernetes) kubernetes_module "$dir" "$ver" ;;
      *) (cd "$dir"; rm -f go.mod go.sum; go mod init wrap; go get "$mod@$ver") >>"$CACHE/log/build.log" 2>&1 \
           || die "cannot fetch $mod@$ver (see $CACHE/log/build.log)" ;;
    esac
    touch "$dir/.ready"
  fi
  (cd "$dir"; go build -trimpath -tags "$tags" -ldflags "-s -w $ld" -o "$BIN/$out" "$pkg") >>"$CACHE/log/build.log" 2>&1 \
    || die "cannot build $pkg@$ver (see $CACHE/log/build.log)"
  echo "$ver $tags" >"$(stamp "$out")"
  say "built $out $ver in $((SECONDS - t)) s, $(du -h "$BIN/$out" | cut -f1)"
}

# k8s.io/kubernetes replaces its staging modules with local folders that the
# module zip does not hold; each is published on its own as v0.MINOR.PATCH.
kubernetes_module() {
  local dir=$1 ver=$2 src
  go mod download "k8s.io/kubernetes@$ver"
  src=$(go env GOMODCACHE)/k8s.io/kubernetes@$ver
  {
    echo "module wrap"
    grep -E '^go ' "$src/go.mod"
    grep -E '^godebug' "$src/go.mod" || true
    echo "require k8s.io/kubernetes $ver"
    echo "replace ("
    sed -n '/^replace (/,/^)/p' "$src/go.mod" | awk -v v="${ver/v1./v0.}" '/=> .\/staging/ {print "  " $1 " => " $1 " " v}'
    echo ")"
  } >"$dir/go.mod"
}

# own OUT FOLDER: a small program of ours, with its own go.mod beside it
own() {
  local out=$1 src=$here/programs/$1 sum
  sum=$(cat "$src"/*.go "$src"/go.mod 2>/dev/null | sha256sum | cut -c1-16)
  fresh "$out" "$sum" && return 0
  local t=$SECONDS
  mkdir -p "$CACHE/wrap/own-$out"; cp "$src"/* "$CACHE/wrap/own-$out/"
  (cd "$CACHE/wrap/own-$out"; go build -trimpath -ldflags "-s -w" -o "$BIN/$out" .) >>"$CACHE/log/build.log" 2>&1 \
    || die "cannot build programs/$out (see $CACHE/log/build.log)"
  echo "$sum" >"$(stamp "$out")"
  say "built $out in $((SECONDS - t)) s, $(du -h "$BIN/$out" | cut -f1)"
}

wanted() { case " $what " in *" $1 "* | " all ") ;; *) return 1 ;; esac }

say "programs go to $BIN"
if wanted node; then
  v=k8s.io/component-base/version; c=k8s.io/client-go/pkg/version
  minor=${KUBERNETES#v1.}; minor=${minor%%.*}
  ld="-X $v.gitVersion=$KUBERNETES -X $v.gitMajor=1 -X $v.gitMinor=$minor -X $v.gitTreeState=clean -X $v.gitCommit=unknown -X $c.gitVersion=$KUBERNETES"
  for p in kubelet kubeadm kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do
    build $p k8s.io/kubernetes/cmd/$p k8s.io/kubernetes $KUBERNETES "" "$ld"
  done
  build etcd go.etcd.io/etcd/server/v3 go.etcd.io/etcd/server/v3 $ETCD
  build kind sigs.k8s.io/kind sigs.k8s.io/kind $KIND
  for p in containerd ctr containerd-shim-runc-v2; do
    build $p github.com/containerd/containerd/v2/cmd/$p github.com/containerd/containerd/v2 $CONTAINERD "" \
      "-X github.com/containerd/containerd/v2/version.Version=$CONTAINERD"
  done
  for p in ipam/host-local main/loopback main/ptp meta/portmap; do
    build "$(basename $p)" github.com/containernetworking/plugins/plugins/$p github.com/containernetworking/plugins $CNI_PLUGINS
  done
  build crictl sigs.k8s.io/cri-tools/cmd/crictl sigs.k8s.io/cri-tools $CRI_TOOLS
  own coredns
  pause=$(go env GOMODCACHE)/k8s.io/kubernetes@$KUBERNETES/build/pause/linux/pause.c
  [ -x "$BIN/pause" ] || gcc -Os -static -DVERSION="$KUBERNETES" -o "$BIN/pause" "$pause" \
    || die "cannot compile $pause: apt-get install libc6-dev"
fi
if wanted metrics; then
  # without its web assets, and with Kubernetes discovery only
  build prometheus github.com/prometheus/prometheus/cmd/prometheus github.com/prometheus/prometheus $PROMETHEUS \
    remove_all_sd,enable_kubernetes_sd
  build adapter sigs.k8s.io/prometheus-adapter/cmd/adapter sigs.k8s.io/prometheus-adapter $PROMETHEUS_ADAPTER
  own fake-gpu
fi
if wanted extras; then # its old client libraries make it the slowest of the metric programs
  build kube-state-metrics k8s.io/kube-state-metrics/v2 k8s.io/kube-state-metrics/v2 $KUBE_STATE_METRICS
fi
say "all programs are built"
