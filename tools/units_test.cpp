#include "tools/units.h"

#include <gtest/gtest.h>

namespace uvm::tools {
namespace {

using namespace std::chrono_literals;

TEST(UnitsTest, Sizes) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("64M"), 64U << 20);
  EXPECT_EQ(parse_size("2g"), 2ULL << 30);
  for (const char* bad :
       {"", "M", "64MB", "-1", "0", "1.5G", "99999999999999999999", "999999999999T", "64 M"}) {
    EXPECT_FALSE(parse_size(bad).has_value()) << bad;
  }
}

TEST(UnitsTest, Durations) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2h"), 2h);
  for (const char* bad : {"", "5", "s", "-5s", "0s", "5 s", "nans", "infs", "1e300s", "5d"}) {
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
  }
}

TEST(UnitsTest, ShownForPeople) {
  EXPECT_EQ(show_size(12), "12 B");
  EXPECT_EQ(show_size(1536), "1.5 KiB");
  EXPECT_EQ(show_size(3ULL << 40), "3.0 TiB");
  EXPECT_EQ(show_duration(0), "0 ns");
  EXPECT_EQ(show_duration(1250), "1.2 us");
  EXPECT_EQ(show_duration(3'400'000), "3.4 ms");
  EXPECT_EQ(show_duration(119'000'000'000), "119.0 s");
  EXPECT_EQ(show_duration(150'000'000'000), "2.5 min");
  EXPECT_EQ(show_duration(9'000'000'000'000), "2.5 h");
}

}  // namespace
}  // namespace uvm::tools
