#include "tools/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace uvm::tools {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value == 0) return {};
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unsigned shift = 0;
  if (unit == "K" || unit == "k") {
    shift = 10;
  } else if (unit == "M" || unit == "m") {
    shift = 20;
  } else if (unit == "G" || unit == "g") {
    shift = 30;
  } else if (unit == "T" || unit == "t") {
    shift = 40;
  } else if (!unit.empty()) {
    return {};
  }
  if (value > (~std::uint64_t{0} >> shift)) return {};
  return value << shift;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(value) || value <= 0) return {};
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double ns = 0;
  if (unit == "us") {
    ns = 1e3;
  } else if (unit == "ms") {
    ns = 1e6;
  } else if (unit == "s") {
    ns = 1e9;
  } else if (unit == "m" || unit == "min") {
    ns = 60e9;
  } else if (unit == "h") {
    ns = 3600e9;
  } else {
    return {};
  }
  constexpr double kYear = 366.0 * 24 * 3600e9;
  if (value * ns > kYear || value * ns < 1) return {};
  return std::chrono::nanoseconds(static_cast<std::int64_t>(value * ns));
}

std::string show_size(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string show_duration(std::uint64_t ns) {
  struct Unit {
    const char* name;
    double ns;
    double below;  // what is shown in it
  };
  static constexpr Unit kUnits[] = {
      {"us", 1e3, 1e6}, {"ms", 1e6, 1e9}, {"s", 1e9, 120e9}, {"min", 60e9, 7200e9}};
  if (ns < 1000) return std::to_string(ns) + " ns";
  const auto value = static_cast<double>(ns);
  Unit unit{"h", 3600e9, 0};
  for (const Unit& smaller : kUnits) {
    if (value >= smaller.below) continue;
    unit = smaller;
    break;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", value / unit.ns, unit.name);
  return text;
}

std::string show_time(std::uint64_t wall_time_ns) {
  const auto seconds = static_cast<time_t>(wall_time_ns / 1'000'000'000);
  tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace uvm::tools
