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

// Java SE versions that the natives and runtime/metadata/well_known.h support.
constexpr std::string_view kFeatureVersions[] = {"17"};

bool is_supported(std::string_view version) {
  const std::string_view feature = version.substr(0, version.find('.'));
  return std::find(std::begin(kFeatureVersions), std::end(kFeatureVersions), feature) !=
         std::end(kFeatureVersions);
}

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
  // The path counts too, because the heap contains java.home and paths below it.
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
  if (!is_supported(home.version)) {
    return unusable(home.version.empty()
                        ? "no JAVA_VERSION in its release file"
                        : "it is version " + home.version + ", which this uvm does not run on");
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

Result<void> check_settings(const JavaHome& home) {
  const auto missing = [](const std::string& what) {
    return Unexpected{Error{Errc::kNotFound, ENOENT, what}};
  };
  // The one file that programs cannot do without: the providers of java.security.
  const std::string file = home.path + "/conf/security/java.security";
  std::error_code error;
  if (std::filesystem::exists(file, error)) return {};
  const auto target = std::filesystem::read_symlink(file, error);
  if (error) return missing(file + " does not exist: programs that need java.security.Security will fail");
  return missing(file + " is a link to " + target.string() +
                 ", which does not exist: programs that need java.security.Security will fail; if the "
                 "package was unpacked "
                 "and not installed, let the links in conf and lib/security lead to its own etc");
}

}  // namespace uvm::rt::jimage
