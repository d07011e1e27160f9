// Deflate streams: a stream whose host state was dropped between any two calls gives what an undisturbed zlib
// gives.
#include "runtime/zip/deflate_stream.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "runtime/boot.h"
#include "runtime/vm.h"

namespace uvm::rt::zip {
namespace {

using Bytes = std::vector<std::uint8_t>;

class DeflateStream : public testing::Test {
 protected:
  void SetUp() override {
    base_ = ::mmap(nullptr, gc::kRegionSize, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(base_, MAP_FAILED);
    gc::g_region_base = static_cast<std::byte*>(base_);
    vm_ = std::make_unique<Vm>(nullptr, nullptr, ProgramInput{});
    format_heap(gc::kOldStart + gc::kMaxOldSize);
  }
  void TearDown() override {
    forget_host_streams();
    vm_.reset();
    ::munmap(base_, gc::kRegionSize);
    gc::g_region_base = nullptr;
  }

  std::unique_ptr<Vm> vm_;
  void* base_ = nullptr;
};

Bytes make_text(std::mt19937& random, std::size_t size) {
  Bytes text;
  while (text.size() < size) {
    if (text.size() > 100 && random() % 3 == 0) {
      const std::size_t from = random() % (text.size() - 50);
      for (std::size_t i = 0; i < 40; ++i) text.push_back(text[from + i]);
    } else {
      text.push_back(static_cast<std::uint8_t>('a' + random() % 8));
    }
  }
  return text;
}

TEST_F(DeflateStream, SurvivesTheLossOfItsHostState) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    const int level = static_cast<int>(random() % 11) - 1;
    const int strategy = static_cast<int>(random() % 3);
    const bool raw = random() % 2 == 0;
    z_stream z{};
    ASSERT_EQ(deflateInit2(&z, level, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, 8, strategy), Z_OK);
    gc::RegionOffset stream = 0;
    ASSERT_EQ(deflate_begin(level, strategy, raw, &stream), DeflateStatus::kOk);
    if (random() % 2 == 0) {
      const Bytes dictionary = make_text(random, 500);
      ASSERT_EQ(deflateSetDictionary(&z, dictionary.data(), 500), Z_OK);
      ASSERT_EQ(deflate_dictionary(stream, dictionary.data(), 500), DeflateStatus::kOk);
    }
    const Bytes text = make_text(random, 1 + random() % 60000);
    std::size_t at = 0;
    for (bool finished = false; !finished;) {
      const std::size_t in_size = std::min<std::size_t>(text.size() - at, random() % 5000);
      const std::size_t out_size = 1 + random() % 3000;
      Bytes theirs(out_size), ours(out_size);
      z.next_in = const_cast<Bytef*>(text.data() + at);
      z.avail_in = static_cast<uInt>(in_size);
      z.next_out = theirs.data();
      z.avail_out = static_cast<uInt>(out_size);
      if (random() % 4 == 0) forget_host_streams();
      DeflateResult result{};
      int expected = 0;
      if (random() % 10 == 0) {
        const int new_level = static_cast<int>(random() % 10);
        expected = deflateParams(&z, new_level, strategy);
        result =
            deflate_params(stream, text.data() + at, in_size, ours.data(), out_size, new_level, strategy);
      } else {
        const int flushes[] = {Z_NO_FLUSH, Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH};
        const int flush = at + in_size == text.size() ? Z_FINISH : flushes[random() % 4];
        expected = ::deflate(&z, flush);
        result = deflate_run(stream, text.data() + at, in_size, ours.data(), out_size, flush);
      }
      ASSERT_EQ(ours, theirs);
      ASSERT_EQ(result.consumed, in_size - z.avail_in);
      ASSERT_EQ(result.produced, out_size - z.avail_out);
      ASSERT_EQ(result.status == DeflateStatus::kEnd, expected == Z_STREAM_END);
      ASSERT_EQ(result.status == DeflateStatus::kNoProgress, expected == Z_BUF_ERROR);
      ASSERT_EQ(deflate_adler(stream), z.adler);
      at += result.consumed;
      finished = expected == Z_STREAM_END;
    }
    deflateEnd(&z);
    deflate_end(stream);
  }
}

TEST_F(DeflateStream, ResetForgetsTheInputAndKeepsTheParameters) {
  std::mt19937 random(8);
  const Bytes text = make_text(random, 5000);
  gc::RegionOffset stream = 0;
  ASSERT_EQ(deflate_begin(1, 0, false, &stream), DeflateStatus::kOk);
  Bytes first(8000), second(8000);
  ASSERT_EQ(deflate_params(stream, nullptr, 0, first.data(), first.size(), 9, 0).status, DeflateStatus::kOk);
  const DeflateResult one =
      deflate_run(stream, text.data(), text.size(), first.data(), first.size(), Z_FINISH);
  ASSERT_EQ(one.status, DeflateStatus::kEnd);
  deflate_reset(stream);
  EXPECT_EQ(gc::at_offset<DeflateRecord>(stream)->log_size, 0U);
  const DeflateResult two =
      deflate_run(stream, text.data(), text.size(), second.data(), second.size(), Z_FINISH);
  EXPECT_EQ(two.produced, one.produced);
  EXPECT_EQ(first, second);
  deflate_end(stream);
}

TEST_F(DeflateStream, AnotherZlibIsFoundOut) {
  std::mt19937 random(9);
  const Bytes text = make_text(random, 5000);
  gc::RegionOffset stream = 0;
  ASSERT_EQ(deflate_begin(6, 0, false, &stream), DeflateStatus::kOk);
  Bytes out(8000);
  ASSERT_EQ(deflate_run(stream, text.data(), text.size(), out.data(), out.size(), Z_SYNC_FLUSH).status,
            DeflateStatus::kOk);
  forget_host_streams();
  gc::at_offset<DeflateRecord>(stream)->output_check ^= 1;  // as if it had put out something else
  EXPECT_EQ(deflate_run(stream, text.data(), 10, out.data(), out.size(), Z_SYNC_FLUSH).status,
            DeflateStatus::kLost);
  deflate_end(stream);
}

TEST_F(DeflateStream, RefusesBadParameters) {
  gc::RegionOffset stream = 0;
  EXPECT_EQ(deflate_begin(77, 0, false, &stream), DeflateStatus::kBadArgument);
  EXPECT_EQ(stream, 0U);
}

}  // namespace
}  // namespace uvm::rt::zip
