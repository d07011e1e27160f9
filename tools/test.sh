#!/bin/bash
# Builds and tests uvm; installs what is missing for that first.
#   test.sh            the tests of the release build: unit tests, command lines, Java programs, kills, failing stores.
#                      At most 12 minutes on two cores from nothing
#   test.sh ci         that, and all else that a change must pass; at most 45 minutes
#   test.sh nightly    what takes hours
#   test.sh STAGE...   chosen stages
#
# Stages of ci:
#   tests      as above
#   format     clang-format finds nothing to change
#   tidy       clang, which compiles each file by itself here, and clang-tidy have nothing to say
#   clang      clang's build passes the unit tests
#   asan       unit tests and a stress subset of the Java programs under AddressSanitizer and UBSan
#   tsan       the same under ThreadSanitizer
#   cross      a heap written by the release build goes on in the asan and tsan builds and back
#   fuzz       each fuzz target for FUZZ_SECONDS (default 30) over its corpus in tests/corpus
# Stages of nightly:
#   long       tests in full length: all programs under torture, 300 kills, each fault of a run's store, a million crash
#              states, power cuts of an emulated machine, Linux 6.1
#   soak       everything that the pager does at once, on a store that fails: ten minutes in each of three builds
#   analyzer   clang's static analyzer over all but the tests
#   chroot     both commands of the README in a new Debian 12 with nothing in it (needs root)
#
# Goes through all stages even if one fails; the exit status is 0 only if all passed. The last line says how it went.
# JOBS: processes at once.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
top=$PWD
jobs=${JOBS:-$(nproc)}
fuzz_seconds=${FUZZ_SECONDS:-30}
soak_seconds=${SOAK_SECONDS:-600} # a build
# Programs whose threads, monitors, pages and checkpoints get in each other's way.
stress='^(threads|juc|memory)/'
stress_few='^(threads/Stress|memory/Churn|memory/SparseMatrix)$'

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}

# gcc 12's ThreadSanitizer does not start, and clang 14's AddressSanitizer crashes now and then, where the kernel moves
# mappings about by more than 28 random bits. There what is instrumented runs without that, if this is allowed (a
# container may forbid it). Only root can read the number: others do so too.
steady=()
if (($(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 32) > 28)) && setarch "$(uname -m)" -R true 2>/dev/null; then
  steady=(setarch "$(uname -m)" -R)
fi

# run_for STAGE COMMAND...
run_for() {
  local prefix=()
  case $1 in asan | tsan | cross | fuzz | soak) prefix=("${steady[@]}") ;; esac
  shift
  "${prefix[@]}" "$@"
}

configure() {
  cmake --preset "$1" >"$top/.cache/cmake-$1.log" 2>&1 || { cat "$top/.cache/cmake-$1.log"; return 1; }
}

# build PRESET TARGET...: configures and builds, which runs programs just built.
build() {
  local preset=$1
  shift
  configure "$preset" && run_for "$preset" cmake --build --preset "$preset" -j "$jobs" --target "$@"
}

# run_ctest STAGE ARGUMENT...
run_ctest() {
  local stage=$1
  shift
  run_for "$stage" ctest -j "$jobs" --output-on-failure --timeout 900 --no-tests=error "$@" 2>&1 |
    tee ".cache/ctest-$stage.log"
}

# Where the sanitizers' tests keep files: in memory if there is room, for waiting for a disk finds nothing.
scratch=$top/.cache
[[ $(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) -gt 4000000 ]] && scratch=/dev/shm

tests() { build release all && run_ctest tests --test-dir build; }

format() {
  find base pmem store uffd checkpoint gc runtime tools bench java tests examples -name '*.h' -o -name '*.cpp' |
    xargs clang-format --dry-run -Werror
}

# sources [PATTERN]: what the tidy build compiles, less what matches.
sources() {
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build-tidy/compile_commands.json | grep -v -e /build-tidy/ ${1:+-e "$1"} |
    sort -u
}

# The analyzer takes three times as long as all else together, so it has a stage of its own.
tidy() {
  configure tidy || return 1
  sources | xargs -P "$jobs" -n 4 clang-tidy -p build-tidy --quiet --checks=-clang-analyzer-* 2>.cache/tidy.log
}

analyzer() {
  configure tidy || return 1
  sources '_test\.cpp$' | xargs -P "$jobs" -n 4 clang-tidy -p build-tidy --quiet 2>.cache/tidy.log
}

clang() { build clang all && run_ctest clang --test-dir build-clang -R '^unit\.' -E 'uffd|store'; }

# sanitized PRESET: unit tests; the stress subset with a checkpoint every 50 ms, some of it with little memory too.
sanitized() {
  local folder=build-$1 files status=0
  build "$1" uvm uvmc unit_tests || return 1
  files=$(mktemp -d -p "$scratch" "uvm-$1-XXXXXX") || return 1
  # What one thread does alone, and takes long, says nothing under TSan.
  local left_out=none filter='*'
  if [[ $1 == tsan ]]; then
    left_out=store_on_pmem
    filter='-*StoreModelTest*:StoreCrashTest*:StoreVerifyTest*:*WriteAmplification*:Inflate*:DeflateStream*'
  fi
  GTEST_FILTER=$filter TMPDIR=$files run_ctest "$1" --test-dir "$folder" -R '^unit\.' -E "$left_out" || status=1
  local programs=(tests/run_java_tests.py --uvm "$folder/uvm" --uvmc "$folder/uvmc" --build-dir "$files/java"
    --timeout 300 -j "$jobs")
  run_for "$1" "${programs[@]}" --filter "$stress" --uvm-option=--checkpoint-every=50ms || status=1
  run_for "$1" "${programs[@]}" --filter "$stress_few" --mode tiny --uvm-option=--compress=on || status=1
  rm -rf "$files"
  return $status
}

asan() { sanitized asan; }
tsan() { sanitized tsan; }

cross() {
  local preset files status=0
  for preset in release asan tsan; do build "$preset" uvm uvmc || return 1; done
  files=$(mktemp -d -p "$scratch" uvm-cross-XXXXXX) || return 1
  run_for cross tests/cross_build_test.py --uvm build/uvm --uvm build-asan/uvm --uvm build-tsan/uvm \
    --uvmc build/uvmc --build-dir "$files" || status=1
  rm -rf "$files"
  return $status
}

fuzz() {
  build fuzz fuzzers uvm_builtin_classes || return 1
  local target run status=0 runs=()
  # All at once. What they find on the way goes to a scratch corpus; the one in tests/corpus is kept by hand.
  for target in bundle_fuzz jimage_fuzz class_file_fuzz; do
    local seeds=() scratch=build-fuzz/corpus/$target
    mkdir -p "$scratch"
    [[ -d tests/corpus/$target ]] && seeds+=("tests/corpus/$target")
    [[ $target == class_file_fuzz ]] && seeds+=(build-fuzz/java/classes)
    run_for fuzz "build-fuzz/$target" -max_total_time="$fuzz_seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
      -print_final_stats=1 -artifact_prefix=build-fuzz/ "$scratch" "${seeds[@]}" >"build-fuzz/$target.log" 2>&1 &
    runs+=("$!:$target")
  done
  for run in "${runs[@]}"; do
    target=${run#*:}
    echo "$target for $fuzz_seconds s"
    wait "${run%:*}" || { status=1; tail -n 40 "build-fuzz/$target.log"; }
    grep -E '^stat::number_of_executed_units|DONE' "build-fuzz/$target.log"
  done
  return $status
}

long() { build release all && run_ctest long --test-dir build -C nightly -L nightly; }

soak() {
  local preset folder status=0
  for preset in release asan tsan; do
    build "$preset" uffd_test || return 1
    folder=build
    [[ $preset == release ]] || folder=build-$preset
    echo "soak of the $preset build, $soak_seconds s in four modes"
    UVM_SOAK_SECONDS=$((soak_seconds / 4)) TMPDIR=$scratch run_for soak "$folder/uffd_test" \
      --gtest_filter='*RegionSoakTest*' || status=1
  done
  return $status
}

chroot() { tests/chroot_test.sh; }

ci=(tests format tidy clang asan tsan cross fuzz)
nightly=(long soak analyzer chroot)
stages=() needs=test
for word in "${@:-tests}"; do
  case $word in
    ci) stages+=("${ci[@]}") ;;
    nightly) stages+=("${nightly[@]}") ;;
    *) if [[ " ${ci[*]} ${nightly[*]} " == *" $word "* ]]; then
        stages+=("$word")
      else
        echo "$0: no stage $word; the first lines of this file name them" >&2
        exit 2
      fi ;;
  esac
done
for stage in "${stages[@]}"; do
  case $stage in
    tests) ;;
    long | chroot) needs=nightly ;;
    *) [[ $needs == nightly ]] || needs=ci ;;
  esac
done
tools/setup.sh "$needs" || exit 1
PATH=/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)/bin:$PATH

mkdir -p .cache
summary=() bad=()
for stage in "${stages[@]}"; do
  printf '\n=== %s\n' "$stage"
  start=$SECONDS
  rm -f ".cache/ctest-$stage.log"
  verdict=passed
  "$stage" || { verdict=FAILED; bad+=("$stage"); }
  summary+=("$(printf '%-8s %s in %d s' "$stage" "$verdict" $((SECONDS - start)))")
done
printf '\n=== summary\n'
# ctest's closing lines once more, below all that was printed since.
for stage in "${stages[@]}"; do
  [[ -e .cache/ctest-$stage.log ]] && sed -n '/tests passed/,$p' ".cache/ctest-$stage.log"
done
printf '%s\n' "${summary[@]}"
took="$((SECONDS / 60)) min $((SECONDS % 60)) s"
if [[ ${#bad[@]} -gt 0 ]]; then
  echo "uvm FAILED in: ${bad[*]} ($took; what failed is above)"
  exit 1
fi
echo "uvm passes: ${stages[*]} ($took)"
