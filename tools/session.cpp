#include "tools/session.h"

#include <utility>

#include "gc/layout.h"
#include "gc/reference.h"
#include "runtime/clock.h"
#include "runtime/code.h"
#include "runtime/heap_format.h"
#include "runtime/leases.h"
#include "runtime/safepoint.h"
#include "runtime/threads.h"

namespace uvm::tools {

std::uint64_t line_limit() { return gc::kRegionSize / store::kLineSize; }

store::Result<std::unique_ptr<Session>> Session::open(std::unique_ptr<store::FileStore> store,
                                                      SessionOptions options) {
  std::unique_ptr<Session> session(new Session);
  uffd::RegionOptions region;
  region.segments = rt::heap_segments();
  region.size = gc::kRegionSize;
  region.memory_limit = options.memory;
  region.fault_mode = options.handler_thread ? uffd::FaultMode::kHandlerThread : uffd::FaultMode::kInThread;
#if defined(__SANITIZE_THREAD__)
  region.fault_mode = uffd::FaultMode::kHandlerThread;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  region.fault_mode = uffd::FaultMode::kHandlerThread;
#endif
#endif
  region.store = store.get();
  region.address_hint = options.address_hint;
  auto mapped = uffd::Region::create(region);
  if (!mapped) return Unexpected{mapped.error()};

  session->store_ = std::move(store);
  session->region_ = std::move(*mapped);
  gc::g_region_base = session->region_->base();
  session->vm_ = std::make_unique<rt::Vm>(session->region_.get(), options.image, std::move(options.input));
  session->vm_->torture_interval = options.torture_interval;
  rt::attach_threads(*session->vm_);
  session->blob_ = options.blob;
  session->blob_.heap_format = gc::kHeapFormat;
  session->blob_.code_format = rt::kCodeFormat;
  session->blob_.region_size = gc::kRegionSize;
  session->checkpointer_.reset(new checkpoint::Checkpointer(
      *session->region_, *session->store_, *session, std::move(options.checkpoints)));
  return session;
}

Session::~Session() {
  checkpointer_.reset();
  if (vm_ != nullptr) rt::leases_release_host();
  vm_.reset();
  gc::g_region_base = nullptr;
  region_.reset();
}

void Session::set_finished(int exit_code) {
  blob_.flags |= checkpoint::kBlobFinished;
  blob_.exit_code = exit_code;
}

// False only while threads are being retired, and then the checkpointer has been stopped.
void Session::stop() { static_cast<void>(rt::stop_threads(*vm_)); }
void Session::resume() { rt::resume_threads(*vm_); }
void Session::retire() { rt::retire_threads(*vm_); }

void Session::before_cut() {
  rt::clock_at_cut();
  rt::leases_at_cut();
}

checkpoint::Blob Session::blob() {
  checkpoint::Blob blob = blob_;
  blob.heap_size = vm_->heap.capacity();
  blob.wall_time_ns = static_cast<std::uint64_t>(rt::program_wall_time_ns());
  return blob;
}

}  // namespace uvm::tools
