#include "runtime/classfile/verifier.h"

#include <utility>

#include "runtime/classfile/type_checker.h"
#include "runtime/classfile/type_inferrer.h"

namespace uvm::rt::classfile {
namespace {

constexpr std::uint16_t kFirstWithStackMaps = 50;
constexpr std::uint16_t kFirstWithoutFailover = 51;

void verify_method(const ClassView& view, const MethodView& method, TypeOracle& oracle) {
  if (view.major_version >= kFirstWithStackMaps) {
    try {
      TypeChecker(view, method, oracle).run();
      return;
    } catch (VerifyThrow& thrown) {
      if (thrown.final || view.major_version >= kFirstWithoutFailover) throw;
    }
  }
  TypeInferrer(view, method, oracle).run();
}

}  // namespace

VerifyOutcome verify(const ClassView& view, TypeOracle& oracle, VerifyProgress& progress) {
  try {
    for (; progress.next_method < view.methods.size(); ++progress.next_method) {
      const MethodView& method = view.methods[progress.next_method];
      if (!method.code.bytes.empty()) verify_method(view, method, oracle);
    }
  } catch (VerifyThrow& thrown) {
    return std::move(thrown.failure);
  } catch (NeedClassThrow& thrown) {
    return NeedClass{std::move(thrown.name)};
  }
  return Verified{};
}

}  // namespace uvm::rt::classfile
