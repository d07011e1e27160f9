#include "runtime/zip/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace uvm::rt::zip {
namespace {

// RFC 1951, 3.2.5: base and extra bits of lengths (symbols 257 ..) and distances.
constexpr std::array<std::uint16_t, 29> kLengthBase = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                       15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                       67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint8_t, 29> kLengthExtra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<std::uint16_t, 30> kDistanceBase = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
constexpr std::array<std::uint8_t, 30> kDistanceExtra = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                                         6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
// 3.2.7: the order in which lengths of code length codes come.
constexpr std::array<std::uint8_t, 19> kLengthCodeOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                           11, 4,  12, 3, 13, 2, 14, 1, 15};
constexpr unsigned kEndOfBlock = 256;
constexpr unsigned kMaxBits = 15;

constexpr int kNeedBits = -1;  // of decode(): the code is not complete yet
constexpr int kNoCode = -2;    // these bits are no code; one bit of them is used up

std::uint32_t mask(unsigned bits) { return (1U << bits) - 1; }

std::uint32_t swap_bytes(std::uint32_t value) { return __builtin_bswap32(value); }

// Makes the code of these lengths. False: over-subscribed, or incomplete where that is not allowed. A code of
// one symbol, of one bit, may be incomplete if `may_be_single`; no code at all is always allowed.
template <typename Code>
bool make_code(Code& code, const std::uint8_t* lengths, unsigned count, bool may_be_single) {
  code.count.fill(0);
  code.fast.fill(0);
  for (unsigned i = 0; i < count; ++i) ++code.count[lengths[i]];
  code.count[0] = 0;
  code.longest = kMaxBits;
  while (code.longest > 0 && code.count[code.longest] == 0) --code.longest;
  if (code.longest == 0) return true;
  int left = 1;
  for (unsigned length = 1; length <= kMaxBits; ++length) {
    left = 2 * left - code.count[length];
    if (left < 0) return false;
  }
  if (left > 0 && (!may_be_single || code.longest != 1)) return false;

  std::array<std::uint16_t, 16> index{}, next_code{};
  for (unsigned length = 1; length < kMaxBits; ++length) {
    index[length + 1] = index[length] + code.count[length];
    next_code[length + 1] = static_cast<std::uint16_t>((next_code[length] + code.count[length]) << 1);
  }
  for (unsigned symbol = 0; symbol < count; ++symbol) {
    const unsigned length = lengths[symbol];
    if (length == 0) continue;
    code.symbol[index[length]++] = static_cast<std::uint16_t>(symbol);
    unsigned bits = next_code[length]++;
    if (length > Code::kBits) continue;
    unsigned reversed = 0;  // codes come highest bit first
    for (unsigned i = 0; i < length; ++i, bits >>= 1) reversed = (reversed << 1) | (bits & 1);
    for (unsigned at = reversed; at < code.fast.size(); at += 1U << length) {
      code.fast[at] = static_cast<std::uint16_t>(symbol << 4 | length);
    }
  }
  return true;
}

// The symbol at the start of `hold`, of which `bits` are there; *length is what it takes.
template <typename Code>
int decode(const Code& code, std::uint64_t hold, unsigned bits, unsigned* length) {
  const std::uint16_t entry = code.fast[hold & (code.fast.size() - 1)];
  if (entry != 0) {
    *length = entry & 15;
    return *length <= bits ? entry >> 4 : kNeedBits;
  }
  unsigned value = 0, first = 0, index = 0;
  for (unsigned n = 1; n <= code.longest; ++n, hold >>= 1) {
    if (n > bits) return kNeedBits;
    value |= hold & 1;
    const unsigned count = code.count[n];
    if (value < first + count) {
      *length = n;
      return code.symbol[index + value - first];
    }
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  if (bits < 1) return kNeedBits;
  *length = 1;
  return kNoCode;
}

// What the stage loop carries in registers.
class Decoder {
 public:
  Decoder(InflateState& state, const std::uint8_t* in, std::size_t in_size, std::uint8_t* out,
          std::size_t out_size)
      : s_(state),
        in_(in),
        in_end_(in + in_size),
        out_start_(out),
        out_(out),
        out_end_(out + out_size),
        hold_(state.hold),
        bits_(state.bits) {}

  InflateStatus run();
  void finish(const std::uint8_t* in_start, InflateResult* result);

 private:
  enum class Step : std::uint8_t { kGoOn, kLeave };

  bool need(unsigned n) {
    while (bits_ < n) {
      if (in_ == in_end_) return false;
      hold_ |= std::uint64_t{*in_++} << bits_;
      bits_ += 8;
    }
    return true;
  }
  void drop(unsigned n) {
    hold_ >>= n;
    bits_ -= n;
  }
  std::uint32_t take(unsigned n) {
    const std::uint32_t value = static_cast<std::uint32_t>(hold_) & mask(n);
    drop(n);
    return value;
  }
  void drop_to_byte() { drop(bits_ & 7); }
  void drop_all() {
    hold_ = 0;
    bits_ = 0;
  }
  template <typename Code>
  int next_symbol(const Code& code) {
    unsigned length = 0;
    for (;;) {
      const int symbol = decode(code, hold_, bits_, &length);
      if (symbol != kNeedBits) {
        drop(length);
        return symbol;
      }
      if (!need(bits_ + 1)) return kNeedBits;
    }
  }
  Step go(InflateStage stage) {
    s_.stage = stage;
    return Step::kGoOn;
  }
  Step fail(InflateError error) {
    s_.error = error;
    s_.stage = InflateStage::kBad;
    return Step::kGoOn;
  }

  Step header();
  Step dictionary_id();
  Step block();
  Step stored_length();
  Step stored();
  Step code_counts();
  Step code_length_lengths();
  Step code_lengths();
  Step symbol();
  Step length_extra();
  Step distance();
  Step distance_extra();
  Step match();
  Step literal();
  Step check();
  void fast_symbols();
  bool set_length(int symbol);
  bool copy_match(std::uint32_t distance, std::uint32_t length);
  void fixed_codes();
  void update_check();

  InflateState& s_;
  const std::uint8_t* in_;
  const std::uint8_t* in_end_;
  std::uint8_t* out_start_;  // output from here is not in the window yet
  std::uint8_t* out_;
  std::uint8_t* out_end_;
  std::uint8_t* checked_ = nullptr;  // output before is in the check; null: all of it is to be
  std::uint64_t hold_;
  unsigned bits_;
};

// Adler-32 of what has come out since the last time.
void Decoder::update_check() {
  if (s_.wrapped == 0) return;
  const std::uint8_t* from = checked_ == nullptr ? out_start_ : checked_;
  for (auto left = static_cast<std::size_t>(out_ - from); left > 0;) {
    const auto piece = static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
    s_.check = static_cast<std::uint32_t>(::adler32(s_.check, from, piece));
    from += piece;
    left -= piece;
  }
  if (out_ != (checked_ == nullptr ? out_start_ : checked_)) s_.adler = s_.check;
  checked_ = out_;
}

Decoder::Step Decoder::header() {
  if (s_.wrapped == 0) return go(InflateStage::kBlock);
  if (!need(16)) return Step::kLeave;
  const auto word = static_cast<std::uint32_t>(hold_);
  if ((((word & 0xff) << 8) + ((word >> 8) & 0xff)) % 31 != 0) return fail(InflateError::kHeaderCheck);
  if ((word & 15) != Z_DEFLATED) return fail(InflateError::kMethod);
  drop(4);
  if ((static_cast<std::uint32_t>(hold_) & 15) + 8 > kMaxBits) return fail(InflateError::kWindowSize);
  s_.check = s_.adler = 1;
  const bool asks_dictionary = (word & 0x2000) != 0;
  drop_all();
  return go(asks_dictionary ? InflateStage::kDictionaryId : InflateStage::kBlock);
}

Decoder::Step Decoder::dictionary_id() {
  if (!need(32)) return Step::kLeave;
  s_.check = s_.adler = swap_bytes(static_cast<std::uint32_t>(hold_));
  drop_all();
  return go(InflateStage::kDictionary);
}

void Decoder::fixed_codes() {
  std::array<std::uint8_t, 288> lengths{};
  std::fill(lengths.begin(), lengths.begin() + 144, std::uint8_t{8});
  std::fill(lengths.begin() + 144, lengths.begin() + 256, std::uint8_t{9});
  std::fill(lengths.begin() + 256, lengths.begin() + 280, std::uint8_t{7});
  std::fill(lengths.begin() + 280, lengths.end(), std::uint8_t{8});
  (void)make_code(s_.literals, lengths.data(), 288, false);
  lengths.fill(5);
  (void)make_code(s_.distances, lengths.data(), 32, false);
}

Decoder::Step Decoder::block() {
  if (s_.last_block != 0) {
    drop_to_byte();
    return go(InflateStage::kCheck);
  }
  if (!need(3)) return Step::kLeave;
  s_.last_block = static_cast<std::uint8_t>(take(1));
  switch (take(2)) {
    case 0:
      return go(InflateStage::kStoredLength);
    case 1:
      fixed_codes();
      return go(InflateStage::kSymbol);
    case 2:
      return go(InflateStage::kCodeCounts);
    default:
      return fail(InflateError::kBlockType);
  }
}

Decoder::Step Decoder::stored_length() {
  drop_to_byte();
  if (!need(32)) return Step::kLeave;
  const auto word = static_cast<std::uint32_t>(hold_);
  if ((word & 0xffff) != ((word >> 16) ^ 0xffff)) return fail(InflateError::kStoredLengths);
  s_.length = word & 0xffff;
  drop_all();
  return go(InflateStage::kStored);
}

Decoder::Step Decoder::stored() {
  if (s_.length == 0) return go(InflateStage::kBlock);
  const std::size_t n =
      std::min({static_cast<std::size_t>(s_.length), static_cast<std::size_t>(in_end_ - in_),
                static_cast<std::size_t>(out_end_ - out_)});
  if (n == 0) return Step::kLeave;
  std::memcpy(out_, in_, n);
  in_ += n;
  out_ += n;
  s_.length -= static_cast<std::uint32_t>(n);
  return Step::kGoOn;
}

Decoder::Step Decoder::code_counts() {
  if (!need(14)) return Step::kLeave;
  s_.literal_count = static_cast<std::uint16_t>(take(5) + 257);
  s_.distance_count = static_cast<std::uint16_t>(take(5) + 1);
  s_.length_code_count = static_cast<std::uint16_t>(take(4) + 4);
  if (s_.literal_count > 286 || s_.distance_count > 30) return fail(InflateError::kTooManySymbols);
  s_.code_lengths = 0;
  return go(InflateStage::kCodeLengthLengths);
}

Decoder::Step Decoder::code_length_lengths() {
  for (; s_.code_lengths < s_.length_code_count; ++s_.code_lengths) {
    if (!need(3)) return Step::kLeave;
    s_.lengths[kLengthCodeOrder[s_.code_lengths]] = static_cast<std::uint8_t>(take(3));
  }
  for (unsigned i = s_.length_code_count; i < kLengthCodeOrder.size(); ++i)
    s_.lengths[kLengthCodeOrder[i]] = 0;
  if (!make_code(s_.length_codes, s_.lengths.data(), 19, false)) return fail(InflateError::kCodeLengths);
  s_.code_lengths = 0;
  return go(InflateStage::kCodeLengths);
}

Decoder::Step Decoder::code_lengths() {
  const unsigned total = s_.literal_count + s_.distance_count;
  while (s_.code_lengths < total) {
    unsigned length = 0;
    int symbol = decode(s_.length_codes, hold_, bits_, &length);
    while (symbol == kNeedBits) {
      if (!need(bits_ + 1)) return Step::kLeave;
      symbol = decode(s_.length_codes, hold_, bits_, &length);
    }
    if (symbol == kNoCode) symbol = 0;  // there is no code at all: zlib reads zeroes
    if (symbol < 16) {
      drop(length);
      s_.lengths[s_.code_lengths++] = static_cast<std::uint8_t>(symbol);
      continue;
    }
    const unsigned extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (!need(length + extra)) return Step::kLeave;
    drop(length);
    std::uint8_t value = 0;
    if (symbol == 16) {
      if (s_.code_lengths == 0) return fail(InflateError::kLengthRepeat);
      value = s_.lengths[s_.code_lengths - 1U];
    }
    const unsigned repeat = (symbol == 18 ? 11 : 3) + take(extra);
    if (s_.code_lengths + repeat > total) return fail(InflateError::kLengthRepeat);
    std::fill_n(s_.lengths.begin() + s_.code_lengths, repeat, value);
    s_.code_lengths = static_cast<std::uint16_t>(s_.code_lengths + repeat);
  }
  if (s_.lengths[kEndOfBlock] == 0) return fail(InflateError::kNoEndOfBlock);
  if (!make_code(s_.literals, s_.lengths.data(), s_.literal_count, true))
    return fail(InflateError::kLiteralLengths);
  if (!make_code(s_.distances, s_.lengths.data() + s_.literal_count, s_.distance_count, true)) {
    return fail(InflateError::kDistances);
  }
  return go(InflateStage::kSymbol);
}

// Length and extra bits of a length symbol; false: it is none.
bool Decoder::set_length(int symbol) {
  const unsigned index = static_cast<unsigned>(symbol) - (kEndOfBlock + 1);
  if (symbol < 0 || index >= kLengthBase.size()) return false;
  s_.length = kLengthBase[index];
  s_.extra = kLengthExtra[index];
  return true;
}

Decoder::Step Decoder::symbol() {
  if (in_end_ - in_ >= 8 && out_end_ - out_ >= 258) {
    fast_symbols();
    if (s_.stage != InflateStage::kSymbol) return Step::kGoOn;
  }
  const int symbol = next_symbol(s_.literals);
  if (symbol == kNeedBits) return Step::kLeave;
  if (symbol >= 0 && symbol < static_cast<int>(kEndOfBlock)) {
    s_.length = static_cast<std::uint32_t>(symbol);
    return go(InflateStage::kLiteral);
  }
  if (symbol == static_cast<int>(kEndOfBlock)) return go(InflateStage::kBlock);
  if (!set_length(symbol)) return fail(InflateError::kLiteralCode);
  return go(InflateStage::kLengthExtra);
}

Decoder::Step Decoder::length_extra() {
  if (!need(s_.extra)) return Step::kLeave;
  s_.length += take(s_.extra);
  return go(InflateStage::kDistance);
}

Decoder::Step Decoder::distance() {
  const int symbol = next_symbol(s_.distances);
  if (symbol == kNeedBits) return Step::kLeave;
  if (symbol < 0 || static_cast<std::size_t>(symbol) >= kDistanceBase.size())
    return fail(InflateError::kDistanceCode);
  s_.distance = kDistanceBase[static_cast<std::size_t>(symbol)];
  s_.extra = kDistanceExtra[static_cast<std::size_t>(symbol)];
  return go(InflateStage::kDistanceExtra);
}

Decoder::Step Decoder::distance_extra() {
  if (!need(s_.extra)) return Step::kLeave;
  s_.distance += take(s_.extra);
  return go(InflateStage::kMatch);
}

// Copies from the history; there is room for it. False: it reaches back too far.
bool Decoder::copy_match(std::uint32_t distance, std::uint32_t length) {
  const auto fresh = static_cast<std::size_t>(out_ - out_start_);
  if (distance > fresh) {
    std::uint32_t back = distance - static_cast<std::uint32_t>(fresh);  // bytes before the window's end
    if (back > s_.history) return false;
    while (back > 0 && length > 0) {
      const std::uint32_t from = (s_.window_next + kWindowSize - back) % kWindowSize;
      const std::uint32_t n = std::min({back, length, kWindowSize - from});
      std::memcpy(out_, s_.window.data() + from, n);
      out_ += n;
      length -= n;
      back -= n;
    }
  }
  const std::uint8_t* from = out_ - distance;
  if (distance >= length) {
    std::memcpy(out_, from, length);
    out_ += length;
  } else {
    for (; length > 0; --length) *out_++ = *from++;
  }
  return true;
}

Decoder::Step Decoder::match() {
  if (out_ == out_end_) return Step::kLeave;
  const auto n =
      static_cast<std::uint32_t>(std::min<std::size_t>(s_.length, static_cast<std::size_t>(out_end_ - out_)));
  if (!copy_match(s_.distance, n)) return fail(InflateError::kTooFarBack);
  s_.length -= n;
  return s_.length == 0 ? go(InflateStage::kSymbol) : Step::kGoOn;
}

Decoder::Step Decoder::literal() {
  if (out_ == out_end_) return Step::kLeave;
  *out_++ = static_cast<std::uint8_t>(s_.length);
  return go(InflateStage::kSymbol);
}

// Whole symbols while there is input and output for any of them: 8 bytes refill to 56 bits, a length and
// distance take at most 48. Bytes that were taken too much are given back.
void Decoder::fast_symbols() {
  while (in_end_ - in_ >= 8 && out_end_ - out_ >= 258) {
    std::uint64_t word = 0;
    std::memcpy(&word, in_, sizeof word);
    hold_ |= word << bits_;
    const unsigned bytes = (63 - bits_) >> 3;
    in_ += bytes;
    bits_ += 8 * bytes;
    // Bits above bits_ are dirt of the refill's upper part: or-ing the same input again later leaves them as
    // they are.
    unsigned length = 0;
    int symbol = decode(s_.literals, hold_, bits_, &length);
    drop(length);
    if (symbol >= 0 && symbol < static_cast<int>(kEndOfBlock)) {
      *out_++ = static_cast<std::uint8_t>(symbol);
      continue;
    }
    if (symbol == static_cast<int>(kEndOfBlock)) {
      s_.stage = InflateStage::kBlock;
      break;
    }
    if (!set_length(symbol)) {
      (void)fail(InflateError::kLiteralCode);
      break;
    }
    s_.length += take(s_.extra);
    symbol = decode(s_.distances, hold_, bits_, &length);
    drop(length);
    if (symbol < 0 || static_cast<std::size_t>(symbol) >= kDistanceBase.size()) {
      (void)fail(InflateError::kDistanceCode);
      break;
    }
    s_.distance = kDistanceBase[static_cast<std::size_t>(symbol)] +
                  take(kDistanceExtra[static_cast<std::size_t>(symbol)]);
    if (!copy_match(s_.distance, s_.length)) {
      (void)fail(InflateError::kTooFarBack);
      break;
    }
  }
  in_ -= bits_ >> 3;
  bits_ &= 7;
  hold_ &= mask(bits_);
}

Decoder::Step Decoder::check() {
  if (s_.wrapped != 0) {
    if (!need(32)) return Step::kLeave;
    update_check();
    if (swap_bytes(static_cast<std::uint32_t>(hold_)) != s_.check) return fail(InflateError::kDataCheck);
    drop_all();
  }
  return go(InflateStage::kDone);
}

InflateStatus Decoder::run() {
  for (;;) {
    Step step = Step::kLeave;
    switch (s_.stage) {
      case InflateStage::kHeader:
        step = header();
        break;
      case InflateStage::kDictionaryId:
        step = dictionary_id();
        break;
      case InflateStage::kDictionary:
        if (s_.has_dictionary == 0) return InflateStatus::kNeedDictionary;
        s_.check = s_.adler = 1;
        step = go(InflateStage::kBlock);
        break;
      case InflateStage::kBlock:
        step = block();
        break;
      case InflateStage::kStoredLength:
        step = stored_length();
        break;
      case InflateStage::kStored:
        step = stored();
        break;
      case InflateStage::kCodeCounts:
        step = code_counts();
        break;
      case InflateStage::kCodeLengthLengths:
        step = code_length_lengths();
        break;
      case InflateStage::kCodeLengths:
        step = code_lengths();
        break;
      case InflateStage::kSymbol:
        step = symbol();
        break;
      case InflateStage::kLengthExtra:
        step = length_extra();
        break;
      case InflateStage::kDistance:
        step = distance();
        break;
      case InflateStage::kDistanceExtra:
        step = distance_extra();
        break;
      case InflateStage::kMatch:
        step = match();
        break;
      case InflateStage::kLiteral:
        step = literal();
        break;
      case InflateStage::kCheck:
        step = check();
        break;
      case InflateStage::kDone:
        return InflateStatus::kEnd;
      case InflateStage::kBad:
        return InflateStatus::kDataError;
    }
    if (step == Step::kLeave) return InflateStatus::kOk;
  }
}

// Keeps the last kWindowSize bytes of history.
void remember(InflateState& s, const std::uint8_t* bytes, std::size_t size) {
  if (size >= kWindowSize) {
    std::memcpy(s.window.data(), bytes + size - kWindowSize, kWindowSize);
    s.window_next = 0;
    s.history = kWindowSize;
    return;
  }
  while (size > 0) {
    const std::size_t n = std::min<std::size_t>(size, kWindowSize - s.window_next);
    std::memcpy(s.window.data() + s.window_next, bytes, n);
    s.window_next = static_cast<std::uint32_t>((s.window_next + n) % kWindowSize);
    s.history = static_cast<std::uint32_t>(std::min<std::size_t>(s.history + n, kWindowSize));
    bytes += n;
    size -= n;
  }
}

void Decoder::finish(const std::uint8_t* in_start, InflateResult* result) {
  s_.hold = hold_;
  s_.bits = bits_;
  result->consumed = static_cast<std::size_t>(in_ - in_start);
  result->produced = static_cast<std::size_t>(out_ - out_start_);
  update_check();
  remember(s_, out_start_, result->produced);
}

}  // namespace

const char* message_of(InflateError error) {
  switch (error) {
    case InflateError::kNone:
      return nullptr;
    case InflateError::kHeaderCheck:
      return "incorrect header check";
    case InflateError::kMethod:
      return "unknown compression method";
    case InflateError::kWindowSize:
      return "invalid window size";
    case InflateError::kBlockType:
      return "invalid block type";
    case InflateError::kStoredLengths:
      return "invalid stored block lengths";
    case InflateError::kTooManySymbols:
      return "too many length or distance symbols";
    case InflateError::kCodeLengths:
      return "invalid code lengths set";
    case InflateError::kLengthRepeat:
      return "invalid bit length repeat";
    case InflateError::kNoEndOfBlock:
      return "invalid code -- missing end-of-block";
    case InflateError::kLiteralLengths:
      return "invalid literal/lengths set";
    case InflateError::kDistances:
      return "invalid distances set";
    case InflateError::kLiteralCode:
      return "invalid literal/length code";
    case InflateError::kDistanceCode:
      return "invalid distance code";
    case InflateError::kTooFarBack:
      return "invalid distance too far back";
    case InflateError::kDataCheck:
      return "incorrect data check";
  }
  return nullptr;
}

void inflate_reset(InflateState& state, bool raw) {
  std::memset(&state, 0, offsetof(InflateState, lengths));
  state.wrapped = raw ? 0 : 1;
  state.adler = raw ? 0 : 1;
  state.stage = raw ? InflateStage::kBlock : InflateStage::kHeader;
}

InflateResult inflate(InflateState& state, const std::uint8_t* in, std::size_t in_size, std::uint8_t* out,
                      std::size_t out_size) {
  Decoder decoder(state, in, in_size, out, out_size);
  InflateResult result{};
  result.status = decoder.run();
  decoder.finish(in, &result);
  return result;
}

bool inflate_set_dictionary(InflateState& state, const std::uint8_t* dictionary, std::size_t size) {
  if (state.wrapped != 0) {
    if (state.stage != InflateStage::kDictionary) return false;
    const auto id = static_cast<std::uint32_t>(::adler32(1, dictionary, static_cast<uInt>(size)));
    if (id != state.check) return false;
  }
  remember(state, dictionary, size);
  state.has_dictionary = 1;
  return true;
}

}  // namespace uvm::rt::zip
