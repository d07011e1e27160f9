#include "runtime/bundle/bundle.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/test_jar.h"

namespace uvm::rt::bundle {
namespace {

BundleWriter small_writer(const std::string& path = "/lib/a.jar") {
  BundleWriter writer;
  const auto manifest = writer.add_blob(to_bytes("Manifest-Version: 1.0\n"));
  const auto jar = writer.add_origin(OriginKind::kJar, path, manifest);
  const auto folder = writer.add_origin(OriginKind::kFolder, "/classes");
  writer.add_entry("META-INF/MANIFEST.MF", jar, manifest);
  writer.add_entry("p/A.class", jar, writer.add_blob(to_bytes("A of the jar")));
  writer.add_entry("p/", folder, writer.add_blob({}));
  writer.add_entry("p/A.class", folder, writer.add_blob(to_bytes("A of the folder")));
  writer.add_entry("grüße.txt", folder, writer.add_blob(to_bytes("hello")));
  return writer;
}

std::vector<std::byte> small_bundle() { return *small_writer().finish("p.A"); }

std::uint64_t exercise(const BundleView& view) {
  std::uint64_t sum = view.main_class().size();
  for (std::uint32_t i = 0; i < view.origin_count(); i++) {
    sum += view.origin_path(i).size() + static_cast<std::uint32_t>(view.origin_kind(i));
    if (const auto manifest = view.manifest(i)) sum += to_text(*manifest).size();
  }
  for (std::uint32_t i = 0; i < view.entry_count(); i++) {
    sum += to_text(view.data(i)).size() + view.origin(i) + view.find(view.name(i));
    if (view.next(i) != kNone) sum++;
  }
  (void)view.find("no such entry");
  return sum;
}

TEST(Bundle, GivesBackWhatWasPutIn) {
  const auto bytes = small_bundle();
  auto view = BundleView::view(bytes, Check::kAll, "small");
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->main_class(), "p.A");
  EXPECT_EQ(view->origin_count(), 2u);
  EXPECT_EQ(view->origin_path(0), "/lib/a.jar");
  EXPECT_EQ(view->origin_kind(1), OriginKind::kFolder);
  EXPECT_EQ(to_text(*view->manifest(0)), "Manifest-Version: 1.0\n");
  EXPECT_FALSE(view->manifest(1));
  EXPECT_EQ(view->entry_count(), 5u);
  EXPECT_EQ(to_text(view->data(view->find("grüße.txt"))), "hello");
  EXPECT_EQ(view->find("p/B.class"), kNone);
  EXPECT_EQ(view->find("p"), kNone);
  EXPECT_EQ(view->data(view->find("p/")).size(), 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view->data(view->find("p/A.class")).data()) % 8,
            reinterpret_cast<std::uintptr_t>(bytes.data()) % 8);
}

TEST(Bundle, KeepsDuplicatesInClassPathOrder) {
  const auto bytes = small_bundle();
  auto view = BundleView::view(bytes, Check::kAll, "small");
  ASSERT_TRUE(view);
  const auto first = view->find("p/A.class");
  EXPECT_EQ(to_text(view->data(first)), "A of the jar");
  EXPECT_EQ(view->origin(first), 0u);
  const auto second = view->next(first);
  ASSERT_NE(second, kNone);
  EXPECT_EQ(to_text(view->data(second)), "A of the folder");
  EXPECT_EQ(view->next(second), kNone);
  EXPECT_EQ(view->next(view->find("p/")), kNone);
}

TEST(Bundle, IsNamedByItsContentAlone) {
  const auto hash = [](const BundleWriter& writer, const std::string& main) {
    return to_string(BundleView::view(*writer.finish(main), Check::kAll, "x")->content_hash());
  };
  EXPECT_EQ(hash(small_writer(), "p.A"), hash(small_writer("/elsewhere/b.jar"), "p.A"));
  EXPECT_NE(hash(small_writer(), "p.A"), hash(small_writer(), "p.B"));
  auto more = small_writer();
  more.add_entry("x", 1, more.add_blob({}));
  EXPECT_NE(hash(small_writer(), "p.A"), hash(more, "p.A"));
  EXPECT_EQ(*small_writer().finish("p.A"), *small_writer().finish("p.A"));
}

TEST(Bundle, CanBeReadAnywhere) {
  const auto bytes = small_bundle();
  std::vector<std::byte> moved(bytes.size() + 3);
  std::memcpy(moved.data() + 3, bytes.data(), bytes.size());
  auto view = BundleView::view(std::span(moved).subspan(3), Check::kAll, "moved");
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(exercise(*view), exercise(*BundleView::view(bytes, Check::kHeader, "small")));
}

TEST(Bundle, EmptyAndManyEntries) {
  const auto empty = BundleWriter().finish("");
  EXPECT_TRUE(BundleView::view(*empty, Check::kAll, "empty"));
  BundleWriter writer;
  const auto origin = writer.add_origin(OriginKind::kFolder, "/");
  for (int i = 0; i < 5000; i++) {
    writer.add_entry("e" + std::to_string(i), origin, writer.add_blob(to_bytes(std::to_string(i))));
  }
  const auto bytes = *writer.finish("");
  auto view = BundleView::view(bytes, Check::kAll, "many");
  ASSERT_TRUE(view) << view.error().message;
  for (int i = 0; i < 5000; i++) {
    EXPECT_EQ(to_text(view->data(view->find("e" + std::to_string(i)))), std::to_string(i));
  }
}

TEST(Bundle, RefusesEveryTruncationAndAppendix) {
  const auto bytes = small_bundle();
  for (std::size_t length = 0; length < bytes.size(); length++) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_FALSE(BundleView::view(cut, Check::kAll, "cut")) << length;
    EXPECT_FALSE(BundleView::view(cut, Check::kHeader, "cut")) << length;
  }
  auto longer = bytes;
  longer.push_back({});
  EXPECT_FALSE(BundleView::view(longer, Check::kAll, "longer"));
}

TEST(Bundle, RefusesEveryFlippedBit) {
  auto bytes = small_bundle();
  for (std::size_t at = 0; at < bytes.size(); at++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[at] ^= std::byte(1 << bit);
      EXPECT_FALSE(BundleView::view(bytes, Check::kAll, "flipped")) << at;
      bytes[at] ^= std::byte(1 << bit);
    }
  }
}

// A hostile writer can make the checksum right.
void fix_checksum(std::vector<std::byte>& bytes) {
  constexpr auto kField = offsetof(BundleHeader, checksum);
  std::memset(bytes.data() + kField, 0, 8);
  const std::uint64_t sum = XXH3_64bits(bytes.data(), bytes.size());
  std::memcpy(bytes.data() + kField, &sum, 8);
}

TEST(Bundle, SurvivesEveryHostileByte) {
  const auto bytes = small_bundle();
  int refused = 0, accepted = 0;
  for (std::size_t at = 0; at < bytes.size(); at++) {
    for (const int value : {0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff}) {
      auto hostile = bytes;
      hostile[at] = std::byte(value);
      fix_checksum(hostile);
      if (auto view = BundleView::view(hostile, Check::kAll, "hostile")) {
        accepted++;
        EXPECT_GT(exercise(*view), 0u);
      } else {
        refused++;
      }
    }
  }
  EXPECT_GT(refused, 500);   // the structure
  EXPECT_GT(accepted, 500);  // content and what only it knows to be wrong
}

TEST(Bundle, RefusesAFullHashTable) {
  auto bytes = small_bundle();
  BundleHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::uint32_t i = 0; i < header.bucket_count; i++) {
    std::uint32_t bucket;
    std::memcpy(&bucket, bytes.data() + header.buckets + i * 4, 4);
    if (bucket == 0) bucket = 1;
    std::memcpy(bytes.data() + header.buckets + i * 4, &bucket, 4);
  }
  fix_checksum(bytes);
  auto view = BundleView::view(bytes, Check::kAll, "full");
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().message, "full: damaged bundle: the hash table is full");
}

TEST(Bundle, SaysWhatItIsNot) {
  const auto jar = to_bytes(make_jar({{"a", "b"}}));
  EXPECT_EQ(BundleView::view(jar, Check::kAll, "a.jar").error().code, Errc::kNotABundle);
  auto bytes = small_bundle();
  bytes[offsetof(BundleHeader, format)] = std::byte{2};
  fix_checksum(bytes);
  EXPECT_EQ(BundleView::view(bytes, Check::kAll, "new.bc").error().code, Errc::kNewerFormat);
}

}  // namespace
}  // namespace uvm::rt::bundle
