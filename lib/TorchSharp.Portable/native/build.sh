#!/bin/sh
# Builds libtorchsharp_portable.so over the libtorch named by LIBTORCH (a folder with include/ and lib/), else the
# system's. Rebuilds only when the sources, the compiler flags or that libtorch changed.
#
#   build.sh [--output DIR]      default: artifacts/native at the root of the repository
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=$here/../../../artifacts/native
while [ $# -gt 0 ]; do
  case $1 in
    --output) output=$2; shift 2 ;;
    *) echo "usage: build.sh [--output DIR]" >&2; exit 2 ;;
  esac
done

fail() { echo "native build: $1" >&2; exit 1; }

compiler=${CXX:-g++}
command -v "$compiler" >/dev/null 2>&1 || fail "no C++ compiler; on Debian/Ubuntu: apt-get install g++"

printf '#include <cstdio>\n#include <jpeglib.h>\n#include <png.h>\n' | "$compiler" -x c++ -fsyntax-only - 2>/dev/null ||
  fail "the headers of libjpeg or libpng are missing; on Debian/Ubuntu: apt-get install libjpeg-dev libpng-dev"

flags="-O2 -fPIC -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter"
if [ -n "${LIBTORCH:-}" ]; then
  [ -d "$LIBTORCH/include" ] && [ -d "$LIBTORCH/lib" ] || fail "LIBTORCH=$LIBTORCH has no include/ and lib/"
  headers=$LIBTORCH/include
  own=$LIBTORCH
  libraries=
  # Which std::string that libtorch was compiled with shows in its symbols.
  if nm -D --defined-only "$LIBTORCH/lib/libc10.so" | grep -q '_ZN3c105Error.*cxx11'; then abi=1; else abi=0; fi
  flags="$flags -D_GLIBCXX_USE_CXX11_ABI=$abi"
  torch=$LIBTORCH/lib/libtorch_cpu.so
  if [ -e "$LIBTORCH/lib/libtorch_cuda.so" ]; then
    libraries="$libraries -Wl,--no-as-needed -ltorch_cuda -lc10_cuda -Wl,--as-needed"
  fi
else
  headers=/usr/include
  own=
  libraries=
  # libtorch computes on OpenMP's threads. An OpenBLAS that shares them never fights it for the cores, and still uses
  # every core for one large product; loaded first, it is the one that libtorch gets, whatever the system's default is.
  for blas in /usr/lib/*/openblas-openmp; do
    if [ -e "$blas/libblas.so.3" ]; then
      libraries="-Wl,--no-as-needed $blas/libopenblas.so.0 $blas/libblas.so.3 $blas/liblapack.so.3 -Wl,--as-needed -Wl,-rpath,$blas"
    fi
  done
  torch=$(ls /usr/lib/*/libtorch_cpu.so /usr/lib/libtorch_cpu.so 2>/dev/null | head -n 1)
  [ -n "$torch" ] && [ -e /usr/include/ATen/ATen.h ] ||
    fail "no libtorch; on Debian/Ubuntu: apt-get install libtorch-dev, or set LIBTORCH to a libtorch folder"
fi
version=$headers/torch/csrc/api/include/torch/version.h
[ -e "$version" ] || fail "$version is missing: is this a libtorch with headers?"
# Recent versions keep their numbers elsewhere, and their headers are C++20.
number() { sed -n "s/^#define TORCH_VERSION_$1 \([0-9]*\).*/\1/p" "$version"; }
major=$(number MAJOR) minor=$(number MINOR)
if [ "${major:-2}" -ge 2 ] && [ "${minor:-99}" -ge 9 ]; then standard=c++20; else standard=c++17; fi
flags="-std=$standard $flags"

# Lists of words, but for what holds a folder of the user's, which may hold a space.
set -- "$here"/*.cpp
link="$libraries -ltorch -ltorch_cpu -lc10 -ljpeg -lpng16 -lpthread -ldl"

target=$output/libtorchsharp_portable.so
stamp=$output/libtorchsharp_portable.stamp
mkdir -p "$output"
key=$({ cat "$@" "$here"/*.h "$0"; echo "$compiler $flags $headers $own $link"; ls -lL "$torch" "$version"; } | sha256sum)
if [ -e "$target" ] && [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$key" ]; then
  exit 0
fi

echo "native build: compiling over $(dirname "$torch")"
work=$(mktemp -d "$output/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
pids=
for source in "$@"; do
  "$compiler" $flags -isystem "$headers/torch/csrc/api/include" ${own:+-isystem "$headers"} -c "$source" -o "$work/$(basename "$source" .cpp).o" &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || fail "compilation failed"; done
"$compiler" -shared -o "$work/libtorchsharp_portable.so" "$work"/*.o \
  ${own:+"-L$own/lib" "-Wl,-rpath,$own/lib"} $link
mv -f "$work/libtorchsharp_portable.so" "$target"
echo "$key" >"$stamp"
