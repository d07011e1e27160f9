#include "tools/figures.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/stats_text.h"

namespace uvm::tools {
namespace {

using nlohmann::json;

Figures of_a_process() {
  Figures figures;
  figures.name = "heap";
  figures.state = HeapState::kRunning;
  figures.blob.emplace();
  checkpoint::set_text(figures.blob->program, "/bundle \xff");  // not UTF-8
  figures.versions.push_back({.info = {.version = 7, .lines = 100, .lines_written = 3}, .pinned = true});
  figures.file_bytes = 1 << 20;
  figures.free_bytes = 1 << 18;
  figures.room_bytes = 1 << 30;
  ProcessFigures& process = figures.process.emplace();
  process.pid = 42;
  process.counters.faults_disk = 3;
  uffd::LatencyHistogram histogram;
  for (const std::uint64_t ns : {90'000, 100'000, 3'000'000}) histogram.add(ns);
  process.latencies.disk = histogram.counts();
  process.lines = {.resident = 10, .second_chance = 2, .dirty = 5};
  process.checkpoints.add({.version = 7, .pause_ns = 1'000'000});
  return figures;
}

Figures of_the_store() {
  Figures figures = of_a_process();
  figures.state = HeapState::kInterrupted;
  figures.process.reset();
  return figures;
}

// The names in a document, those of objects inside too.
std::vector<std::string> names_in(const json& document, const std::string& before = "") {
  std::vector<std::string> names;
  for (const auto& [key, value] : document.items()) {
    names.push_back(before + key);
    if (!value.is_object()) continue;
    for (const std::string& name : names_in(value, before + key + ".")) names.push_back(name);
  }
  return names;
}

TEST(FiguresTest, TheDocumentHasOneShape) {
  const json running = document_of(of_a_process()), stored = document_of(of_the_store());
  EXPECT_EQ(names_in(running), names_in(stored));
  EXPECT_EQ(names_in(running), names_in(document_of({})));
  EXPECT_TRUE(running["running"].get<bool>());
  EXPECT_FALSE(stored["running"].get<bool>());
  EXPECT_EQ(stored["versions"], running["versions"]);
  EXPECT_EQ(stored["program"], running["program"]);
  EXPECT_TRUE(stored["faults"]["disk"].is_null());
  EXPECT_EQ(stored["store"]["used_bytes"], (1 << 20) - (1 << 18));
}

TEST(FiguresTest, ShowsHowLongFaultsTook) {
  const json latency = document_of(of_a_process())["fault_latency"]["disk"];
  EXPECT_EQ(latency["count"], 3);
  EXPECT_EQ(latency["max_ns"], 3'000'000);
  EXPECT_EQ(latency["sum_ns"], 3'190'000);
  std::uint64_t counted = 0;
  for (const json& bucket : latency["buckets"]) {
    EXPECT_LE(bucket["from_ns"], bucket["to_ns"]);
    counted += bucket["count"].get<std::uint64_t>();
  }
  EXPECT_EQ(counted, 3U);
}

TEST(FiguresTest, FinalFiguresSayThatTheProcessHasEnded) {
  Figures figures = of_a_process();
  EXPECT_FALSE(document_of(figures)["ended"].get<bool>());
  for (const HeapState state : {HeapState::kEnded, HeapState::kSuspended, HeapState::kInterrupted}) {
    figures.state = state;
    EXPECT_TRUE(document_of(figures)["ended"].get<bool>());
    EXPECT_FALSE(document_of(figures)["running"].get<bool>());
  }
}

TEST(FiguresTest, TextIsReadable) {
  const std::string running = text_for_people(json::parse(text_of(of_a_process())));
  EXPECT_NE(running.find("running, by process 42"), std::string::npos) << running;
  EXPECT_NE(running.find("  resident                   10 lines    40.0 KiB"), std::string::npos) << running;
  EXPECT_NE(running.find("disk faults by duration"), std::string::npos) << running;
  EXPECT_NE(running.find("  66.7 %  ####"), std::string::npos) << running;
  const std::string stored = text_for_people(document_of(of_the_store()));
  EXPECT_NE(stored.find("interrupted"), std::string::npos) << stored;
  EXPECT_EQ(stored.find("faults"), std::string::npos) << stored;
  EXPECT_NE(stored.find("pinned"), std::string::npos) << stored;
  EXPECT_NE(text_for_people(document_of({})).find("empty"), std::string::npos);
  EXPECT_THROW(text_for_people(json::object()), json::exception);
}

}  // namespace
}  // namespace uvm::tools
