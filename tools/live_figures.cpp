#include "tools/live_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "gc/layout.h"
#include "runtime/threads/threads.h"

namespace uvm::tools {
namespace {

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

LiveFigures::LiveFigures(std::string name, std::string folder, std::uint64_t memory_limit_bytes)
    : folder_(std::move(folder)) {
  figures_.name = std::move(name);
  figures_.state = HeapState::kRunning;
  figures_.process.emplace();
  figures_.process->pid = getpid();
  figures_.process->memory_limit_bytes = memory_limit_bytes;
}

void LiveFigures::note_resume(store::Version version) {
  const std::lock_guard lock(lock_);
  figures_.process->resumed_version = version;
}

void LiveFigures::note_torture_resume() {
  const std::lock_guard lock(lock_);
  ++figures_.process->torture_resumes;
}

void LiveFigures::note_ready() {
  const std::lock_guard lock(lock_);
  figures_.process->ready_ns = age_ns();
}

void LiveFigures::attach(Session& session, const checkpoint::Blob& blob) {
  const std::lock_guard life(life_);
  const std::lock_guard lock(lock_);
  session_ = &session;
  figures_.blob = blob;
  figures_.blob->heap_format = gc::kHeapFormat;
  take_versions();
}

void LiveFigures::detach() {
  Figures last = now();
  const std::lock_guard life(life_);
  const std::lock_guard lock(lock_);
  figures_ = std::move(last);
  failed_before_ = figures_.process->checkpoints_failed;
  session_ = nullptr;
}

bool LiveFigures::checkpointed(const checkpoint::Record& record) {
  const std::lock_guard lock(lock_);
  figures_.process->checkpoints.add(record);
  if (session_ == nullptr) return false;
  take_versions();
  return true;
}

void LiveFigures::ended(HeapState state, int exit_code) {
  const std::lock_guard lock(lock_);
  figures_.state = state;
  figures_.exit_code = exit_code;
}

// Called with lock_ held, by a thread with no commit in progress: the store lists its versions only between
// commits.
void LiveFigures::take_versions() {
  figures_.versions = versions_of(session_->store().versions(), session_->store().pinned());
}

// Called with life_ held.
void LiveFigures::look_at(Session& session, Figures& figures) {
  ProcessFigures& process = *figures.process;
  const uffd::Region& region = session.region();
  process.region = region.describe();
  process.memory_limit_bytes = region.memory_limit();
  process.lines = region.count_lines();
  process.latencies = region.fault_latencies();
  process.counters = region.counters();
  process.store = session.store().counters();
  process.allocated_bytes = session.vm().heap.allocated_bytes();
  process.checkpoints_failed += session.checkpointer().statistics().failed();
  if (figures.blob) figures.blob->heap_size = session.vm().heap.capacity();
  figures.file_bytes = process.store.file_bytes;
  figures.free_bytes = process.store.free_bytes;
}

Figures LiveFigures::now() {
  const std::lock_guard life(life_);
  Session* session = nullptr;
  Figures figures;
  {
    const std::lock_guard lock(lock_);
    figures = figures_;
    session = session_;
    if (session != nullptr) figures.process->checkpoints_failed = failed_before_;
  }
  if (session != nullptr) look_at(*session, figures);
  figures.process->peak_rss_bytes = peak_rss_bytes();
  figures.process->uptime_ns = age_ns();
  figures.room_bytes = room_at(folder_);
  return figures;
}

Figures LiveFigures::now_with_calls() {
  Figures figures = now();
  const std::lock_guard life(life_);
  if (session_ != nullptr) figures.process->calls = rt::calls_executed();
  return figures;
}

std::uint64_t LiveFigures::age_ns() const {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - started_at_).count());
}

}  // namespace uvm::tools
