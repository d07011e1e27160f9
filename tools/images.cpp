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
#include <ctime>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "gc/layout.h"
#include "runtime/boot/boot.h"
#include "runtime/boot/heap_format.h"
#include "runtime/execution/native.h"
#include "runtime/metadata/code.h"
#include "runtime/natives/missing_natives.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/program_bundle.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/threads.h"
#include "tools/messages.h"

namespace uvm::tools {
namespace {

// Hexadecimal.
std::string hash_of(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016lx%016lx", static_cast<unsigned long>(hash.high64),
                static_cast<unsigned long>(hash.low64));
  return digits;
}

// Of the images that nothing needs, this many most recently used ones are kept for this long: another locale,
// JDK or program may come back.
constexpr std::size_t kSpareImages = 4;
constexpr std::chrono::seconds kSpareAge = std::chrono::hours(7 * 24);
// And all are kept for this long, because a process that has opened one may be about to make a heap over it.
constexpr std::chrono::seconds kJustUsed = std::chrono::minutes(10);

// The linker's build id of this program, which differs whenever its code does.
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

// Not if it belongs to another user. Nor must an image be made again just because this process cannot open it
// now (no descriptors, no memory).
bool is_to_be_made(const Result<std::shared_ptr<store::FileStore>>& image) {
  if (image || image.error().code == Errc::kPermission) return false;
  return image.error().code != Errc::kIo || exit_code_of(image.error()) == kExitDamage;
}

// What users should know about the class library before programs run into it, one line each; usually nothing.
// Only the base module is searched for natives that are newer than this uvm; --version -v takes the time to
// search all.
std::vector<std::string> class_library_problems(const std::string& java_home) {
  std::vector<std::string> problems;
  const auto home = rt::jimage::java_home_at(java_home);
  if (!home) return problems;
  if (const auto settings = rt::jimage::check_settings(*home); !settings)
    problems.push_back(settings.error().message);
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
  return hash_of(all);
}

namespace {

using SharedStore = Result<std::shared_ptr<store::FileStore>>;

// One kind of image: messages about it, and what fills it.
struct Recipe {
  std::string waiting;   // what another process is doing while this one waits
  std::string too_long;  // what that process has not finished after a minute
  std::shared_ptr<store::FileStore> base;
  std::function<Result<void>(std::unique_ptr<store::FileStore>)> make;
};

SharedStore find_or_make(const store::StoreDirectory& directory, const std::string& key,
                         std::chrono::milliseconds patience, const Recipe& recipe) {
  auto found = directory.open_image(key, line_limit(), recipe.base);
  if (!is_to_be_made(found)) return found;
  // If several programs start at once, only one makes the image. `making` is the lock for that.
  const auto making = directory.lock_image(key, patience, [&recipe] { say(recipe.waiting); });
  if (making) {
    found = directory.open_image(key, line_limit(), recipe.base);
    if (!is_to_be_made(found)) return found;
  } else if (making.error().code == Errc::kLocked) {
    say(recipe.too_long);
  } else {
    return Unexpected{making.error()};
  }
  if (found.error().code != Errc::kNotFound) {
    say("base image " + directory.image_path(key) +
        " cannot be used and is made again: " + found.error().message);
  }
  auto fresh = directory.begin_image(key, {.base = recipe.base});
  if (!fresh) return Unexpected{fresh.error()};
  if (auto made = recipe.make(std::move(fresh->store)); !made) return Unexpected{made.error()};
  if (auto published = directory.publish_image(*fresh, key); !published) {
    return Unexpected{published.error()};
  }
  remove_unused_images(directory, key);
  return directory.open_image(key, line_limit(), recipe.base);
}

// The VM in which an image is made. It has no program.
Result<std::unique_ptr<Session>> open_making(std::unique_ptr<store::FileStore> store,
                                             const SessionOptions& options) {
  SessionOptions making = options;
  making.torture_interval = 0;
  making.checkpoints = {};
  making.blob.flags |= checkpoint::kBlobImage;
  making.input = {};
  making.folder.clear();
  making.input.java_home = options.input.java_home;
  return Session::open(std::move(store), std::move(making));
}

Result<void> boot_into(std::unique_ptr<store::FileStore> store, const SessionOptions& options) {
  say("booting the class library, once for this uvm and JDK ...");
  const auto start = std::chrono::steady_clock::now();
  {
    auto session = open_making(std::move(store), options);
    if (!session) return Unexpected{session.error()};
    rt::Vm& vm = (*session)->vm();
    rt::format_heap(gc::kOldStart + gc::kMaxOldSize);
    rt::clock_at_resume();
    rt::leases_at_start();
    rt::hold_after_boot(vm, true);
    if (rt::make_primordial_thread(vm) == nullptr)
      return Unexpected{Error{.code = Errc::kInvalid, .message = "no room for the main thread's stack"}};
    if (auto started = rt::start_all_threads(vm); !started) return started;
    const rt::Event event = rt::wait_for_event(vm, std::chrono::hours(24));
    rt::hold_after_boot(vm, false);
    auto record = (*session)->checkpointer().final_checkpoint();
    if (event != rt::Event::kBooted) {
      return Unexpected{Error{.code = Errc::kInvalid, .message = "the class library did not boot"}};
    }
    if (!record) return Unexpected{record.error()};
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  char text[64];
  std::snprintf(text, sizeof text, "booted in %.1f s", time.count());
  say(text);
  for (const std::string& problem : class_library_problems(options.input.java_home)) say(problem);
  return {};
}

Result<void> install_into(std::unique_ptr<store::FileStore> store, const SessionOptions& options,
                          const rt::bundle::BundleView& bundle, const std::string& name) {
  auto session = open_making(std::move(store), options);
  if (!session) return Unexpected{session.error()};
  if (const auto fit = rt::check_heap((*session)->vm()); !fit)
    return Unexpected{Error{.code = Errc::kInvalid, .message = "base image: " + fit.error().message}};
  rt::clock_at_resume();
  rt::leases_at_start();
  if (auto installed = rt::install_program_bundle((*session)->vm(), bundle, name); !installed)
    return Unexpected{bad_bundle(installed.error())};
  if (auto record = (*session)->checkpointer().checkpoint_retired(); !record)
    return Unexpected{record.error()};
  return {};
}

}  // namespace

Error bad_bundle(const rt::bundle::Error& error) {
  return {.code = Errc::kInvalid, .message = error.message};
}

SharedStore ensure_library_image(const store::StoreDirectory& directory, const std::string& key,
                                 const SessionOptions& options, std::chrono::milliseconds patience) {
  return find_or_make(
      directory, key, patience,
      {.waiting = "another process is booting the class library: waiting for it, a minute at most ...",
       .too_long =
           "the process that boots the class library is not done after a minute: not waiting any longer",
       .base = nullptr,
       .make = [&](auto store) { return boot_into(std::move(store), options); }});
}

SharedStore ensure_program_image(const store::StoreDirectory& directory,
                                 std::shared_ptr<store::FileStore> library,
                                 const rt::bundle::BundleView& bundle, const std::string& name,
                                 const SessionOptions& options) {
  const store::ContentId below = library->content_id();
  std::string all(reinterpret_cast<const char*>(&below), sizeof below);
  all.append(reinterpret_cast<const char*>(bundle.identity().data()), bundle.identity().size());
  return find_or_make(
      directory, hash_of(all), kImagePatience,
      {.waiting =
           "another process is putting the program into the store: waiting for it, a minute at most ...",
       .too_long =
           "the process that puts the program into the store is not done after a minute: not waiting any "
           "longer",
       .base = std::move(library),
       .make = [&](auto store) { return install_into(std::move(store), options, bundle, name); }});
}

void remove_unused_images(const store::StoreDirectory& directory, const std::string& key) {
  const auto images = directory.list_images();
  const auto heaps = directory.list_heaps();
  if (!images || !heaps) return;
  std::vector<store::ContentId> needed;
  for (const store::HeapEntry& heap : *heaps) {
    if (heap.owner != geteuid() && geteuid() != 0) continue;  // another user's heap needs none of ours
    if (!heap.info) return;                                   // it may need any
    needed.push_back(heap.info->base);
  }
  std::vector<store::ImageEntry> candidates;
  const auto keep = [&needed](const store::ImageEntry& image) { needed.push_back(image.info->base); };
  for (const store::ImageEntry& image : *images) {
    if (!image.info) continue;  // it is unknown what needs it
    if (image.key == key) {
      keep(image);
    } else {
      candidates.push_back(image);
    }
  }
  // The images that are kept may need others.
  const auto keep_needed = [&] {
    while (std::erase_if(candidates, [&](const store::ImageEntry& image) {
             if (std::find(needed.begin(), needed.end(), image.info->newest) == needed.end()) return false;
             keep(image);
             return true;
           }) > 0) {
    }
  };
  keep_needed();
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.last_used > b.last_used; });
  const std::time_t now = std::time(nullptr);
  for (std::size_t spare = 0; !candidates.empty(); ++spare) {
    const std::time_t last_used = candidates.front().last_used;
    const bool spared = spare < kSpareImages && last_used >= now - kSpareAge.count();
    if (!spared && last_used < now - kJustUsed.count()) break;
    keep(candidates.front());
    candidates.erase(candidates.begin());
    keep_needed();
  }
  for (const store::ImageEntry& image : candidates) static_cast<void>(directory.remove_image(image.key));
}

}  // namespace uvm::tools
