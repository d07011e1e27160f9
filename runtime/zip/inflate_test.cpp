// Inflate against zlib: the same calls on both must consume, produce and answer the same, for good streams
// and bad ones.
#include "runtime/zip/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/sanitizers.h"

namespace uvm::rt::zip {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Data of several kinds: noise, few symbols, repeated pieces near and far.
Bytes make_data(std::mt19937& random, std::size_t size) {
  Bytes data;
  while (data.size() < size) {
    const std::size_t n = 1 + random() % 3000;
    switch (random() % 4) {
      case 0:
        for (std::size_t i = 0; i < n; ++i) data.push_back(static_cast<std::uint8_t>(random()));
        break;
      case 1:
        for (std::size_t i = 0; i < n; ++i) data.push_back(static_cast<std::uint8_t>('a' + random() % 5));
        break;
      case 2:
        data.insert(data.end(), n, static_cast<std::uint8_t>(random()));
        break;
      default:
        if (data.empty()) break;
        const std::size_t back = 1 + random() % std::min<std::size_t>(data.size(), 32768);
        for (std::size_t i = 0; i < n; ++i) data.push_back(data[data.size() - back]);
    }
  }
  data.resize(size);
  return data;
}

struct Packed {
  Bytes bytes;
  Bytes dictionary;
  bool raw;
};

Packed compress(std::mt19937& random, const Bytes& data) {
  Packed packed;
  packed.raw = random() % 2 == 0;
  const int level = static_cast<int>(random() % 10);
  const int strategy = static_cast<int>(random() % 5);  // up to Z_FIXED
  const int window = 9 + static_cast<int>(random() % 7);
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, level, Z_DEFLATED, packed.raw ? -window : window,
                         1 + static_cast<int>(random() % 9), strategy),
            Z_OK);
  if (!packed.raw && random() % 4 == 0) {
    packed.dictionary = make_data(random, 1 + random() % 2000);
    deflateSetDictionary(&z, packed.dictionary.data(), static_cast<uInt>(packed.dictionary.size()));
  }
  packed.bytes.resize(data.size() * 2 + 100000);
  z.next_out = packed.bytes.data();
  z.avail_out = static_cast<uInt>(packed.bytes.size());
  std::size_t at = 0;
  while (at < data.size()) {
    const std::size_t n = std::min(data.size() - at, 1 + random() % 20000);
    z.next_in = const_cast<Bytef*>(data.data() + at);
    z.avail_in = static_cast<uInt>(n);
    const int flushes[] = {Z_NO_FLUSH, Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK};
    EXPECT_EQ(::deflate(&z, flushes[random() % 5]), Z_OK);
    at += n;
  }
  z.avail_in = 0;
  EXPECT_EQ(::deflate(&z, Z_FINISH), Z_STREAM_END);
  packed.bytes.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

InflateStatus status_of(int zlib_result) {
  switch (zlib_result) {
    case Z_OK:
    case Z_BUF_ERROR:  // no progress: Inflater sees no difference
      return InflateStatus::kOk;
    case Z_STREAM_END:
      return InflateStatus::kEnd;
    case Z_NEED_DICT:
      return InflateStatus::kNeedDictionary;
    default:
      return InflateStatus::kDataError;
  }
}

// Feeds both the same pieces until the end, an error or no progress. Returns the output.
Bytes run_both(std::mt19937& random, const Packed& packed, std::size_t most_in, std::size_t most_out) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, packed.raw ? -15 : 15), Z_OK);
  if (packed.raw) z.adler = 0;
  auto state = std::make_unique<InflateState>();
  inflate_reset(*state, packed.raw);
  Bytes output;
  std::size_t at = 0;
  int idle = 0;
  while (idle < 300) {
    const std::size_t in_size = std::min(packed.bytes.size() - at, random() % (most_in + 1));
    const std::size_t out_size = random() % (most_out + 1);
    Bytes theirs(out_size + 1), ours(out_size + 1);
    z.next_in = const_cast<Bytef*>(packed.bytes.data() + at);
    z.avail_in = static_cast<uInt>(in_size);
    z.next_out = theirs.data();
    z.avail_out = static_cast<uInt>(out_size);
    const int expected = ::inflate(&z, Z_SYNC_FLUSH);
    const std::size_t consumed = in_size - z.avail_in, produced = out_size - z.avail_out;

    // A state that was moved is as good as before.
    auto moved = std::make_unique<InflateState>(*state);
    state = std::move(moved);
    const InflateResult result = inflate(*state, packed.bytes.data() + at, in_size, ours.data(), out_size);
    EXPECT_EQ(result.status, status_of(expected));
    EXPECT_EQ(result.consumed, consumed);
    EXPECT_EQ(result.produced, produced);
    EXPECT_EQ(ours, theirs);
    EXPECT_EQ(state->adler, z.adler);
    if (result.status == InflateStatus::kDataError) {
      EXPECT_STREQ(message_of(state->error), z.msg);
    }
    if (testing::Test::HasFailure()) break;
    output.insert(output.end(), ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(produced));
    at += consumed;
    if (result.status == InflateStatus::kNeedDictionary) {
      const int theirs_set =
          inflateSetDictionary(&z, packed.dictionary.data(), static_cast<uInt>(packed.dictionary.size()));
      const bool ours_set =
          inflate_set_dictionary(*state, packed.dictionary.data(), packed.dictionary.size());
      EXPECT_EQ(ours_set, theirs_set == Z_OK);
      if (!ours_set) break;
    } else if (result.status != InflateStatus::kOk) {
      break;
    }
    idle = consumed == 0 && produced == 0 ? idle + 1 : 0;
  }
  inflateEnd(&z);
  return output;
}

TEST(Inflate, AgreesWithZlibOnEverySplit) {
  std::mt19937 random(1);
  const std::size_t pieces[][2] = {{1, 1}, {3, 70}, {70, 3}, {700, 700}, {70000, 70000}, {1 << 20, 1 << 20}};
  for (int round = 0; round < (kSanitized ? 3 : 30); ++round) {
    const Bytes data = make_data(random, random() % 120000);
    const Packed packed = compress(random, data);
    for (const auto& [most_in, most_out] : pieces) {
      if (most_in * most_out < 100 && data.size() > 20000) continue;  // slow, and nothing new
      ASSERT_EQ(run_both(random, packed, most_in, most_out), data) << "round " << round;
    }
  }
}

TEST(Inflate, AgreesWithZlibOnDamagedStreams) {
  std::mt19937 random(2);
  for (int round = 0; round < (kSanitized ? 300 : 3000); ++round) {
    const Bytes data = make_data(random, random() % 3000);
    Packed packed = compress(random, data);
    if (packed.bytes.empty()) continue;
    switch (random() % 3) {
      case 0:
        packed.bytes[random() % packed.bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        break;
      case 1:
        packed.bytes.resize(random() % packed.bytes.size());
        break;
      default:  // near the start are the codes
        for (int i = 0; i < 3; ++i) {
          packed.bytes[random() % std::min<std::size_t>(packed.bytes.size(), 40)] =
              static_cast<std::uint8_t>(random());
        }
    }
    run_both(random, packed, 1 + random() % 5000, 1 + random() % 5000);
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST(Inflate, AgreesWithZlibOnNoise) {
  std::mt19937 random(3);
  for (int round = 0; round < (kSanitized ? 2000 : 20000); ++round) {
    Packed packed;
    packed.raw = true;
    packed.bytes.resize(1 + random() % 300);
    for (auto& byte : packed.bytes) byte = static_cast<std::uint8_t>(random());
    // Dynamic blocks are where most can be wrong.
    if (round % 2 == 0) packed.bytes[0] = static_cast<std::uint8_t>((packed.bytes[0] & ~7U) | 4);
    run_both(random, packed, 400, 1000);
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST(Inflate, RefusesAnotherDictionary) {
  const Bytes data(100, 'x'), dictionary(50, 'x'), other(50, 'y');
  z_stream z{};
  ASSERT_EQ(deflateInit(&z, 9), Z_OK);
  deflateSetDictionary(&z, dictionary.data(), 50);
  Bytes bytes(200), out(200);
  z.next_in = const_cast<Bytef*>(data.data());
  z.avail_in = 100;
  z.next_out = bytes.data();
  z.avail_out = 200;
  ASSERT_EQ(::deflate(&z, Z_FINISH), Z_STREAM_END);
  const std::size_t size = z.total_out;
  deflateEnd(&z);

  auto state = std::make_unique<InflateState>();
  inflate_reset(*state, false);
  EXPECT_FALSE(inflate_set_dictionary(*state, dictionary.data(), 50));  // not asked for yet
  const InflateResult first = inflate(*state, bytes.data(), size, out.data(), out.size());
  EXPECT_EQ(first.status, InflateStatus::kNeedDictionary);
  EXPECT_FALSE(inflate_set_dictionary(*state, other.data(), 50));
  EXPECT_TRUE(inflate_set_dictionary(*state, dictionary.data(), 50));
  const InflateResult rest =
      inflate(*state, bytes.data() + first.consumed, size - first.consumed, out.data(), out.size());
  EXPECT_EQ(rest.status, InflateStatus::kEnd);
  EXPECT_EQ(rest.produced, 100U);
}

}  // namespace
}  // namespace uvm::rt::zip
