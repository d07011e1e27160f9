#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>

#include "tools/control_socket.h"

namespace uvm::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = ControlAnswer::Outcome;

ControlAnswer failed(const std::string& what) { return {Outcome::kFailed, what + ": " + strerror(errno)}; }

// The owner of the socket; nothing if it is this user, because then something else prevents connecting to it.
std::optional<std::string> other_owner(int folder) {
  struct stat status {};
  if (fstatat(folder, kControlSocket, &status, AT_SYMLINK_NOFOLLOW) != 0) return "another user";
  if (status.st_uid == geteuid()) return {};
  const passwd* user = getpwuid(status.st_uid);
  return user != nullptr ? "user " + std::string(user->pw_name) : "user " + std::to_string(status.st_uid);
}

// Reads everything until the other side closes.
ControlAnswer read_answer(int socket, Clock::time_point end) {
  ControlAnswer answer{Outcome::kAnswer, {}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{socket, POLLIN, 0};
    if (left <= 0) return {Outcome::kSilent, {}};
    constexpr std::int64_t kMinuteMs = 60'000;
    const int events = poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left, kMinuteMs)));
    if (events == 0) continue;
    char part[16384];
    const ssize_t got = events > 0 ? recv(socket, part, sizeof part, 0) : -1;
    if (got == 0) return answer;
    if (got > 0) {
      answer.text.append(part, static_cast<std::size_t>(got));
    } else if (errno == ECONNRESET) {
      if (!answer.text.empty()) return answer;  // without reading the request
      return {Outcome::kNobody, {}};
    } else if (errno != EINTR && errno != EAGAIN) {
      return failed("cannot read its answer");
    }
  }
}

}  // namespace

ControlAnswer ask(const std::string& folder, Request request, std::chrono::nanoseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  const Descriptor at(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return errno == ENOENT ? ControlAnswer{Outcome::kNobody, {}} : failed("cannot open " + folder);
  const Descriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!client) return failed("cannot make a socket");
  // A stopped process accepts no connection. Clients wait in its queue, or for a place in the queue.
  const auto us = std::max<std::int64_t>(std::chrono::ceil<std::chrono::microseconds>(patience).count(), 1);
  const timeval limit{us / 1'000'000, us % 1'000'000};
  setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const sockaddr_un address = control_address(at.get());
  while (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    switch (const int error = errno) {
      case EINTR:
        continue;
      case ENOENT:
      case ECONNREFUSED:
        return {Outcome::kNobody, {}};
      case EACCES:
      case EPERM:
        if (const auto other = other_owner(at.get())) return {Outcome::kForbidden, *other};
        errno = error;
        [[fallthrough]];
      case EAGAIN:
        return {Outcome::kSilent, {}};
      default:
        return failed("cannot connect to " + folder + "/" + kControlSocket);
    }
  }
  // A server that closes without reading may have answered all the same.
  const std::string line = request == Request::kStats ? "stats\n" : "suspend\n";
  if (send(client.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
    return errno == EAGAIN ? ControlAnswer{Outcome::kSilent, {}} : failed("cannot ask it");
  return read_answer(client.get(), end);
}

}  // namespace uvm::tools
