// Base images, kept in the store, from which programs start copy-on-write: the booted class library, and over
// that one for each program whose bundle is too large to be copied into every heap.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "runtime/bundle/bundle.h"
#include "runtime/jimage/java_home.h"
#include "runtime/jimage/jimage.h"
#include "store/directory.h"
#include "tools/session.h"

namespace uvm::tools {

// Names the image that this uvm boots from this class library under this process's locale. Hexadecimal.
std::string image_key(const rt::jimage::JavaHome& home);

// How long to wait for another process to boot the class library, which takes a second or two.
inline constexpr std::chrono::minutes kImagePatience{1};

// The image with that key, booted now if the store has none (with a line about it on stderr). `options` gives
// memory, fault mode and class library. Another process that boots it is waited for, but not for ever.
Result<std::shared_ptr<store::FileStore>> ensure_library_image(
    const store::StoreDirectory& directory, const std::string& key, const SessionOptions& options,
    std::chrono::milliseconds patience = kImagePatience);

// Bundles of this size and above get an image. Copying a smaller one into a heap takes less time than opening
// a file.
inline constexpr std::size_t kOwnImageFrom = std::size_t{2} << 20;  // bytes

// The image of the class library with that program's bundle in it, made now if the store has none. If there
// is one, only the index of the bundle is read. Precondition: it was opened with Check::kIndexSum.
// `name` is for messages.
Result<std::shared_ptr<store::FileStore>> ensure_program_image(const store::StoreDirectory& directory,
                                                               std::shared_ptr<store::FileStore> library,
                                                               const rt::bundle::BundleView& bundle,
                                                               const std::string& name,
                                                               const SessionOptions& options);

// Why a bundle is refused.
Error bad_bundle(const rt::bundle::Error& error);

// Removes images that neither `key` nor any heap in the store needs, except the most recently used ones.
// Failures are left for the next time.
void remove_unused_images(const store::StoreDirectory& directory, const std::string& key);

}  // namespace uvm::tools
