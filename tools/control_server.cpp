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
#include <iterator>
#include <system_error>
#include <utility>

#include "tools/control_socket.h"

namespace uvm::tools {
namespace {

constexpr std::chrono::milliseconds kClientPatience{2000};  // with one client
constexpr std::size_t kMaxClients = 8;   // at the same time; others wait in the socket's queue
constexpr std::size_t kMaxRequest = 64;  // bytes

// Whether the other side has neither closed its end nor sent more.
bool still_waits(int client) {
  char byte = 0;
  return recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

// Nothing if the peer's user is unknown.
std::optional<bool> may_suspend(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return peer.uid == geteuid() || peer.uid == 0;
}

// A fault of the thread itself, in the heap, is served by its SIGBUS handler.
constexpr int kOwnFaults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP};

Unexpected<std::string> not_started(const std::string& what) {
  return Unexpected<std::string>{what + ": " + strerror(errno)};
}

}  // namespace

sockaddr_un control_address(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, kControlSocket);
  return address;
}

BasicResult<std::unique_ptr<ControlServer>, std::string> ControlServer::start(const std::string& folder,
                                                                              Handlers handlers) {
  std::unique_ptr<ControlServer> server(
      new ControlServer(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC),
                        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                        eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), std::move(handlers)));
  if (!server->folder_) return not_started("cannot open " + folder);
  if (!server->socket_ || !server->stop_) return not_started("cannot make a socket");
  // Remove what a killed process left. The mode is set before the socket has a name to connect to.
  unlinkat(server->folder_.get(), kControlSocket, 0);
  const sockaddr_un address = control_address(server->folder_.get());
  if (fchmod(server->socket_.get(), S_IRUSR | S_IWUSR) != 0 ||
      bind(server->socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return not_started("cannot make " + folder + "/" + kControlSocket);
  }
  constexpr int kWaiting = 8;  // clients
  if (listen(server->socket_.get(), kWaiting) != 0)
    return not_started("cannot listen at " + folder + "/" + kControlSocket);

  sigset_t others, before;
  sigfillset(&others);
  for (const int signal : kOwnFaults) sigdelset(&others, signal);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  int error = 0;
  try {
    server->thread_ = std::thread(&ControlServer::serve, server.get());
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return Unexpected<std::string>{std::string("cannot start a thread: ") + strerror(error)};
  pthread_setname_np(server->thread_.native_handle(), "uvm-control");
  return server;
}

ControlServer::~ControlServer() {
  if (folder_) unlinkat(folder_.get(), kControlSocket, 0);
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof one);
  thread_.join();
}

bool ControlServer::stopped(int milliseconds) {
  pollfd stop{stop_.get(), POLLIN, 0};
  const int events = poll(&stop, 1, milliseconds);
  return events > 0 || (events < 0 && errno != EINTR);  // without poll(2) there is no way to wait
}

ControlServer::Client::Client(int fd) : socket(fd), end(Clock::now() + kClientPatience) {}

int ControlServer::accept_socket() {
  const auto accept = [this] {
    return accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  };
  const int client = accept();
  if (client >= 0 || errno != EMFILE) return client;
  spare_.reset();
  return accept();
}

// False: there is a client, but no descriptor or memory is left for it.
bool ControlServer::accept_client() {
  const int client = accept_socket();
  if (client < 0) return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
  clients_.emplace_back(client);
  return true;
}

void ControlServer::serve() {
  constexpr int kPauseMs = 100;
  for (;;) {
    if (!spare_ || !*spare_) spare_.emplace(fcntl(stop_.get(), F_DUPFD_CLOEXEC, 0));
    pollfd ready[2 + kMaxClients] = {{stop_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    if (clients_.size() == kMaxClients) ready[1].fd = -1;
    nfds_t count = 2;
    int wait_ms = -1;
    for (const Client& client : clients_) {
      ready[count++] = {client.socket.get(), static_cast<short>(client.answer.empty() ? POLLIN : POLLOUT), 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(client.end - Clock::now()).count();
      const int left_ms = static_cast<int>(std::max<std::int64_t>(left, 0));
      wait_ms = wait_ms < 0 ? left_ms : std::min(wait_ms, left_ms);
    }
    if (poll(ready, count, wait_ms) < 0) {
      if (errno != EINTR && stopped(kPauseMs)) return;
      continue;
    }
    if (ready[0].revents != 0) return;
    const pollfd* of = ready + 2;
    for (auto client = clients_.begin(); client != clients_.end(); ++of) {
      const bool done = of->revents != 0 ? !go_on(*client) : Clock::now() >= client->end;
      client = done ? clients_.erase(client) : std::next(client);
    }
    // A client that cannot be accepted stays in the queue, and poll(2) would report it again at once.
    if (ready[1].revents != 0 && !accept_client() && stopped(kPauseMs)) return;
  }
}

bool ControlServer::read_request(Client& client) {
  char part[kMaxRequest];
  const ssize_t got = recv(client.socket.get(), part, sizeof part, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.request.append(part, static_cast<std::size_t>(got));
  if (client.request.find('\n') != std::string::npos || client.request.size() >= kMaxRequest)
    client.answer = answer_to(client);
  return true;
}

std::string ControlServer::answer_to(const Client& client) {
  if (client.request == "stats\n") return handlers_.stats();
  if (client.request != "suspend\n") return kUnknownRequest;
  const auto may = may_suspend(client.socket.get());
  if (may == false) return kRefused;
  if (!may || !still_waits(client.socket.get()) || !handlers_.suspend()) return kNotNow;
  return kSuspending;
}

bool ControlServer::go_on(Client& client) {
  if (client.answer.empty()) return read_request(client);
  const ssize_t sent = send(client.socket.get(), client.answer.data() + client.sent,
                            client.answer.size() - client.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<std::size_t>(sent);
  return client.sent < client.answer.size() && Clock::now() < client.end;
}

}  // namespace uvm::tools
