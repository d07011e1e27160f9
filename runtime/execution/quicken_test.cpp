// Quickening by many threads at once: all run the same method for the first time, so that they rewrite its
// instructions together.
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "runtime/boot/test_library.h"
#include "runtime/metadata/code.h"

namespace uvm::rt {
namespace {

using classfile::Assembler;
using classfile::Opcode;
using Code = classfile::Bytes;

constexpr unsigned kThreads = 4;

// Each thread of the Vm waits until all have arrived, calls the method and notes the result.
class AllAtOnce final : public EntryFrames {
 public:
  explicit AllAtOnce(Method* method) : method_(method) {}
  Status returned(Thread& thread, Frame* frame, bool threw) override {
    if (frame->operands()[4].i == 0) {
      frame->operands()[4].i = 1;
      ready_.fetch_add(1);
      while (ready_.load() < kThreads) sched_yield();
      return push_call(thread, method_, {});
    }
    if (!threw && frame->operands()[8].i == kExpected) right_.fetch_add(1);
    thread.frame = nullptr;
    return Status::kOk;
  }
  [[nodiscard]] unsigned right() const { return right_.load(); }

  static constexpr std::int32_t kExpected = 7 + 40 + 300 + 1 + 2000;

 private:
  Method* method_;
  std::atomic<unsigned> ready_{0};
  std::atomic<unsigned> right_{0};
};

// new, putfield, getfield, invokestatic, getstatic, instanceof, checkcast, invokevirtual and anewarray.
Assembler subject(const std::string& name) {
  Assembler a(name);
  a.add_field(kAccPublic, "field", "I");
  a.add_field(kAccPublic | kAccStatic, "shared", "I");
  a.add_method(kAccPublic | kAccStatic, "forty", "()I",
               {a.code(1, 0, Code().op(Opcode::k_bipush).u1(40).op(Opcode::k_ireturn))});
  a.add_method(kAccPublic, "virtual", "()I",
               {a.code(1, 1, Code().op(Opcode::k_sipush).u2(300).op(Opcode::k_ireturn))});
  const unsigned self = a.class_(name);
  Code code;
  code.op(Opcode::k_new).u2(self).op(Opcode::k_astore_0);
  code.op(Opcode::k_aload_0)
      .op(Opcode::k_bipush)
      .u1(7)
      .op(Opcode::k_putfield)
      .u2(a.field(name, "field", "I"));
  code.op(Opcode::k_aload_0).op(Opcode::k_getfield).u2(a.field(name, "field", "I"));
  code.op(Opcode::k_invokestatic).u2(a.method(name, "forty", "()I")).op(Opcode::k_iadd);
  code.op(Opcode::k_aload_0).op(Opcode::k_checkcast).u2(self);
  code.op(Opcode::k_invokevirtual).u2(a.method(name, "virtual", "()I")).op(Opcode::k_iadd);
  code.op(Opcode::k_aload_0).op(Opcode::k_instanceof).u2(self).op(Opcode::k_iadd);
  code.op(Opcode::k_sipush).u2(2000).op(Opcode::k_putstatic).u2(a.field(name, "shared", "I"));
  code.op(Opcode::k_getstatic).u2(a.field(name, "shared", "I")).op(Opcode::k_iadd);
  code.op(Opcode::k_iconst_0).op(Opcode::k_anewarray).u2(self).op(Opcode::k_arraylength).op(Opcode::k_iadd);
  code.op(Opcode::k_ireturn);
  a.add_method(kAccPublic | kAccStatic, "test", "()I", {a.code(8, 1, code)});
  return a;
}

std::uint64_t whole(const Insn* insn) {
  return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(insn), __ATOMIC_ACQUIRE);
}

TEST(Quicken, ThreadsThatQuickenAtOnceSeeWholeInstructions) {
  TestVm vm;
  std::vector<Method*> methods;
  {
    TestThread thread(*vm);
    TestLibrary library(*vm, *thread);
    for (unsigned round = 0; round < 40; ++round) {
      Class* c = library.define(subject("Subject" + std::to_string(round)));
      ASSERT_NE(c, nullptr);
      methods.push_back(method_named(c, "test", "()I"));
      // Every second method is already translated, so that its instructions can be watched. The others are
      // also translated, and their classes initialised, by all threads at once.
      if (round % 2 == 0) {
        prepare_method(methods.back());
        c->state = ClassState::kInitialized;
      }
    }
  }
  for (Method* method : methods) {
    const bool prepared = method->load_kind() == MethodKind::kInterpreted;
    std::vector<std::uint64_t> before;
    if (prepared) {
      for (std::uint32_t i = 0; i < method->code_length; ++i) before.push_back(whole(&method->code[i]));
    }
    AllAtOnce all(method);
    vm->entry_frames = &all;
    for (unsigned i = 0; i < kThreads; ++i) ASSERT_NE(make_primordial_thread(*vm), nullptr);
    // An instruction is what it was or what it becomes, and nothing in between.
    std::vector<std::set<std::uint64_t>> seen(before.size());
    ASSERT_TRUE(start_all_threads(*vm));
    HostThreads& threads = threads_of(*vm);
    for (bool ended = false; !ended;) {
      for (std::size_t i = 0; i < before.size(); ++i) seen[i].insert(whole(&method->code[i]));
      const std::lock_guard lock(threads.lock);
      ended = threads.list.empty();
    }
    EXPECT_EQ(all.right(), kThreads);
    unsigned rewritten = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::uint64_t after = whole(&method->code[i]);
      rewritten += after != before[i] ? 1 : 0;
      for (const std::uint64_t bits : seen[i]) EXPECT_TRUE(bits == before[i] || bits == after) << i;
    }
    EXPECT_EQ(rewritten, prepared ? 10U : 0U);
  }
}

}  // namespace
}  // namespace uvm::rt
