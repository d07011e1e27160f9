// SIGTERM, SIGINT and SIGHUP: one thread waits for them, so that no code of uvm runs in a signal handler.
#pragma once

#include <functional>

namespace uvm::tools {

// Blocks the signals in the calling thread and all threads that it makes later, and starts the waiting
// thread, for the rest of the process. To be called first of all, by the main thread. They stay ignored
// where they are (nohup, shells' background jobs). SIGPIPE and SIGXFSZ (ulimit -f) are ignored, as java does:
// writing then fails, of the program with an IOException, of a checkpoint as with a full disk.
void watch_signals();

// Calls `handler` on the waiting thread at the first signal; it should make the program suspend. Until there
// is one, and at a second SIGINT, the process ends at once with status 128 + signal. Null removes it.
void on_first_signal(std::function<void(int)> handler);

// As if SIGTERM had come, from any thread. False: nobody handles it now, and nothing happened.
bool request_suspension();

// The signal that came first, 0 none.
int first_signal();

}  // namespace uvm::tools
