// CPU time of the program and of its threads, for java.lang.management: it goes on over checkpoint and
// resume.
//
// The kernel's clocks begin anew with each process and each OS thread. A record (Roots, JavaThread) therefore
// has the time used until the last cut, and the host adds what its clocks say since it took over.
#pragma once

#include <cstdint>

#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Of the caller, or of a thread that cannot end meanwhile (Vm::threads_lock).
CpuTime thread_cpu_time(const Thread& thread);
std::int64_t
process_cpu_time_ns();  // all threads of all processes that ran the program, the VM's own included

void cpu_time_at_start();      // called once, before threads run, in a program that begins: none is used
void cpu_time_at_resume();     // called once, before threads run, in one that goes on
void cpu_time_at_cut(Vm& vm);  // called while stopped or retired: into the records
void cpu_time_at_end(Thread& thread);  // by the OS thread that leaves a live JavaThread

}  // namespace uvm::rt
