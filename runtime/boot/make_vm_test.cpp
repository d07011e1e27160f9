// Vms that follow each other in one process: none finds anything that the one before has left.
#include "runtime/boot/make_vm.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/folder_names.h"
#include "runtime/boot/test_vm.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undo_journal.h"
#include "runtime/threads/checkpoint_events.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

std::size_t open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  std::vector<std::string> names;
  EXPECT_EQ(read_names(folder, &names), 0);
  ::closedir(folder);
  return names.size();
}

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>(maps), std::istreambuf_iterator<char>(), '\n'));
}

TEST(MakeVm, TheNextVmFindsNothingOfTheOneBefore) {
  const std::string folder = testing::TempDir() + "make_vm_test." + std::to_string(::getpid());
  ASSERT_TRUE(std::filesystem::create_directory(folder));
  const std::size_t descriptors = open_descriptors();
  std::uint32_t first_number = 0;
  std::int32_t lease = -1;
  {
    TestVm vm;
    first_number = vm->number;
    leases_at_start();
    lease = lease_open("/proc/self/status", O_RDONLY, 0);
    ASSERT_GE(lease, 3);
    undo_attach(folder);
    own_writes_begin(0);
    undo_at_cut(1);
    undo_creating(folder + "/file", S_IFREG);
    ASSERT_TRUE(std::filesystem::exists(folder + "/undo.1"));
    ASSERT_TRUE(std::filesystem::exists(folder + "/writes"));
    ASSERT_GT(open_descriptors(), descriptors);
    checkpoints_at_start(7);
    checkpoint_begins();
    notify_supervisor(*vm);
    set_torture_interval(*vm, 1);
    roots().clock.last_nano = std::int64_t{1} << 60;
    clock_at_resume();
    ASSERT_GE(program_nano_time(), std::int64_t{1} << 60);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(vm(), nullptr);
  std::filesystem::remove_all(folder);

  TestVm vm;
  EXPECT_NE(vm->number, first_number);
  leases_at_start();
  char byte = 0;
  EXPECT_EQ(lease_read(lease, &byte, 1), -1);
  EXPECT_EQ(checkpoint_attempts(), 0U);
  EXPECT_EQ(wait_for_event(*vm, std::chrono::nanoseconds(0)), Event::kNone);
  EXPECT_LT(program_nano_time(), std::int64_t{1} << 60);
}

// malloc and the sanitizers may keep a few mappings for themselves.
TEST(MakeVm, MappingsGoWithTheirVm) {
  constexpr std::size_t kVms = 50;
  { const TestVm first; }
  const std::size_t before = mappings();
  for (std::size_t i = 0; i < kVms; ++i) const TestVm vm;
  EXPECT_LT(mappings(), before + kVms / 2);
}

// The same heap in another process: the records stay, and their host state does not.
TEST(MakeVm, AnotherProcessResumesTheHeap) {
  TestVm vm;
  leases_at_start();
  const std::int32_t lease = lease_open("/proc/self/status", O_RDONLY, 0);
  ASSERT_GE(lease, 3);
  leases_at_cut();
  vm.change_process();
  char byte = 0;
  EXPECT_EQ(lease_read(lease, &byte, 1), -1);
  leases_at_resume(Grown::kIsOurs, 0);
  EXPECT_EQ(lease_read(lease, &byte, 1), 1);
}

}  // namespace
}  // namespace uvm::rt
