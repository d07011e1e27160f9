// Stack maps: which local variables and operand stack slots of a frame hold references, before each
// instruction of a method. Found by abstract interpretation of the class file's bytecode, so methods without
// StackMapTable and with subroutines (jsr, ret) have them too. The types are only: reference, return address,
// anything else.
//
// The code should have been verified; for code that cannot be right the analysis fails rather than guess.
// Host-side; one object is read-only after compute() and may be used by any thread. It keeps the spans of its
// CodeView and the PoolView, which must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "runtime/classfile/bytecode_reader.h"
#include "runtime/classfile/code_view.h"

namespace uvm::rt::classfile {

// Before an instruction: element i says whether slot i holds a reference (null included, and objects under
// construction). Slots beyond the end of `locals` hold none. stack.size() is the depth of the operand stack
// in slots; a long or double is two. In the caller of a method, the frame is at the invoke instruction and
// the arguments are the topmost entries of the map, though the callee may own those slots by then.
struct FrameMap {
  std::vector<bool> locals;
  std::vector<bool> stack;
};

class StackMaps {
 public:
  // Returns the bci that a return address in a local variable leads to. Called only for locals that hold one.
  using ReturnAddressReader = std::function<std::size_t(unsigned local)>;

  // Analyses a method with code. Empty if the code cannot be right: it branches outside, overruns its stack,
  // or needs more states than any compiler's output.
  static std::optional<StackMaps> compute(const MethodView& method, const PoolView& pool);

  // The map before the instruction at `bci`; empty if that is never reached. Inside a subroutine the content
  // of the locals may depend on the caller of the subroutine: `read` tells the cases apart, by the return
  // address in the frame. It is never called for methods without jsr.
  [[nodiscard]] std::optional<FrameMap> at(std::size_t bci, const ReturnAddressReader& read = {}) const;

 private:
  // A slot: kOther, kReference, or kAddress + the bci that a return address leads to.
  using Value = std::uint32_t;
  static constexpr Value kOther = 0, kReference = 1, kAddress = 2;
  struct State {
    std::vector<Value> locals, stack;
  };
  // Distinct combinations of return addresses are kept apart: each is a state of its own.
  using States = std::vector<State>;

  class Stepper;
  class Analysis;

  StackMaps(const MethodView& method, const PoolView& pool) : method_(method), pool_(&pool) {}

  MethodView method_;
  const PoolView* pool_;
  std::map<std::size_t, States> blocks_;  // by the bci that a basic block begins at; only what is reached
};

}  // namespace uvm::rt::classfile
