// Natives of java.net.InetAddress and its subclasses: names and addresses. There are no sockets, but programs
// print, compare and parse addresses.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/natives/inet_address.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/support.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

enum Preference : std::int32_t { kPreferIpv4 = 0, kPreferIpv6 = 1, kPreferSystem = 2 };

Status is_ipv6_supported(NativeCall& call) { return call.ret(ipv6_available(*call.thread.vm)); }

Status unknown_host(Thread& thread, const std::string& host, int error) {
  const std::string why = error == EAI_SYSTEM ? errno_text(errno) : std::string(::gai_strerror(error));
  return throw_new(thread, "java/net/UnknownHostException", host + ": " + why);
}

Status lookup(NativeCall& call, bool with_ipv6) {
  Thread& thread = call.thread;
  if (call.object(1) == nullptr) {
    return throw_new(thread, "java/lang/NullPointerException", "host argument is null");
  }
  UVM_TRY(make_addresses_ready(thread));
  const std::string host = to_utf8(call.object(1));
  std::vector<Address> addresses;
  int error = 0;
  {
    const BlockedScope blocked(thread);
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    hints.ai_family = with_ipv6 ? AF_UNSPEC : AF_INET;
    addrinfo* found = nullptr;
    error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    for (const addrinfo* i = error == 0 ? found : nullptr; i != nullptr; i = i->ai_next) {
      const std::optional<Address> address = address_of(i->ai_addr);
      // The host answers once for each type of socket.
      if (address && std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
        addresses.push_back(*address);
      }
    }
    if (error == 0) ::freeaddrinfo(found);
  }
  if (error != 0) return unknown_host(thread, host, error);
  Class* base = boot_class(thread, "java/net/InetAddress");
  const auto preference =
      base->mirror_object()->field<std::int32_t>(library_field(base, "preferIPv6Address", "I"));
  if (preference != kPreferSystem) {
    std::stable_partition(addresses.begin(), addresses.end(),
                          [&](const Address& a) { return a.is_ipv6 == (preference == kPreferIpv6); });
  }
  Array* result = new_object_array(thread, base, static_cast<std::int32_t>(addresses.size()));
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Object* address = nullptr;
    UVM_TRY(make_address(thread, addresses[i], call.object(1), &address));
    array_set(result, static_cast<std::int32_t>(i), address);
  }
  return call.ret(result);
}

Status lookup_ipv4(NativeCall& call) { return lookup(call, false); }
Status lookup_all(NativeCall& call) { return lookup(call, true); }

Status local_host_name(NativeCall& call) {
  char name[NI_MAXHOST] = "localhost";
  if (::gethostname(name, sizeof name - 1) != 0) std::strcpy(name, "localhost");
  const Object* result = new_string(call.thread, name);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

// (byte[] address): the host's name.
Status host_by_address(NativeCall& call) {
  const Array* bytes = call.array(1);
  if (bytes == nullptr) return throw_null_pointer(call.thread);
  sockaddr_in in4{};
  in4.sin_family = AF_INET;
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  const bool is_ipv6 = bytes->length == 16;
  if (is_ipv6) {
    std::memcpy(&in6.sin6_addr, bytes->elements<char>(), 16);
  } else if (bytes->length == 4) {
    std::memcpy(&in4.sin_addr, bytes->elements<char>(), 4);
  } else {
    return throw_new(call.thread, "java/net/UnknownHostException");
  }
  char name[NI_MAXHOST] = "";
  int error = 0;
  {
    const BlockedScope blocked(call.thread);
    error = is_ipv6 ? ::getnameinfo(reinterpret_cast<const sockaddr*>(&in6), sizeof in6, name, sizeof name,
                                    nullptr, 0, NI_NAMEREQD)
                    : ::getnameinfo(reinterpret_cast<const sockaddr*>(&in4), sizeof in4, name, sizeof name,
                                    nullptr, 0, NI_NAMEREQD);
  }
  if (error != 0) return throw_new(call.thread, "java/net/UnknownHostException");
  const Object* result = new_string(call.thread, name);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

const NativeMethod kInitMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
};
const NativeRegistration kInit[] = {{"java/net/InetAddress", kInitMethods},
                                    {"java/net/Inet4Address", kInitMethods},
                                    {"java/net/Inet6Address", kInitMethods},
                                    {"java/net/DatagramPacket", kInitMethods}};

const NativeMethod kFactoryMethods[] = {
    {"isIPv6Supported", "()Z", is_ipv6_supported, kLeaf},
};
UVM_REGISTER_NATIVES("java/net/InetAddressImplFactory", kFactoryMethods)

const NativeMethod kIpv4Methods[] = {
    {"getLocalHostName", "()Ljava/lang/String;", local_host_name},
    {"lookupAllHostAddr", "(Ljava/lang/String;)[Ljava/net/InetAddress;", lookup_ipv4},
    {"getHostByAddr", "([B)Ljava/lang/String;", host_by_address},
};
UVM_REGISTER_NATIVES("java/net/Inet4AddressImpl", kIpv4Methods)

const NativeMethod kIpv6Methods[] = {
    {"getLocalHostName", "()Ljava/lang/String;", local_host_name},
    {"lookupAllHostAddr", "(Ljava/lang/String;)[Ljava/net/InetAddress;", lookup_all},
    {"getHostByAddr", "([B)Ljava/lang/String;", host_by_address},
};
UVM_REGISTER_NATIVES("java/net/Inet6AddressImpl", kIpv6Methods)

// The settings of a desktop are ignored.
Status no_system_proxies(NativeCall& call) { return call.ret(false); }

const NativeMethod kProxyMethods[] = {
    {"init", "()Z", no_system_proxies, kLeaf},
};
UVM_REGISTER_NATIVES("sun/net/spi/DefaultProxySelector", kProxyMethods)

}  // namespace
}  // namespace uvm::rt
