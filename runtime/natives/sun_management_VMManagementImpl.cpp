// Natives of sun.management.VMManagementImpl: what java.lang.management reports about the VM.
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "runtime/heap/heap_roots.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

Status get_version(NativeCall& call) {
  const Object* version = new_string(call.thread, "3.0");  // of HotSpot 17's management interface
  return version == nullptr ? Status::kThrow : call.ret(version);
}

// Fields that are not named here stay false.
Status init_optional_support(NativeCall& call) {
  Class* c = call.method()->holder.get();
  for (const char* field : {"currentThreadCpuTimeSupport", "otherThreadCpuTimeSupport",
                            "objectMonitorUsageSupport", "synchronizerUsageSupport"}) {
    c->mirror_object()->field<std::uint8_t>(library_field(c, field, "Z")) = 1;
  }
  return Status::kOk;
}

template <VerboseOutput which>
Status is_verbose(NativeCall& call) {
  return call.ret((roots().verbose & which) != 0);
}

Status no(NativeCall& call) { return call.ret(false); }
Status yes(NativeCall& call) { return call.ret(true); }
Status zero(NativeCall& call) { return call.ret(std::int64_t{0}); }
// For HotSpot's own counters; HotSpot gives this value when it does not count.
Status not_counted(NativeCall& call) { return call.ret(std::int64_t{-1}); }

Status total_class_count(NativeCall& call) {
  const std::lock_guard lock(call.thread.vm->metadata_lock);
  std::int64_t count = 0;
  for_each_class([&](const Class* c) {
    if (!c->is_primitive()) ++count;
  });
  return call.ret(count);
}

Status process_id(NativeCall& call) { return call.ret(static_cast<std::int32_t>(getpid())); }

Status available_processors(NativeCall& call) { return call.ret(processor_count()); }

// The -D options.
Status vm_arguments(NativeCall& call) {
  const auto& properties = call.thread.vm->input.properties;
  Array* arguments =
      new_object_array(call.thread, known().String.get(), static_cast<std::int32_t>(properties.size()));
  UVM_TRY(made(arguments));
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const auto& [name, value] = properties[i];
    const Object* text = new_string(call.thread, "-D" + name + (value.empty() ? "" : "=" + value));
    UVM_TRY(made(text));
    array_set(arguments, static_cast<std::int32_t>(i), text);
  }
  return call.ret(arguments);
}

// UvmLauncher records when the program starts.
std::int64_t launcher_time(NativeCall& call, std::string_view field) {
  Class* launcher = boot_class(call.thread, "jdk/internal/misc/UvmLauncher");
  return launcher->mirror_object()->field<std::int64_t>(library_field(launcher, field, "J"));
}

Status startup_time(NativeCall& call) { return call.ret(launcher_time(call, "startMillis")); }
Status uptime(NativeCall& call) {
  return call.ret((program_nano_time() - launcher_time(call, "startNanos")) / 1'000'000);
}

struct ThreadCounts {
  std::int32_t live = 0;
  std::int32_t daemon = 0;
};

ThreadCounts count_threads(Vm& vm) {
  const std::lock_guard lock(threads_of(vm).lock);
  ThreadCounts counts;
  for (const JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->alive == 0 || !record->object || record_of(record->object.get()) == nullptr) continue;
    ++counts.live;
    if (record->daemon != 0) ++counts.daemon;
  }
  return counts;
}

Status live_threads(NativeCall& call) { return call.ret(count_threads(*call.thread.vm).live); }
Status daemon_threads(NativeCall& call) { return call.ret(count_threads(*call.thread.vm).daemon); }
Status peak_threads(NativeCall& call) {
  Vm& vm = *call.thread.vm;
  const std::int32_t live = count_threads(vm).live;
  const std::lock_guard lock(threads_of(vm).lock);
  return call.ret(std::max(live, static_cast<std::int32_t>(roots().peak_thread_count)));
}

// The number of threads made, which is hardly larger than the number of those started.
Status total_threads(NativeCall& call) {
  Class* c = known().Thread.get();
  return call.ret(c->mirror_object()->field<std::int64_t>(library_field(c, "threadSeqNumber", "J")));
}

const NativeMethod kVMManagementImplMethods[] = {
    {"getVersion0", "()Ljava/lang/String;", get_version},
    {"initOptionalSupportFields", "()V", init_optional_support},
    {"isThreadContentionMonitoringEnabled", "()Z", no, kLeaf},
    {"isThreadCpuTimeEnabled", "()Z", yes, kLeaf},
    {"isThreadAllocatedMemoryEnabled", "()Z", no, kLeaf},
    {"getTotalClassCount", "()J", total_class_count, kLeaf},
    {"getUnloadedClassCount", "()J", zero, kLeaf},
    {"getVerboseClass", "()Z", is_verbose<kVerboseClass>, kLeaf},
    {"getVerboseGC", "()Z", is_verbose<kVerboseGc>, kLeaf},
    {"getProcessId", "()I", process_id, kLeaf},
    {"getVmArguments0", "()[Ljava/lang/String;", vm_arguments},
    {"getStartupTime", "()J", startup_time},
    {"getUptime0", "()J", uptime},
    {"getAvailableProcessors", "()I", available_processors, kLeaf},
    {"getTotalCompileTime", "()J", zero, kLeaf},
    {"getTotalThreadCount", "()J", total_threads, kLeaf},
    {"getLiveThreadCount", "()I", live_threads, kLeaf},
    {"getPeakThreadCount", "()I", peak_threads, kLeaf},
    {"getDaemonThreadCount", "()I", daemon_threads, kLeaf},
    {"getSafepointCount", "()J", not_counted, kLeaf},
    {"getTotalSafepointTime", "()J", not_counted, kLeaf},
    {"getSafepointSyncTime", "()J", not_counted, kLeaf},
    {"getTotalApplicationNonStoppedTime", "()J", not_counted, kLeaf},
    {"getLoadedClassSize", "()J", not_counted, kLeaf},
    {"getUnloadedClassSize", "()J", not_counted, kLeaf},
    {"getClassLoadingTime", "()J", not_counted, kLeaf},
    {"getMethodDataSize", "()J", not_counted, kLeaf},
    {"getInitializedClassCount", "()J", not_counted, kLeaf},
    {"getClassInitializationTime", "()J", not_counted, kLeaf},
    {"getClassVerificationTime", "()J", not_counted, kLeaf},
};
UVM_REGISTER_NATIVES("sun/management/VMManagementImpl", kVMManagementImplMethods)

// The setting is kept and reported, but there is no such output.
template <VerboseOutput which, unsigned slot>
Status set_verbose(NativeCall& call) {
  if (call.i32(slot) != 0) {
    __atomic_fetch_or(&roots().verbose, which, __ATOMIC_RELAXED);
  } else {
    __atomic_fetch_and(&roots().verbose, ~std::uint32_t{which}, __ATOMIC_RELAXED);
  }
  return call.ret();
}

const NativeMethod kVerboseMemoryMethods[] = {
    {"setVerboseGC", "(Z)V", set_verbose<kVerboseGc, 1>, kLeaf},
};
UVM_REGISTER_NATIVES("sun/management/MemoryImpl", kVerboseMemoryMethods)

const NativeMethod kVerboseClassMethods[] = {
    {"setVerboseClass", "(Z)V", set_verbose<kVerboseClass, 0>, kLeaf},
};
UVM_REGISTER_NATIVES("sun/management/ClassLoadingImpl", kVerboseClassMethods)

}  // namespace
}  // namespace uvm::rt
