#!/usr/bin/env bash
# Runs a command in an emulated machine that has real persistent memory: Debian's kernel, an NVDIMM in fsdax
# mode, ext4 mounted with -o dax on /pmem (MAP_SYNC works there). Software emulation, no KVM: about ten times
# slower than the host. The NVDIMM is a file, so a run can be killed (a power cut) and booted again.
#
# usage: pmem_guest.sh [--pmem FILE] [--pmem-mib N] [--mem-mib N] [--timeout S] [--file HOSTPATH[:GUESTPATH]]... -- COMMAND...
#   --pmem FILE    the NVDIMM's backing file; made and formatted when absent, else used as it is (default: a new one)
#   --file         a file or folder to take along; programs bring the shared libraries that ldd names
# The last line printed is "guest exit N". The exit status is the command's, 124 where the time ran out.
# needs (Debian): qemu-system-x86 busybox-static cpio e2fsprogs ndctl
set -euo pipefail
pmem= pmem_mib=256 mem_mib=1024 limit=300 files=()
while [[ $# -gt 0 ]]; do case $1 in
  --pmem) pmem=$2; shift 2;; --pmem-mib) pmem_mib=$2; shift 2;; --mem-mib) mem_mib=$2; shift 2;;
  --timeout) limit=$2; shift 2;; --file) files+=("$2"); shift 2;; --) shift; break;;
  *) echo "pmem_guest.sh: unknown option $1" >&2; exit 2;; esac; done
[[ $# -gt 0 ]] || { echo "pmem_guest.sh: no command" >&2; exit 2; }
for tool in qemu-system-x86_64 busybox cpio mkfs.ext4 ndctl; do
  command -v "$tool" >/dev/null || { echo "pmem_guest.sh: $tool is missing (apt-get install qemu-system-x86 busybox-static cpio e2fsprogs ndctl)" >&2; exit 2; }
done
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pmem-guest; mkdir -p "$cache"
if [[ ! -d $cache/kernel/boot ]]; then
  # the newest plain kernel image that the archive has
  image=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  work=$(mktemp -d); (cd "$work" && apt-get download -q "$image" >/dev/null 2>&1 && dpkg -x ./*.deb "$cache/kernel"); rm -rf "$work"
fi
kernel=$(ls "$cache"/kernel/boot/vmlinuz-*); modules=$(echo "$cache"/kernel/lib/modules/*/kernel)
root=$(mktemp -d); leave=("$root"); trap 'rm -rf "${leave[@]}"' EXIT
mkdir -p "$root"/{bin,proc,sys,dev,pmem,modules,tmp,etc}
take() { # a file with the libraries that it needs, at the given place
  local from=$1 to=$root/$2; mkdir -p "$(dirname "$to")"; cp -aL "$from" "$to"
  { ldd "$from" 2>/dev/null | grep -o '/[^ ]*' || true; } | while read -r library; do
    mkdir -p "$root$(dirname "$library")"; cp -nL "$library" "$root$library"; done
}
take "$(command -v busybox)" bin/busybox; take "$(command -v ndctl)" bin/ndctl; take "$(command -v mkfs.ext4)" bin/mkfs.ext4
for entry in "${files[@]+"${files[@]}"}"; do
  host=${entry%%:*}; guest=${entry#*:}
  if [[ -d $host ]]; then mkdir -p "$root/$guest"; cp -aL "$host/." "$root/$guest/"; else take "$host" "$guest"; fi
done
for module in crc32c_generic crc16 mbcache jbd2 ext4 libnvdimm nfit nd_btt nd_pmem dax_pmem; do
  path=$(find "$modules" -name "$module.ko" | head -n 1); [[ -n $path ]] && cp "$path" "$root/modules/"
done
fresh=0
if [[ -z $pmem ]]; then pmem=$root.pmem; leave+=("$pmem"); fi
label_kib=128
if [[ ! -s $pmem ]]; then fresh=1; truncate -s $(((pmem_mib * 1024 + label_kib) * 1024)) "$pmem"; fi
size_kib=$(($(stat -c %s "$pmem") / 1024))
printf '%s\n' '#!/bin/busybox sh' \
  '/bin/busybox --install -s /bin; export PATH=/bin:/usr/bin HOME=/tmp' \
  'mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mkdir -p /dev/shm; mount -t tmpfs t /dev/shm; mount -t tmpfs t /tmp' \
  'for m in crc32c_generic crc16 mbcache jbd2 ext4 libnvdimm nfit nd_btt nd_pmem dax_pmem; do insmod /modules/$m.ko 2>/dev/null; done' \
  "if [ $fresh = 1 ]; then ndctl create-namespace -f -e namespace0.0 -m fsdax >/dev/null && mkfs.ext4 -F -q -b 4096 /dev/pmem0; fi" \
  'for i in 1 2 3 4 5 6 7 8 9 10; do [ -b /dev/pmem0 ] && break; sleep 0.3; done' \
  'mount -t ext4 -o dax /dev/pmem0 /pmem || echo "guest: no DAX mount"' \
  "( $(printf '%q ' "$@") ); echo \"guest exit \$?\"" \
  'umount /pmem; poweroff -f' >"$root/init"
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$root.gz"
log=$root.log; leave+=("$root.gz" "$log")
set +e
timeout --foreground "$limit" qemu-system-x86_64 -M pc,nvdimm=on -accel tcg,thread=multi -cpu max -smp 2 \
  -m "${mem_mib}M,slots=2,maxmem=$((mem_mib + pmem_mib * 2 + 1024))M" \
  -object "memory-backend-file,id=m1,share=on,mem-path=$pmem,size=${size_kib}k" \
  -device "nvdimm,memdev=m1,id=nv1,label-size=${label_kib}k" \
  -kernel "$kernel" -initrd "$root.gz" -append 'console=ttyS0 quiet panic=-1' -nographic -no-reboot </dev/null 2>&1 |
  sed -u -e 's/\r//g' -e '1,/Booting from ROM/d' -e 's/^\x1b[^A-Za-z]*c\|\x1b\[[?0-9;]*[a-zA-Z]\|\x1bc//g' | tee "$log"
status=${PIPESTATUS[0]}
[[ $status == 124 ]] && exit 124
code=$(sed -n 's/^guest exit \([0-9]*\)$/\1/p' "$log" | tail -n 1)
exit "${code:-1}"
