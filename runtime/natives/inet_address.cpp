#include "runtime/natives/inet_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <strings.h>

#include <algorithm>

#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

// InetAddress's constants.
enum Family : std::int32_t { kFamilyIpv4 = 1, kFamilyIpv6 = 2 };

}  // namespace

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

Address address_of(Thread& thread, const Object* object) {
  Class* base = boot_class(thread, "java/net/InetAddress");
  const Object* holder =
      object->reference(library_field(base, "holder", "Ljava/net/InetAddress$InetAddressHolder;"));
  Address address;
  address.is_ipv6 =
      holder->field<std::int32_t>(library_field(class_of(holder), "family", "I")) == kFamilyIpv6;
  if (address.is_ipv6) {
    const Object* holder6 = object->reference(
        library_field(class_of(object), "holder6", "Ljava/net/Inet6Address$Inet6AddressHolder;"));
    const auto* bytes =
        static_cast<const Array*>(holder6->reference(library_field(class_of(holder6), "ipaddress", "[B")));
    std::memcpy(address.bytes, bytes->elements<char>(), 16);
  } else {
    const std::uint32_t bits = htonl(static_cast<std::uint32_t>(
        holder->field<std::int32_t>(library_field(class_of(holder), "address", "I"))));
    std::memcpy(address.bytes, &bits, 4);
  }
  return address;
}

bool ipv6_available(const Vm& vm) {
  const auto& properties = vm.input.properties;
  const bool only_ipv4 = std::any_of(properties.begin(), properties.end(), [](const auto& property) {
    return property.first == "java.net.preferIPv4Stack" && ::strcasecmp(property.second.c_str(), "true") == 0;
  });
  ifaddrs* interfaces = nullptr;
  if (only_ipv4 || ::getifaddrs(&interfaces) != 0) return false;
  bool found = false;
  for (const ifaddrs* i = interfaces; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr != nullptr && i->ifa_addr->sa_family == AF_INET6) found = true;
  }
  ::freeifaddrs(interfaces);
  return found;
}

Status make_addresses_ready(Thread& thread) {
  for (const char* name : {"java/net/InetAddress", "java/net/Inet4Address", "java/net/Inet6Address",
                           "java/net/InetAddress$InetAddressHolder"}) {
    UVM_TRY(ensure_initialized(thread, boot_class(thread, name)));
  }
  return Status::kOk;
}

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
    holder->field<std::int32_t>(library_field(holder_class, "address", "I")) =
        static_cast<std::int32_t>(ntohl(bits));
  } else {
    Class* holder6_class = boot_class(thread, "java/net/Inet6Address$Inet6AddressHolder");
    Object* holder6 = new_object(thread, holder6_class);
    UVM_TRY(made(holder6));
    const Array* bytes = make_byte_array(thread, address.bytes, sizeof address.bytes);
    UVM_TRY(made(bytes));
    holder6->set_reference(library_field(holder6_class, "ipaddress", "[B"), bytes);
    holder6->field<std::int32_t>(library_field(holder6_class, "scope_id", "I")) =
        static_cast<std::int32_t>(address.scope);
    holder6->field<std::uint8_t>(library_field(holder6_class, "scope_id_set", "Z")) = address.scope != 0;
    object->set_reference(library_field(c, "holder6", "Ljava/net/Inet6Address$Inet6AddressHolder;"), holder6);
  }
  *result = object;
  return Status::kOk;
}

void set_scope_interface(Object* address, const Object* network_interface) {
  Object* holder6 = address->reference(
      library_field(class_of(address), "holder6", "Ljava/net/Inet6Address$Inet6AddressHolder;"));
  holder6->set_reference(library_field(class_of(holder6), "scope_ifname", "Ljava/net/NetworkInterface;"),
                         network_interface);
}

}  // namespace uvm::rt
