// Threads of the program: their records and stacks, the OS threads that run them, how they begin and end, and
// the waiting that java.lang.Thread and LockSupport offer.
//
// A thread's life is a sequence of phases of the kEntry frame at the bottom of its stack (law 3: even the
// end of a thread, which calls Java several times, survives a checkpoint in its middle). A thread started by
// Java goes run -> dispatchUncaughtException if it threw -> Thread.exit -> dead. The primordial thread goes
// boot -> program's main -> dispatchUncaughtException -> Thread.exit -> (as "DestroyJavaVM") waits for the
// last non-daemon thread -> Shutdown.shutdown -> the process may end.
//
// The main OS thread of the process runs no Java: it supervises, and sleeps in wait_for_event().
#pragma once

#include <chrono>
#include <cstdint>

#include "base/error.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class Vm;

inline constexpr std::uint64_t kStackSliceSize = 2u << 20;  // bytes; stacks are whole multiples
inline constexpr std::uint64_t kMaxStackSize = 1u << 30;

// JVMTI thread state bits (jdk.internal.misc.VM.toThreadState). Thread.threadStatus has only those of new,
// runnable and terminated threads, so that waiting does not make the Thread's line dirty.
enum ThreadStatus : std::int32_t {
  kStatusNew = 0,
  kStatusRunnable = 0x0005,
  kStatusTerminated = 0x0002,
  kStatusBlocked = 0x0401,          // on monitor enter
  kStatusObjectWait = 0x0191,       // Object.wait()
  kStatusObjectWaitTimed = 0x01a1,  // Object.wait(long)
  kStatusParked = 0x0291,
  kStatusParkedTimed = 0x02a1,
  kStatusSleeping = 0x00e1,
};

// --- Records and OS threads

// The primordial thread of a fresh heap, its entry frame in its first phase (boot). Null: out of stacks.
JavaThread* make_primordial_thread(Vm& vm);

// Starts an OS thread for every thread that is alive in the heap (fresh or resumed). Fails when the system
// has no more threads; some may be running already then.
Result<void> start_all_threads(Vm& vm);

// Thread.start0: record, stack, OS thread. kThrow: OutOfMemoryError, IllegalThreadStateException.
Status start_thread(Thread& thread, Object* thread_object);

// The record of a java.lang.Thread; null if it is not alive.
JavaThread* record_of(const Object* thread_object);

// The memory of threads, and what that leaves for lines.
class ThreadMemory;
ThreadMemory& thread_memory(Vm& vm);

// --- Waiting, all restartable (law 4)

// JavaThread::deadline_ns: program time `amount` units from now, saturating, never 0; 0 means no end.
inline constexpr std::uint64_t kNoWaitBegun = ~std::uint64_t{0};
std::uint64_t deadline_after(std::int64_t amount, std::int64_t unit_ns);
bool deadline_passed(std::uint64_t deadline_ns);

Status sleep_thread(Thread& thread, std::int64_t millis);  // Thread.sleep
// Unsafe.park. Relative: nanoseconds, 0 for ever. Absolute: milliseconds since the epoch.
Status park_thread(Thread& thread, bool absolute, std::int64_t time);
void unpark_thread(const Object* thread_object);     // Unsafe.unpark
void interrupt_thread(const Object* thread_object);  // Thread.interrupt0; the Java field is set already
bool is_interrupted(Thread& thread);
// If the thread is interrupted: clears that and throws InterruptedException.
Status check_interrupt(Thread& thread, const char* message);

// Records in the thread's own record what it is about to wait for.
void begin_wait(JavaThread& record, WaitKind kind, std::uint64_t deadline_ns);
void end_wait(JavaThread& record);

// What the thread of a java.lang.Thread is doing, in any state. Any thread.
ThreadStatus thread_status(const Object* thread_object);

// --- Ending, and the supervisor

// Shutdown.halt0: asks the supervisor to end the process with `exit_code`, and waits for that. Always returns
// kRetire.
Status halt(Thread& thread, int exit_code);

enum class Event : std::uint8_t {
  kNone,     // time is up
  kExit,     // the program ended or called exit: exit_code()
  kTorture,  // torture mode's number of safepoints is reached; that thread waits to be retired
  kBooted,   // hold_after_boot: the class library is booted and the primordial thread waits to be retired
  kStarted,  // the program waits for begin_program() before its first bytecode: a version made now or later
             // can be resumed without what the process was given
  kSignal,   // notify_supervisor() was called
};
// Events are reported once, kExit before all others. Called by the supervisor only.
Event wait_for_event(Vm& vm, std::chrono::nanoseconds timeout);
// Lets the program begin, after kStarted.
void begin_program(Vm& vm);
int exit_code(Vm& vm);
std::uint64_t calls_executed();  // invocations by all threads so far, as their records say
void hold_after_boot(Vm& vm, bool hold);
// Torture mode: Event::kTorture after this many safepoints; 0: never. Called before threads start.
void set_torture_interval(Vm& vm, std::uint64_t safepoints);
// Makes wait_for_event() return kSignal. Any thread, but no signal handler.
void notify_supervisor(Vm& vm);

}  // namespace uvm::rt
