#include "tools/run.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>

#include "gc/layout.h"
#include "runtime/boot/boot.h"
#include "runtime/boot/heap_format.h"
#include "runtime/boot/timers.h"
#include "runtime/bundle/mapped_file.h"
#include "runtime/jimage/java_home.h"
#include "runtime/jimage/jimage.h"
#include "runtime/linking/assertions.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/container.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/program_bundle.h"
#include "runtime/outside/undo_journal.h"
#include "runtime/threads/checkpoint_events.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/cpu_time.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"
#include "store/directory.h"
#include "tools/control_socket.h"
#include "tools/images.h"
#include "tools/live_figures.h"
#include "tools/messages.h"
#include "tools/origin.h"
#include "tools/run_lock.h"
#include "tools/session.h"
#include "tools/signals.h"
#include "tools/stats_file.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

// Properties that are read while the class library boots, so that a booted one would ignore them.
bool is_boot_property(const std::string& name) {
  static constexpr const char* kNames[] = {"java.lang.Integer.IntegerCache.high",
                                           "java.locale.useOldISOCodes",
                                           "java.security.auth.debug",
                                           "java.security.debug",
                                           "java.security.manager",
                                           "java.system.class.loader",
                                           "java.util.Arrays.useLegacyMergeSort",
                                           "jdk.disableSerialConstructorChecks",
                                           "jdk.nio.maxCachedBufferSize",
                                           "jdk.security.filePermCompat",
                                           "sun.nio.PageAlignDirectMemory",
                                           "sun.nio.fs.chdirAllowed"};
  static constexpr const char* kPrefixes[] = {"java.lang.invoke.", "jdk.internal.", "jdk.module.",
                                              "jdk.net.",          "jdk.reflect.",  "sun.misc.URLClassPath.",
                                              "sun.net.",          "sun.reflect."};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const char* n) { return name == n; }) ||
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](const char* prefix) { return name.rfind(prefix, 0) == 0; });
}

// Seconds since a version was cut; 0 if the clock was set back to before that.
double age_of(const checkpoint::Blob& blob) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::chrono::nanoseconds then(static_cast<std::int64_t>(blob.wall_time_ns));
  return std::max(std::chrono::duration<double>(now - then).count(), 0.0);
}

Unexpected<Error> refuse(const std::string& why) { return {Error{.code = Errc::kInvalid, .message = why}}; }

class Runner {
 public:
  Runner(const Options& options, store::StoreDirectory directory)
      : options_(options),
        directory_(std::move(directory)),
        figures_(options.name, directory_.heap_folder(options.name), options.memory) {}

  int run();

 private:
  using Opened = Result<std::unique_ptr<Session>>;

  Result<void> prepare();
  SessionOptions session_options();
  int fail(const Error& error);
  Result<std::optional<checkpoint::Blob>> find_run();
  Result<void> lock();
  [[nodiscard]] store::Retention retention() const {
    return {options_.keep_versions, static_cast<std::uint64_t>(options_.keep_age.count())};
  }
  Opened start_fresh();
  Opened resume(std::optional<store::Version> version);
  Result<void> start_threads(Session& session);

  int supervise(std::unique_ptr<Session> session);
  int end(std::unique_ptr<Session> session, int exit_code);
  int suspend(Session& session);
  Result<std::unique_ptr<Session>> resume_elsewhere(std::unique_ptr<Session> session);
  void note_checkpoint(const checkpoint::Record& record);
  void write_figures();
  void answer_requests();

  const Options& options_;
  store::StoreDirectory directory_;
  std::optional<rt::bundle::BundleFile> bundle_;
  std::optional<rt::jimage::JavaHome> home_;
  std::optional<rt::jimage::JImage> image_;
  std::optional<RunLock> lock_;
  std::shared_ptr<store::FileStore> base_;  // the heap's base image, if known without searching
  checkpoint::Blob blob_;
  bool boots_ = false;  // the class library boots in the program's own heap
  bool main_called_ = false;
  bool heap_is_new_ = false;  // made by this process, which has its lock
  std::uint64_t lives_ = 0;   // sessions so far
  store::Version resumed_from_ = 0;
  LiveFigures figures_;
  std::unique_ptr<ControlServer> server_;  // destroyed before the lock and what the lock says
};

Result<void> Runner::prepare() {
  // An eighth more is in use while a checkpoint is made.
  const rt::MemoryLimit limit = rt::memory_limit();
  if (limit.bytes != 0 && options_.memory + options_.memory / 8 > limit.bytes) {
    say("--memory is " + show_size(options_.memory) + ", too much for the " + show_size(limit.bytes) +
        " that there are (" + limit.source + "): the kernel may kill this process when it uses them up");
  }
  if (options_.command == Command::kRun) {
    auto bundle = rt::bundle::BundleFile::open(options_.bundle, rt::bundle::Check::kIndexSum);
    if (!bundle) return refuse(bundle.error().message);
    if (bundle->view().main_class().empty()) {
      return refuse(options_.bundle + " names no main class; pack it with uvmc --main CLASS");
    }
    const auto& hash = bundle->view().content_hash();
    std::copy(hash.begin(), hash.end(), blob_.program_hash.begin());
    std::error_code ignored;
    checkpoint::set_text(blob_.program, std::filesystem::absolute(options_.bundle, ignored).string());
    bundle_.emplace(std::move(*bundle));
  }
  auto home = rt::jimage::find_java_home();
  if (!home) return refuse(home.error().message);
  home_ = *home;
  auto image = rt::jimage::JImage::open(home->modules);
  if (!image) return refuse(image.error().message);
  image_.emplace(std::move(*image));
  checkpoint::set_text(blob_.uvm_version, UVM_VERSION);
  note_java(blob_, *home_);
  note_command(blob_, options_);
  return {};
}

SessionOptions Runner::session_options() {
  SessionOptions options;
  options.name = options_.name;
  options.folder = directory_.heap_folder(options_.name);
  options.memory = options_.memory;
  options.handler_thread = options_.handler_thread;
  if (lives_ > 0) {
    // Another address each time: relocatability is part of what torture mode tests.
    constexpr std::uint64_t kFirst = std::uint64_t{1} << 44;
    options.address_hint =
        reinterpret_cast<void*>(kFirst + (lives_ % 16) * 2 * gc::kRegionSize + (lives_ % 7) * 4096);
  }
  options.image = &*image_;
  options.input.java_home = home_->path;
  if (bundle_) {
    options.input.main_class = bundle_->view().main_class();
  }
  options.input.arguments = options_.arguments;
  options.input.properties = options_.properties;
  options.input.module_properties = options_.module_properties;
  options.input.boots = boots_;
  options.blob = blob_;
  options.torture_interval = options_.torture_interval;
  options.verify_heap = options_.verify_heap;
  options.checkpoints.every = options_.checkpoint_every;
  options.checkpoints.report = [](const std::string& line) { say(line); };
  options.checkpoints.after_checkpoint = [this](const checkpoint::Record& record) {
    note_checkpoint(record);
  };
  return options;
}

int Runner::fail(const Error& error) {
  say(explain(error, options_.store, options_.name));
  return exit_code_of(error);
}

Result<void> Runner::lock() {
  auto lock = RunLock::take(directory_.heap_folder(options_.name));
  if (!lock) return Unexpected{lock.error()};
  lock_.emplace(std::move(*lock));
  return {};
}

// The blob of the newest version of the heap with our name; nothing if there is no such heap, or if it is
// empty.
Result<std::optional<checkpoint::Blob>> Runner::find_run() {
  if (!directory_.has_heap(options_.name)) return std::optional<checkpoint::Blob>{};
  auto heap = directory_.open_heap(options_.name, {.read_only = true, .line_limit = line_limit()});
  if (!heap) return Unexpected{heap.error()};
  if ((*heap)->current_version().version == 0) {
    // Nothing was ever committed, unless that is what the damaged root says.
    const auto& damage = (*heap)->root_damage();
    if (damage && damage->newer) {
      return Unexpected{Error{.code = Errc::kCorrupt, .message = damage->message}};
    }
    return std::optional<checkpoint::Blob>{};
  }
  auto blob = checkpoint::read_blob((*heap)->blob());
  if (!blob) return Unexpected{blob.error()};
  return std::optional<checkpoint::Blob>{*blob};
}

Result<void> Runner::start_threads(Session& session) {
  ++lives_;
  session.verify_heap();
  auto started = rt::start_all_threads(session.vm());
  if (!started) rt::retire_threads(session.vm());
  return started;
}

Runner::Opened Runner::start_fresh() {
  const bool cold = options_.cold_boot || options_.modules_at_boot ||
                    std::any_of(options_.properties.begin(), options_.properties.end(),
                                [](const auto& property) { return is_boot_property(property.first); });
  std::shared_ptr<store::FileStore> base;
  if (!cold) {
    const std::string key = image_key(*home_);
    auto image = ensure_library_image(directory_, key, session_options());
    if (image && bundle_->view().bytes().size() >= kOwnImageFrom) {
      image = ensure_program_image(directory_, std::move(*image), bundle_->view(), options_.bundle,
                                   session_options());
    }
    if (!image) return Unexpected{image.error()};
    base = std::move(*image);
    checkpoint::set_text(blob_.image, key);
  }
  base_ = base;
  if (auto created = directory_.create_heap(options_.name, {.base = base}); !created) {
    return Unexpected{created.error()};
  }
  if (auto locked = lock(); !locked) return Unexpected{locked.error()};
  heap_is_new_ = true;
  auto heap = directory_.open_heap(
      options_.name,
      {.base = base, .keep = retention(), .compress = options_.compress, .line_limit = line_limit()});
  if (!heap) return Unexpected{heap.error()};
  boots_ = cold;
  auto session = Session::open(std::move(*heap), session_options());
  if (!session) return session;
  rt::Vm& vm = (*session)->vm();
  if (cold) {
    rt::format_heap(gc::kOldStart + gc::kMaxOldSize);
  } else if (const auto fit = rt::check_heap(vm); !fit) {
    return refuse("base image: " + fit.error().message);
  }
  rt::set_heap_size(options_.heap);
  static_cast<void>(rt::clock_at_resume());
  rt::cpu_time_at_start();
  rt::checkpoints_at_start(0);
  rt::leases_at_start();
  rt::own_writes_begin(0);
  if (!rt::program_bundle()) {
    if (auto installed = rt::install_program_bundle(vm, bundle_->view(), options_.bundle); !installed)
      return Unexpected{bad_bundle(installed.error())};
  }
  if (!rt::set_assertions(options_.assertions)) return refuse("no room for the assertion options");
  if (cold && rt::make_primordial_thread(vm) == nullptr) return refuse("no room for the main thread's stack");
  if (auto started = start_threads(**session); !started) return Unexpected{started.error()};
  return session;
}

Runner::Opened Runner::resume(std::optional<store::Version> version) {
  auto heap = directory_.open_heap(options_.name, {.version = version,
                                                   .base = base_,
                                                   .keep = retention(),
                                                   .compress = options_.compress,
                                                   .line_limit = line_limit()});
  if (!heap) return Unexpected{heap.error()};
  if (const auto& damage = (*heap)->root_damage(); damage)
    say("heap " + options_.name + ": " + damage->message);
  auto blob = checkpoint::read_blob((*heap)->blob());
  if (!blob) return Unexpected{blob.error()};
  if (blob->heap_format != gc::kHeapFormat || blob->region_size != gc::kRegionSize) {
    return Unexpected{Error{.code = Errc::kNewerFormat,
                            .message = "it has heap format " + std::to_string(blob->heap_format) +
                                       ", this uvm has " + std::to_string(gc::kHeapFormat)}};
  }
  if (const auto fit = check_java(*blob, *home_); !fit)
    return refuse("heap " + options_.name + " cannot be resumed: " + fit.error().message);
  resumed_from_ = (*heap)->current_version().version;
  figures_.note_resume(resumed_from_);
  blob_ = *blob;
  note_java(blob_, *home_);
  checkpoint::set_text(blob_.uvm_version, UVM_VERSION);
  blob_.flags = 0;
  spdlog::debug("resuming version {}, {:.1f} s old, written by uvm {}", resumed_from_, age_of(*blob),
                blob->uvm_version);
  const bool is_older = (*heap)->versions().back().version > (*heap)->current_version().version;
  const bool suspended = (blob->flags & checkpoint::kBlobSuspended) != 0 && !version;
  auto session = Session::open(std::move(*heap), session_options());
  if (!session) return session;
  if (const auto fit = rt::check_heap((*session)->vm()); !fit) return Unexpected{fit.error()};
  const std::int64_t behind_ms = rt::clock_at_resume();
  if (behind_ms > 0) rt::timers_at_resume(behind_ms);
  rt::cpu_time_at_resume();
  rt::checkpoints_at_start((*session)->store().current_version().version);
  const std::uint64_t cut = rt::roots().checkpoint_attempts;
  const auto undone = rt::undo_since(cut);
  if (!undone) return Unexpected{undone.error()};
  for (const std::string& remark : undone->remarks) say(remark);
  checkpoint::Checkpointer& checkpointer = (*session)->checkpointer();
  // Files are cut back to an older version only when no newer one can be resumed.
  if (is_older) {
    rt::own_writes_unknown();
    if (auto given_up = checkpointer.checkpoint_retired(); !given_up) return Unexpected{given_up.error()};
  }
  const auto grown = suspended ? rt::Grown::kIsOthers : rt::Grown::kIsOurs;
  for (const std::string& remark : rt::leases_at_resume(grown, cut, undone->restored)) say(remark);
  rt::own_writes_begin(rt::roots().checkpoint_attempts);
  // Once the program has written more, the suspended version must not be the one to resume.
  if (suspended) {
    if (auto taken_up = checkpointer.checkpoint_retired(); !taken_up) return Unexpected{taken_up.error()};
  }
  if (auto started = start_threads(**session); !started) return Unexpected{started.error()};
  return session;
}

int Runner::run() {
  if (const auto prepared = prepare(); !prepared) return fail(prepared.error());
  if (directory_.has_heap(options_.name)) {
    if (auto locked = lock(); !locked) return fail(locked.error());
  }
  auto found = find_run();
  if (!found && !(options_.fresh && found.error().code != Errc::kLocked)) return fail(found.error());
  const bool exists = directory_.has_heap(options_.name);
  std::optional<checkpoint::Blob> blob = found ? *found : std::nullopt;

  if (options_.command == Command::kResume) {
    if (!exists || !blob) {
      say("no interrupted run " + options_.name + " in " + directory_.path());
      return kExitFailure;
    }
    if ((blob->flags & checkpoint::kBlobFinished) != 0 && !options_.version) {
      say(options_.name + " has ended, with exit status " + std::to_string(blob->exit_code));
      return kExitFailure;
    }
  } else {
    const bool ended = blob && (blob->flags & checkpoint::kBlobFinished) != 0;
    if (blob && !ended && !options_.fresh && blob->program_hash != blob_.program_hash) {
      say("heap " + options_.name + " has an interrupted run of another program (" + blob->program +
          "): --fresh drops it, uvm resume continues it, --name uses another heap");
      return kExitFailure;
    }
    if (exists && (!blob || ended || options_.fresh)) {
      if (directory_.is_pinned(options_.name)) {
        say("heap " + options_.name +
            " has pinned versions: uvm unpin releases them, --name uses another heap");
        return kExitFailure;
      }
      if (auto removed = directory_.remove_heap(options_.name); !removed) return fail(removed.error());
      lock_.reset();  // its file is gone with the heap
      blob.reset();
    }
  }

  Opened session = blob ? resume(options_.version) : start_fresh();
  if (!session) {
    const int code = fail(session.error());
    // But not one that another process has made since.
    if (heap_is_new_) static_cast<void>(directory_.remove_heap(options_.name));
    return code;
  }
  if (blob) {
    main_called_ = true;
    say("resuming the interrupted run " + options_.name + " from version " + std::to_string(resumed_from_) +
        ", of " + show_time((*session)->store().current_version().wall_time_ns));
    if (options_.command == Command::kRun) {
      if (const auto difference = command_difference(*blob, options_)) say(*difference);
    }
  }
  spdlog::info("heap {} in {}: {}", options_.name, directory_.path(), (*session)->region().describe());
  return supervise(std::move(*session));
}

void Runner::note_checkpoint(const checkpoint::Record& record) {
  constexpr double kMs = 1e-6;
  spdlog::debug("version {}: {} lines, {} bytes written, {:.2f} ms stopped of {:.1f} ms", record.version,
                record.lines, record.bytes, static_cast<double>(record.pause_ns) * kMs,
                static_cast<double>(record.duration_ns) * kMs);
  if (figures_.checkpointed(record)) write_figures();
}

void Runner::write_figures() {
  if (options_.stats.empty()) return;
  if (const int error = write_stats(options_.stats, text_of(figures_.now_with_calls())); error != 0) {
    say("cannot write " + options_.stats + ": " + strerror(error));
  }
}

// Answers the requests of `uvm stats` and `uvm suspend`.
void Runner::answer_requests() {
  auto server = ControlServer::start(
      directory_.heap_folder(options_.name),
      {.stats = [this] { return text_of(figures_.now()); }, .suspend = request_suspension});
  if (server) {
    server_ = std::move(*server);
  } else {
    spdlog::info("uvm stats cannot ask this process: {}; uvm suspend signals it", server.error());
  }
}

int Runner::supervise(std::unique_ptr<Session> session) {
  figures_.note_ready();
  figures_.attach(*session, blob_);
  answer_requests();
  for (;;) {
    rt::Vm& vm = session->vm();
    on_first_signal([&vm](int) { rt::notify_supervisor(vm); });
    if (main_called_) session->checkpointer().start();
    for (bool same_life = true; same_life;) {
      switch (rt::wait_for_event(vm, std::chrono::hours(1))) {
        case rt::Event::kStarted:
          if (!main_called_) {
            main_called_ = true;
            // The first version comes before the program's first effect. If it fails, that is reported and
            // the run continues without it, as with any other checkpoint.
            if (options_.checkpoint_every.count() != 0)
              static_cast<void>(session->checkpointer().checkpoint());
            session->checkpointer().start();
          }
          rt::begin_program(vm);
          break;
        case rt::Event::kExit:
          on_first_signal({});
          return end(std::move(session), rt::exit_code(vm));
        case rt::Event::kSignal:
          return suspend(*session);
        case rt::Event::kTorture: {
          on_first_signal({});
          auto next = resume_elsewhere(std::move(session));
          if (!next) return fail(next.error());
          session = std::move(*next);
          figures_.attach(*session, blob_);
          same_life = false;
          break;
        }
        case rt::Event::kBooted:
        case rt::Event::kNone:
          break;
      }
    }
  }
}

Runner::Opened Runner::resume_elsewhere(std::unique_ptr<Session> session) {
  session->checkpointer().stop();
  auto record = session->checkpointer().final_checkpoint();
  figures_.detach();
  session.reset();
  if (!record) return Unexpected{record.error()};
  figures_.note_torture_resume();
  return resume({});
}

int Runner::suspend(Session& session) {
  const int status = 128 + first_signal();
  if (!main_called_) {
    // The program has done nothing yet that would be worth resuming.
    server_.reset();
    _exit(status);
  }
  session.checkpointer().stop();
  session.set_suspended(true);
  auto record = session.checkpointer().final_checkpoint();
  if (record) {
    say("suspended " + options_.name + " at version " + std::to_string(record->version) + "; uvm resume " +
        options_.name + " goes on");
  } else if (const auto found = session.find_heap(); !found) {
    say("the last checkpoint of " + options_.name + " failed: " + found.error().message);
  } else {
    say("the last checkpoint of " + options_.name + " failed; uvm resume " + options_.name +
        " continues from version " + std::to_string(session.store().current_version().version));
  }
  figures_.ended(record ? HeapState::kSuspended : HeapState::kInterrupted, status);
  write_figures();
  figures_.detach();
  return status;
}

int Runner::end(std::unique_ptr<Session> session, int exit_code) {
  session->checkpointer().stop();
  rt::retire_threads(session->vm());
  const auto found = session->find_heap();  // if not, another heap may have the name
  const bool keep = options_.keep || session->store().has_pinned();
  if (keep) {
    session->set_finished(exit_code);
    if (auto record = session->checkpointer().checkpoint_retired(); !record) {
      say("the ended heap " + options_.name + " could not be kept: " + record.error().message);
    }
  }
  figures_.ended(HeapState::kEnded, exit_code);
  write_figures();
  figures_.detach();
  server_.reset();
  session.reset();
  if (!found) {
    say("the heap of the ended program is left alone: " + found.error().message);
  } else if (!keep) {
    if (auto removed = directory_.remove_heap(options_.name); !removed) say(removed.error().message);
  }
  return exit_code;
}

}  // namespace

int run_program(const Options& options) {
  auto directory = store::StoreDirectory::open(options.store, options.command == Command::kRun);
  if (!directory) {
    if (options.command == Command::kResume && directory.error().code == Errc::kNotFound) {
      say("no interrupted run " + options.name + " in " + options.store);
      return kExitFailure;
    }
    say(explain(directory.error(), options.store, options.name));
    return exit_code_of(directory.error());
  }
  if (auto valid = store::StoreDirectory::check_name(options.name); !valid) {
    say(valid.error().message);
    return kExitUsage;
  }
  return Runner(options, std::move(*directory)).run();
}

}  // namespace uvm::tools
