#include "store/pack.h"

#include <gtest/gtest.h>

#include <random>

#include "store/test_util.h"

namespace uvm::store {
namespace {

struct Line {
  alignas(kLineSize) std::byte content[kLineSize];
};

Line make_line(LineNumber line, std::uint64_t tag) {
  Line made;
  testing::fill_line(made.content, line, tag);
  return made;
}

TEST(LineCodecTest, UnpacksItsOwnOutputOrRefusesToPack) {
  const auto codec = LineCodec::make();
  ASSERT_NE(codec, nullptr);
  for (LineNumber line = 0; line < 200; ++line) {
    for (const std::uint64_t tag : {1, 2, 3}) {
      const Line given = make_line(line, tag);
      PackedBlock block{};
      const std::size_t size = codec->compress(given.content, block.content);
      if (tag == 2) {
        ASSERT_EQ(size, 0U);
        continue;
      }
      ASSERT_GT(size, 0U);
      ASSERT_LE(size, kMaxPackedBytes);
      std::fill(std::begin(block.end), std::end(block.end), static_cast<std::uint16_t>(size));
      Line back;
      ASSERT_TRUE(codec->unpack(&block, packed_number(5, 0), back.content));
      ASSERT_EQ(std::memcmp(given.content, back.content, kLineSize), 0);
      EXPECT_FALSE(codec->unpack(&block, packed_number(5, 1), back.content));
    }
  }
}

// Refuses frames in formats that zstd decodes with older code, and more than one frame.
TEST(LineCodecTest, AcceptsOneFrameOfTodaysFormat) {
  const auto codec = LineCodec::make();
  const Line given = make_line(1, 1);
  PackedBlock block{};
  const std::size_t size = codec->compress(given.content, block.content);
  const auto ends_at = [&](std::size_t end) {
    std::fill(std::begin(block.end), std::end(block.end), static_cast<std::uint16_t>(end));
  };
  Line back;
  ends_at(size);
  ASSERT_TRUE(codec->unpack(&block, packed_number(0, 0), back.content));
  for (int version = 0x22; version < 0x28; ++version) {
    block.content[0] = static_cast<std::byte>(version);
    EXPECT_FALSE(codec->unpack(&block, packed_number(0, 0), back.content)) << version;
  }
  block.content[0] = std::byte{0x28};
  std::memcpy(block.content + size, block.content, size);
  ends_at(2 * size);
  EXPECT_FALSE(codec->unpack(&block, packed_number(0, 0), back.content));
  ends_at(size - 1);
  EXPECT_FALSE(codec->unpack(&block, packed_number(0, 0), back.content));
}

// Unpacking terminates and stays within bounds, whatever the block contains.
TEST(LineCodecTest, UnpacksAnything) {
  const auto codec = LineCodec::make();
  ASSERT_NE(codec, nullptr);
  std::mt19937_64 random(1);
  std::uint64_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    PackedBlock block{};
    const Line given = make_line(static_cast<LineNumber>(i), 1);
    const std::size_t size = codec->compress(given.content, block.content);
    std::fill(std::begin(block.end), std::end(block.end), static_cast<std::uint16_t>(size));
    for (int flips = static_cast<int>(random() % 20) + 1; flips > 0; --flips)
      block.content[random() % size] ^= static_cast<std::byte>(random());
    if (random() % 3 == 0) block.end[random() % kSlots] = static_cast<std::uint16_t>(random());
    const auto slot = static_cast<std::uint32_t>(random() % kSlots);
    struct {
      Line line;
      std::byte behind[64];
    } out{};
    refused += codec->unpack(&block, packed_number(0, slot), out.line.content) ? 0 : 1;
    for (const std::byte byte : out.behind) ASSERT_EQ(byte, std::byte{0});
  }
  EXPECT_GT(refused, 1000U);
}

TEST(LinePackerTest, EveryLineIsInItsSlotOrLeftOut) {
  const auto codec = LineCodec::make();
  ASSERT_NE(codec, nullptr);
  const auto packer = std::make_unique<LinePacker>();
  std::mt19937_64 random(2);
  for (int round = 0; round < 60; ++round) {
    const auto count = static_cast<std::uint32_t>(random() % LinePacker::kMaxLines + 1);
    std::vector<std::uint64_t> tags(count);
    packer->begin();
    for (std::uint32_t i = 0; i < count; ++i) {
      tags[i] = round % 3 == 0 ? 3 : random() % 4;
      if (tags[i] == 0) {
        packer->leave_out(i);
      } else {
        packer->add(i, make_line(i, tags[i]).content, *codec);
      }
    }
    packer->finish();
    std::uint32_t packed = 0;
    for (std::uint32_t at = 0; at < packer->blocks().size(); ++at) {
      const LinePacker::Block& block = packer->block(at);
      EXPECT_NE(block.lines, 1U);
      for (std::uint32_t slot = 0; slot < block.lines; ++slot, ++packed) {
        const std::uint32_t index = block.line_in[slot];
        ASSERT_EQ(packer->block_of(index), at);
        Line back;
        ASSERT_TRUE(codec->unpack(packer->content(at), packed_number(9, slot), back.content));
        ASSERT_EQ(std::memcmp(make_line(index, tags[index]).content, back.content, kLineSize), 0);
      }
    }
    std::uint32_t left_out = 0;
    for (std::uint32_t i = 0; i < count; ++i) left_out += packer->block_of(i) == LinePacker::kNoBlock ? 1 : 0;
    EXPECT_EQ(packed + left_out, count);
    if (count > 20) {
      EXPECT_GT(packed, count / 4);
    }
  }
}

TEST(HoldingTest, ABlockIsHeldAsLongAsOneOfItsSlots) {
  Holding held;
  held.add(7);
  for (const std::uint32_t slot : {0U, 3U, 7U}) held.add(packed_number(40000, slot));
  EXPECT_TRUE(held.blocks.test(40000));
  held.remove(packed_number(40000, 3));
  held.remove(packed_number(40000, 3));
  held.remove(packed_number(40000, 0));
  EXPECT_TRUE(held.blocks.test(40000));
  EXPECT_TRUE(held.has(packed_number(40000, 7)));
  held.remove(packed_number(40000, 7));
  EXPECT_FALSE(held.blocks.test(40000));
  held.remove(packed_number(7, 0));  // none of its slots was held
  EXPECT_TRUE(held.blocks.test(7));
  held.add(packed_number(kMaxPackedBlocks - 1, 7));
  EXPECT_EQ(held.blocks.end(), kMaxPackedBlocks);
}

}  // namespace
}  // namespace uvm::store
