#include "tools/images.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "gc/layout.h"
#include "pmem/descriptor.h"
#include "runtime/boot.h"
#include "runtime/clock.h"
#include "runtime/code.h"
#include "runtime/heap_format.h"
#include "runtime/leases.h"
#include "runtime/missing_natives.h"
#include "runtime/native.h"
#include "runtime/threads.h"
#include "tools/messages.h"

namespace uvm::tools {
namespace {

// The linker's build id of this program: differs whenever its code does.
std::string build_id() {
  std::string id;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_NOTE) continue;
          const auto* at = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
          const char* end = at + header.p_memsz;
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(at);
            const char* name = at + sizeof(ElfW(Nhdr));
            const char* content = name + (note->n_namesz + 3) / 4 * 4;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
              static_cast<std::string*>(result)->assign(content, note->n_descsz);
              return 1;
            }
            at = content + (note->n_descsz + 3) / 4 * 4;
          }
        }
        return 1;  // only the first object, which is the program
      },
      &id);
  return id;
}

// Not when it is another's; nor does one that this process cannot have just now (no descriptors, no memory)
// need to be made anew.
bool is_to_be_made(const store::Result<std::shared_ptr<store::FileStore>>& image) {
  if (image || image.error().code == store::Errc::kPermission) return false;
  return image.error().code != store::Errc::kIo || exit_code_of(image.error()) == kExitDamage;
}

// What users should know of the class library before programs run into it, a line each: most often nothing.
// Only the base module is searched for natives that are newer than this uvm; --version -v takes the time for
// all.
std::vector<std::string> class_library_problems(const std::string& java_home) {
  std::vector<std::string> problems;
  const auto home = rt::jimage::java_home_at(java_home);
  if (!home) return problems;
  if (const std::string problem = rt::jimage::settings_problem(*home); !problem.empty())
    problems.push_back(problem);
  const auto image = rt::jimage::JImage::open(home->modules);
  if (!image) return problems;
  const auto missing = rt::find_missing_natives(*image, "java.base");
  if (missing && !missing->unknown.empty()) {
    problems.push_back("OpenJDK " + home->version + " has " + std::to_string(missing->unknown.size()) +
                       " native methods that this uvm does not know, such as " + missing->unknown.front() +
                       "; uvm --version -v lists them");
  }
  return problems;
}

}  // namespace

std::string image_key(const rt::jimage::JavaHome& home) {
  std::string all = std::string(UVM_VERSION) + '\n' + build_id() + '\n' + home.identity() + '\n' + home.path;
  all += '\n' + std::to_string(gc::kHeapFormat) + ' ' + std::to_string(rt::kCodeFormat);
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    all += std::string("\n") + (value == nullptr ? "" : value);
  }
  const XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  char text[33];
  std::snprintf(text, sizeof text, "%016lx%016lx", static_cast<unsigned long>(hash.high64),
                static_cast<unsigned long>(hash.low64));
  return text;
}

store::Result<std::shared_ptr<store::FileStore>> ensure_image(const store::StoreDirectory& directory,
                                                              const std::string& key,
                                                              const SessionOptions& options,
                                                              std::chrono::milliseconds patience) {
  auto found = directory.open_image(key, line_limit());
  if (!is_to_be_made(found)) return found;
  // Several programs that start at once need it made only once. `building` is the lock on that.
  const auto building = directory.lock_image(key, patience, [] {
    say("another process is booting the class library: waiting for it, a minute at most ...");
  });
  if (building) {
    found = directory.open_image(key, line_limit());
    if (!is_to_be_made(found)) return found;
  } else if (building.error().code == store::Errc::kLocked) {
    say("the process that boots the class library is not done after a minute: not waiting any longer");
  } else {
    return Unexpected{building.error()};
  }
  if (found.error().code != store::Errc::kNotFound) {
    say("base image " + directory.image_path(key) +
        " cannot be used, and is made anew: " + found.error().message);
  }

  say("booting the class library, once for this uvm and JDK ...");
  const auto start = std::chrono::steady_clock::now();
  auto fresh = directory.begin_image(key);
  if (!fresh) return Unexpected{fresh.error()};
  SessionOptions booting = options;
  booting.torture_interval = 0;
  booting.checkpoints = {};
  booting.blob.flags |= checkpoint::kBlobImage;
  booting.input = {};
  booting.folder.clear();
  booting.input.java_home = options.input.java_home;
  {
    auto session = Session::open(std::move(fresh->store), std::move(booting));
    if (!session) return Unexpected{session.error()};
    rt::Vm& vm = (*session)->vm();
    rt::format_heap(gc::kOldStart + gc::kMaxOldSize);
    rt::clock_at_resume();
    rt::leases_at_start();
    rt::hold_after_boot(vm, true);
    if (rt::make_primordial_thread(vm) == nullptr || !rt::start_all_threads(vm)) {
      return Unexpected{store::Error{.code = store::Errc::kIo, .message = "the system has no more threads"}};
    }
    const rt::Event event = rt::wait_for_event(vm, std::chrono::hours(24));
    rt::hold_after_boot(vm, false);
    auto record = (*session)->checkpointer().final_checkpoint();
    if (event != rt::Event::kBooted) {
      return Unexpected{
          store::Error{.code = store::Errc::kInvalid, .message = "the class library did not boot"}};
    }
    if (!record) return Unexpected{record.error()};
  }
  if (auto published = directory.publish_image(*fresh, key); !published) {
    return Unexpected{published.error()};
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  char text[64];
  std::snprintf(text, sizeof text, "booted in %.1f s", time.count());
  say(text);
  for (const std::string& problem : class_library_problems(options.input.java_home)) say(problem);
  remove_unused_images(directory, key);
  return directory.open_image(key, line_limit());
}

void remove_unused_images(const store::StoreDirectory& directory, const std::string& key) {
  auto images = directory.list_images();
  auto heaps = directory.list_heaps();
  if (!images || !heaps) return;
  for (const std::string& image : *images) {
    if (image == key) continue;
    auto opened = directory.open_image(image, line_limit());
    if (!opened) continue;
    const store::ContentId content = (*opened)->content_id();
    opened->reset();
    // A heap that cannot be read may need any image; but another user's none of ours, unless we are root.
    const bool needed = std::any_of(heaps->begin(), heaps->end(), [&](const store::HeapEntry& heap) {
      if (heap.owner != geteuid() && geteuid() != 0) return false;
      return !heap.info.has_value() || heap.info->base == content;
    });
    if (!needed) static_cast<void>(directory.remove_image(image));
  }
}

}  // namespace uvm::tools
