// FaultyDevice: a Device over a real one that fails as FaultPlan says.
//
// The fault model is that of store/device.h. A write that fails, or falls short, leaves the first half of its
// range new and the second half old, which tears a block if it is a single one. A flush that fails has
// flushed nothing. A flush that shall lose something restores the former content of a third of the blocks
// written since the last good flush; it can restore at most kRemembered blocks.
#pragma once

#include <memory>
#include <string>

#include "store/device.h"

namespace uvm::faults {

std::unique_ptr<store::Device> make_faulty(std::unique_ptr<store::Device> device, const std::string& path);

}  // namespace uvm::faults
