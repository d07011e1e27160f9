// The store without a Java program: numbered notes of at most 4 KiB each, in one heap file. Shows the
// contract of store/line_store.h: what one call changes becomes one version, atomically; older versions can
// still be read.
//
//   uvm-store notes set 1 first 2 second    # both or none, whatever happens meanwhile
//   uvm-store notes get 1                   # or: get 1 --version 3
//   uvm-store notes delete 2
//   uvm-store notes list | versions | verify
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/memory.h"
#include "store/file_store.h"
#include "store/verify.h"

namespace {

using namespace uvm::store;  // NOLINT: a program of its own

constexpr LineNumber kNotes = 1 << 20;  // numbers 0 to this, exclusive

// Errors are values. This program ends at the first one.
[[noreturn]] void fail(const uvm::Error& error) {
  std::fprintf(stderr, "uvm-store: %s\n", error.message.c_str());
  std::exit(1);
}
template <typename T>
T need(uvm::Result<T> result) {
  if (!result) fail(result.error());
  return std::move(*result);
}
void need(uvm::Result<void> result) {
  if (!result) fail(result.error());
}

struct Command {
  std::string file;
  std::optional<Version> version;
  LineNumber number = 0;
  std::vector<std::pair<LineNumber, std::string>> notes;
};

std::unique_ptr<FileStore> open(const Command& command, bool writing) {
  return need(FileStore::open(
      command.file,
      {.read_only = !writing, .version = command.version, .keep = {.versions = 10}, .line_limit = kNotes}));
}

// Makes one version of everything written and erased since the last one. The blob holds what a user of the
// store wants to know about the version as a whole.
void commit(FileStore& store, const std::string& what) {
  store.cut();
  const VersionInfo made = need(store.commit(std::as_bytes(std::span(what))));
  std::printf("version %lu\n", static_cast<unsigned long>(made.version));
}

// For read(), write() and erase(), whose errors have no text of their own.
void need_done(const uvm::IoResult<void>& done, const FileStore& store) {
  if (!done) fail(uvm::system_error(store.name(), done.error().sys_errno));
}

void set(const Command& command) {
  if (!std::filesystem::exists(command.file)) need(FileStore::create(command.file));
  const auto store = open(command, true);
  const uvm::AlignedBuffer lines = uvm::make_aligned(command.notes.size() * kLineSize);
  std::vector<LineWrite> writes;
  for (const auto& [number, text] : command.notes) {
    std::byte* line = lines.get() + writes.size() * kLineSize;
    std::memset(line, 0, kLineSize);
    std::memcpy(line, text.data(), std::min(text.size(), kLineSize - 1));
    writes.push_back({number, line});
  }
  need_done(store->write(Transaction::kCurrent, writes), *store);
  commit(*store, "set " + std::to_string(writes.size()));
}

void erase(const Command& command) {
  const auto store = open(command, true);
  const LineRange range{command.number, 1};
  need_done(store->erase({&range, 1}), *store);
  commit(*store, "delete " + std::to_string(command.number));
}

// The text of a note, nothing when there is none.
std::optional<std::string> note(FileStore& store, LineNumber number) {
  const uvm::AlignedBuffer line = uvm::make_aligned(kLineSize);
  ReadStatus status = ReadStatus::kAbsent;
  need_done(store.read(number, 1, line.get(), &status), store);
  if (status == ReadStatus::kAbsent) return {};
  if (status != ReadStatus::kOk) {
    // A damaged line is reported, never returned as content.
    fail({.code = uvm::Errc::kCorrupt, .message = "note " + std::to_string(number) + " cannot be read"});
  }
  return reinterpret_cast<const char*>(line.get());
}

int get(const Command& command) {
  const auto text = note(*open(command, false), command.number);
  if (!text) return 1;
  std::printf("%s\n", text->c_str());
  return 0;
}

void list(const Command& command) {
  const auto store = open(command, false);
  for (LineNumber number = 0; number < kNotes; ++number) {
    if (!store->present(number)) continue;
    std::printf("%lu %s\n", static_cast<unsigned long>(number), note(*store, number).value_or("").c_str());
  }
}

void versions(const Command& command) {
  const auto store = open(command, false);
  for (const VersionInfo& version : store->versions()) {
    // A second reader in this process: an older version, while the newest one is open.
    const auto reader = need(store->open_reader(version.version));
    const auto blob = reader->blob();
    std::printf("%lu  %lu notes  %.*s\n", static_cast<unsigned long>(version.version),
                static_cast<unsigned long>(version.lines), static_cast<int>(blob.size()),
                reinterpret_cast<const char*>(blob.data()));
  }
}

int verify(const Command& command) {
  const auto findings = need(verify_heap(command.file));
  for (const Finding& finding : findings) std::printf("%s\n", finding.message.c_str());
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Command command;
  std::vector<std::string> words;
  CLI::App app{"Keeps numbered notes in one heap file; each change of them is one version."};
  app.add_option("FILE", command.file, "the heap file; made by the first set")->required();
  app.require_subcommand(1);
  const auto numbered = [&](const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_option("NUMBER", command.number, "of the note")
        ->required()
        ->check(CLI::Range(LineNumber{0}, kNotes - 1));
    return sub;
  };
  CLI::App* set_notes = app.add_subcommand("set", "write notes, all or none: NUMBER TEXT ...");
  set_notes->add_option("NOTES", words)->required();
  CLI::App* get_note = numbered("get", "print a note; status 1 when there is none");
  get_note->add_option("--version", command.version, "of an older version");
  CLI::App* delete_note = numbered("delete", "delete a note");
  CLI::App* list_notes = app.add_subcommand("list", "print all notes");
  list_notes->add_option("--version", command.version, "of an older version");
  CLI::App* list_versions = app.add_subcommand("versions", "the versions that can be read");
  CLI::App* check = app.add_subcommand("verify", "read all of the file; status 1 when it is damaged");
  CLI11_PARSE(app, argc, argv);

  if (set_notes->parsed()) {
    for (std::size_t i = 0; i < words.size(); i += 2) {
      char* end = nullptr;
      const LineNumber number = std::strtoull(words[i].c_str(), &end, 10);
      if (words[i].empty() || *end != 0 || number >= kNotes || i + 1 == words.size()) {
        std::fprintf(stderr, "uvm-store: set wants pairs of a number below %lu and a text\n",
                     static_cast<unsigned long>(kNotes));
        return 2;
      }
      command.notes.emplace_back(number, words[i + 1]);
    }
    set(command);
  }
  if (delete_note->parsed()) erase(command);
  if (list_notes->parsed()) list(command);
  if (list_versions->parsed()) versions(command);
  if (get_note->parsed()) return get(command);
  return check->parsed() ? verify(command) : 0;
}
