// RootSource: how the layer above tells the heap what refers to objects from outside the heap.
#pragma once

#include <cstdint>
#include <functional>

namespace uvm::gc {

struct Root {
  std::uint32_t bits;  // reference; not 0
  bool exact;  // false: may be no reference at all (a slot whose type nobody knows); to be ignored unless an
               // object starts there
  const char* what;  // kind of root, for messages; static storage
};

class RootSource {
 public:
  using Visitor = std::function<void(const Root&)>;

  virtual ~RootSource() = default;
  // Reports every root, some possibly several times. Only while the program is stopped. Reads the region
  // only.
  virtual void visit_roots(const Visitor& visit) = 0;

 protected:
  RootSource() = default;
  RootSource(const RootSource&) = default;
  RootSource& operator=(const RootSource&) = default;
};

}  // namespace uvm::gc
