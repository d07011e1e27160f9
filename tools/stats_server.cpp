#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "tools/stats_socket.h"

namespace uvm::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kClientPatience{2000};  // with one client

// A fault of the thread itself, in the heap, is served in its SIGBUS handler.
constexpr int kOwnFaults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP};

Unexpected<std::string> not_started(const std::string& what) {
  return Unexpected<std::string>{what + ": " + strerror(errno)};
}

}  // namespace

sockaddr_un stats_address(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, kStatsSocket);
  return address;
}

BasicResult<std::unique_ptr<StatsServer>, std::string> StatsServer::start(const std::string& folder,
                                                                          Document document) {
  std::unique_ptr<StatsServer> server(
      new StatsServer(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC),
                      socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                      eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), std::move(document)));
  if (!server->folder_) return not_started("cannot open " + folder);
  if (!server->socket_ || !server->stop_) return not_started("cannot make a socket");
  // What a killed process left. The mode is given before there is a name by which others could connect.
  unlinkat(server->folder_.get(), kStatsSocket, 0);
  const sockaddr_un address = stats_address(server->folder_.get());
  if (fchmod(server->socket_.get(), S_IRUSR | S_IWUSR) != 0 ||
      bind(server->socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return not_started("cannot make " + folder + "/" + kStatsSocket);
  }
  constexpr int kWaiting = 8;  // clients
  if (listen(server->socket_.get(), kWaiting) != 0)
    return not_started("cannot listen at " + folder + "/" + kStatsSocket);

  sigset_t others, before;
  sigfillset(&others);
  for (const int signal : kOwnFaults) sigdelset(&others, signal);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  int error = 0;
  try {
    server->thread_ = std::thread(&StatsServer::serve, server.get());
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return Unexpected<std::string>{std::string("cannot start a thread: ") + strerror(error)};
  pthread_setname_np(server->thread_.native_handle(), "uvm-stats");
  return server;
}

StatsServer::~StatsServer() {
  if (folder_) unlinkat(folder_.get(), kStatsSocket, 0);
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof one);
  thread_.join();
}

bool StatsServer::stopped(int milliseconds) {
  pollfd stop{stop_.get(), POLLIN, 0};
  const int events = poll(&stop, 1, milliseconds);
  return events > 0 || (events < 0 && errno != EINTR);  // without poll(2) nobody can be waited for
}

int StatsServer::accept_client() {
  const auto accept = [this] {
    return accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  };
  const int client = accept();
  if (client >= 0 || errno != EMFILE) return client;
  spare_.reset();
  return accept();
}

void StatsServer::serve() {
  constexpr int kPauseMs = 100;
  for (;;) {
    if (!spare_ || !*spare_) spare_.emplace(fcntl(stop_.get(), F_DUPFD_CLOEXEC, 0));
    pollfd ready[2] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR && stopped(kPauseMs)) return;
    if (ready[1].revents != 0) return;
    if (ready[0].revents == 0) continue;
    const Descriptor client(accept_client());
    if (client) {
      answer(client.get());
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED && stopped(kPauseMs)) {
      return;  // without descriptors or memory the client stays there, and would be asked for again at once
    }
  }
}

bool StatsServer::wait_to_write(int client, int milliseconds) {
  pollfd ready[2] = {{client, POLLOUT, 0}, {stop_.get(), POLLIN, 0}};
  const int events = poll(ready, 2, milliseconds);
  return (events > 0 && ready[1].revents == 0) || (events < 0 && errno == EINTR);
}

void StatsServer::answer(int client) {
  const std::string text = document_();
  const Clock::time_point end = Clock::now() + kClientPatience;
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t sent = send(client, text.data() + done, text.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent == 0 || errno != EAGAIN) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0 || !wait_to_write(client, static_cast<int>(left))) return;
  }
}

}  // namespace uvm::tools
