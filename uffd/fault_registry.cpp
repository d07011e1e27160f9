#include "uffd/fault_registry.h"

#include <signal.h>

#include <atomic>
#include <cerrno>
#include <mutex>

#include "uffd/kernel_abi.h"

namespace uvm::uffd {
namespace {

struct Slot {
  // `end` is written last and cleared first: a slot with end == 0 is free. A reader that finds an address
  // inside [base, end) may use the target, because a region whose memory is being touched is alive.
  std::atomic<std::uintptr_t> base{0};
  std::atomic<FaultTarget*> target{nullptr};
  std::atomic<std::uintptr_t> end{0};
};

constinit Slot slots[kMaxTargets];
constinit std::mutex change_mutex;
struct sigaction previous;  // NOLINT: written once, before the handler can run

void forward(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // The access is repeated on return, and then ends the process with the default action.
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    if (info->si_code <= 0) raise(signal);  // sent by kill(): there is no access to repeat
  }
}

void on_sigbus(int signal, siginfo_t* info, void* context) {
  int saved_errno = errno;
  bool resolved = false;
  if (info->si_code == BUS_ADRERR) {
    auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (Slot& slot : slots) {
      std::uintptr_t end = slot.end.load(std::memory_order_acquire);
      if (address >= end || address < slot.base.load(std::memory_order_relaxed)) continue;
      // A slot that is reassigned while it is read may seem to match; then its target declines.
      resolved = slot.target.load(std::memory_order_relaxed)
                     ->fault(static_cast<const std::byte*>(info->si_addr), abi::fault_was_write(context));
      if (resolved) break;
    }
  }
  errno = saved_errno;
  if (!resolved) forward(signal, info, context);
}

bool install_handler() {
  struct sigaction action {};
  action.sa_sigaction = on_sigbus;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGBUS, nullptr, &previous) != 0) return false;
  return sigaction(SIGBUS, &action, nullptr) == 0;
}

}  // namespace

bool register_target(FaultTarget* target, const std::byte* base, std::uint64_t size) {
  std::lock_guard guard(change_mutex);
  static const bool installed = install_handler();
  if (!installed) return false;
  for (Slot& slot : slots) {
    if (slot.end.load(std::memory_order_relaxed) != 0) continue;
    auto start = reinterpret_cast<std::uintptr_t>(base);
    slot.base.store(start, std::memory_order_relaxed);
    slot.target.store(target, std::memory_order_relaxed);
    slot.end.store(start + size, std::memory_order_release);
    return true;
  }
  return false;
}

void unregister_target(FaultTarget* target) {
  std::lock_guard guard(change_mutex);
  for (Slot& slot : slots) {
    if (slot.end.load(std::memory_order_relaxed) != 0 &&
        slot.target.load(std::memory_order_relaxed) == target) {
      slot.end.store(0, std::memory_order_release);
    }
  }
}

}  // namespace uvm::uffd
