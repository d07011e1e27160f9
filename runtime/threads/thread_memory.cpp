#include "runtime/threads/thread_memory.h"

#include <algorithm>

#include "uffd/region.h"

namespace uvm::rt {
namespace {

std::uint64_t less(std::uint64_t from, std::uint64_t what) { return from - std::min(from, what); }

}  // namespace

std::uint64_t ThreadMemory::room_for_lines(const Limits& limits, const Use& use) {
  if (limits.available == 0) return limits.resident;
  const std::uint64_t staging = std::min(limits.staging, limits.resident);
  // If --memory asks for more than there is, it is granted as long as the process is small.
  const std::uint64_t given = std::max(less(limits.available, kProcess), limits.resident + staging);
  const std::uint64_t left = less(less(given, use.tables), less(use.threads, kThreadsIncluded) * kPerThread);
  // A cut of everything that is resident takes as much again.
  return std::min(limits.resident, std::max(less(left, staging), left / 2));
}

void ThreadMemory::configure(uffd::Region* region, const Limits& limits) {
  const std::lock_guard lock(lock_);
  region_ = region;
  limits_ = limits;
  use_ = {};
}

// Called with lock_ held.
void ThreadMemory::apply() {
  if (region_ == nullptr) return;
  const std::uint64_t least = std::min(kLeastResident, limits_.resident);
  const std::uint64_t bytes = std::max(room_for_lines(limits_, use_), least);
  if (bytes != region_->memory_limit()) region_->set_memory_limit(bytes);
}

bool ThreadMemory::admit() {
  const std::lock_guard lock(lock_);
  if (region_ == nullptr) return true;
  const Use more{use_.threads + 1, region_->table_bytes()};
  if (room_for_lines(limits_, more) < std::min(kLeastResident, limits_.resident)) return false;
  use_ = more;
  apply();
  return true;
}

void ThreadMemory::admit_resumed() {
  const std::lock_guard lock(lock_);
  ++use_.threads;
  apply();
}

void ThreadMemory::ended() {
  const std::lock_guard lock(lock_);
  --use_.threads;
  apply();
}

void ThreadMemory::look_again() {
  const std::lock_guard lock(lock_);
  if (region_ != nullptr) use_.tables = region_->table_bytes();
  apply();
}

}  // namespace uvm::rt
