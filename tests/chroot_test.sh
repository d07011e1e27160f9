#!/bin/bash
# Both commands of the README in a new Debian 12 that has nothing in it, with the packages that Debian serves today: what
# somebody meets who tries uvm first. chroot_test.sh [COMMAND...]: other commands instead, each one word for a shell.
#
# debootstrap makes the system in a folder; the commit that is checked out is cloned into it, without what lies about in
# this tree. The commands see processes, mounts and a /dev of their own. Needs root, git and a mirror of Debian
# (UVM_DEBIAN_MIRROR); the time that each command takes is printed, packages included.
set -euo pipefail
cd "$(dirname "$0")/.."
mirror=${UVM_DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${UVM_DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
commands=("$@")
[[ $# -gt 0 ]] || commands=(examples/demo.sh tools/test.sh)
if [[ $(id -u) -ne 0 ]]; then
  echo "$0: only root can make a system to change into" >&2
  exit 1
fi

root=$(mktemp -d "${TMPDIR:-/tmp}/uvm-chroot-XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
chmod 755 "$root" # apt fetches as a user of its own
echo "making Debian 12 in $root"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"
printf 'deb %s %s main\n' "$mirror" bookworm "$mirror" bookworm-updates "$security" bookworm-security \
  >"$root/etc/apt/sources.list"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
git clone -q --no-local . "$root/root/uvm"

# In namespaces of its own, so that all its processes and mounts end with it.
status=0
for command in "${commands[@]}"; do
  echo "--- $command"
  start=$SECONDS
  unshare --mount --pid --fork --kill-child -- bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/tmp"
    cd "$1"
    exec chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      bash -c "cd /root/uvm && $2"' - "$root" "$command" </dev/null || { status=1; echo "FAILED: $command"; }
  echo "--- $command took $((SECONDS - start)) s"
done
exit $status
