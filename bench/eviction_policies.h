// Simulated replacement policies, with which eviction_bench compares the pager. Each is given one access
// after the other and answers whether the line was in memory. They see every access; the pager sees only
// faults.
//
// Sources: ARC: Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003, figure 4.
// S3-FIFO: Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP 2023, algorithm 1. Belady:
// the line whose next use is farthest in the future leaves; no policy can have more hits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <list>
#include <set>
#include <utility>
#include <vector>

namespace uvm::bench {

using Line = std::uint32_t;
using Trace = std::vector<Line>;

// The base of all policies: lines below `universe`, memory for `capacity` of them.
class Policy {
 public:
  virtual ~Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  // Whether the line was in memory; it is now.
  virtual bool access(Line line) = 0;

 protected:
  Policy() = default;
};

class Lru final : public Policy {
 public:
  Lru(Line universe, std::size_t capacity) : capacity_(capacity), at_(universe), in_(universe) {}
  bool access(Line line) override {
    if (in_[line]) {
      order_.splice(order_.begin(), order_, at_[line]);
      return true;
    }
    if (order_.size() == capacity_) {
      in_[order_.back()] = false;
      order_.pop_back();
    }
    order_.push_front(line);
    at_[line] = order_.begin();
    in_[line] = true;
    return false;
  }

 private:
  std::size_t capacity_;
  std::list<Line> order_;  // newest first
  std::vector<std::list<Line>::iterator> at_;
  std::vector<bool> in_;
};

class Clock final : public Policy {
 public:
  Clock(Line universe, std::size_t capacity) : capacity_(capacity), in_(universe), accessed_(universe) {}
  bool access(Line line) override {
    if (in_[line]) {
      accessed_[line] = true;
      return true;
    }
    in_[line] = true;
    accessed_[line] = false;
    if (frames_.size() < capacity_) {
      frames_.push_back(line);
      return false;
    }
    for (; accessed_[frames_[hand_]]; advance()) accessed_[frames_[hand_]] = false;
    in_[frames_[hand_]] = false;
    frames_[hand_] = line;
    advance();
    return false;
  }

 private:
  void advance() { hand_ = (hand_ + 1) % capacity_; }

  std::size_t capacity_, hand_ = 0;
  std::vector<Line> frames_;
  std::vector<bool> in_, accessed_;
};

class S3Fifo final : public Policy {
 public:
  S3Fifo(Line universe, std::size_t capacity)
      : capacity_(capacity),
        small_target_(std::max<std::size_t>(1, capacity / 10)),
        place_(universe),
        uses_(universe) {}
  bool access(Line line) override {
    if (place_[line] == Place::kSmall || place_[line] == Place::kMain) {
      uses_[line] = static_cast<std::uint8_t>(std::min(uses_[line] + 1, 3));
      return true;
    }
    const bool seen_lately = place_[line] == Place::kGhost;
    while (small_.size() + main_.size() >= capacity_) evict();
    uses_[line] = 0;
    (seen_lately ? main_ : small_).push_back(line);
    place_[line] = seen_lately ? Place::kMain : Place::kSmall;
    return false;
  }

 private:
  enum class Place : std::uint8_t { kNone, kSmall, kMain, kGhost };

  static Line take(std::deque<Line>& queue) {
    const Line line = queue.front();
    queue.pop_front();
    return line;
  }
  void evict() {
    if (small_.size() < small_target_) return evict_main();
    while (!small_.empty()) {
      const Line line = take(small_);
      if (uses_[line] <= 1) return remember(line);
      uses_[line] = 0;
      place_[line] = Place::kMain;
      main_.push_back(line);
      if (main_.size() > capacity_ - small_target_) return evict_main();
    }
  }
  void evict_main() {
    for (;;) {
      const Line line = take(main_);
      if (uses_[line] == 0) {
        place_[line] = Place::kNone;
        return;
      }
      --uses_[line];
      main_.push_back(line);
    }
  }
  void remember(Line line) {
    place_[line] = Place::kGhost;
    ghosts_.push_back(line);
    if (ghosts_.size() <= capacity_ - small_target_) return;
    const Line oldest = take(ghosts_);
    if (place_[oldest] == Place::kGhost) place_[oldest] = Place::kNone;
  }

  std::size_t capacity_, small_target_;
  std::deque<Line> small_, main_, ghosts_;
  std::vector<Place> place_;
  std::vector<std::uint8_t> uses_;
};

class Arc final : public Policy {
 public:
  Arc(Line universe, std::size_t capacity) : capacity_(capacity), place_(universe), at_(universe) {}
  bool access(Line line) override {
    switch (place_[line]) {
      case kOnce:
      case kOften:
        move(line, kOften);
        return true;
      case kOnceGhost:
        target_ =
            std::min(static_cast<double>(capacity_), target_ + std::max(1.0, ratio(kOftenGhost, kOnceGhost)));
        replace(false);
        move(line, kOften);
        return false;
      case kOftenGhost:
        target_ = std::max(0.0, target_ - std::max(1.0, ratio(kOnceGhost, kOftenGhost)));
        replace(true);
        move(line, kOften);
        return false;
      default:
        make_room();
        move(line, kOnce);
        return false;
    }
  }

 private:
  // T1, T2, B1, B2 of the paper.
  enum Place : std::uint8_t { kNone, kOnce, kOften, kOnceGhost, kOftenGhost };

  std::list<Line>& of(Place place) { return lists_[place]; }
  double ratio(Place a, Place b) {
    return static_cast<double>(of(a).size()) / static_cast<double>(of(b).size());
  }
  void move(Line line, Place to) {
    if (place_[line] != kNone) of(place_[line]).erase(at_[line]);
    place_[line] = to;
    if (to == kNone) return;
    of(to).push_front(line);
    at_[line] = of(to).begin();
  }
  void replace(bool often_ghost) {
    const double once = static_cast<double>(of(kOnce).size());
    if (!of(kOnce).empty() &&
        (once > target_ || (often_ghost && of(kOnce).size() == static_cast<std::size_t>(target_)))) {
      move(of(kOnce).back(), kOnceGhost);
    } else {
      move(of(kOften).back(), kOftenGhost);
    }
  }
  void make_room() {
    const std::size_t once = of(kOnce).size() + of(kOnceGhost).size();
    const std::size_t all = once + of(kOften).size() + of(kOftenGhost).size();
    if (once == capacity_) {
      if (of(kOnceGhost).empty()) {
        move(of(kOnce).back(), kNone);
        return;
      }
      move(of(kOnceGhost).back(), kNone);
      replace(false);
    } else if (all >= capacity_) {
      if (all >= 2 * capacity_) move(of(kOftenGhost).back(), kNone);
      replace(false);
    }
  }

  std::size_t capacity_;
  double target_ = 0;  // for the size of kOnce
  std::list<Line> lists_[5];
  std::vector<Place> place_;
  std::vector<std::list<Line>::iterator> at_;
};

// Hits of the best possible policy, which knows the future.
inline std::uint64_t belady_hits(const Trace& trace, Line universe, std::size_t capacity) {
  const std::size_t never = trace.size();
  std::vector<std::size_t> next(trace.size()), seen(universe, never);
  for (std::size_t i = trace.size(); i-- > 0;) next[i] = std::exchange(seen[trace[i]], i);
  std::set<std::pair<std::size_t, Line>> in;  // by next use
  std::vector<bool> is_in(universe);
  std::uint64_t hits = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const Line line = trace[i];
    if (is_in[line]) {
      ++hits;
      in.erase({i, line});
    } else if (in.size() == capacity) {
      const auto last = std::prev(in.end());
      is_in[last->second] = false;
      in.erase(last);
    }
    is_in[line] = true;
    in.insert({next[i], line});
  }
  return hits;
}

}  // namespace uvm::bench
