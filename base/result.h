// Result<T, E>: a value or an error, for code that reports failure to its caller instead of throwing.
// It is the part of C++23's std::expected that uvm uses; gcc 12 has that in C++23 mode only.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>

namespace uvm {

template <typename E>
struct Unexpected {
  E error;
};
template <typename E>
Unexpected(E) -> Unexpected<E>;

template <typename T, typename E>
class [[nodiscard]] BasicResult {
 public:
  BasicResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: by intent
  BasicResult(Unexpected<E> error) : state_(std::in_place_index<1>, std::move(error.error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Precondition: has_value(); else the process ends.
  T& value() { return of<0>(state_); }
  const T& value() const { return of<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Precondition: not has_value().
  E& error() { return of<1>(state_); }
  const E& error() const { return of<1>(state_); }

 private:
  // std::get() would throw, which code in signal handlers must not.
  template <std::size_t I, typename State>
  static auto& of(State& state) {
    auto* alternative = std::get_if<I>(&state);
    if (alternative == nullptr) __builtin_trap();
    return *alternative;
  }

  std::variant<T, E> state_;
};

template <typename E>
class [[nodiscard]] BasicResult<void, E> {
 public:
  BasicResult() = default;
  BasicResult(Unexpected<E> error) : state_(std::in_place_index<1>, std::move(error.error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  E& error() { return std::get<1>(state_); }
  const E& error() const { return std::get<1>(state_); }

 private:
  std::variant<std::monostate, E> state_;
};

}  // namespace uvm
