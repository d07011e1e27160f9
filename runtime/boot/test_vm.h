// TestVm: a Vm over a fresh heap in plain memory, with no store behind it, for unit tests. It has no classes;
// test_library.h adds some.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <memory>

#include "gc/layout.h"
#include "gc/reference.h"
#include "runtime/boot/boot.h"
#include "runtime/boot/make_vm.h"

namespace uvm::rt {

class TestVm {
 public:
  TestVm() {
    base_ = ::mmap(nullptr, gc::kRegionSize, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT_NE(base_, MAP_FAILED);
    gc::g_region_base = static_cast<std::byte*>(base_);
    format_heap(gc::kOldStart + gc::kMaxOldSize);
    vm_ = make_vm(nullptr, nullptr, ProgramInput{});
  }
  ~TestVm() {
    vm_.reset();
    ::munmap(base_, gc::kRegionSize);
    gc::g_region_base = nullptr;
  }
  TestVm(const TestVm&) = delete;
  TestVm& operator=(const TestVm&) = delete;

  // The process is lost; another one maps the same heap.
  void change_process() {
    vm_.reset();
    vm_ = make_vm(nullptr, nullptr, ProgramInput{});
  }
  Vm& operator*() { return *vm_; }
  Vm* operator->() { return vm_.get(); }

 private:
  void* base_ = nullptr;
  std::unique_ptr<Vm> vm_;
};

}  // namespace uvm::rt
