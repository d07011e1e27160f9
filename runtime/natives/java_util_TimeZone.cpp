// java.util.TimeZone: the time zone that the system is set to.
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/execution/native.h"
#include "runtime/heap/strings.h"

namespace uvm::rt {
namespace {

constexpr const char* kZoneFolder = "/usr/share/zoneinfo";
constexpr const char* kLocalTime = "/etc/localtime";

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// "Europe/Berlin" for "/usr/share/zoneinfo/Europe/Berlin".
std::optional<std::string> zone_of_path(const std::string& path) {
  constexpr std::string_view folder = "zoneinfo/";
  const std::size_t at = path.find(folder);
  if (at == std::string::npos) return std::nullopt;
  return path.substr(at + folder.size());
}

// The first zone file with this content.
std::optional<std::string> zone_of_content(const std::string& folder, const std::string& content) {
  DIR* directory = ::opendir(folder.c_str());
  if (directory == nullptr) return std::nullopt;
  std::optional<std::string> result;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    // Copies of other zones, and files that are not zones.
    if (name.starts_with('.') || name == "ROC" || name == "posixrules" || name == "localtime") continue;
    const std::string path = folder + "/" + entry->d_name;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) {
      result = zone_of_content(path, content);
    } else if (S_ISREG(status.st_mode) && status.st_size == static_cast<off_t>(content.size()) &&
               read_all(path) == content) {
      result = zone_of_path(path);
    }
    if (result.has_value()) break;
  }
  ::closedir(directory);
  return result;
}

std::optional<std::string> zone_of_system() {
  std::ifstream named("/etc/timezone");
  std::string line;
  if (std::getline(named, line) && !line.empty()) return line;
  struct stat status {};
  if (::lstat(kLocalTime, &status) != 0) return std::nullopt;
  if (S_ISLNK(status.st_mode)) {
    std::array<char, PATH_MAX> target{};
    if (::readlink(kLocalTime, target.data(), target.size() - 1) > 0) {
      if (auto zone = zone_of_path(target.data()); zone.has_value()) return zone;
    }
  }
  const std::string content = read_all(kLocalTime);
  if (content.empty()) return std::nullopt;
  for (const char* common : {"UTC", "GMT"}) {
    if (read_all(std::string(kZoneFolder) + "/" + common) == content) return common;
  }
  return zone_of_content(kZoneFolder, content);
}

Status get_system_zone(NativeCall& call) {
  std::optional<std::string> zone;
  const char* given = std::getenv("TZ");
  if (given != nullptr && *given != '\0') {
    std::string_view name = given;
    if (name.starts_with(':')) name.remove_prefix(1);
    if (name.starts_with("posix/")) name.remove_prefix(6);
    zone = name;
  } else {
    zone = zone_of_system();
  }
  if (!zone.has_value()) return call.ret(static_cast<const Object*>(nullptr));
  const Object* result = new_string(call.thread, *zone);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

// The current offset of local time, like "GMT+01:00".
Status get_offset_zone(NativeCall& call) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  const long offset = local.tm_gmtoff;
  std::string zone = "GMT";
  if (offset != 0) {
    std::array<char, 48> text{};  // more than any two longs need
    const long minutes = std::labs(offset) / 60;
    std::snprintf(text.data(), text.size(), "GMT%c%02ld:%02ld", offset < 0 ? '-' : '+', minutes / 60,
                  minutes % 60);
    zone = text.data();
  }
  const Object* result = new_string(call.thread, zone);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

const NativeMethod kTimeZoneMethods[] = {
    {"getSystemTimeZoneID", "(Ljava/lang/String;)Ljava/lang/String;", get_system_zone},
    {"getSystemGMTOffsetID", "()Ljava/lang/String;", get_offset_zone},
};
UVM_REGISTER_NATIVES("java/util/TimeZone", kTimeZoneMethods)

}  // namespace
}  // namespace uvm::rt
