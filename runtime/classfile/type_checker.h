// Verification by type checking (JVMS 4.10.1): one pass over the code, with frames from the StackMapTable at
// every place that is reached other than by falling through. Internal to the verifier.
#pragma once

#include "runtime/classfile/code_checker.h"

namespace uvm::rt::classfile {

class TypeChecker final : public CodeChecker {
 public:
  TypeChecker(const ClassView& view, const MethodView& method, TypeOracle& oracle)
      : CodeChecker(view, method, oracle, false) {}
  void run();

 private:
  struct MapFrame {
    std::size_t bci;
    Frame frame;
  };

  void jump(std::int64_t target) override;
  void flow_to_handlers(bool this_uninitialized) override;
  void jump_to_subroutine(std::int64_t target) override;
  void return_from_subroutine(unsigned local) override;

  void read_table();
  void read_frame(class MapReader& in, Frame& frame, std::size_t& bci, bool first);
  Type read_type(class MapReader& in, std::vector<Type>& into);
  [[noreturn]] void fail_table(const char* what) const;
  // Matches the table's frames with the current instruction, and adopts the frame that is given for it.
  void meet_table(bool reached);
  [[nodiscard]] const MapFrame* find(std::int64_t bci) const;
  // Whether control may go from `from` to `to`. If not, `why` says what is wrong.
  bool accepts(const Frame& from, const MapFrame& to, ErrorContext& why);
  // `frame` for a message: the current one as it was when the instruction began.
  [[nodiscard]] ShownFrame show(const Frame& frame) const {
    return &frame == &frame_ ? shown() : ShownFrame{bci_, frame};
  }
  bool accepts_types(const std::vector<Type>& from, const MapFrame& to, bool stack, const Frame& shown_frame,
                     ErrorContext& why);

  std::vector<MapFrame> table_;  // in the order of rising bci
  std::size_t next_frame_ = 0;
  std::size_t types_read_ = 0;
  std::size_t handlers_begin_ = 0, handlers_end_ = 0;  // no handler covers anything outside
};

}  // namespace uvm::rt::classfile
