// Natives of java.net.InetAddress and its subclasses: names and addresses. There are no sockets; but programs
// print, compare and parse addresses.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "runtime/natives/io_support.h"
#include "runtime/natives/support.h"
#include "runtime/safepoint.h"

namespace uvm::rt {
namespace {

// InetAddress's constants.
enum Family : std::int32_t { kFamilyIpv4 = 1, kFamilyIpv6 = 2 };
enum Preference : std::int32_t { kPreferIpv4 = 0, kPreferIpv6 = 1, kPreferSystem = 2 };

struct Address {
  bool is_ipv6 = false;
  unsigned char bytes[16] = {};  // in network order; 4 of IPv4
  std::uint32_t scope = 0;

  bool operator==(const Address& other) const {
    return is_ipv6 == other.is_ipv6 && scope == other.scope && std::memcmp(bytes, other.bytes, 16) == 0;
  }
};

std::optional<Address> address_of(const sockaddr* socket_address) {
  Address address;
  if (socket_address == nullptr) return std::nullopt;
  if (socket_address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, socket_address, sizeof in);
    std::memcpy(address.bytes, &in.sin_addr, 4);
    return address;
  }
  if (socket_address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, socket_address, sizeof in);
    address.is_ipv6 = true;
    std::memcpy(address.bytes, &in.sin6_addr, 16);
    address.scope = in.sin6_scope_id;
    return address;
  }
  return std::nullopt;
}

// Whether the host has IPv6 at all.
bool has_ipv6() {
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return false;
  bool found = false;
  for (const ifaddrs* i = interfaces; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr != nullptr && i->ifa_addr->sa_family == AF_INET6) found = true;
  }
  ::freeifaddrs(interfaces);
  return found;
}

Status is_ipv6_supported(NativeCall& call) { return call.ret(has_ipv6()); }

// An Inet4Address or Inet6Address, without its constructors: their fields are only set.
Status make_address(Thread& thread, const Address& address, const Object* host, Object** result) {
  Class* base = boot_class(thread, "java/net/InetAddress");
  Class* c = boot_class(thread, address.is_ipv6 ? "java/net/Inet6Address" : "java/net/Inet4Address");
  Class* holder_class = boot_class(thread, "java/net/InetAddress$InetAddressHolder");
  Object* object = new_object(thread, c);
  UVM_TRY(made(object));
  Object* holder = new_object(thread, holder_class);
  UVM_TRY(made(holder));
  holder->set_reference(library_field(holder_class, "hostName", "Ljava/lang/String;"), host);
  holder->set_reference(library_field(holder_class, "originalHostName", "Ljava/lang/String;"), host);
  holder->field<std::int32_t>(library_field(holder_class, "family", "I")) =
      address.is_ipv6 ? kFamilyIpv6 : kFamilyIpv4;
  object->set_reference(library_field(base, "holder", "Ljava/net/InetAddress$InetAddressHolder;"), holder);
  if (!address.is_ipv6) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, address.bytes, 4);
    holder->field<std::uint32_t>(library_field(holder_class, "address", "I")) = ntohl(bits);
  } else {
    Class* holder6_class = boot_class(thread, "java/net/Inet6Address$Inet6AddressHolder");
    Object* holder6 = new_object(thread, holder6_class);
    UVM_TRY(made(holder6));
    const Array* bytes = make_byte_array(thread, address.bytes, sizeof address.bytes);
    UVM_TRY(made(bytes));
    holder6->set_reference(library_field(holder6_class, "ipaddress", "[B"), bytes);
    holder6->field<std::uint32_t>(library_field(holder6_class, "scope_id", "I")) = address.scope;
    holder6->field<std::uint8_t>(library_field(holder6_class, "scope_id_set", "Z")) = address.scope != 0;
    object->set_reference(library_field(c, "holder6", "Ljava/net/Inet6Address$Inet6AddressHolder;"), holder6);
  }
  *result = object;
  return Status::kOk;
}

Status unknown_host(Thread& thread, const std::string& host, int error) {
  const std::string why = error == EAI_SYSTEM ? errno_text(errno) : std::string(::gai_strerror(error));
  return throw_new(thread, "java/net/UnknownHostException", host + ": " + why);
}

Status lookup(NativeCall& call, bool with_ipv6) {
  Thread& thread = call.thread;
  if (call.object(1) == nullptr) {
    return throw_new(thread, "java/lang/NullPointerException", "host argument is null");
  }
  for (const char* name : {"java/net/InetAddress", "java/net/Inet4Address", "java/net/Inet6Address",
                           "java/net/InetAddress$InetAddressHolder"}) {
    UVM_TRY(ensure_initialized(thread, boot_class(thread, name)));
  }
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
      // There is one answer for each type of socket.
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

// (InetAddress): whether an interface of the host has the address.
Status is_bound(NativeCall& call) {
  const Object* object = call.object(0);
  if (object == nullptr) return throw_null_pointer(call.thread);
  Class* base = boot_class(call.thread, "java/net/InetAddress");
  const Object* holder =
      object->reference(library_field(base, "holder", "Ljava/net/InetAddress$InetAddressHolder;"));
  Address wanted;
  wanted.is_ipv6 = holder->field<std::int32_t>(library_field(class_of(holder), "family", "I")) == kFamilyIpv6;
  if (wanted.is_ipv6) {
    const Object* holder6 = object->reference(
        library_field(class_of(object), "holder6", "Ljava/net/Inet6Address$Inet6AddressHolder;"));
    const auto* bytes =
        static_cast<const Array*>(holder6->reference(library_field(class_of(holder6), "ipaddress", "[B")));
    std::memcpy(wanted.bytes, bytes->elements<char>(), 16);
  } else {
    const std::uint32_t bits =
        htonl(holder->field<std::uint32_t>(library_field(class_of(holder), "address", "I")));
    std::memcpy(wanted.bytes, &bits, 4);
  }
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return call.ret(false);
  bool found = false;
  for (const ifaddrs* i = interfaces; i != nullptr; i = i->ifa_next) {
    std::optional<Address> address = address_of(i->ifa_addr);
    if (!address) continue;
    address->scope = 0;
    if (*address == wanted) found = true;
  }
  ::freeifaddrs(interfaces);
  return call.ret(found);
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

const NativeMethod kInterfaceMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"boundInetAddress0", "(Ljava/net/InetAddress;)Z", is_bound, kLeaf},
};
UVM_REGISTER_NATIVES("java/net/NetworkInterface", kInterfaceMethods)

}  // namespace
}  // namespace uvm::rt
