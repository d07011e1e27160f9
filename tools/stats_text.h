// The document of tools/figures.h for people: in paragraphs, aligned, each number with its unit. Null fields
// are left out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace uvm::tools {

// Throws nlohmann::json::exception when it is some other document.
std::string text_for_people(const nlohmann::json& document);

}  // namespace uvm::tools
