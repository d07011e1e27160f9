#include "runtime/bundle/bundle.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/jar_reader.h"
#include "runtime/bundle/test_jar.h"

namespace uvm::rt::bundle {
namespace {

const std::string kManifestText = "Manifest-Version: 1.0\n";

// A jar with one entry stored and one deflated, and a folder.
BundleWriter small_writer(const std::string& path = "/lib/a.jar") {
  BundleWriter writer;
  const auto bytes = to_bytes(
      make_jar({{"META-INF/MANIFEST.MF", kManifestText, false}, {"p/A.class", "A of the jar", true}}));
  const auto reader = JarReader::read(bytes, "a.jar");
  const auto jar = writer.add_jar(path, bytes, true, 1'000'000'007);
  for (const auto& entry : reader->entries()) {
    writer.add_entry(entry.name, jar,
                     {*reader->place(entry), static_cast<std::uint32_t>(entry.compressed_size),
                      static_cast<std::uint32_t>(entry.size), entry.method, entry.crc});
  }
  const auto folder = writer.add_folder("/classes", false, 5);
  writer.add_file("p/", folder, {}, 6);
  writer.add_file("p/A.class", folder, to_bytes("A of the folder"), 7);
  writer.add_file("grüße.txt", folder, to_bytes("hello"), 8);
  return writer;
}

std::string text_of(const BundleView& view, std::uint32_t entry) {
  const auto content = view.content(entry);
  return content ? to_text(*content) : "damaged";
}

std::vector<std::byte> small_bundle() { return *small_writer().finish("p.A"); }

std::uint64_t exercise(const BundleView& view) {
  std::uint64_t sum = view.main_class().size();
  for (std::uint32_t i = 0; i < view.origin_count(); i++) {
    sum += view.origin_path(i).size() + static_cast<std::uint32_t>(view.origin_kind(i));
    sum += to_text(view.jar(i)).size() + view.manifest(i);
  }
  for (std::uint32_t i = 0; i < view.entry_count(); i++) {
    sum += to_text(view.stored(i)).size() + view.origin(i) + view.find(view.name(i));
    if (view.size(i) < (1U << 20)) sum += text_of(view, i).size();
    if (view.next(i) != kNone) sum++;
  }
  (void)view.find("no such entry");
  return sum;
}

TEST(Bundle, ContentIsReadBack) {
  const auto bytes = small_bundle();
  auto view = BundleView::view(bytes, Check::kAll, "small");
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->main_class(), "p.A");
  EXPECT_EQ(view->origin_count(), 2u);
  EXPECT_EQ(view->origin_path(0), "/lib/a.jar");
  EXPECT_EQ(view->origin_kind(1), OriginKind::kFolder);
  EXPECT_EQ(text_of(*view, view->manifest(0)), kManifestText);
  EXPECT_EQ(view->manifest(1), kNone);
  EXPECT_TRUE(view->origin_is_named(0));
  EXPECT_FALSE(view->origin_is_named(1));
  EXPECT_EQ(view->origin_modified(0), 1'000'000'007);
  EXPECT_EQ(view->modified(view->find("grüße.txt")), 8);
  EXPECT_EQ(view->entry_count(), 5u);
  EXPECT_EQ(text_of(*view, view->find("grüße.txt")), "hello");
  EXPECT_EQ(view->find("p/B.class"), kNone);
  EXPECT_EQ(view->find("p"), kNone);
  EXPECT_EQ(view->size(view->find("p/")), 0u);
  EXPECT_TRUE(JarReader::read(view->jar(0), "a.jar"));  // byte for byte
  EXPECT_TRUE(view->jar(1).empty());
  EXPECT_EQ(view->lower_bound("p/"), view->find("p/"));
  EXPECT_EQ(view->lower_bound("p/A.clasz"), view->entry_count());
  EXPECT_EQ(text_of(*view, view->find_in(1, "p/A.class")), "A of the folder");
  EXPECT_EQ(view->find_in(0, "grüße.txt"), kNone);
}

TEST(Bundle, KeepsDuplicatesInClassPathOrder) {
  const auto bytes = small_bundle();
  auto view = BundleView::view(bytes, Check::kAll, "small");
  ASSERT_TRUE(view);
  const auto first = view->find("p/A.class");
  EXPECT_EQ(text_of(*view, first), "A of the jar");
  EXPECT_EQ(view->origin(first), 0u);
  const auto second = view->next(first);
  ASSERT_NE(second, kNone);
  EXPECT_EQ(text_of(*view, second), "A of the folder");
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
  more.add_file("x", 1, {}, 0);
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
  const auto origin = writer.add_folder("/", true, 0);
  for (int i = 0; i < 5000; i++) {
    writer.add_file("e" + std::to_string(i), origin, to_bytes(std::to_string(i)), 0);
  }
  const auto bytes = *writer.finish("");
  auto view = BundleView::view(bytes, Check::kAll, "many");
  ASSERT_TRUE(view) << view.error().message;
  for (int i = 0; i < 5000; i++) {
    EXPECT_EQ(text_of(*view, view->find("e" + std::to_string(i))), std::to_string(i));
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
  BundleHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t data = header.data;
  for (std::size_t at = 0; at < bytes.size(); at++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[at] ^= std::byte(1 << bit);
      EXPECT_FALSE(BundleView::view(bytes, Check::kAll, "flipped")) << at;
      EXPECT_EQ(BundleView::view(bytes, Check::kIndexSum, "flipped").has_value(), at >= data) << at;
      bytes[at] ^= std::byte(1 << bit);
    }
  }
}

// A hostile writer can make the checksum match.
void fix_checksum(std::vector<std::byte>& bytes) {
  const auto put = [&](std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, 8); };
  BundleHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.data > bytes.size()) return;
  put(offsetof(BundleHeader, data_checksum),
      XXH3_64bits(bytes.data() + header.data, bytes.size() - header.data));
  put(offsetof(BundleHeader, checksum), 0);
  put(offsetof(BundleHeader, checksum), XXH3_64bits(bytes.data(), header.data));
}

TEST(Bundle, FindsDamagedContent) {
  auto bytes = small_bundle();
  auto view = BundleView::view(bytes, Check::kAll, "small");
  ASSERT_TRUE(view);
  const auto deflated = view->find("p/A.class"), stored = view->find("grüße.txt");
  for (const std::uint32_t entry : {deflated, stored}) {
    auto damaged = bytes;
    damaged[static_cast<std::size_t>(view->stored(entry).data() - bytes.data())] ^= std::byte{1};
    fix_checksum(damaged);
    auto other = BundleView::view(damaged, Check::kAll, "damaged");
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->content(entry));
  }
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
  EXPECT_GT(accepted, 500);  // content, and what only the content shows to be wrong
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

TEST(Bundle, RefusesOtherFilesByKind) {
  const auto jar = to_bytes(make_jar({{"a", "b"}}));
  EXPECT_EQ(BundleView::view(jar, Check::kAll, "a.jar").error().code, Errc::kNotABundle);
  auto bytes = small_bundle();
  bytes[offsetof(BundleHeader, format)] = std::byte{3};
  fix_checksum(bytes);
  EXPECT_EQ(BundleView::view(bytes, Check::kAll, "new.bc").error().code, Errc::kNewerFormat);
}

}  // namespace
}  // namespace uvm::rt::bundle
