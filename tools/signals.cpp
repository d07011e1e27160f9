#include "tools/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include "tools/messages.h"

namespace uvm::tools {
namespace {

std::mutex lock;
std::function<void(int)> first_handler;
std::atomic<int> first{0};

void wait_for_signals(sigset_t set) {
  for (;;) {
    int signal = 0;
    const int error = sigwait(&set, &signal);
    if (error == EINTR) continue;
    if (error != 0) {  // it would be the same the next time
      say(std::string("signals cannot be waited for: ") + strerror(error) +
          "; SIGTERM, SIGINT and SIGHUP end the process without a last checkpoint, and uvm suspend with one");
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
      for (;;) pause();
    }
    std::function<void(int)> handler;
    {
      const std::lock_guard guard(lock);
      handler = first_handler;
    }
    if (!handler || (first.load() != 0 && signal == SIGINT)) _exit(128 + signal);
    int none = 0;
    if (first.compare_exchange_strong(none, signal)) handler(signal);
  }
}

}  // namespace

void watch_signals() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction old {};
    sigaction(number, nullptr, &old);
    if (old.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread(wait_for_signals, set).detach();
}

void on_first_signal(std::function<void(int)> handler) {
  const std::lock_guard guard(lock);
  first_handler = std::move(handler);
}

bool request_suspension() {
  std::function<void(int)> handler;
  {
    const std::lock_guard guard(lock);
    handler = first_handler;
  }
  if (!handler) return false;
  int none = 0;
  if (first.compare_exchange_strong(none, SIGTERM)) handler(SIGTERM);
  return true;
}

int first_signal() { return first.load(); }

}  // namespace uvm::tools
