// Monitors and safepoints, tested by threads that follow a script in their entry frames while the test stops
// them, or retires them and resumes the same heap in another Vm.
#include "runtime/threads/monitors.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/boot/test_library.h"
#include "runtime/heap/objects.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

// What threads share: an int[] in the heap, so that it survives as a program's data would. The array is the
// lock. Fields that only the monitor guards are not atomic: ThreadSanitizer sees whether the monitor orders
// the accesses.
enum Shared : unsigned { kInside, kTotal, kItems, kProduced, kConsumed, kEntries };

// A thread's script: called again and again with the entry frame current, at a safepoint each time.
// Everything it knows is in the frame's operands 4 to 7. kOk: the next step; kThrow: the thread ends.
using Step = std::function<Status(Thread&, Slot* own)>;

class Scripts final : public EntryFrames {
 public:
  explicit Scripts(Step step) : step_(std::move(step)) {}
  Status returned(Thread& thread, Frame* frame, bool /*threw*/) override {
    for (;;) {
      thread.frame = frame;
      if (thread.poll.load() != 0 && !safepoint_poll(thread)) return Status::kRetire;
      const Status status = step_(thread, frame->operands() + 4);
      if (status == Status::kRetire) return status;
      if (status == Status::kThrow) break;
    }
    thread.frame = nullptr;
    return Status::kOk;
  }

 private:
  Step step_;
};

class MonitorsTest : public ::testing::Test {
 protected:
  MonitorsTest() {
    TestThread thread(*vm_);
    TestLibrary library(*vm_, *thread);
    shared_ = new_primitive_array(*thread, BasicType::kInt, kEntries);
    for (Object*& object : thread_objects_) object = new_object(*thread, vm_->known().Thread.get());
  }

  // Starts threads that follow `step`. Slot 0 of each is its number, slot 1 is 0 between two rounds, slot 2
  // counts rounds. No round begins before it is allowed, so that threads do not end before the test has
  // stopped them.
  void start(unsigned count, Step step) {
    scripts_ = std::make_unique<Scripts>([this, step = std::move(step)](Thread& thread, Slot* own) {
      if (own[1].i != 0 || own[3].i != 0 || own[2].i < allowed_.load()) return step(thread, own);
      sched_yield();
      return Status::kOk;
    });
    vm_->entry_frames = scripts_.get();
    for (unsigned i = 0; i < count; ++i) {
      JavaThread* record = make_primordial_thread(*vm_);
      ASSERT_NE(record, nullptr);
      record->object = thread_objects_[i];
      gc::at_offset<Frame>(record->top_frame)->operands()[4].i = static_cast<std::int32_t>(i);
    }
    ASSERT_TRUE(start_all_threads(*vm_));
  }
  // The Vm is destroyed after all threads have retired, and the next one resumes its heap.
  void retire_and_go_on() {
    retire_threads(*vm_);
    vm_.change_process();
    vm_->entry_frames = scripts_.get();
    ASSERT_TRUE(start_all_threads(*vm_));
  }
  // Allows `rounds` little by little, calls `meanwhile` each time, and waits until all threads have ended.
  template <typename Meanwhile>
  void allow(std::int32_t rounds, Meanwhile meanwhile) {
    constexpr std::int32_t kBits = 25;
    for (std::int32_t bit = 1; bit <= kBits; ++bit) {
      allowed_ = rounds * bit / kBits;
      meanwhile();
    }
    await_end();
  }
  void await_end() {
    HostThreads& threads = threads_of(*vm_);
    std::unique_lock lock(threads.lock);
    threads.changed.wait(lock, [&] { return threads.list.empty(); });
  }
  std::int32_t& shared(Shared which) { return shared_->elements<std::int32_t>()[which]; }

  static constexpr unsigned kMostThreads = 4;
  TestVm vm_;
  Array* shared_ = nullptr;
  Object* thread_objects_[kMostThreads] = {};
  std::unique_ptr<Scripts> scripts_;
  std::atomic<std::int32_t> allowed_{0};
};

TEST_F(MonitorsTest, OnlyTheOwnerLeavesAsOftenAsItEntered) {
  TestThread thread(*vm_);
  EXPECT_EQ(monitor_exit(*thread, shared_), Status::kThrow);
  thread->java->pending_exception = nullptr;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(monitor_enter(*thread, shared_), Status::kOk);
  EXPECT_EQ(monitor_owner(shared_), thread->java->id);
  EXPECT_EQ(thread->java->owned_monitors, 1U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(monitor_owned_by(*thread, shared_));
    ASSERT_EQ(monitor_exit(*thread, shared_), Status::kOk);
  }
  EXPECT_EQ(monitor_owner(shared_), 0U);
  EXPECT_EQ(thread->java->owned_monitors, 0U);
  EXPECT_EQ(monitor_exit(*thread, shared_), Status::kThrow);
  thread->java->pending_exception = nullptr;
  EXPECT_EQ(monitor_notify(*thread, shared_, true), Status::kThrow);
  thread->java->pending_exception = nullptr;
  EXPECT_EQ(monitor_wait(*thread, shared_, 1), Status::kThrow);
  thread->java->pending_exception = nullptr;
}

// Steps of a round, in own[1]; own[2] counts rounds, own[3] how often the monitor is entered.
constexpr std::int32_t kRounds = 1000;
Status exclusive_round(Thread& thread, Slot* own, Array* lock, std::atomic<unsigned>& violations) {
  auto* data = lock->elements<std::int32_t>();
  switch (own[1].i) {
    case 0:  // enter, up to three times
      UVM_TRY(monitor_enter(thread, lock));
      if (own[3].i++ == 0 && data[kInside]++ != 0) violations++;
      if (own[3].i > (own[0].i + own[2].i) % 3) own[1].i = 1;
      return Status::kOk;
    case 1:
      if (data[kInside] != 1 || !monitor_owned_by(thread, lock)) violations++;
      data[kTotal]++;
      own[1].i = 2;
      return Status::kOk;
    default:
      if (own[3].i == 1) data[kInside]--;
      if (monitor_exit(thread, lock) != Status::kOk) violations++;
      if (--own[3].i == 0) {
        own[1].i = 0;
        if (++own[2].i == kRounds) return Status::kThrow;
      }
      return Status::kOk;
  }
}

TEST_F(MonitorsTest, OneThreadIsInsideAndNobodyRunsWhileStopped) {
  std::atomic<unsigned> violations{0};
  std::atomic<std::uint64_t> steps{0};
  start(4, [&](Thread& thread, Slot* own) {
    steps.fetch_add(1);
    return exclusive_round(thread, own, shared_, violations);
  });
  allow(kRounds, [&] {
    ASSERT_TRUE(stop_threads(*vm_));
    const std::uint64_t before = steps.load();
    const std::int32_t total = shared(kTotal);
    // The thread that owns the monitor by its record is the one that counts as inside.
    EXPECT_EQ(monitor_owner(shared_) != 0, shared(kInside) == 1);
    for (int i = 0; i < 20; ++i) sched_yield();
    EXPECT_EQ(steps.load(), before);
    EXPECT_EQ(shared(kTotal), total);
    resume_threads(*vm_);
  });
  EXPECT_EQ(violations.load(), 0U);
  EXPECT_EQ(shared(kTotal), 4 * kRounds);
  EXPECT_EQ(monitor_owner(shared_), 0U);
}

TEST_F(MonitorsTest, AnotherVmResumesOwnersAndThreadsThatWaitToEnter) {
  std::atomic<unsigned> violations{0};
  start(4, [&](Thread& thread, Slot* own) { return exclusive_round(thread, own, shared_, violations); });
  allow(kRounds, [this] { retire_and_go_on(); });
  EXPECT_EQ(violations.load(), 0U);
  EXPECT_EQ(shared(kTotal), 4 * kRounds);
  EXPECT_EQ(shared(kInside), 0);
}

// Producers and consumers of one item at a time: if a wake-up is lost, all of them wait for ever. Threads 0
// and 1 produce, 2 and 3 consume. Steps in own[1], items done in own[2].
constexpr std::int32_t kItemsEach = 300;
Status exchange(Thread& thread, Slot* own, Array* lock, std::atomic<unsigned>& violations) {
  auto* data = lock->elements<std::int32_t>();
  const bool producer = own[0].i < 2;
  switch (own[1].i) {
    case 0:
      UVM_TRY(monitor_enter(thread, lock));
      UVM_TRY(monitor_enter(thread, lock));  // a wait gives up both levels, and takes both again
      own[1].i = 1;
      return Status::kOk;
    case 1:
      if (thread.java->wait_kind == WaitKind::kObjectWait || data[kItems] == (producer ? 1 : 0)) {
        UVM_TRY(monitor_wait(thread, lock, 0));
        if (!monitor_owned_by(thread, lock)) violations++;
        return Status::kOk;
      }
      data[kItems] += producer ? 1 : -1;
      ++data[producer ? kProduced : kConsumed];
      if (data[kItems] < 0 || data[kItems] > 1) violations++;
      if (monitor_notify(thread, lock, true) != Status::kOk) violations++;
      own[1].i = 2;
      return Status::kOk;
    default:
      if (monitor_exit(thread, lock) != Status::kOk) violations++;
      if (++own[1].i < 4) return Status::kOk;
      own[1].i = 0;
      return ++own[2].i == kItemsEach ? Status::kThrow : Status::kOk;
  }
}

TEST_F(MonitorsTest, NoWakeUpIsLostOverStops) {
  std::atomic<unsigned> violations{0};
  start(4, [&](Thread& thread, Slot* own) { return exchange(thread, own, shared_, violations); });
  allow(kItemsEach, [&] {
    ASSERT_TRUE(stop_threads(*vm_));
    EXPECT_EQ(shared(kProduced) - shared(kConsumed), shared(kItems));
    resume_threads(*vm_);
  });
  EXPECT_EQ(violations.load(), 0U);
  EXPECT_EQ(shared(kProduced), 2 * kItemsEach);
  EXPECT_EQ(shared(kConsumed), 2 * kItemsEach);
}

TEST_F(MonitorsTest, NoWakeUpIsLostOverLivesOfTheVm) {
  std::atomic<unsigned> violations{0};
  start(4, [&](Thread& thread, Slot* own) { return exchange(thread, own, shared_, violations); });
  allow(kItemsEach, [this] { retire_and_go_on(); });
  EXPECT_EQ(violations.load(), 0U);
  EXPECT_EQ(shared(kProduced), 2 * kItemsEach);
  EXPECT_EQ(shared(kConsumed), 2 * kItemsEach);
}

// Threads 0 to 2 wait; thread 3 notifies one of them at a time, as often as one waits.
constexpr std::int32_t kWaitsEach = 100;
Status wait_or_notify(Thread& thread, Slot* own, Array* lock, std::atomic<unsigned>& violations) {
  auto* data = lock->elements<std::int32_t>();
  const bool waiter = own[0].i < 3;
  switch (own[1].i) {
    case 0:
      UVM_TRY(monitor_enter(thread, lock));
      if (waiter) data[kItems]++;
      own[1].i = 1;
      return Status::kOk;
    case 1:
      if (waiter) {
        UVM_TRY(monitor_wait(thread, lock, 0));
        if (++data[kConsumed] > data[kProduced]) violations++;
      } else if (data[kItems] > 0) {
        data[kItems]--;
        data[kProduced]++;
        if (monitor_notify(thread, lock, false) != Status::kOk) violations++;
      }
      own[2].i = waiter ? own[2].i + 1 : data[kProduced] / 3;
      own[1].i = 2;
      return Status::kOk;
    default:
      if (monitor_exit(thread, lock) != Status::kOk) violations++;
      own[1].i = 0;
      return own[2].i == kWaitsEach ? Status::kThrow : Status::kOk;
  }
}

TEST_F(MonitorsTest, ANotifyEndsOneWait) {
  std::atomic<unsigned> violations{0};
  start(4, [&](Thread& thread, Slot* own) { return wait_or_notify(thread, own, shared_, violations); });
  allow(kWaitsEach, [this] { retire_and_go_on(); });
  EXPECT_EQ(violations.load(), 0U);
  EXPECT_EQ(shared(kProduced), 3 * kWaitsEach);
  EXPECT_EQ(shared(kConsumed), 3 * kWaitsEach);
}

TEST_F(MonitorsTest, AWaitWithATimeoutEndsByItselfAndOwnsTheMonitorAgain) {
  std::atomic<unsigned> violations{0};
  allowed_ = 1;
  start(1, [&](Thread& thread, Slot* own) {
    if (own[1].i == 0) {
      UVM_TRY(monitor_enter(thread, shared_));
      UVM_TRY(monitor_enter(thread, shared_));
      own[1].i = 1;
    }
    UVM_TRY(monitor_wait(thread, shared_, 1));
    for (int i = 0; i < 2; ++i) {
      if (monitor_exit(thread, shared_) != Status::kOk) violations++;
    }
    if (monitor_owner(shared_) != 0) violations++;
    return Status::kThrow;
  });
  await_end();
  EXPECT_EQ(violations.load(), 0U);
}

}  // namespace
}  // namespace uvm::rt
