// Inflate: decompression of deflate and zlib streams (RFC 1951, RFC 1950), with its whole state in one plain
// struct.
//
// zlib keeps host pointers in its state, so a java.util.zip.Inflater in the middle of a stream could not
// survive its process. This state has none: it lives in the region, and any process can continue with it
// (laws 1 and 2).
//
// It consumes, produces, and complains exactly as zlib 1.2.13's inflate() with Z_SYNC_FLUSH does, call by
// call, because programs see how many bytes a call took: it takes no more input than the next symbols need.
//
// Who may call: one thread at a time per state. The state, input and output may be in the region.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/persisted.h"

namespace uvm::rt::zip {

inline constexpr std::uint32_t kWindowSize = 32768;

// A Huffman code of at most 15 bits: symbols sorted by code, and a direct table for the short ones.
template <unsigned kSymbols, unsigned kFastBits>
struct HuffmanCode {
  static constexpr unsigned kBits = kFastBits;
  std::array<std::uint16_t, 16> count;  // codes by length
  std::array<std::uint16_t, kSymbols> symbol;
  std::array<std::uint16_t, 1U << kFastBits> fast;  // symbol << 4 | length; 0: longer or no code
  std::uint16_t longest;                            // bits; 0: there are no codes
};
template <unsigned kSymbols, unsigned kFastBits>
constexpr std::uint64_t persisted_layout(const HuffmanCode<kSymbols, kFastBits>* /*type*/) {
  using Code = HuffmanCode<kSymbols, kFastBits>;
  UVM_LAYOUT_OF(Code, "HuffmanCode", 0, count, symbol, fast, longest)
}

// Why a stream is refused. Values are part of the heap format.
enum class InflateError : std::uint8_t {
  kNone = 0,
  kHeaderCheck = 1,
  kMethod = 2,
  kWindowSize = 3,
  kBlockType = 4,
  kStoredLengths = 5,
  kTooManySymbols = 6,
  kCodeLengths = 7,
  kLengthRepeat = 8,
  kNoEndOfBlock = 9,
  kLiteralLengths = 10,
  kDistances = 11,
  kLiteralCode = 12,
  kDistanceCode = 13,
  kTooFarBack = 14,
  kDataCheck = 15,
};
UVM_PERSISTED_ENUM(InflateError, kNone, kHeaderCheck, kMethod, kWindowSize, kBlockType, kStoredLengths,
                   kTooManySymbols, kCodeLengths, kLengthRepeat, kNoEndOfBlock, kLiteralLengths, kDistances,
                   kLiteralCode, kDistanceCode, kTooFarBack, kDataCheck)
// zlib's text for it; null for kNone.
const char* message_of(InflateError error);

// What is read next. Values are part of the heap format.
enum class InflateStage : std::uint8_t {
  kHeader = 0,
  kDictionaryId = 1,
  kDictionary = 2,  // waits for set_dictionary()
  kBlock = 3,
  kStoredLength = 4,
  kStored = 5,
  kCodeCounts = 6,
  kCodeLengthLengths = 7,
  kCodeLengths = 8,
  kSymbol = 9,
  kLengthExtra = 10,
  kDistance = 11,
  kDistanceExtra = 12,
  kMatch = 13,
  kLiteral = 14,
  kCheck = 15,
  kDone = 16,
  kBad = 17,
};
UVM_PERSISTED_ENUM(InflateStage, kHeader, kDictionaryId, kDictionary, kBlock, kStoredLength, kStored,
                   kCodeCounts, kCodeLengthLengths, kCodeLengths, kSymbol, kLengthExtra, kDistance,
                   kDistanceExtra, kMatch, kLiteral, kCheck, kDone, kBad)

struct InflateState {
  std::uint64_t hold;   // bits read but not used, lowest first
  std::uint32_t bits;   // how many
  std::uint32_t check;  // Adler-32 of the output, or the dictionary's
  std::uint32_t adler;  // the result of Inflater.getAdler
  InflateStage stage;
  InflateError error;
  std::uint8_t wrapped;  // zlib header and trailer
  std::uint8_t last_block;
  std::uint8_t has_dictionary;
  std::uint8_t extra;          // bits that follow the symbol
  std::uint16_t code_lengths;  // how many of `lengths` are known
  std::uint16_t literal_count, distance_count, length_code_count;
  std::uint16_t unused;
  std::uint32_t length;  // of a match, a stored block, or the literal
  std::uint32_t distance;
  std::uint32_t history;      // bytes of window that are known, at most kWindowSize
  std::uint32_t window_next;  // where the next byte goes
  std::array<std::uint8_t, 320> lengths;
  HuffmanCode<288, 10> literals;
  HuffmanCode<32, 8> distances;
  HuffmanCode<19, 7> length_codes;
  std::array<std::uint8_t, kWindowSize> window;
};
UVM_PERSISTED(InflateState, hold, bits, check, adler, stage, error, wrapped, last_block, has_dictionary,
              extra, code_lengths, literal_count, distance_count, length_code_count, unused, length, distance,
              history, window_next, lengths, literals, distances, length_codes, window)
static_assert(std::is_trivially_copyable_v<InflateState> && sizeof(InflateState) == 36736,
              "part of the heap format");

enum class InflateStatus : std::uint8_t { kOk, kEnd, kNeedDictionary, kDataError };

struct InflateResult {
  InflateStatus status;
  std::size_t consumed;
  std::size_t produced;
};

// Begins a stream; `raw`: without zlib's header and trailer. Also for a new state with any content.
void inflate_reset(InflateState& state, bool raw);

// Decompresses as much as input and output allow.
InflateResult inflate(InflateState& state, const std::uint8_t* in, std::size_t in_size, std::uint8_t* out,
                      std::size_t out_size);

// Presets the history. False: the stream does not ask for a dictionary now, or asks for another one.
bool inflate_set_dictionary(InflateState& state, const std::uint8_t* dictionary, std::size_t size);

}  // namespace uvm::rt::zip
