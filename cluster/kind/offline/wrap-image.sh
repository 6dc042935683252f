#!/usr/bin/env bash
# Makes a docker image of one program of this machine, the shared libraries it
# needs, and some files; no base image, no registry.
#   wrap-image.sh NAME:TAG [--add FROM:TO]... -- PROGRAM [ARGUMENT...]
#   wrap-image.sh surgelab/tool:offline --add dist:/app -- /usr/bin/node /app/main.js
set -euo pipefail
. "$(dirname "$0")/lib.sh"
tag=${1:-}; shift || true
add=()
while [ "${1:-}" = --add ]; do add+=("$2"); shift 2; done
if [ -z "$tag" ] || [ "${1:-}" != -- ] || [ -z "${2:-}" ]; then die "usage: wrap-image.sh NAME:TAG [--add FROM:TO]... -- PROGRAM [ARGUMENT...]"; fi
shift
need docker "apt-get install docker.io, then start dockerd"
need jq     "apt-get install jq"
program=$(readlink -f "$(command -v "$1")") || die "no program $1"
shift

d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; chmod 755 "$d"
mkdir -p "$d"/{bin,etc,tmp,data}; chmod 1777 "$d/tmp"
printf 'root:x:0:0::/:/none\nnobody:x:65534:65534::/:/none\n' >"$d/etc/passwd"
name=/bin/$(basename "$program")
install -m 0755 "$program" "$d$name"
{ ldd "$program" 2>/dev/null | grep -o '/[^ :]*' || true; } | sort -u | while read -r l; do # none for a static program
  mkdir -p "$d$(dirname "$l")"; cp -L "$l" "$d$l"; done
for a in "${add[@]}"; do
  to=$d${a#*:}; mkdir -p "$(dirname "$to")"; cp -rL "${a%%:*}" "$to"; done

entry=$(jq -cn '$ARGS.positional' --args "$name" "$@")
sum=$( { cd "$d"; find . -type f -exec sha256sum {} + | sort; echo "$entry"; } | sha256sum | cut -c1-16)
[ "$(docker image inspect -f '{{index .Config.Labels "content"}}' "$tag" 2>/dev/null)" = "$sum" ] && exit 0
tar -C "$d" -c . | docker import -c "ENTRYPOINT $entry" -c "LABEL content=$sum" - "$tag" >/dev/null
say "$tag, $(du -sh "$d" | cut -f1)"
