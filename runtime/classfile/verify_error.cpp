#include "runtime/classfile/verify_error.h"

#include <cstdio>

#include "runtime/classfile/bytecode_reader.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

std::string number(std::size_t n) { return std::to_string(n); }

std::string frame_text(const ShownFrame& shown) {
  const auto list = [](const std::vector<Type>& types) {
    std::string text;
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (i != 0) text += ",";
      text += " " + to_text(types[i]);
    }
    return text + " }\n";
  };
  std::string text = "    bci: @" + number(shown.bci) + "\n";
  text += std::string("    flags: {") + (shown.frame.this_uninitialized ? " flagThisUninit" : "") + " }\n";
  text += "    locals: {" + list(shown.frame.locals);
  text += "    stack: {" + list(shown.frame.stack);
  return text;
}

std::string origin_text(const Origin& origin) {
  const std::string index = "[" + number(origin.index) + "])";
  std::string text = to_text(origin.type);
  switch (origin.place) {
    case Origin::Place::kNone:
    case Origin::Place::kImplicit:
      break;
    case Origin::Place::kLocal:
      text += " (current frame, locals" + index;
      break;
    case Origin::Place::kStack:
      text += " (current frame, stack" + index;
      break;
    case Origin::Place::kMapLocal:
      text += " (stack map, locals" + index;
      break;
    case Origin::Place::kMapStack:
      text += " (stack map, stack" + index;
      break;
    case Origin::Place::kPool:
      text += " (constant pool " + number(origin.index) + ")";
      break;
    case Origin::Place::kSignature:
      text += " (from method signature)";
      break;
  }
  return text;
}

std::string reason_text(const ErrorContext& context) {
  using Kind = ErrorContext::Kind;
  switch (context.kind) {
    case Kind::kNone:
      return {};
    case Kind::kBadCode:
      return "Error exists in the bytecode";
    case Kind::kBadType:
      if (context.expected.place == Origin::Place::kNone)
        return "Invalid type: " + origin_text(context.actual);
      return "Type " + origin_text(context.actual) + " is not assignable to " + origin_text(context.expected);
    case Kind::kBadFlags:
      return context.map ? "Current frame's flags are not assignable to stack map frame's."
                         : "Current frame's flags are invalid in this context.";
    case Kind::kBadPoolIndex:
      return "Constant pool index " + number(context.index) + " is invalid";
    case Kind::kBadLocalIndex:
      return "Local index " + number(context.index) + " is invalid";
    case Kind::kLocalsMismatch:
      return "Current frame's local size doesn't match stackmap.";
    case Kind::kStackMismatch:
      return "Current frame's stack size doesn't match stackmap.";
    case Kind::kStackOverflow:
      return "Exceeded max stack size.";
    case Kind::kStackUnderflow:
      return "Attempt to pop empty stack.";
    case Kind::kMissingMap:
      return "Expected stackmap frame at this location.";
    case Kind::kBadMap:
      return "Invalid stackmap specification.";
  }
  return {};
}

// Lines of 16 bytes; the last one is padded with spaces and is printed even if it is empty.
std::string hex_dump(CodeBytes code) {
  std::string text;
  char buffer[32];
  for (std::size_t line = 0; line <= code.size(); line += 16) {
    std::snprintf(buffer, sizeof buffer, "    %07zx:", line);
    text += buffer;
    for (std::size_t i = line; i < line + 16; ++i) {
      if (i % 2 == 0) text += " ";
      if (i < code.size()) {
        std::snprintf(buffer, sizeof buffer, "%02x", code[i]);
        text += buffer;
      } else {
        text += "  ";
      }
    }
    text += "\n";
  }
  return text;
}

// Prints the frames of a StackMapTable, one per line; stops where the attribute ends.
class MapPrinter {
 public:
  explicit MapPrinter(RawAttribute table)
      : table_({reinterpret_cast<const std::uint8_t*>(table.data()), table.size()}) {}

  std::string print() {
    std::string text;
    if (table_.size() < 2) return text;
    const unsigned count = read_u2(table_, 0);
    at_ = 2;
    for (unsigned i = 0; i < count && at_ < table_.size(); ++i) text += "    " + frame(i == 0) + "\n";
    return text;
  }

 private:
  // The offset of a frame from its delta (JVMS 4.7.4).
  std::string offset(std::size_t delta, bool first) {
    offset_ = first ? delta : offset_ + delta + 1;
    return "(@" + number(offset_);
  }
  std::size_t u2() {
    if (at_ + 2 > table_.size()) {
      at_ = table_.size();
      truncated_ = true;
      return 0;
    }
    at_ += 2;
    return read_u2(table_, at_ - 2);
  }
  std::string type() {
    if (at_ >= table_.size()) {
      truncated_ = true;
      return {};
    }
    switch (const unsigned tag = table_[at_++]) {
      case 0:
        return "Top";
      case 1:
        return "Integer";
      case 2:
        return "Float";
      case 3:
        return "Double";
      case 4:
        return "Long";
      case 5:
        return "Null";
      case 6:
        return "UninitializedThis";
      case 7:
        return "Object[#" + number(u2()) + "]";
      case 8:
        return "Uninitialized[#" + number(u2()) + "]";
      default:
        return "BAD:" + number(tag);
    }
  }
  std::string types(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count && !truncated_; ++i) text += (i == 0 ? "" : ",") + type();
    return text;
  }

  std::string frame(bool first) {
    const unsigned tag = table_[at_++];
    if (tag < 64) return "same_frame" + offset(tag, first) + ")";
    if (tag < 128) {
      const std::string head = "same_locals_1_stack_item_frame" + offset(tag - 64, first);
      return head + "," + type() + ")";
    }
    if (tag < 247) return {};  // reserved
    const std::size_t delta = u2();
    if (tag == 247) {
      const std::string head = "same_locals_1_stack_item_extended" + offset(delta, first);
      return head + "," + type() + ")";
    }
    if (tag < 251) return "chop_frame" + offset(delta, first) + "," + number(251 - tag) + ")";
    if (tag == 251) return "same_frame_extended" + offset(delta, first) + ")";
    if (tag < 255) {
      const std::string head = "append_frame" + offset(delta, first);
      return head + "," + types(tag - 251) + ")";
    }
    std::string text = "full_frame" + offset(delta, first) + ",{";
    text += types(u2()) + "},{";
    return text + types(u2()) + "})";
  }

  CodeBytes table_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
  bool truncated_ = false;
};

}  // namespace

std::string external_method_name(const ClassView& view, const MethodView& method) {
  return type_name(return_type(method.descriptor)) + " " + external_name(view.name) + "." +
         std::string(method.name) + parameter_list(method.descriptor);
}

std::string error_details(const ErrorContext& context, const ClassView& view, const MethodView& method) {
  if (context.kind == ErrorContext::Kind::kNone) return {};
  const CodeView& code = method.code;
  std::string text = "\nException Details:\n  Location:\n    ";
  text += std::string(view.name) + "." + std::string(method.name) + std::string(method.descriptor) + " @" +
          number(context.bci) + ": ";
  text += context.bci < code.bytes.size() ? std::string(opcode_name(code.bytes[context.bci])) : "<invalid>";
  text += "\n  Reason:\n    " + reason_text(context) + "\n";
  if (context.current) text += "  Current Frame:\n" + frame_text(*context.current);
  if (context.map) text += "  Stackmap Frame:\n" + frame_text(*context.map);
  text += "  Bytecode:\n" + hex_dump(code.bytes);
  if (!code.handlers.empty()) {
    text += "  Exception Handler Table:\n";
    for (const ExceptionHandler& h : code.handlers) {
      text += "    bci [" + number(h.start_pc) + ", " + number(h.end_pc) +
              "] => handler: " + number(h.handler_pc) + "\n";
    }
  }
  if (code.stack_map_table.data() != nullptr) {
    text += "  Stackmap Table:\n" + MapPrinter(code.stack_map_table).print();
  }
  return text;
}

}  // namespace uvm::rt::classfile
