#include "tools/open_store.h"

#include "tools/messages.h"

namespace uvm::tools {

Result<store::StoreDirectory> open_store(const Options& options) {
  auto directory = store::StoreDirectory::open(options.store, false);
  if (!directory || options.name.empty()) return directory;
  if (directory->has_heap(options.name)) return directory;
  return Unexpected{Error{.code = Errc::kNotFound, .message = "no such heap"}};
}

int fail(const Options& options, const Error& error) {
  say(explain(error, options.store, options.name));
  return exit_code_of(error);
}

}  // namespace uvm::tools
