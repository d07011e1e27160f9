#include "runtime/linking/archived_symbols.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/bundle/mapped_file.h"
#include "runtime/metadata/symbol_table.h"

namespace uvm::rt {
namespace {

// A symbol in the archive, 8-aligned: reference count (all ones: never freed), hash, length, then the text.
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kTextOffset = 6;

std::string_view symbol_at(std::span<const std::byte> file, std::size_t at) {
  std::uint16_t count = 0;
  std::uint16_t length = 0;
  if (at + kTextOffset > file.size()) return {};
  std::memcpy(&count, &file[at], sizeof count);
  std::memcpy(&length, &file[at + 4], sizeof length);
  if (count != 0xffff || length == 0 || at + kTextOffset + length > file.size()) return {};
  const std::string_view text(reinterpret_cast<const char*>(&file[at + kTextOffset]), length);
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return printable ? text : std::string_view{};
}

// Sorts as HotSpot does, which matters for equal keys: overloaded methods. Quicksort around the median of the
// first, the middle and the last item; both sides stop at keys equal to it, and even those are exchanged.
void sort_by_key(std::span<std::pair<std::uint32_t, unsigned>> items) {
  while (items.size() > 1) {
    const std::size_t middle = items.size() / 2;
    const auto put_in_order = [&](std::size_t a, std::size_t b) {
      if (items[a].first > items[b].first) std::swap(items[a], items[b]);
    };
    put_in_order(0, middle);
    put_in_order(0, items.size() - 1);
    put_in_order(middle, items.size() - 1);
    if (items.size() < 4) return;
    const std::uint32_t pivot = items[middle].first;
    std::size_t left = 0;
    std::size_t right = items.size() - 1;
    for (;; ++left, --right) {
      while (items[left].first < pivot) ++left;
      while (items[right].first > pivot) --right;
      if (left >= right) break;
      std::swap(items[left], items[right]);
    }
    sort_by_key(items.first(right + 1));
    items = items.subspan(right + 1);
  }
}

}  // namespace

void make_archived_symbols(const std::string& java_home) {
  const auto archive = bundle::MappedFile::open(java_home + "/lib/server/classes.jsa");
  if (!archive) return;
  const std::span<const std::byte> file = archive->bytes();
  for (std::size_t at = 0; at < file.size(); at += kAlignment) {
    if (const std::string_view text = symbol_at(file, at); !text.empty()) make_symbol(text);
  }
}

void put_methods_in_order(classfile::ClassFile& file) {
  for (unsigned i = 1; i < file.pool.size(); ++i) {
    if (file.pool.tag(i) == PoolTag::kUtf8) make_symbol(file.pool.utf8(i));
  }
  std::vector<std::pair<std::uint32_t, unsigned>> keys;
  for (unsigned i = 0; i < file.methods.size(); ++i) {
    keys.emplace_back(gc::encode(make_symbol(file.methods[i].name)), i);
  }
  sort_by_key(keys);
  std::vector<classfile::Method> sorted;
  sorted.reserve(keys.size());
  for (const auto& [symbol, index] : keys) sorted.push_back(std::move(file.methods[index]));
  file.methods = std::move(sorted);
}

}  // namespace uvm::rt
