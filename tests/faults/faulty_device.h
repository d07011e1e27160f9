// FaultyDevice: a Device as FaultPlan says, over a real one.
//
// The fault model is that of store/device.h. A write that fails, or falls short, leaves the first half of its
// range new and the second half old, which tears a block if it is a single one. A flush that fails has
// flushed nothing; one that is to lose something puts back what blocks written since the last good flush were
// before (a third). What it can put back is limited to kRemembered blocks.
#pragma once

#include <memory>
#include <string>

#include "store/device.h"

namespace uvm::faults {

std::unique_ptr<store::Device> make_faulty(std::unique_ptr<store::Device> device, const std::string& path);

}  // namespace uvm::faults
