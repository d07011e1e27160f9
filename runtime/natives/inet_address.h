// Addresses of the Internet as the host and as java.net.InetAddress have them.
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
  unsigned char bytes[16] = {};  // in network order; 4 of IPv4
  std::uint32_t scope = 0;       // of IPv6: index of an interface; 0 none

  bool operator==(const Address& other) const {
    return is_ipv6 == other.is_ipv6 && scope == other.scope && std::memcmp(bytes, other.bytes, 16) == 0;
  }
};

// Nothing when it is null or of another family.
std::optional<Address> address_of(const sockaddr* socket_address);
// Of an InetAddress, without its scope.
Address address_of(Thread& thread, const Object* object);

// Whether the host has IPv6 at all, and the program wants it: java.net.preferIPv4Stack.
bool ipv6_available(const Vm& vm);

// Initialises the classes that make_address() makes objects of. May return kUpcall.
Status make_addresses_ready(Thread& thread);

// An Inet4Address or Inet6Address, without its constructors: their fields are only set. `host` may be null.
Status make_address(Thread& thread, const Address& address, const Object* host, Object** result);

// Lets an Inet6Address name the interface of its scope.
void set_scope_interface(Object* address, const Object* network_interface);

}  // namespace uvm::rt
