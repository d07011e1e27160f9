// CPU time of the program and of its threads, for java.lang.management. It continues over checkpoint and
// resume.
//
// The kernel's clocks start again with each process and each OS thread. So a record (Roots, JavaThread) has
// the time used until the last cut, and the host adds what its clocks show since it took over.
#pragma once

#include <cstdint>

#include "runtime/metadata/thread.h"

namespace uvm::rt {

// For the caller, or for a thread that cannot end during the call (HostThreads::lock is held).
CpuTime thread_cpu_time(const Thread& thread);
std::int64_t
process_cpu_time_ns();  // all threads of all processes that ran the program, the VM's own included

void cpu_time_at_start();      // called once, before threads run, in a new program: no time is used yet
void cpu_time_at_resume();     // called once, before threads run, in a resumed program
void cpu_time_at_cut(Vm& vm);  // called while stopped or retired: stores the times in the records
void cpu_time_at_end(Thread& thread);  // by the OS thread that leaves a live JavaThread

}  // namespace uvm::rt
