#include "runtime/jimage/jimage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "runtime/jimage/java_home.h"
#include "runtime/jimage/test_image.h"

namespace uvm::rt::jimage {
namespace {

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> small_image() {
  ImageWriter writer;
  std::string package(8, '\0');
  // The strings are laid out in the order of interning: "" at 0, "m1" at 1.
  package[4] = 1;
  return writer.write({{"m1", "a/b", "C", "class", "content of C"},
                       {"m1", "", "module-info", "class", "descriptor"},
                       {"m2", "a", "b.tar", "gz", std::string(300, 'x')},
                       {"m2", "x", "Makefile", "", "all:"},
                       {"m2", "x", "Squeezed", "class", "zzz", true},
                       {"packages", "", "a.b", "", package}});
}

TEST(JImage, FindsEveryShapeOfName) {
  const auto bytes = small_image();
  auto image = JImage::view(bytes, "small");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(text(*image->find("m1", "a/b/C.class")), "content of C");
  EXPECT_EQ(text(*image->find("m1", "module-info.class")), "descriptor");
  EXPECT_EQ(image->find("m2", "a/b.tar.gz")->size(), 300u);
  EXPECT_EQ(text(*image->find("m2", "x/Makefile")), "all:");
  for (const auto& [module, path] :
       {std::pair{"m1", "a/b/D.class"}, {"m2", "a/b/C.class"}, {"m1", "a/b/C"}, {"", ""}}) {
    auto missing = image->find(module, path);
    ASSERT_FALSE(missing) << module << path;
    EXPECT_EQ(missing.error().code, Errc::kNotFound);
  }
  EXPECT_EQ(*image->module_of_package("a/b"), "m1");
  EXPECT_EQ(*image->module_of_package("a.b"), "m1");
  EXPECT_EQ(image->module_of_package("a").error().code, Errc::kNotFound);
  EXPECT_EQ(*image->modules(), std::vector<std::string>{"m1"});
}

TEST(JImage, RefusesCompressedResourcesByName) {
  const auto bytes = small_image();
  auto image = JImage::view(bytes, "small");
  auto squeezed = image->find("m2", "x/Squeezed.class");
  ASSERT_FALSE(squeezed);
  EXPECT_EQ(squeezed.error().code, Errc::kCompressed);
  EXPECT_NE(squeezed.error().message.find("/m2/x/Squeezed.class"), std::string::npos);
}

TEST(JImage, RefusesOtherFilesAndVersions) {
  auto bytes = small_image();
  bytes[0] ^= std::byte{1};
  EXPECT_EQ(JImage::view(bytes, "x").error().code, Errc::kNotAnImage);
  bytes[0] ^= std::byte{1};
  bytes[4] ^= std::byte{1};
  EXPECT_EQ(JImage::view(bytes, "x").error().code, Errc::kVersion);
  EXPECT_EQ(JImage::open("/nonexistent/modules").error().code, Errc::kIo);
}

// Reads everything that an image offers. What matters is that nothing outside of it is read (sanitizers see
// that) and that errors are values.
std::size_t exercise(std::span<const std::byte> bytes) {
  auto image = JImage::view(bytes, "hostile");
  if (!image) return 0;
  std::size_t total = 0;
  (void)image->for_each([&](const Location& location) {
    if (auto content = image->find(location.module, location.path())) total += text(*content).size();
    return true;
  });
  (void)image->modules();
  (void)image->module_of_package("a/b");
  return total;
}

TEST(JImage, SurvivesEveryTruncation) {
  const auto bytes = small_image();
  for (std::size_t length = 0; length < bytes.size(); length++) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_LT(exercise(cut), exercise(bytes)) << length;
  }
}

TEST(JImage, SurvivesEveryChangedByte) {
  const auto bytes = small_image();
  for (std::size_t at = 0; at < bytes.size(); at++) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      auto changed = bytes;
      changed[at] = std::byte(value);
      exercise(changed);
    }
  }
}

TEST(JImage, ReadsTheInstalledClassLibrary) {
  auto home = find_java_home();
  if (!home) GTEST_SKIP() << home.error().message;
  EXPECT_EQ(home->identity().size(), 16u);
  EXPECT_EQ(home->identity(), java_home_at(home->path)->identity());
  JavaHome copy = *home;
  copy.path = "/elsewhere";
  copy.modules_mtime++;
  EXPECT_NE(home->identity(), copy.identity());
  EXPECT_EQ(home->content(), copy.content());
  copy.modules_size++;
  EXPECT_NE(home->content(), copy.content());
  auto image = JImage::open(home->modules);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(*image->module_of_package("java/lang"), "java.base");
  EXPECT_EQ(*image->module_of_package("java.util.logging"), "java.logging");
  // Every resource is found under the name it claims, and every class file is one.
  std::size_t resources = 0, classes = 0;
  auto walked = image->for_each([&](const Location& location) {
    resources++;
    if (location.module.empty()) return true;  // "/modules" and "/packages", the roots of the directory index
    auto content = image->find(location.module, location.path());
    EXPECT_TRUE(content) << location.path();
    if (location.extension == "class") {
      classes++;
      const std::byte magic[] = {std::byte{0xca}, std::byte{0xfe}, std::byte{0xba}, std::byte{0xbe}};
      EXPECT_TRUE(content->size() > 4 && std::memcmp(content->data(), magic, 4) == 0) << location.path();
    }
    return !testing::Test::HasFailure();
  });
  EXPECT_TRUE(walked) << walked.error().message;
  EXPECT_EQ(resources, image->resource_count());
  EXPECT_GT(classes, 6000u);
  const auto modules = *image->modules();
  EXPECT_NE(std::find(modules.begin(), modules.end(), "java.base"), modules.end());
}

TEST(JavaHome, SaysWhyAFolderIsNotOne) {
  auto home = java_home_at("/");
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, Errc::kNoJavaHome);
  EXPECT_EQ(home.error().message, "/ is not an OpenJDK 17: it has no file release");
}

// A folder that looks like a Java home, removed at the end.
class MadeHome {
 public:
  explicit MadeHome(const std::string& version)
      : path_(testing::TempDir() + "java_home." + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_ + "/lib");
    std::ofstream(path_ + "/lib/modules") << "?";
    std::ofstream(path_ + "/release") << "JAVA_VERSION=\"" << version << "\"\n";
  }
  ~MadeHome() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(JavaHome, AcceptsAnyUpdateAndNoOtherVersion) {
  for (const char* version : {"17", "17.0.15", "17.0.99.1"}) {
    EXPECT_TRUE(java_home_at(MadeHome(version).path())) << version;
  }
  const MadeHome newer("21.0.5");
  const auto home = java_home_at(newer.path());
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().message,
            newer.path() + " is not an OpenJDK 17: it is version 21.0.5, which this uvm does not run on");
  EXPECT_FALSE(java_home_at(MadeHome("170.1").path()));
}

TEST(JavaHome, ReportsMissingSettings) {
  const MadeHome made("17.0.21");
  const auto home = java_home_at(made.path());
  ASSERT_TRUE(home);
  auto settings = check_settings(*home);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().message, testing::HasSubstr("java.security does not exist"));
  std::filesystem::create_directories(made.path() + "/conf/security");
  std::filesystem::create_symlink("/nowhere/java.security", made.path() + "/conf/security/java.security");
  settings = check_settings(*home);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().message, testing::HasSubstr("is a link to /nowhere/java.security"));
  std::filesystem::remove(made.path() + "/conf/security/java.security");
  std::ofstream(made.path() + "/conf/security/java.security") << "";
  EXPECT_TRUE(check_settings(*home));
}

}  // namespace
}  // namespace uvm::rt::jimage
