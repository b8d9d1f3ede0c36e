#!/bin/sh
# Puts plotly.js where charts and pages look for it: fetch-plotly.sh [FILE]   (default: artifacts/web/plotly.min.js)
# The package comes through the npm client, from whatever registry it is set up to use, and is checked against the
# checksum below. Does nothing when the file of this version is there. Exit status: 0 ready, 1 not fetched (reason on stderr).
set -eu

version=4.1.2
sha512=VSmS9KVNun16S8qFYYp9LlL/XBby4ueeGqB+K9AqRCVsup8dSpGULap4UyR1f2mz4pV3qjWp1sR5chwLgIKPoQ==

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:-$here/../../../artifacts/web/plotly.min.js}
stamp=$target.version

if [ -s "$target" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version" ]; then
  exit 0
fi

for tool in npm node tar; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "fetch-plotly: $tool is not installed; pages will link plotly.js from its CDN." >&2
    exit 1
  fi
done

folder=$(dirname -- "$target")
mkdir -p "$folder"
work=$(mktemp -d "$folder/.plotly.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if ! (cd "$work" && npm pack --silent "plotly.js-dist-min@$version" >npm.out 2>npm.err); then
  echo "fetch-plotly: npm could not get plotly.js-dist-min $version:" >&2
  tail -n 3 "$work/npm.err" >&2
  exit 1
fi

package=$work/plotly.js-dist-min-$version.tgz
digest='process.stdout.write(require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64"))'
if [ "$(node -e "$digest" "$package")" != "$sha512" ]; then
  echo "fetch-plotly: plotly.js-dist-min $version does not have the expected SHA-512; refused." >&2
  exit 1
fi

tar -xzf "$package" -C "$work" package/plotly.min.js
# The stamp is written last and the file moved whole: an interrupted run is simply done again.
rm -f "$stamp"
mv -f "$work/package/plotly.min.js" "$target"
echo "$version" >"$stamp"
