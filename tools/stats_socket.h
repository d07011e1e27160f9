// How `uvm stats` asks the process that runs a heap: by a Unix-domain stream socket in the heap's folder,
// STORE/NAME/stats.socket, which its owner alone may connect to. To each connection the process writes one
// JSON document (tools/figures.h) and closes it; it reads nothing.
//
// StatsServer is the process's side: one thread, which blocks all signals but those of its own faults, waits
// for no client longer than two seconds, and is stopped at once. The socket goes with it; one that a killed
// process left refuses connections, and the next run replaces it. So there must be one server at a time in a
// folder: whoever makes it has the RunLock.
#pragma once

#include <sys/un.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "pmem/descriptor.h"
#include "pmem/result.h"

namespace uvm::tools {

class StatsServer {
 public:
  // Called by the server's thread, for each connection.
  using Document = std::function<std::string()>;

  // Why there is none, in one line: the file system cannot have sockets, for example.
  static BasicResult<std::unique_ptr<StatsServer>, std::string> start(const std::string& folder,
                                                                      Document document);
  ~StatsServer();
  StatsServer(const StatsServer&) = delete;
  StatsServer& operator=(const StatsServer&) = delete;

 private:
  StatsServer(int folder, int socket, int stop, Document document)
      : folder_(folder), socket_(socket), stop_(stop), document_(std::move(document)) {}
  void serve();
  void answer(int client);
  // False: it is to stop, or the time is over.
  bool wait_to_write(int client, int milliseconds);
  bool stopped(int milliseconds);

  int accept_client();

  const Descriptor folder_, socket_, stop_;  // the last an eventfd
  // Kept for a client when the program has used all others up.
  std::optional<Descriptor> spare_;
  const Document document_;
  std::thread thread_;
};

struct StatsAnswer {
  enum class Outcome {
    kDocument,   // `text` is what was answered, whole or not
    kNobody,     // no socket, or nobody behind it
    kForbidden,  // `text` is the user who may ask
    kSilent,     // somebody is there and says nothing
    kFailed,     // `text` says why it could not be asked
  } outcome;
  std::string text;
};
// Asks whoever runs the heap in `folder`, and waits for some seconds.
StatsAnswer ask_for_stats(const std::string& folder);

inline constexpr const char* kStatsSocket = "stats.socket";
// The address of the socket in an open folder: however long its path is, this one fits.
sockaddr_un stats_address(int folder);

}  // namespace uvm::tools
