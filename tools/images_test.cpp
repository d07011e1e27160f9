#include "tools/images.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>

namespace uvm::tools {
namespace {

// A process that makes the image may be stopped, or hang on a device: the others wait, then make it
// themselves.
TEST(Images, ProcessThatBootsForTooLongIsNotWaitedFor) {
  const auto home = rt::jimage::find_java_home();
  ASSERT_TRUE(home) << home.error().message;
  const auto modules = rt::jimage::JImage::open(home->modules);
  ASSERT_TRUE(modules) << modules.error().message;
  std::string folder = (std::filesystem::temp_directory_path() / "images_test_XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto store = store::StoreDirectory::open(folder, false);
  ASSERT_TRUE(store) << store.error().message;
  const std::string key = image_key(*home);
  SessionOptions options;
  options.memory = std::uint64_t{64} << 20;
  options.image = &*modules;
  options.input.java_home = home->path;
  {
    const auto booting = store->lock_image(key, std::chrono::milliseconds(0), [] {});
    ASSERT_TRUE(booting) << booting.error().message;
    ::testing::internal::CaptureStderr();
    const auto image = ensure_library_image(*store, key, options, std::chrono::milliseconds(20));
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(image) << image.error().message;
    EXPECT_NE(said.find("not waiting any longer"), std::string::npos) << said;
    EXPECT_NE(said.find("booting the class library, once"), std::string::npos) << said;
    // A later process finds it, though the other one still holds the lock.
    EXPECT_TRUE(ensure_library_image(*store, key, options, std::chrono::milliseconds(0)));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace uvm::tools
