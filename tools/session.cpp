#include "tools/session.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "gc/layout.h"
#include "gc/reference.h"
#include "runtime/boot/heap_format.h"
#include "runtime/boot/make_vm.h"
#include "runtime/heap/heap_verification.h"
#include "runtime/metadata/code.h"
#include "runtime/outside/container.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/undo_journal.h"
#include "runtime/threads/checkpoint_events.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/cpu_time.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/thread_memory.h"
#include "runtime/threads/threads.h"
#include "store/directory.h"
#include "tools/messages.h"

namespace uvm::tools {

namespace {

// In the names of images that were found damaged, and put aside.
constexpr char kDamaged[] = ".damaged-";

}  // namespace

std::uint64_t line_limit() { return gc::kRegionSize / store::kLineSize; }

Result<std::unique_ptr<Session>> Session::open(std::unique_ptr<store::FileStore> store,
                                               SessionOptions options) {
  std::unique_ptr<Session> session(new Session);
  uffd::RegionOptions region;
  region.segments = rt::heap_segments();
  region.size = gc::kRegionSize;
  region.memory_limit = options.memory;
  // What a program dirties between the last pre-flush and the cut should fit; otherwise it stays stopped
  // during the writing.
  region.staging_bytes = std::clamp<std::uint64_t>(options.memory / 8, 8 << 20, 64 << 20);
  if (options.handler_thread) region.fault_mode = uffd::FaultMode::kHandlerThread;
  region.store = store.get();
  region.address_hint = options.address_hint;
  session->name_ = std::move(options.name);
  region.callbacks = {.context = session.get(), .on_damage = on_damage, .on_store_failure = on_store_failure};
  auto mapped = uffd::Region::create(region);
  if (!mapped) return Unexpected{mapped.error()};

  session->store_ = std::move(store);
  struct stat file {};
  if (::stat(session->store_->name().c_str(), &file) == 0) {
    session->device_ = file.st_dev;
    session->inode_ = file.st_ino;
  }
  session->aside_ = kDamaged + store::unique_suffix();
  session->region_ = std::move(*mapped);
  gc::g_region_base = session->region_->base();
  session->vm_ = rt::make_vm(session->region_.get(), options.image, std::move(options.input));
  rt::set_torture_interval(*session->vm_, options.torture_interval);
  session->verify_heap_ = options.verify_heap;
  rt::thread_memory(*session->vm_)
      .configure(session->region_.get(),
                 {region.memory_limit, region.staging_bytes, rt::memory_limit().bytes});
  rt::undo_attach(options.folder, options.checkpoints.report);
  session->blob_ = options.blob;
  session->blob_.heap_format = gc::kHeapFormat;
  session->blob_.code_format = rt::kCodeFormat;
  session->blob_.region_size = gc::kRegionSize;
  options.checkpoints.store_name = session->store_->name();
  session->checkpointer_.reset(new checkpoint::Checkpointer(*session->region_, *session->store_, *session,
                                                            std::move(options.checkpoints)));
  rt::set_checkpoint_request(*session->vm_,
                             [checkpointer = session->checkpointer_.get()] { checkpointer->request(); });
  return session;
}

namespace {

constexpr std::size_t kMessageSize = 1024;

// Writes a message that snprintf() made, which may be longer than there was room for.
void say_in_handler(const char (&text)[kMessageSize], int length) {
  if (length <= 0) return;
  const std::size_t bytes = std::min(static_cast<std::size_t>(length), kMessageSize - 1);
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, bytes);
}

}  // namespace

// Called in the SIGBUS handler of the thread that needs the line.
void Session::on_damage(void* context, store::LineNumber line, store::ReadStatus status) {
  const bool corrupt = status == store::ReadStatus::kCorrupt;
  const auto* session = static_cast<Session*>(context);
  const char* name = session->name_.c_str();
  const store::FileStore& owner = session->store_->owner_of(line);
  const bool in_image = &owner != session->store_.get();
  char what[128];
  std::snprintf(what, sizeof what, "%s: line %lu %s", corrupt ? "is damaged" : "cannot be read",
                static_cast<unsigned long>(line),
                corrupt ? "has a wrong checksum" : "gives an input/output error");
  char text[kMessageSize];
  int length = 0;
  if (!in_image) {
    length = std::snprintf(
        text, sizeof text,
        "uvm: heap %.128s %s; uvm verify %.128s says more, uvm remove %.128s or --fresh drops it\n", name,
        what, name, name);
  } else {
    // Rename it, so that the next program to start makes a new one; heaps that never need the line still find
    // it by its content.
    const char* image = owner.name().c_str();
    char renamed[kMessageSize];
    const int room = std::snprintf(renamed, sizeof renamed, "%s%s", image, session->aside_.c_str());
    const bool aside = corrupt && std::strstr(image, kDamaged) == nullptr && room > 0 &&
                       static_cast<std::size_t>(room) < sizeof renamed && ::rename(image, renamed) == 0;
    length = std::snprintf(text, sizeof text,
                           "uvm: base image %.512s %s; heap %.128s was made from it and cannot be resumed "
                           "(uvm remove or --fresh drops it)%s\n",
                           image, what, name, aside ? "; the next program to start makes a new image" : "");
  }
  say_in_handler(text, length);
  _exit(kExitDamage);
}

// Called like on_damage().
void Session::on_store_failure(void* context, int sys_errno, bool fatal) {
  if (!fatal) return;
  const char* name = static_cast<Session*>(context)->name_.c_str();
  const char* why = sys_errno == 0 ? nullptr : strerrordesc_np(sys_errno);
  char text[kMessageSize];
  const int length = std::snprintf(text, sizeof text,
                                   "uvm: heap %.128s: memory is full and the store takes no more lines%s%s; "
                                   "make room in the store or raise "
                                   "--memory, then uvm resume %.128s continues from its last checkpoint\n",
                                   name, why == nullptr ? "" : ": ", why == nullptr ? "" : why, name);
  say_in_handler(text, length);
}

Session::~Session() {
  checkpointer_.reset();
  vm_.reset();
  gc::g_region_base = nullptr;
  region_.reset();
}

void Session::set_finished(int exit_code) {
  blob_.flags |= checkpoint::kBlobFinished;
  blob_.exit_code = exit_code;
}

void Session::set_suspended(bool suspended) {
  blob_.flags =
      suspended ? blob_.flags | checkpoint::kBlobSuspended : blob_.flags & ~checkpoint::kBlobSuspended;
}

void Session::begin() {
  rt::thread_memory(*vm_).look_again();
  rt::checkpoint_begins();
}

// False only while threads are being retired, and then the checkpointer has been stopped.
void Session::stop() { static_cast<void>(rt::stop_threads(*vm_)); }
void Session::resume() { rt::resume_threads(*vm_); }
void Session::retire() { rt::retire_threads(*vm_); }

void Session::verify_heap() {
  if (verify_heap_) rt::verify_heap_or_abort();
}

void Session::before_cut() {
  verify_heap();
  rt::checkpoint_at_cut();
  rt::undo_at_cut(rt::checkpoint_attempts());
  rt::clock_at_cut();
  rt::cpu_time_at_cut(*vm_);
  rt::leases_at_cut();
}

Result<void> Session::find_heap() const {
  struct stat file {};
  const bool there = ::stat(store_->name().c_str(), &file) == 0;
  const bool same = there && file.st_dev == device_ && file.st_ino == inode_;
  if (same || (!there && errno != ENOENT && errno != ENOTDIR)) return {};
  return Unexpected{Error{
      .code = Errc::kNotFound,
      .message =
          store_->name() + " no longer exists: it was removed or renamed while the program was running"}};
}

// A version in a file that has lost its name would be reported as durable, and never found again.
Result<void> Session::before_commit() {
  if (auto found = find_heap(); !found) return found;
  return rt::leases_make_durable();
}

void Session::settled(const Result<checkpoint::Record>& outcome) {
  if (outcome) {
    rt::undo_committed(rt::checkpoint_attempts());
    rt::checkpoint_good(outcome->version);
  } else {
    rt::checkpoint_failed(outcome.error().message);
  }
}

checkpoint::Blob Session::blob() {
  checkpoint::Blob blob = blob_;
  blob.heap_size = vm_->heap.capacity();
  blob.wall_time_ns = static_cast<std::uint64_t>(rt::program_wall_time_ns());
  return blob;
}

}  // namespace uvm::tools
