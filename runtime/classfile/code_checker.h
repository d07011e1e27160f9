// What each instruction requires of the frame before it, and how it changes the frame (JVMS 4.10.1.9). Shared
// by the two ways of verifying: type_checker.h (StackMapTable) and type_inferrer.h (data flow). Internal to
// the verifier.
//
// One object is one pass over one method. A failure, or the need for a class, leaves its functions as one of
// the exceptions below, which verify() catches.
#pragma once

#include <cstdarg>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/classfile/bytecode_reader.h"
#include "runtime/classfile/verification_type.h"
#include "runtime/classfile/verifier.h"
#include "runtime/classfile/verify_error.h"

namespace uvm::rt::classfile {

struct VerifyThrow {
  VerifyFailure failure;
  bool final = false;  // no second attempt by inference
};
struct NeedClassThrow {
  std::string name;
};

class CodeChecker {
 public:
  CodeChecker(const CodeChecker&) = delete;
  CodeChecker& operator=(const CodeChecker&) = delete;

 protected:
  // `inference` selects the wording of messages, and the rules that differ: with it, jsr and ret exist.
  CodeChecker(const ClassView& view, const MethodView& method, TypeOracle& oracle, bool inference);
  ~CodeChecker() = default;

  // Control leaves the instruction at bci_ with frame_. `target` may be anything.
  virtual void jump(std::int64_t target) = 0;
  // Checks that the handlers around bci_ accept frame_; `this_uninitialized`: as if the flag of frame_ were
  // set.
  virtual void flow_to_handlers(bool this_uninitialized) = 0;
  // jsr and ret; only called by inference.
  virtual void jump_to_subroutine(std::int64_t target) = 0;
  virtual void return_from_subroutine(unsigned local) = 0;

  // The frame that the method begins with.
  void set_initial_frame();
  // Executes the instruction at bci_ on frame_. Afterwards falls_through_ says whether the next one follows.
  // Precondition: check_operands() passed for it.
  void execute();
  // Checks what needs no frame about the instruction at bci_ (JVMS 4.9.1): constant pool entries of the right
  // kind, operands in range, local variables below max_locals.
  void check_operands();
  // Exception table and LocalVariableTable refer to instructions, and the caught classes are throwable.
  void check_tables();

  // ---- failing. `old_text` is the text of the type-inferring verifier.
  using Kind = ErrorContext::Kind;
  [[noreturn]] void fail(const ErrorContext& context, const std::string& old_text,
                         const std::string& text) const;
  [[noreturn]] void fail_code(const std::string& old_text,
                              const std::string& text) const;  // kBadCode at bci_
  // A ClassFormatError.
  [[noreturn]] void fail_format(const std::string& text) const;
  [[nodiscard]] std::string old_message(const std::string& old_text) const;
  [[nodiscard]] ShownFrame shown() const;  // frame_ as it was when the instruction began
  [[nodiscard]] ErrorContext bad_type(Origin actual, Origin expected) const;
  [[nodiscard]] Origin popped(const Type& type) const;  // the type that has just been popped
  static Origin implicit(const Type& type) { return {Origin::Place::kImplicit, 0, type}; }
  static Origin from_pool(unsigned index, const Type& type) { return {Origin::Place::kPool, index, type}; }

  // ---- the frame
  void begin_instruction(std::size_t bci);
  void push(const Type& type);
  void push(const TypePair& pair);
  void push_halves(const TypePair& pair);  // one by one, because an overflow shows what was pushed
  Type pop_any();
  Type pop(const Type& expected, const char* old_text = nullptr);
  // A whole value. A wrong long or double is reported at once, by its lower half.
  void pop_pair(const TypePair& pair, const char* old_text = nullptr);
  // The same, half by half from the top.
  void pop_halves(const TypePair& pair, const char* old_text = nullptr);
  Type pop_category1();
  void set_local(unsigned index, const Type& type);
  Type get_local(unsigned index, const Type& expected);
  void get_local_pair(unsigned index, char letter);  // J or D
  void initialize(const Type& uninitialized, const Type& initialized);

  // ---- questions
  bool assignable(const Type& from, const Type& to);
  bool assignable_to_current(const Type& from);  // for receivers of protected members
  std::string_view store_name(std::string name) {
    names_.push_back(std::move(name));
    return names_.back();
  }
  // The element type of an array type; null stays null.
  static Type component_of(const Type& array);
  [[nodiscard]] Type pool_class(unsigned index) const { return Type::object(pool_.class_name(index)); }
  [[nodiscard]] Type current_type() const { return Type::object(view_.name); }
  void answer_or_throw(const OracleAnswer& answer) const;

  const ClassView& view_;
  const MethodView& method_;
  const PoolView& pool_;
  const CodeBytes code_;
  TypeOracle& oracle_;
  const bool inference_;

  std::vector<CodeMark> marks_;
  std::size_t bci_ = 0;
  Frame frame_;
  bool falls_through_ = true;
  bool this_initialized_here_ = false;  // the instruction was the constructor call that initialises "this"

 private:
  void execute_plain();
  void execute_load(const LocalOperand& operand);
  void execute_store(const LocalOperand& operand);
  void execute_array_load(Opcode opcode);
  void execute_array_store(Opcode opcode);
  void execute_stack(Opcode opcode);
  void execute_constant(unsigned index);
  void execute_field(Opcode opcode, unsigned index);
  void execute_invoke(Opcode opcode, unsigned index);
  void execute_init(unsigned index, const MemberView& member, const Type& holder);
  void execute_new(unsigned index);
  void execute_new_array(Opcode opcode);
  void execute_switch();
  void execute_return(Opcode opcode);
  void check_constant_operand(unsigned index, bool wide);
  void check_invoke_operands(Opcode opcode, unsigned index);
  void check_switch_operands();
  void check_local(unsigned index, unsigned slots) const;
  [[noreturn]] void fail_local(unsigned index, const char* text) const;
  [[noreturn]] void fail_underflow() const;
  void check_pool_tag(unsigned index, std::uint32_t allowed_tags);  // bits: 1 << tag
  void check_protected(const MemberView& member, const Type& receiver, bool method, const char* what);
  void check_special_target(const MemberView& member, bool interface_method);
  [[nodiscard]] bool ends_in_athrow(std::size_t handler) const;
  [[nodiscard]] bool since(unsigned major) const { return view_.major_version >= major; }

  struct Taken {
    std::size_t position;
    Type type;
  };
  std::vector<Taken> taken_;  // popped by the instruction, for messages
  std::size_t mark_ = 0;      // stack depth when the instruction began
  std::deque<std::string> names_;
};

[[gnu::format(printf, 1, 2)]] std::string text_of(const char* format, ...);

}  // namespace uvm::rt::classfile
