#include "runtime/classfile/verifier.h"

#include <utility>

#include "runtime/classfile/type_checker.h"
#include "runtime/classfile/type_inferrer.h"

namespace uvm::rt::classfile {
namespace {

constexpr std::uint16_t kFirstWithStackMaps = 50;  // the only one with a second attempt by inference

template <typename Verify>
void for_code(const ClassView& view, std::size_t& next, Verify verify_method) {
  for (; next < view.methods.size(); ++next) {
    if (!view.methods[next].code.bytes.empty()) verify_method(view.methods[next]);
  }
}

void check(const ClassView& view, TypeOracle& oracle, VerifyProgress& progress) {
  for_code(view, progress.next_method, [&](const MethodView& method) {
    if (view.major_version >= kFirstWithStackMaps) {
      TypeChecker(view, method, oracle).run();
    } else {
      TypeInferrer(view, method, oracle).run();
    }
  });
}

// Verifies the whole class again after its check has failed. As in HotSpot, the check's message is reported.
void infer_instead(const ClassView& view, TypeOracle& oracle, const std::string& message) {
  try {
    std::size_t next = 0;
    for_code(view, next, [&](const MethodView& method) { TypeInferrer(view, method, oracle).run(); });
  } catch (VerifyThrow& thrown) {
    thrown.failure.message = message;
    throw;
  }
}

}  // namespace

VerifyOutcome verify(const ClassView& view, TypeOracle& oracle, VerifyProgress& progress) {
  try {
    try {
      check(view, oracle, progress);
    } catch (const VerifyThrow& thrown) {
      if (view.major_version != kFirstWithStackMaps || thrown.final) throw;
      infer_instead(view, oracle, thrown.failure.message);
    }
  } catch (VerifyThrow& thrown) {
    return std::move(thrown.failure);
  } catch (NeedClassThrow& thrown) {
    return NeedClass{std::move(thrown.name)};
  }
  return Verified{};
}

}  // namespace uvm::rt::classfile
