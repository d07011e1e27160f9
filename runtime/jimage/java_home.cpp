#include "runtime/jimage/java_home.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace uvm::rt::jimage {
namespace {

// The value of `key` in a release file, whose lines are KEY="value".
std::string release_value(const std::string& release, const std::string& key) {
  const std::string start = key + "=\"";
  std::size_t at = release.starts_with(start) ? 0 : release.find("\n" + start);
  if (at == std::string::npos) return {};
  at = release.find('"', at) + 1;
  return release.substr(at, release.find('"', at) - at);
}

}  // namespace

std::string JavaHome::identity() const {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  // The path counts too: the heap holds java.home and paths below it.
  XXH3_64bits_update(state, path.data(), path.size() + 1);
  for (const std::uint64_t part : {modules_size, modules_mtime, release_hash}) {
    XXH3_64bits_update(state, &part, sizeof part);
  }
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(XXH3_64bits_digest(state)));
  XXH3_freeState(state);
  return digits;
}

std::uint64_t JavaHome::content() const {
  const std::uint64_t parts[] = {modules_size, release_hash};
  return std::max<std::uint64_t>(XXH3_64bits(parts, sizeof parts), 1);
}

Result<JavaHome> java_home_at(const std::string& path) {
  const auto unusable = [&](const std::string& why) {
    return Unexpected<Error>{{Errc::kNoJavaHome, 0, path + " is not an OpenJDK 17: " + why}};
  };
  JavaHome home;
  home.path = path;
  while (home.path.size() > 1 && home.path.back() == '/') home.path.pop_back();
  home.modules = home.path + "/lib/modules";
  std::ifstream file(home.path + "/release", std::ios::binary);
  if (!file) return unusable("it has no file release");
  const std::string release((std::istreambuf_iterator<char>(file)), {});
  home.version = release_value(release, "JAVA_VERSION");
  if (home.version != "17" && !home.version.starts_with("17.")) {
    return unusable(home.version.empty() ? "no JAVA_VERSION in its release file"
                                         : "it is version " + home.version);
  }
  struct stat status {};
  if (::stat(home.modules.c_str(), &status) != 0) return unusable("it has no lib/modules");
  home.modules_size = static_cast<std::uint64_t>(status.st_size);
  home.modules_mtime = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000u +
                       static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  home.release_hash = XXH3_64bits(release.data(), release.size());
  return home;
}

Result<JavaHome> find_java_home() {
  if (const char* set = std::getenv("UVM_JAVA_HOME"); set != nullptr && *set != 0) {
    auto home = java_home_at(set);
    if (!home) home.error().message = "UVM_JAVA_HOME: " + home.error().message;
    return home;
  }
  std::vector<std::string> candidates;
  if (const char* set = std::getenv("JAVA_HOME"); set != nullptr && *set != 0) candidates.emplace_back(set);
  candidates.emplace_back("/usr/lib/jvm/java-17-openjdk-amd64");
  std::vector<std::string> others;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/jvm", ignored)) {
    if (entry.path().filename().string().find("17") != std::string::npos)
      others.push_back(entry.path().string());
  }
  std::sort(others.begin(), others.end());
  candidates.insert(candidates.end(), others.begin(), others.end());
  for (const auto& candidate : candidates) {
    if (auto home = java_home_at(candidate)) return home;
  }
  return Unexpected<Error>{
      {Errc::kNoJavaHome, 0,
       "no OpenJDK 17 found; install openjdk-17-jre-headless or set UVM_JAVA_HOME to one"}};
}

}  // namespace uvm::rt::jimage
