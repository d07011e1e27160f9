// Logarithms rounded correctly, as HotSpot's Math.log and Math.log10 do but for one argument in some hundred
// thousand; the C library's log10 is off by one in the last place for one in fifteen.
#pragma once

namespace uvm::rt {

double rounded_log(double x);
double rounded_log10(double x);

}  // namespace uvm::rt
