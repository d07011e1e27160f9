// How other commands talk to the process that runs a heap: by a Unix-domain stream socket in the heap's
// folder, STORE/NAME/control.socket, to which its owner alone may connect. It works across PID namespaces and
// containers that share a store, where a signal does not.
//
// A client writes one line, and reads until the process closes the connection:
//   stats     a JSON document (tools/figures.h)
//   suspend   kSuspending: the process does what it does at SIGTERM.
//             kNotNow: it is ending, or between two lives, so the client asks again or finds it gone.
//             kRefused: the client is neither the process's user nor root (SO_PEERCRED).
//             Nothing happens if the client has left before its turn comes: a client that gave up on a
//             stopped process must not suspend it once it continues.
// To anything else the answer is kUnknownRequest.
//
// ControlServer is the process's side: one thread, which blocks all signals but those of its own faults,
// waits for no client longer than two seconds, and is stopped at once. The socket goes with it; one that a
// killed process left refuses connections, and the next run replaces it. So there must be one server at a
// time in a folder: whoever makes it has the RunLock.
#pragma once

#include <sys/un.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "base/result.h"

namespace uvm::tools {

enum class Request { kStats, kSuspend };

inline constexpr const char* kSuspending = "suspending\n";
inline constexpr const char* kNotNow = "not now\n";
inline constexpr const char* kRefused = "refused\n";
inline constexpr const char* kUnknownRequest = "unknown request\n";

class ControlServer {
 public:
  // Called by the server's thread, for each request.
  struct Handlers {
    std::function<std::string()> stats;  // the document
    std::function<bool()> suspend;       // false: not now
  };

  // Why there is no server, in one line: the file system may not support sockets, for example.
  static BasicResult<std::unique_ptr<ControlServer>, std::string> start(const std::string& folder,
                                                                        Handlers handlers);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  struct Client {
    explicit Client(int fd);
    Descriptor socket;
    Clock::time_point end;  // when its time is over
    std::string request;    // so far
    std::string answer;     // empty while there is no whole request
    std::size_t sent = 0;
  };

  ControlServer(int folder, int socket, int stop, Handlers handlers)
      : folder_(folder), socket_(socket), stop_(stop), handlers_(std::move(handlers)) {}
  void serve();
  bool accept_client();
  int accept_socket();
  // False: the client is finished.
  bool go_on(Client& client);
  bool read_request(Client& client);
  std::string answer_to(const Client& client);
  bool stopped(int milliseconds);

  const Descriptor folder_, socket_, stop_;  // the last an eventfd
  // Kept for a client, for when the program has used up all other descriptors.
  std::optional<Descriptor> spare_;
  const Handlers handlers_;
  std::list<Client> clients_;
  std::thread thread_;
};

struct ControlAnswer {
  enum class Outcome {
    kAnswer,     // `text` is what was answered, whole or not
    kNobody,     // no socket, or nobody behind it
    kForbidden,  // `text` is the user who may ask
    kSilent,     // a process is there and does not answer
    kFailed,     // `text` says why it could not be asked
  } outcome;
  std::string text;
};
// Asks whoever runs the heap in `folder`, and waits no longer than `patience`.
ControlAnswer ask(const std::string& folder, Request request,
                  std::chrono::nanoseconds patience = std::chrono::seconds(5));

inline constexpr const char* kControlSocket = "control.socket";
// The address of the socket in an open folder. It fits however long the folder's path is.
sockaddr_un control_address(int folder);

}  // namespace uvm::tools
