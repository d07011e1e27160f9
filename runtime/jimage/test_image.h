// Makes small images in memory, for tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "runtime/jimage/jimage.h"

namespace uvm::rt::jimage {

// One resource, as Location has it.
struct Made {
  std::string module, parent, base, extension, content;
  bool compressed = false;
};

// A writer of small images: gives each resource the slot of its first hash, in a table large enough for that.
class ImageWriter {
 public:
  std::vector<std::byte> write(const std::vector<Made>& resources) {
    strings_ = std::string(1, '\0');
    std::uint32_t length = 0;
    std::vector<std::uint32_t> slots;
    while (slots.size() != resources.size()) {
      length++;
      slots.clear();
      for (const auto& resource : resources) {
        const std::uint32_t slot = hash(full_name(resource)) % length;
        if (std::find(slots.begin(), slots.end(), slot) != slots.end()) break;
        slots.push_back(slot);
      }
    }
    std::vector<std::int32_t> redirect(length, 0);
    std::vector<std::uint32_t> offsets(length, 0);
    std::string locations(1, '\0');  // an empty location for the unused slots
    std::string content;
    for (std::size_t i = 0; i < resources.size(); i++) {
      const auto& resource = resources[i];
      redirect[slots[i]] = -1 - static_cast<std::int32_t>(slots[i]);
      offsets[slots[i]] = static_cast<std::uint32_t>(locations.size());
      attribute(locations, 1, intern(resource.module));
      attribute(locations, 2, intern(resource.parent));
      attribute(locations, 3, intern(resource.base));
      attribute(locations, 4, intern(resource.extension));
      attribute(locations, 5, content.size());
      if (resource.compressed) attribute(locations, 6, resource.content.size());
      attribute(locations, 7, resource.content.size());
      locations += '\0';
      content += resource.content;
    }
    const ImageHeader header{kMagic,
                             kVersion,
                             0,
                             static_cast<std::uint32_t>(resources.size()),
                             length,
                             static_cast<std::uint32_t>(locations.size()),
                             static_cast<std::uint32_t>(strings_.size())};
    std::string image(reinterpret_cast<const char*>(&header), sizeof header);
    image.append(reinterpret_cast<const char*>(redirect.data()), redirect.size() * 4);
    image.append(reinterpret_cast<const char*>(offsets.data()), offsets.size() * 4);
    image += locations + strings_ + content;
    std::vector<std::byte> bytes(image.size());
    std::memcpy(bytes.data(), image.data(), image.size());
    return bytes;
  }

  std::uint32_t intern(const std::string& text) {
    if (text.empty()) return 0;
    const auto [at, fresh] = interned_.try_emplace(text, static_cast<std::uint32_t>(strings_.size()));
    if (fresh) strings_ += text + '\0';
    return at->second;
  }

 private:
  static std::string full_name(const Made& made) {
    std::string name = "/" + made.module + "/";
    if (!made.parent.empty()) name += made.parent + "/";
    name += made.base;
    if (!made.extension.empty()) name += "." + made.extension;
    return name;
  }

  static std::uint32_t hash(const std::string& name) {
    std::uint32_t seed = 0x01000193;
    for (char c : name) seed = (seed * 0x01000193) ^ static_cast<unsigned char>(c);
    return seed & 0x7fffffff;
  }

  static void attribute(std::string& out, int kind, std::uint64_t value) {
    if (value == 0) return;
    int length = 1;
    while (length < 8 && value >> (8 * length) != 0) length++;
    out += static_cast<char>(kind << 3 | (length - 1));
    for (int i = length - 1; i >= 0; i--) out += static_cast<char>(value >> (8 * i));
  }

  std::string strings_;
  std::map<std::string, std::uint32_t> interned_;
};

}  // namespace uvm::rt::jimage
