#include "tools/origin.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "tools/messages.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

std::string show(const rt::jimage::JavaHome& home) { return "OpenJDK " + home.version + " in " + home.path; }

// Every word with its end, so that no two command lines give the same bytes.
std::uint64_t hash_of(const Options& options) {
  std::string all = std::to_string(options.heap) + '\0';
  for (const std::string& directive : options.assertions) all += "assert" + directive + '\0';
  for (const auto& [name, value] : options.module_properties) all += name + '=' + value + '\0';
  for (const auto& [name, value] : options.properties) all += "-D" + name + '=' + value + '\0';
  for (const std::string& argument : options.arguments) all += " " + argument + '\0';
  return std::max<std::uint64_t>(XXH3_64bits(all.data(), all.size()), 1);
}

std::string show_command(const Options& options) {
  std::string all;
  if (options.heap != kDefaultHeapSize) all += "--heap " + show_size(options.heap) + " ";
  for (const std::string& directive : options.assertions) {
    const bool system = directive.size() > 1 && directive[1] == '!';
    const std::string of = directive.substr(system ? 2 : 1);
    all += std::string(directive[0] == '+' ? "-e" : "-d") + (system ? "sa" : "a") +
           (of.empty() ? "" : ":" + of) + " ";
  }
  for (const auto& [name, value] : options.module_properties) all += "-D" + name + "=" + value + " ";
  for (const auto& [name, value] : options.properties) all += "-D" + name + "=" + value + " ";
  for (const std::string& argument : options.arguments) all += argument + " ";
  if (all.empty()) return "no arguments";
  all.pop_back();
  return printable(std::move(all));
}

}  // namespace

void note_java(checkpoint::Blob& blob, const rt::jimage::JavaHome& home) {
  blob.java_content = home.content();
  checkpoint::set_text(blob.java, show(home));
}

void note_command(checkpoint::Blob& blob, const Options& options) {
  blob.command_hash = hash_of(options);
  checkpoint::set_text(blob.command, show_command(options));
}

Result<void> check_java(const checkpoint::Blob& blob, const rt::jimage::JavaHome& home) {
  if (blob.java_content == 0 || blob.java_content == home.content()) return {};
  return Unexpected{Error{.code = Errc::kInvalid,
                          .message = std::string("its class library is that of ") + blob.java +
                                     ", and this is another one, of " + show(home) +
                                     ": UVM_JAVA_HOME chooses, --fresh drops the run"}};
}

std::optional<std::string> command_difference(const checkpoint::Blob& blob, const Options& options) {
  if (blob.command_hash == 0 || blob.command_hash == hash_of(options)) return {};
  return std::string("it keeps the command line it was started with (") + blob.command +
         "); --fresh starts anew with this one";
}

}  // namespace uvm::tools
