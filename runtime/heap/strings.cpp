// Strings: java.lang.String objects made and read by the VM, and the table of interned strings.
//
// A String is a byte array and a coder: 0 Latin-1, one byte a unit; 1 UTF-16, two bytes in the machine's
// order (java.lang.String.COMPACT_STRINGS is always true here).
#include <algorithm>
#include <cstring>

#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/region_table.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

Array* value_of(const Object* string) {
  return static_cast<Array*>(string->reference(vm()->known().String_value));
}
bool is_latin1(const Object* string) { return string->field<std::uint8_t>(vm()->known().String_coder) == 0; }

// Decodes UTF-8 in its standard or the class file's modified form (JVMS 4.4.7): the two differ in how NUL and
// supplementary characters are written, and each reading is unambiguous.
std::u16string decode_utf8(std::string_view text) {
  std::u16string units;
  units.reserve(text.size());
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t b = byte(i);
    if (b < 0x80) {
      units.push_back(static_cast<char16_t>(b));
      i++;
    } else if ((b & 0xe0) == 0xc0 && continues(i + 1)) {
      units.push_back(static_cast<char16_t>((b & 0x1f) << 6 | (byte(i + 1) & 0x3f)));
      i += 2;
    } else if ((b & 0xf0) == 0xe0 && continues(i + 1) && continues(i + 2)) {
      units.push_back(
          static_cast<char16_t>((b & 0x0f) << 12 | (byte(i + 1) & 0x3fU) << 6 | (byte(i + 2) & 0x3fU)));
      i += 3;
    } else if ((b & 0xf8) == 0xf0 && continues(i + 1) && continues(i + 2) && continues(i + 3)) {
      const std::uint32_t c = ((b & 0x07) << 18 | (byte(i + 1) & 0x3fU) << 12 | (byte(i + 2) & 0x3fU) << 6 |
                               (byte(i + 3) & 0x3fU)) -
                              0x10000;
      units.push_back(static_cast<char16_t>(0xd800 | (c >> 10 & 0x3ff)));
      units.push_back(static_cast<char16_t>(0xdc00 | (c & 0x3ff)));
      i += 4;
    } else {
      units.push_back(0xfffd);
      i++;
    }
  }
  return units;
}

std::uint32_t hash_of_units(std::u16string_view units) {
  std::uint32_t hash = 0;
  for (const char16_t u : units) hash = hash * 31 + u;
  return hash ^ (hash >> 16);
}

std::uint32_t hash_of_string(const Object* string) {
  const Array* value = value_of(string);
  std::uint32_t hash = 0;
  if (is_latin1(string)) {
    const auto* bytes = value->elements<std::uint8_t>();
    for (std::int32_t i = 0; i < value->length; i++) hash = hash * 31 + bytes[i];
  } else {
    const auto* units = value->elements<std::uint16_t>();
    for (std::int32_t i = 0; i < value->length / 2; i++) hash = hash * 31 + units[i];
  }
  return hash ^ (hash >> 16);
}

bool same_content(const Object* a, const Object* b) {
  const Array* x = value_of(a);
  const Array* y = value_of(b);
  return is_latin1(a) == is_latin1(b) && x->length == y->length &&
         std::memcmp(x->elements<std::byte>(), y->elements<std::byte>(),
                     static_cast<std::size_t>(x->length)) == 0;
}

}  // namespace

Object* new_string_utf16(Thread& thread, std::u16string_view units) {
  const bool latin1 = std::all_of(units.begin(), units.end(), [](char16_t u) { return u < 0x100; });
  Array* value = new_primitive_array(thread, BasicType::kByte,
                                     static_cast<std::int32_t>(latin1 ? units.size() : units.size() * 2));
  if (value == nullptr) return nullptr;
  if (latin1) {
    std::copy(units.begin(), units.end(), value->elements<std::uint8_t>());
  } else {
    std::memcpy(value->elements<std::uint16_t>(), units.data(), units.size() * 2);
  }
  const WellKnown& known = vm()->known();
  Object* string = new_object(thread, known.String.get());
  if (string == nullptr) return nullptr;
  string->set_reference(known.String_value, value);
  string->field<std::uint8_t>(known.String_coder) = latin1 ? 0 : 1;
  return string;
}

Object* new_string(Thread& thread, std::string_view utf8) {
  return new_string_utf16(thread, decode_utf8(utf8));
}

std::u16string to_utf16(const Object* string) {
  const Array* value = value_of(string);
  std::u16string units;
  if (is_latin1(string)) {
    const auto* bytes = value->elements<std::uint8_t>();
    units.assign(bytes, bytes + value->length);
  } else {
    units.resize(static_cast<std::size_t>(value->length) / 2);
    std::memcpy(units.data(), value->elements<std::uint16_t>(), units.size() * 2);
  }
  return units;
}

std::string to_utf8(const Object* string) {
  const std::u16string units = to_utf16(string);
  std::string text;
  text.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); i++) {
    std::uint32_t c = units[i];
    if (c >= 0xd800 && c < 0xe000) {
      if (c < 0xdc00 && i + 1 < units.size() && (units[i + 1] & 0xfc00) == 0xdc00) {
        c = 0x10000 + ((c & 0x3ff) << 10) + (units[++i] & 0x3ffU);
      } else {
        c = '?';
      }
    }
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text.push_back(static_cast<char>(0xc0 | c >> 6));
      text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
      text.push_back(static_cast<char>(0xe0 | c >> 12));
      text.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else {
      text.push_back(static_cast<char>(0xf0 | c >> 18));
      text.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    }
  }
  return text;
}

std::string to_modified_utf8(const Object* string) {
  std::string text;
  for (const std::uint32_t c : to_utf16(string)) {
    if (c != 0 && c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text.push_back(static_cast<char>(0xc0 | c >> 6));
      text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else {
      text.push_back(static_cast<char>(0xe0 | c >> 12));
      text.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    }
  }
  return text;
}

bool string_equals(const Object* string, std::string_view modified_utf8) {
  return to_utf16(string) == decode_utf8(modified_utf8);
}

std::int32_t string_length(const Object* string) {
  const std::int32_t bytes = value_of(string)->length;
  return is_latin1(string) ? bytes : bytes / 2;
}

Object* intern(Thread&, Object* string) {
  const std::uint32_t hash = hash_of_string(string);
  const std::lock_guard lock(vm()->metadata_lock);
  const std::uint32_t found = table_find(roots().interned_strings, hash, [&](std::uint32_t bits) {
    return same_content(gc::decode<Object>(bits), string);
  });
  if (found != 0) return gc::decode<Object>(found);
  table_add(roots().interned_strings, hash, gc::encode(string),
            [](std::uint32_t bits) { return hash_of_string(gc::decode<Object>(bits)); });
  return string;
}

Object* intern_symbol(Thread& thread, Symbol* symbol) {
  const std::u16string units = decode_utf8(symbol->view());
  {
    const std::lock_guard lock(vm()->metadata_lock);
    const std::uint32_t found =
        table_find(roots().interned_strings, hash_of_units(units), [&](std::uint32_t bits) {
          const Object* string = gc::decode<Object>(bits);
          return string_length(string) == static_cast<std::int32_t>(units.size()) &&
                 to_utf16(string) == units;
        });
    if (found != 0) return gc::decode<Object>(found);
  }
  Object* string = new_string_utf16(thread, units);
  return string == nullptr ? nullptr : intern(thread, string);
}

}  // namespace uvm::rt
