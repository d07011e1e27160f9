// Natives of java.net.NetworkInterface: what the host says of its interfaces, in getifaddrs(3) and
// netdevice(7). As in OpenJDK, interfaces without an address are left out, the last interface comes first,
// and so does the last address of each.
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <functional>
#include <memory>

#include "base/descriptor.h"
#include "base/error.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/natives/inet_address.h"
#include "runtime/natives/io_support.h"

namespace uvm::rt {
namespace {

struct Binding {
  Address address;
  std::optional<Address> broadcast;
  std::int16_t prefix = 0;  // bits of the network part
};

struct Interface {
  std::string name;
  std::int32_t index = 0;
  std::vector<Binding> bindings;
  std::vector<Interface> children;  // those with a label, "eth0:1"
};

using Interfaces = std::vector<Interface>;

std::int16_t prefix_of(const sockaddr* mask) {
  const std::optional<Address> address = address_of(mask);
  int bits = 0;
  if (address) {
    for (const unsigned char byte : address->bytes) bits += std::popcount(byte);
  }
  return static_cast<std::int16_t>(bits);
}

Interface& find_or_add(Interfaces& all, const std::string& name, std::int32_t index) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Interface& i) { return i.name == name; });
  if (found != all.end()) return *found;
  return *all.insert(all.begin(), Interface{name, index, {}, {}});
}

void add(Interfaces& all, const ifaddrs& entry) {
  std::optional<Address> address = address_of(entry.ifa_addr);
  if (!address) return;
  const std::string label = entry.ifa_name;
  const std::string name = label.substr(0, label.find(':'));
  const auto index = static_cast<std::int32_t>(::if_nametoindex(name.c_str()));
  if (address->is_ipv6) address->scope = static_cast<std::uint32_t>(index);
  Binding binding{*address, std::nullopt, prefix_of(entry.ifa_netmask)};
  if (!address->is_ipv6 && (entry.ifa_flags & IFF_BROADCAST) != 0)
    binding.broadcast = address_of(entry.ifa_broadaddr);
  Interface& found = find_or_add(all, name, index);
  found.bindings.insert(found.bindings.begin(), binding);
  if (name == label) return;
  Interface& child = find_or_add(found.children, label, index);
  child.bindings.insert(child.bindings.begin(), binding);
}

IoResult<Interfaces> list_interfaces(const Vm& vm) {
  ifaddrs* entries = nullptr;
  if (::getifaddrs(&entries) != 0) return io_failure(errno);
  Interfaces all;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(entries, ::freeifaddrs);
  for (const int family : {AF_INET, AF_INET6}) {
    if (family == AF_INET6 && !ipv6_available(vm)) continue;
    for (const ifaddrs* i = entries; i != nullptr; i = i->ifa_next) {
      if (i->ifa_addr != nullptr && i->ifa_addr->sa_family == family) add(all, *i);
    }
  }
  return all;
}

Status failed(NativeCall& call, const std::string& what, IoError error) {
  return throw_new(call.thread, "java/net/SocketException", errno_text(error.sys_errno) + " (" + what + ")");
}

// --- Objects

Status make_ready(Thread& thread) {
  UVM_TRY(make_addresses_ready(thread));
  return ensure_initialized(thread, boot_class(thread, "java/net/InterfaceAddress"));
}

Status make_binding(Thread& thread, const Binding& binding, const Object* address, Object** result) {
  Class* c = boot_class(thread, "java/net/InterfaceAddress");
  Object* object = new_object(thread, c);
  UVM_TRY(made(object));
  object->set_reference(library_field(c, "address", "Ljava/net/InetAddress;"), address);
  if (binding.broadcast) {
    Object* broadcast = nullptr;
    UVM_TRY(make_address(thread, *binding.broadcast, nullptr, &broadcast));
    object->set_reference(library_field(c, "broadcast", "Ljava/net/Inet4Address;"), broadcast);
  }
  object->field<std::int16_t>(library_field(c, "maskLength", "S")) = binding.prefix;
  *result = object;
  return Status::kOk;
}

Status make_interface(Thread& thread, const Interface& from, const Object* parent, Object** result) {
  Class* c = boot_class(thread, "java/net/NetworkInterface");
  Object* object = new_object(thread, c);
  UVM_TRY(made(object));
  const Object* name = new_string(thread, from.name);
  UVM_TRY(made(name));
  object->set_reference(library_field(c, "name", "Ljava/lang/String;"), name);
  object->set_reference(library_field(c, "displayName", "Ljava/lang/String;"), name);
  object->field<std::int32_t>(library_field(c, "index", "I")) = from.index;
  object->field<std::uint8_t>(library_field(c, "virtual", "Z")) = parent != nullptr ? 1 : 0;
  object->set_reference(library_field(c, "parent", "Ljava/net/NetworkInterface;"), parent);

  const auto count = static_cast<std::int32_t>(from.bindings.size());
  Array* addresses = new_object_array(thread, boot_class(thread, "java/net/InetAddress"), count);
  UVM_TRY(made(addresses));
  Array* bindings = new_object_array(thread, boot_class(thread, "java/net/InterfaceAddress"), count);
  UVM_TRY(made(bindings));
  for (std::int32_t i = 0; i < count; ++i) {
    const Binding& binding = from.bindings[static_cast<std::size_t>(i)];
    Object* address = nullptr;
    UVM_TRY(make_address(thread, binding.address, nullptr, &address));
    if (binding.address.is_ipv6) set_scope_interface(address, object);
    array_set(addresses, i, address);
    Object* interface_address = nullptr;
    UVM_TRY(make_binding(thread, binding, address, &interface_address));
    array_set(bindings, i, interface_address);
  }
  object->set_reference(library_field(c, "addrs", "[Ljava/net/InetAddress;"), addresses);
  object->set_reference(library_field(c, "bindings", "[Ljava/net/InterfaceAddress;"), bindings);

  Array* children = new_object_array(thread, c, static_cast<std::int32_t>(from.children.size()));
  UVM_TRY(made(children));
  for (std::size_t i = 0; i < from.children.size(); ++i) {
    Object* child = nullptr;
    UVM_TRY(make_interface(thread, from.children[i], object, &child));
    array_set(children, static_cast<std::int32_t>(i), child);
  }
  object->set_reference(library_field(c, "childs", "[Ljava/net/NetworkInterface;"), children);
  *result = object;
  return Status::kOk;
}

Status get_all(NativeCall& call) {
  Thread& thread = call.thread;
  UVM_TRY(make_ready(thread));
  const auto listed = list_interfaces(*call.thread.vm);
  if (!listed) return failed(call, "getifaddrs() failed", listed.error());
  const Interfaces& all = *listed;
  Array* result = new_object_array(thread, boot_class(thread, "java/net/NetworkInterface"),
                                   static_cast<std::int32_t>(all.size()));
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < all.size(); ++i) {
    Object* object = nullptr;
    UVM_TRY(make_interface(thread, all[i], nullptr, &object));
    array_set(result, static_cast<std::int32_t>(i), object);
  }
  return call.ret(result);
}

// The first interface that `wanted` accepts; null if there is none.
Status get_one(NativeCall& call, const std::function<bool(const Interface&)>& wanted) {
  Thread& thread = call.thread;
  UVM_TRY(make_ready(thread));
  const auto listed = list_interfaces(*call.thread.vm);
  if (!listed) return failed(call, "getifaddrs() failed", listed.error());
  const Interfaces& all = *listed;
  for (const Interface& parent : all) {
    Object* object = nullptr;
    if (wanted(parent)) {
      UVM_TRY(make_interface(thread, parent, nullptr, &object));
      return call.ret(object);
    }
    for (std::size_t i = 0; i < parent.children.size(); ++i) {
      if (!wanted(parent.children[i])) continue;
      UVM_TRY(make_interface(thread, parent, nullptr, &object));
      const auto* children = static_cast<const Array*>(
          object->reference(library_field(class_of(object), "childs", "[Ljava/net/NetworkInterface;")));
      return call.ret(array_get(children, static_cast<std::int32_t>(i)));
    }
  }
  return call.ret(static_cast<const Object*>(nullptr));
}

Status get_by_name(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  const std::string name = to_utf8(call.object(0));
  return get_one(call, [&](const Interface& i) { return i.name == name; });
}

Status get_by_index(NativeCall& call) {
  const std::int32_t index = call.i32(0);
  return get_one(call, [&](const Interface& i) { return i.index == index; });
}

bool has_address(const Interface& interface, const Address& wanted) {
  return std::any_of(interface.bindings.begin(), interface.bindings.end(), [&](const Binding& binding) {
    Address address = binding.address;
    address.scope = 0;
    return address == wanted;
  });
}

Status get_by_address(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  const Address wanted = address_of(call.thread, call.object(0));
  return get_one(call, [&](const Interface& i) { return has_address(i, wanted); });
}

// (InetAddress): whether an interface of the host has the address.
Status is_bound(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  const Address wanted = address_of(call.thread, call.object(0));
  const auto all = list_interfaces(*call.thread.vm);
  return call.ret(all && std::any_of(all->begin(), all->end(),
                                     [&](const Interface& i) { return has_address(i, wanted); }));
}

// --- Figures

// Calls ioctl(2) with the interface's name in `request`.
IoResult<void> ask(const Object* name, unsigned long what, ifreq* request) {
  *request = {};
  to_utf8(name).copy(request->ifr_name, sizeof request->ifr_name - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);  // any family will do
  if (fd < 0) return io_failure(errno);
  const Descriptor closed_at_end(fd);
  if (::ioctl(fd, what, request) != 0) return io_failure(errno);
  return {};
}

// (String name, int index): whether the interface has all these flags.
template <short flags>
Status has_flags(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  ifreq request{};
  if (const auto asked = ask(call.object(0), SIOCGIFFLAGS, &request); !asked)
    return failed(call, "getFlags() failed", asked.error());
  return call.ret((request.ifr_flags & flags) == flags);
}

// (byte[] address, String name, int index): null if the interface has none.
Status mac_address(NativeCall& call) {
  if (call.object(1) == nullptr) return throw_null_pointer(call.thread);
  ifreq request{};
  constexpr std::size_t kLength = 6;
  const auto* bytes = reinterpret_cast<const unsigned char*>(request.ifr_hwaddr.sa_data);
  if (!ask(call.object(1), SIOCGIFHWADDR, &request) ||
      std::all_of(bytes, bytes + kLength, [](unsigned char byte) { return byte == 0; })) {
    return call.ret(static_cast<const Object*>(nullptr));
  }
  const Array* result = make_byte_array(call.thread, bytes, kLength);
  UVM_TRY(made(result));
  return call.ret(result);
}

Status mtu(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  ifreq request{};
  if (const auto asked = ask(call.object(0), SIOCGIFMTU, &request); !asked)
    return failed(call, "getMTU() failed", asked.error());
  return call.ret(request.ifr_mtu);
}

const NativeMethod kInterfaceMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"getAll", "()[Ljava/net/NetworkInterface;", get_all},
    {"getByName0", "(Ljava/lang/String;)Ljava/net/NetworkInterface;", get_by_name},
    {"getByIndex0", "(I)Ljava/net/NetworkInterface;", get_by_index},
    {"getByInetAddress0", "(Ljava/net/InetAddress;)Ljava/net/NetworkInterface;", get_by_address},
    {"boundInetAddress0", "(Ljava/net/InetAddress;)Z", is_bound, kLeaf},
    {"isUp0", "(Ljava/lang/String;I)Z", has_flags<IFF_UP | IFF_RUNNING>},
    {"isLoopback0", "(Ljava/lang/String;I)Z", has_flags<IFF_LOOPBACK>},
    {"supportsMulticast0", "(Ljava/lang/String;I)Z", has_flags<IFF_MULTICAST>},
    {"isP2P0", "(Ljava/lang/String;I)Z", has_flags<IFF_POINTOPOINT>},
    {"getMacAddr0", "([BLjava/lang/String;I)[B", mac_address},
    {"getMTU0", "(Ljava/lang/String;I)I", mtu},
};
UVM_REGISTER_NATIVES("java/net/NetworkInterface", kInterfaceMethods)

}  // namespace
}  // namespace uvm::rt
