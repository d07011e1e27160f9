#include "tools/commands.h"

#include <algorithm>
#include <cstdio>

#include "checkpoint/blob.h"
#include "store/directory.h"
#include "store/usage.h"
#include "store/verify.h"
#include "tools/messages.h"
#include "tools/open_store.h"
#include "tools/run_lock.h"
#include "tools/session.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

// The state of a heap that nobody runs: suspended, ended with a status, or without anything to resume.
std::string state_of(const store::StoreDirectory& directory, const store::HeapEntry& entry) {
  if (entry.error) return entry.error->message;
  if (const auto holder = running_process(directory.heap_folder(entry.name)))
    return "run by " + holder->text();
  if (entry.in_use) return "in use";
  if (entry.info->root_damage && entry.info->root_damage->newer && entry.info->versions.empty())
    return entry.info->root_damage->message;
  if (entry.info->versions.empty()) return "empty";
  auto heap = directory.open_heap(entry.name, {.read_only = true, .line_limit = line_limit()});
  if (!heap) return heap.error().message;
  const auto blob = checkpoint::read_blob((*heap)->blob());
  if (!blob) return blob.error().message;
  if ((blob->flags & checkpoint::kBlobFinished) != 0)
    return "ended with status " + std::to_string(blob->exit_code);
  return "interrupted";
}

// Opens the heap, which must not be running, and changes its versions.
template <typename Change>
int change_versions(const Options& options, Change change) {
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  auto heap = directory->open_heap(options.name, {.line_limit = line_limit()});
  if (!heap) return fail(options, heap.error());
  if (auto changed = change(**heap); !changed) {
    say(changed.error().message);
    return exit_code_of(changed.error());
  }
  return 0;
}

}  // namespace

int list_heaps(const Options& options) {
  auto directory = store::StoreDirectory::open(options.store, false);
  if (!directory) {
    if (directory.error().code == Errc::kNotFound) return 0;  // no store, no heaps
    return fail(options, directory.error());
  }
  auto heaps = directory->list_heaps();
  if (!heaps) return fail(options, heaps.error());
  std::size_t width = 4;
  for (const store::HeapEntry& entry : *heaps) width = std::max(width, entry.name.size());
  if (!heaps->empty()) {
    std::printf("%-*s  %8s  %-19s  %10s  %10s  %s\n", static_cast<int>(width), "NAME", "VERSION", "OF",
                "SIZE", "FREE", "STATE");
  }
  for (const store::HeapEntry& entry : *heaps) {
    const bool has_version = entry.info && !entry.info->versions.empty();
    const store::VersionInfo newest = has_version ? entry.info->versions.back() : store::VersionInfo{};
    const auto usage = store::measure_usage(directory->heap_path(entry.name));
    std::printf("%-*s  %8s  %-19s  %10s  %10s  %s\n", static_cast<int>(width), printable(entry.name).c_str(),
                has_version ? std::to_string(newest.version).c_str() : "-",
                has_version ? show_time(newest.wall_time_ns).c_str() : "-",
                entry.info ? show_size(entry.info->file_bytes).c_str() : "-",
                usage ? show_size(usage->free()).c_str() : "-",
                printable(state_of(*directory, entry)).c_str());
  }
  return 0;
}

int list_versions(const Options& options) {
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  auto info = store::inspect_heap(directory->heap_path(options.name));
  if (!info) return fail(options, info.error());
  // While the heap runs, what is read here may disappear half-way.
  const auto usage = store::measure_usage(directory->heap_path(options.name));
  const auto alone = [&usage](store::Version version) -> std::string {
    const auto* found = usage ? usage->of(version) : nullptr;
    return found == nullptr ? "-" : show_size(found->alone);
  };
  std::printf("%8s  %-19s  %10s  %12s  %12s  %12s\n", "VERSION", "OF", "HEAP", "LINES SAVED", "WRITTEN",
              "ALONE");
  const auto mark = [&info](store::Version version) {
    return std::find(info->pinned.begin(), info->pinned.end(), version) == info->pinned.end() ? ""
                                                                                              : "  pinned";
  };
  for (const store::VersionInfo& version : info->versions) {
    std::printf("%8lu  %-19s  %10s  %12lu  %12s  %12s%s\n", static_cast<unsigned long>(version.version),
                show_time(version.wall_time_ns).c_str(), show_size(version.lines * store::kLineSize).c_str(),
                static_cast<unsigned long>(version.lines_written), show_size(version.bytes_written).c_str(),
                alone(version.version).c_str(), mark(version.version));
  }
  return 0;
}

int pin_version(const Options& options, bool pinned) {
  return change_versions(options, [&](store::FileStore& heap) { return heap.pin(*options.version, pinned); });
}

int remove_heap(const Options& options) {
  if (options.version) {
    return change_versions(options,
                           [&](store::FileStore& heap) { return heap.remove_version(*options.version); });
  }
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  if (const auto holder = running_process(directory->heap_folder(options.name))) {
    say("heap " + options.name + " is in use: it is being run by " + holder->text());
    return kExitFailure;
  }
  if (directory->is_pinned(options.name)) {
    say("heap " + options.name + " has pinned versions: uvm unpin releases them");
    return kExitFailure;
  }
  if (auto removed = directory->remove_heap(options.name); !removed) return fail(options, removed.error());
  return 0;
}

int verify_heap(const Options& options) {
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  bool damaged = false;
  const auto verify = [&damaged](const std::string& path, const std::string& what) -> Result<void> {
    auto findings = store::verify_heap(path);
    if (!findings) return Unexpected{findings.error()};
    for (const store::Finding& finding : *findings) {
      const bool damage = finding.severity == store::Finding::Severity::kDamage;
      damaged |= damage;
      std::printf("%s: %s%s\n", damage ? "damage" : "note", what.c_str(), finding.message.c_str());
    }
    return {};
  };
  if (auto verified = verify(directory->heap_path(options.name), ""); !verified)
    return fail(options, verified.error());
  // The lines that the heap does not have are read from its base image.
  const auto images = directory->images_of_heap(options.name);
  if (!images && !damaged) return fail(options, images.error());
  if (images) {
    for (const std::string& image : *images) {
      if (auto verified = verify(image, "base image " + image + ": "); !verified)
        return fail(options, verified.error());
    }
  }
  if (damaged) return kExitDamage;
  std::printf("%s is sound\n", options.name.c_str());
  if (const auto usage = store::measure_usage(directory->heap_path(options.name))) {
    std::printf("%zu versions in %s; %s of that free\n", usage->versions.size(),
                show_size(usage->file).c_str(), show_size(usage->free()).c_str());
  }
  return 0;
}

}  // namespace uvm::tools
