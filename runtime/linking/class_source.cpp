#include "runtime/heap/class_source.h"

#include "runtime/linking/array_classes.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"

namespace uvm::rt {
namespace {

class LinkingClassSource final : public ClassSource {
 public:
  Class* boot_class(Thread& thread, std::string_view name) override { return rt::boot_class(thread, name); }
  Status link_class(Thread& thread, Class* c) override { return rt::link_class(thread, c); }
  Class* array_class_of(Thread& thread, Class* component) override {
    return rt::array_class_of(thread, component);
  }
};

}  // namespace

ClassSource& class_source() {
  static LinkingClassSource source;
  return source;
}

}  // namespace uvm::rt
