// Checking a whole heap file: every block that a retained version reaches, and that the space map agrees.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/file_device.h"
#include "store/format.h"

namespace uvm::store {

struct Finding {
  enum class Severity : std::uint8_t {
    kNote,    // harmless: a root that a crash interrupted is replaced by the next commit
    kDamage,  // something that a version needs is wrong
  };
  Severity severity = Severity::kDamage;
  std::optional<Version> version;    // the newest one that is hit; none for what concerns the whole file
  std::optional<LineNumber> line;    // the line, or the first line under a page-table node
  std::optional<BlockNumber> block;  // where; its file offset is block * kBlockSize
  std::string message;               // all of it in words, with version, line, block and file offset
};

// An empty list means: every retained version can be read completely. The file is only read. Errors: as
// opening, except that damage comes as findings; kLocked when another process has the heap open.
Result<std::vector<Finding>> verify_heap(const std::string& path);
Result<std::vector<Finding>> verify_device(Device& device, const std::string& name);

}  // namespace uvm::store
