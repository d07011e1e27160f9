// Base images: the booted class library, kept in the store, from which programs start copy-on-write.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "runtime/jimage/java_home.h"
#include "runtime/jimage/jimage.h"
#include "tools/session.h"
#include "uffd/store_directory.h"

namespace uvm::tools {

// Names the image that this uvm boots from this class library under this process's locale. Hexadecimal.
std::string image_key(const rt::jimage::JavaHome& home);

// How long one waits for another process to boot the class library, which takes a second or two.
inline constexpr std::chrono::minutes kImagePatience{1};

// The image with that key, booted now if the store has none (with a line about it on stderr). `options` gives
// memory, fault mode and class library. Another process that boots it is waited for, but not for ever.
store::Result<std::shared_ptr<store::FileStore>> ensure_image(
    const store::StoreDirectory& directory, const std::string& key, const SessionOptions& options,
    std::chrono::milliseconds patience = kImagePatience);

// Removes images that neither this uvm nor any heap in the store needs. Failures are left for the next time.
void remove_unused_images(const store::StoreDirectory& directory, const std::string& key);

}  // namespace uvm::tools
