// Verification by type inference (JVMS 4.10.2), for class files below version 50 and as the second attempt
// for version 50: data flow over the instructions until nothing changes, including subroutines (jsr, ret).
// Internal to the verifier.
#pragma once

#include <optional>
#include <set>

#include "runtime/classfile/code_checker.h"

namespace uvm::rt::classfile {

class TypeInferrer final : public CodeChecker {
 public:
  TypeInferrer(const ClassView& view, const MethodView& method, TypeOracle& oracle)
      : CodeChecker(view, method, oracle, true) {}
  void run();

 private:
  // A subroutine that is being executed, and the locals that it has read or written so far. When it returns,
  // the others have what they had in its caller (JVMS 4.10.2.5).
  struct Active {
    std::uint16_t entry;
    std::vector<bool> touched;
  };
  struct State {
    Frame frame;
    std::vector<Active> active;  // outermost first
  };

  void jump(std::int64_t target) override;
  void flow_to_handlers(bool this_uninitialized) override;
  void jump_to_subroutine(std::int64_t target) override;
  void return_from_subroutine(unsigned local) override;

  void check_static_targets();
  void check_target(std::int64_t target, const char* text) const;
  void touch_locals();
  void flow_to(std::size_t target, const State& state);
  // Merges `from` into `into`; true if that changed it.
  bool merge(State& into, const State& from);
  bool merge_types(std::vector<Type>& into, const std::vector<Type>& from, bool stack);
  Type merge_type(const Type& a, const Type& b);
  Type merge_objects(std::string_view a, std::string_view b);
  void enqueue(std::size_t bci);

  std::vector<std::optional<State>> states_;                // before each instruction that has been reached
  std::set<std::size_t> queue_;                             // instructions whose state has changed
  State before_;                                            // of the instruction being executed
  std::vector<Active> active_;                              // goes with frame_
  std::vector<std::pair<std::size_t, std::size_t>> calls_;  // jsr instruction, entry
  std::vector<std::size_t> returns_;                        // ret instructions reached
  std::size_t types_kept_ = 0;
};

}  // namespace uvm::rt::classfile
