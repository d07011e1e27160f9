// Sizes and durations on the command line, and for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uvm::tools {

// "64M", "2G", "512K", "1T", "4096": bytes, binary multiples, upper or lower case. Nothing: not a size, 0, or
// too large.
std::optional<std::uint64_t> parse_size(std::string_view text);

// "250ms", "5s", "2m", "1h", "1.5s". Nothing: not a duration, 0, or more than a year.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

std::string show_size(std::uint64_t bytes);   // "1.5 GiB"
std::string show_duration(std::uint64_t ns);  // "850 ns", "1.2 us", "3.4 ms", "5.6 s", "12.3 min", "4.5 h"
std::string show_time(std::uint64_t wall_time_ns);  // "2024-05-01 12:34:56", local time

}  // namespace uvm::tools
