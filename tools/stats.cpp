// uvm stats: the figures of a heap, from the process that runs it or from the store.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "store/usage.h"
#include "tools/commands.h"
#include "tools/control_socket.h"
#include "tools/figures.h"
#include "tools/messages.h"
#include "tools/open_store.h"
#include "tools/run_lock.h"
#include "tools/stats_text.h"

namespace uvm::tools {
namespace {

using nlohmann::json;
using Outcome = ControlAnswer::Outcome;

// Why the process that runs a heap does not report its figures, in one line.
struct Refusal {
  std::string why;
  int status = kExitFailure;
};
// The document that a process has sent; nothing if there is no process to ask.
using Asked = BasicResult<std::optional<json>, Refusal>;

// The document that a process sent; nothing when it is incomplete.
std::optional<Asked> read_document(const Options& options, const std::string& text) {
  json document = json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object()) return {};
  const auto format = document.find("format");
  if (format == document.end() || *format != kFiguresFormat) {
    const auto uvm = document.find("uvm");
    const bool says = uvm != document.end() && uvm->is_string();
    return Unexpected{
        Refusal{options.name + " is run by another uvm, " +
                (says ? "version " + uvm->get<std::string>() : std::string("of an unknown version")) +
                ", whose figures this one (" UVM_VERSION ") cannot read: use that one"}};
  }
  return std::optional<json>(std::move(document));
}

Asked ask_who_runs(const Options& options, const std::string& folder) {
  // A process that has just started has no socket yet; one that is ending has none any more.
  constexpr std::chrono::milliseconds kPatience{3000}, kPause{20};
  for (const auto end = std::chrono::steady_clock::now() + kPatience;;) {
    const ControlAnswer answer = ask(folder, Request::kStats);
    if (answer.outcome == Outcome::kAnswer) {
      if (auto asked = read_document(options, answer.text)) return std::move(*asked);
    }
    const auto holder = running_process(folder);
    if (!holder) return std::optional<json>();
    const std::string runs = options.name + " is run by " + holder->text();
    if (answer.outcome == Outcome::kFailed)
      return Unexpected{Refusal{runs + ", which cannot be asked: " + answer.text}};
    if (answer.outcome == Outcome::kForbidden)
      return Unexpected{Refusal{runs + " of " + answer.text + "; only that user and root may ask it"}};
    if (answer.outcome == Outcome::kSilent)
      return Unexpected{Refusal{runs + ", " + why_silent(*holder), kExitTryAgain}};
    if (std::chrono::steady_clock::now() >= end) {
      return Unexpected{Refusal{
          runs +
          ", which cannot be asked: it is just starting, its store is on a file system without sockets, "
          "or its uvm does not know this command"}};
    }
    std::this_thread::sleep_for(kPause);
  }
}

// The figures in a heap's file.
Result<Figures> read_stored(const std::string& name, const std::string& path) {
  auto info = store::inspect_heap(path);
  if (!info) return Unexpected{info.error()};
  Figures figures;
  figures.name = name;
  figures.file_bytes = info->file_bytes;
  figures.room_bytes = room_at(path);
  if (info->root_damage) figures.damage = info->root_damage->message;
  figures.versions = versions_of(info->versions, info->pinned);
  if (info->versions.empty()) {
    // Nothing was ever committed, unless that is what the damaged root says.
    if (info->root_damage && info->root_damage->newer)
      return Unexpected{Error{.code = Errc::kCorrupt, .message = info->root_damage->message}};
    return figures;
  }
  auto blob = checkpoint::read_blob(info->blob);
  if (!blob) return Unexpected{blob.error()};
  figures.blob = *blob;
  if ((blob->flags & checkpoint::kBlobFinished) != 0) {
    figures.state = HeapState::kEnded;
    figures.exit_code = blob->exit_code;
  } else {
    const bool suspended = (blob->flags & checkpoint::kBlobSuspended) != 0;
    figures.state = suspended ? HeapState::kSuspended : HeapState::kInterrupted;
  }
  return figures;
}

// How the file's space is used, by version, which the process that writes to it does not know. If that
// process commits at the same time, what is read here may disappear half-way; then these figures stay null.
void add_usage(json& document, const std::string& path) {
  const auto usage = store::measure_usage(path);
  if (!usage) return;
  for (json& version : document.at("versions")) {
    const auto* found = usage->of(version.at("version").get<store::Version>());
    if (found == nullptr) continue;
    version["held_bytes"] = found->held;
    version["alone_bytes"] = found->alone;
  }
  if (document.at("running").get<bool>()) return;
  document["store"]["free_bytes"] = usage->free();
  document["store"]["used_bytes"] = usage->file - usage->free();
}

}  // namespace

int show_stats(const Options& options) {
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  const std::string path = directory->heap_path(options.name);
  Asked asked = ask_who_runs(options, directory->heap_folder(options.name));
  if (!asked) {
    say(asked.error().why);
    return asked.error().status;
  }
  if (!*asked) {
    if (!directory->has_heap(options.name)) {
      say(options.name + " has just ended, and its heap is gone");
      return kExitFailure;
    }
    const auto stored = read_stored(options.name, path);
    if (!stored) return fail(options, stored.error());
    *asked = document_of(*stored);
  }
  try {
    json& document = **asked;
    add_usage(document, path);
    const std::string text = options.json ? text_of(document) : text_for_people(document);
    std::fwrite(text.data(), 1, text.size(), stdout);
  } catch (const json::exception& unlike) {
    say("the process that runs " + options.name +
        " answers with something other than figures: " + unlike.what());
    return kExitFailure;
  }
  return 0;
}

}  // namespace uvm::tools
