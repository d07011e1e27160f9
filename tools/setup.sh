#!/bin/bash
# Installs the Debian 12 packages that uvm needs, as far as they are missing: setup.sh [run|test|ci|nightly]
#   run      to build uvm and to run programs and examples (the default)
#   test     also for the tests
#   ci       also for what else checks a change: clang, its tools and sanitizers
#   nightly  also for the long tests: emulated machines, a Debian to install in
# Does nothing, and needs neither root nor a network, when nothing is missing.
set -euo pipefail

# OpenJDK 17 it must be: its class library is what uvm boots, and uvm's own classes use its internals.
packages=(g++ cmake ninja-build ccache pkg-config openjdk-17-jdk-headless liburing-dev libpmem-dev libspdlog-dev
          libfmt-dev libcli11-dev nlohmann-json3-dev libxxhash-dev libzstd-dev zlib1g-dev libgtest-dev libgmock-dev
          librhino-java python3)
level=${1:-run}
case $level in
  run | test | ci | nightly) ;;
  *) echo "usage: $0 [run|test|ci|nightly]" >&2; exit 2 ;;
esac
[[ $level == run ]] || packages+=(libbenchmark-dev)
[[ $level == run || $level == test ]] || packages+=(clang clang-format clang-tidy libclang-rt-14-dev)
[[ $level != nightly ]] || packages+=(qemu-system-x86 busybox-static cpio e2fsprogs ndctl debootstrap git)

if ! command -v dpkg-query >/dev/null; then
  echo "$0: this is not Debian; install the like of: ${packages[*]}" >&2
  exit 1
fi
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "$0: run it as root; missing are: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q update </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}" </dev/null
