// Internet addresses as the host and as java.net.InetAddress represent them.
//
// Only for the natives of java.net.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>

#include "runtime/natives/support.h"

namespace uvm::rt {

struct Address {
  bool is_ipv6 = false;
  unsigned char bytes[16] = {};  // in network order; IPv4 has 4
  std::uint32_t scope = 0;       // IPv6 only: index of an interface; 0: none

  bool operator==(const Address& other) const {
    return is_ipv6 == other.is_ipv6 && scope == other.scope && std::memcmp(bytes, other.bytes, 16) == 0;
  }
};

// Nothing if it is null or of another family.
std::optional<Address> address_of(const sockaddr* socket_address);
// The address in an InetAddress, without its scope.
Address address_of(Thread& thread, const Object* object);

// Whether the host has IPv6 at all, and the program wants it (java.net.preferIPv4Stack).
bool ipv6_available(const Vm& vm);

// Initialises the classes that make_address() makes objects of. May return kUpcall.
Status make_addresses_ready(Thread& thread);

// An Inet4Address or Inet6Address, made without its constructors: only the fields are set. `host` may be
// null.
Status make_address(Thread& thread, const Address& address, const Object* host, Object** result);

// Makes an Inet6Address name the interface of its scope.
void set_scope_interface(Object* address, const Object* network_interface);

}  // namespace uvm::rt
