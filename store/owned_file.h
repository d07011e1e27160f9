// Opening what lies in a store, which others may be able to write to.
//
// A name there may have become a link, a FIFO, a device, or a file of somebody else since it was last looked
// at. So everything in a store is opened here: beneath its folder's descriptor, following no link at the
// name and never blocking, and is checked through the open descriptor. Only the path up to the folder is
// given by the user and may lead through links.
//
// A file is used only if its owner is trusted, because a heap is a program that runs with the rights of its
// user. Owned means: it belongs to the effective user of this process and nobody else may write to it.
//
// Any layer may use it, on any thread. Errors: kNotAStore (something else has the name), kPermission (not
// owned; the message says whose it is), else as the system call failed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <string>

#include "store/line_store.h"

namespace uvm::store {

enum class Ownership {
  kAny,         // it is only looked at, and every byte of it is checked
  kOwned,       // as above
  kOwnedOrRoot  // what root has made may be used as well, though not by writing to it
};

// "user NAME (1000)", or with the number alone when it has no name.
std::string user_name(uid_t user);

// From here on all files count as owned (--trust-store): for file systems that cannot tell who owns a file.
// Call it before there are threads.
void trust_all_owners();

// Whether `owner` is the effective user of this process, or passes for it.
bool is_owner(uid_t owner);

// Whether a file named `path` may be used, by the result of fstat(); the error says who owns it and what to
// do.
Result<void> check_owner(const struct stat& status, const std::string& path, Ownership ownership);

// Opens the regular file `path`, with the flags of open(2). O_NOFOLLOW, O_CLOEXEC, O_NOCTTY are added. A file
// opened for writing must have no other name (link(2)), so that it cannot be a file from elsewhere.
Result<int> open_file(const std::string& path, int flags, Ownership ownership, mode_t mode = 0600);

// What open(2) would have returned: the descriptor, or -1 and errno. For callers whose errors are errnos;
// EPERM stands for what has none.
int descriptor_or_errno(const Result<int>& opened);

// Opens the folder `path`, whose last part is no link.
Result<int> open_folder(const std::string& path, Ownership ownership);

}  // namespace uvm::store
