// For tests: makes jars in memory, plain ones and ones with chosen oddities.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace uvm::rt::bundle {

struct TestJarEntry {
  std::string name;
  std::string content;
  bool deflate = true;
};

struct TestJarOptions {
  std::string in_front;  // bytes before the archive, like the script of a self-starting jar
  bool zip64 = false;
};

inline std::string make_jar(const std::vector<TestJarEntry>& entries, const TestJarOptions& options = {}) {
  std::string file, directory;
  const auto put = [](std::string& out, auto value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;
  for (const auto& entry : entries) {
    const auto crc = static_cast<u32>(crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                            static_cast<uInt>(entry.content.size())));
    std::string packed = entry.content;
    if (entry.deflate) {
      packed.resize(entry.content.size() + 100);
      z_stream stream{};
      deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(entry.content.data()));
      stream.avail_in = static_cast<uInt>(entry.content.size());
      stream.next_out = reinterpret_cast<Bytef*>(packed.data());
      stream.avail_out = static_cast<uInt>(packed.size());
      deflate(&stream, Z_FINISH);
      packed.resize(stream.total_out);
      deflateEnd(&stream);
    }
    const auto method = static_cast<u16>(entry.deflate ? 8 : 0);
    const auto offset = static_cast<u32>(file.size());
    const auto common = [&](std::string& out) {  // what both headers have in the same order
      put(out, u16{20}), put(out, u16{0x800}), put(out, method), put(out, u32{0}), put(out, crc);
      put(out, options.zip64 ? UINT32_MAX : static_cast<u32>(packed.size()));
      put(out, options.zip64 ? UINT32_MAX : static_cast<u32>(entry.content.size()));
      put(out, static_cast<u16>(entry.name.size()));
    };
    put(file, u32{0x04034b50}), common(file), put(file, u16{0}), file += entry.name + packed;
    put(directory, u32{0x02014b50}), put(directory, u16{20}), common(directory);
    put(directory, static_cast<u16>(options.zip64 ? 28 : 0)), put(directory, u16{0}), put(directory, u16{0});
    put(directory, u16{0}), put(directory, u32{0}), put(directory, options.zip64 ? UINT32_MAX : offset);
    directory += entry.name;
    if (options.zip64) {
      put(directory, u16{1}), put(directory, u16{24}), put(directory, u64{entry.content.size()});
      put(directory, u64{packed.size()}), put(directory, u64{offset});
    }
  }
  const std::size_t start = file.size();
  file += directory;
  if (options.zip64) {
    const std::size_t end64 = file.size();
    put(file, u32{0x06064b50}), put(file, u64{44}), put(file, u16{45}), put(file, u16{45}), put(file, u32{0});
    put(file, u32{0}), put(file, u64{entries.size()}), put(file, u64{entries.size()});
    put(file, u64{directory.size()}), put(file, u64{start});
    put(file, u32{0x07064b50}), put(file, u32{0}), put(file, u64{end64}), put(file, u32{1});
  }
  put(file, u32{0x06054b50}), put(file, u16{0}), put(file, u16{0});
  put(file, static_cast<u16>(options.zip64 ? UINT16_MAX : entries.size()));
  put(file, static_cast<u16>(options.zip64 ? UINT16_MAX : entries.size()));
  put(file, options.zip64 ? UINT32_MAX : static_cast<u32>(directory.size()));
  put(file, options.zip64 ? UINT32_MAX : static_cast<u32>(start)), put(file, u16{0});
  return options.in_front + file;
}

inline std::vector<std::byte> to_bytes(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

inline std::string to_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace uvm::rt::bundle
