// What a failed verification reports: where, why, and the "Exception Details" after the first line of the
// message, in the form that HotSpot's users know. Internal to the verifier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/classfile/code_view.h"
#include "runtime/classfile/verification_type.h"

namespace uvm::rt::classfile {

// A frame as a message shows it.
struct ShownFrame {
  std::size_t bci = 0;
  Frame frame;
};

// A type and where it was found.
struct Origin {
  enum class Place : std::uint8_t {
    kNone,
    kImplicit,
    kLocal,
    kStack,
    kMapLocal,
    kMapStack,
    kPool,
    kSignature
  };
  Place place = Place::kNone;
  std::size_t index = 0;
  Type type;
};

struct ErrorContext {
  enum class Kind : std::uint8_t {
    kNone,  // no details
    kBadCode,
    kBadType,
    kBadFlags,
    kBadPoolIndex,
    kBadLocalIndex,
    kLocalsMismatch,
    kStackMismatch,
    kStackOverflow,
    kStackUnderflow,
    kMissingMap,
    kBadMap,
  };
  Kind kind = Kind::kNone;
  std::size_t bci = 0;
  std::size_t index = 0;  // kBadPoolIndex, kBadLocalIndex
  Origin actual;
  Origin expected;
  std::optional<ShownFrame> current;
  std::optional<ShownFrame> map;
};

// Everything that follows the first line, with the newline before it; empty for kNone.
std::string error_details(const ErrorContext& context, const ClassView& view, const MethodView& method);

// "foo.Bar.baz(int, java.lang.String)" with the return type in front: a method as people write it.
std::string external_method_name(const ClassView& view, const MethodView& method);

}  // namespace uvm::rt::classfile
