// Deflate streams: a stream whose host state was dropped between any two calls gives what an undisturbed zlib
// gives.
#include "runtime/zip/deflate_stream.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

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
    state_.top = gc::kNativeStart;
    state_.end = gc::kNativeStart + gc::kNativeSize;
    memory_ = std::make_unique<gc::SegmentAllocator>(&state_, nullptr);
    streams_ = std::make_unique<DeflateStreams>(*memory_);
  }
  void TearDown() override {
    streams_.reset();
    ::munmap(base_, gc::kRegionSize);
    gc::g_region_base = nullptr;
  }

  gc::SegmentAllocatorState state_{};
  std::unique_ptr<gc::SegmentAllocator> memory_;
  std::unique_ptr<DeflateStreams> streams_;
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
    ASSERT_EQ(streams_->begin(level, strategy, raw, &stream), DeflateStatus::kOk);
    if (random() % 2 == 0) {
      const Bytes dictionary = make_text(random, 500);
      ASSERT_EQ(deflateSetDictionary(&z, dictionary.data(), 500), Z_OK);
      ASSERT_EQ(streams_->set_dictionary(stream, dictionary.data(), 500), DeflateStatus::kOk);
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
      if (random() % 4 == 0) streams_->forget_all();
      DeflateResult result{};
      int expected = 0;
      if (random() % 10 == 0) {
        const int new_level = static_cast<int>(random() % 10);
        expected = deflateParams(&z, new_level, strategy);
        result = streams_->set_params(stream, text.data() + at, in_size, ours.data(), out_size, new_level,
                                      strategy);
      } else {
        const int flushes[] = {Z_NO_FLUSH, Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH};
        const int flush = at + in_size == text.size() ? Z_FINISH : flushes[random() % 4];
        expected = ::deflate(&z, flush);
        result = streams_->run(stream, text.data() + at, in_size, ours.data(), out_size, flush);
      }
      ASSERT_EQ(ours, theirs);
      ASSERT_EQ(result.consumed, in_size - z.avail_in);
      ASSERT_EQ(result.produced, out_size - z.avail_out);
      ASSERT_EQ(result.status == DeflateStatus::kEnd, expected == Z_STREAM_END);
      ASSERT_EQ(result.status == DeflateStatus::kNoProgress, expected == Z_BUF_ERROR);
      ASSERT_EQ(streams_->adler(stream), z.adler);
      at += result.consumed;
      finished = expected == Z_STREAM_END;
    }
    deflateEnd(&z);
    streams_->end(stream);
  }
}

// Longer than the log may get: the output is a good stream of about the size that zlib gives, and the log
// stays bounded.
TEST_F(DeflateStream, TheLogIsBounded) {
  std::mt19937 random(10);
  const Bytes text = make_text(random, 1 << 20);
  constexpr std::size_t kTotal = 2 * kMaxLog + (kMaxLog >> 2) + 12345;
  for (const bool raw : {false, true}) {
    for (const std::size_t out_size : {std::size_t{700}, std::size_t{65536}}) {
      z_stream check{};
      ASSERT_EQ(inflateInit2(&check, raw ? -MAX_WBITS : MAX_WBITS), Z_OK);
      z_stream plain{};
      ASSERT_EQ(deflateInit2(&plain, 1, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, 8, 0), Z_OK);
      gc::RegionOffset stream = 0;
      ASSERT_EQ(streams_->begin(1, 0, raw, &stream), DeflateStatus::kOk);
      Bytes out(out_size), back(1 << 18), plain_out(1 << 20);
      std::size_t consumed = 0, produced = 0, checked = 0;
      int ended = Z_OK;
      for (DeflateStatus status = DeflateStatus::kOk; status != DeflateStatus::kEnd;) {
        const std::size_t at = consumed % text.size();
        const bool changes = random() % 1000 == 0;
        const std::uint8_t* in = changes && random() % 2 == 0 ? nullptr : text.data() + at;
        const std::size_t size =
            in == nullptr ? 0 : std::min({text.size() - at, kTotal - consumed, std::size_t{300000}});
        if (random() % 20000 == 0) streams_->forget_all();
        const DeflateResult result = changes
                                         ? streams_->set_params(stream, in, size, out.data(), out.size(),
                                                                1 + static_cast<int>(random() % 2), 0)
                                         : streams_->run(stream, in, size, out.data(), out.size(),
                                                         size == kTotal - consumed ? Z_FINISH : Z_NO_FLUSH);
        status = result.status;
        ASSERT_TRUE(status == DeflateStatus::kOk || status == DeflateStatus::kEnd ||
                    (status == DeflateStatus::kNoProgress && result.produced != 0))
            << static_cast<int>(status);
        ASSERT_LE(gc::at_offset<DeflateRecord>(stream)->log_size, kMaxLog + 400000);
        consumed += result.consumed;
        produced += result.produced;
        check.next_in = out.data();
        check.avail_in = static_cast<uInt>(result.produced);
        while (check.avail_in != 0) {
          check.next_out = back.data();
          check.avail_out = static_cast<uInt>(back.size());
          ended = ::inflate(&check, Z_NO_FLUSH);
          ASSERT_TRUE(ended == Z_OK || ended == Z_STREAM_END) << check.msg;
          for (std::size_t i = 0; i < back.size() - check.avail_out;) {
            const std::size_t from = (checked + i) % text.size();
            const std::size_t part = std::min(back.size() - check.avail_out - i, text.size() - from);
            ASSERT_EQ(std::memcmp(back.data() + i, text.data() + from, part), 0);
            i += part;
          }
          checked += back.size() - check.avail_out;
        }
      }
      EXPECT_EQ(ended, Z_STREAM_END);  // and so the trailer is right
      EXPECT_EQ(checked, kTotal);
      EXPECT_EQ(consumed, kTotal);
      EXPECT_EQ(gc::at_offset<DeflateRecord>(stream)->continued, raw ? 1 : 2);
      for (std::size_t done = 0; done < kTotal; done += text.size()) {
        plain.next_in = const_cast<Bytef*>(text.data());
        plain.avail_in = static_cast<uInt>(std::min(text.size(), kTotal - done));
        plain.next_out = plain_out.data();
        plain.avail_out = static_cast<uInt>(plain_out.size());
        ASSERT_EQ(::deflate(&plain, done + text.size() >= kTotal ? Z_FINISH : Z_NO_FLUSH),
                  done + text.size() >= kTotal ? Z_STREAM_END : Z_OK);
      }
      EXPECT_LT(produced, plain.total_out + plain.total_out / 100);
      deflateEnd(&plain);
      inflateEnd(&check);
      streams_->end(stream);
    }
  }
}

TEST_F(DeflateStream, ResetForgetsTheInputAndKeepsTheParameters) {
  std::mt19937 random(8);
  const Bytes text = make_text(random, 5000);
  gc::RegionOffset stream = 0;
  ASSERT_EQ(streams_->begin(1, 0, false, &stream), DeflateStatus::kOk);
  Bytes first(8000), second(8000);
  ASSERT_EQ(streams_->set_params(stream, nullptr, 0, first.data(), first.size(), 9, 0).status,
            DeflateStatus::kOk);
  const DeflateResult one =
      streams_->run(stream, text.data(), text.size(), first.data(), first.size(), Z_FINISH);
  ASSERT_EQ(one.status, DeflateStatus::kEnd);
  streams_->reset(stream);
  EXPECT_EQ(gc::at_offset<DeflateRecord>(stream)->log_size, 0U);
  const DeflateResult two =
      streams_->run(stream, text.data(), text.size(), second.data(), second.size(), Z_FINISH);
  EXPECT_EQ(two.produced, one.produced);
  EXPECT_EQ(first, second);
  streams_->end(stream);
}

TEST_F(DeflateStream, ADifferentZlibIsDetected) {
  std::mt19937 random(9);
  const Bytes text = make_text(random, 5000);
  gc::RegionOffset stream = 0;
  ASSERT_EQ(streams_->begin(6, 0, false, &stream), DeflateStatus::kOk);
  Bytes out(8000);
  ASSERT_EQ(streams_->run(stream, text.data(), text.size(), out.data(), out.size(), Z_SYNC_FLUSH).status,
            DeflateStatus::kOk);
  streams_->forget_all();
  gc::at_offset<DeflateRecord>(stream)->output_check ^= 1;  // as if it had put out something else
  EXPECT_EQ(streams_->run(stream, text.data(), 10, out.data(), out.size(), Z_SYNC_FLUSH).status,
            DeflateStatus::kLost);
  streams_->end(stream);
}

TEST_F(DeflateStream, RefusesBadParameters) {
  gc::RegionOffset stream = 0;
  EXPECT_EQ(streams_->begin(77, 0, false, &stream), DeflateStatus::kBadArgument);
  EXPECT_EQ(stream, 0U);
}

}  // namespace
}  // namespace uvm::rt::zip
