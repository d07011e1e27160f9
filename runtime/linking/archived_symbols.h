// The order of symbols, and the order of methods that follows from it.
//
// HotSpot keeps the methods of a class sorted by where the symbols of their names lie, and that is the order
// in which reflection lists them; programs see it. The symbols of its class data sharing archive come first,
// in the archive's order; others follow as class files bring them. Symbols of uvm never move and are made one
// behind the other, so making those of the installed JDK's archive first, and sorting in the same way, gives
// the same order. (Except that HotSpot's allocator may give a short new symbol the place of an old one.)
#pragma once

#include <string>

#include "runtime/classfile/class_file.h"

namespace uvm::rt {

// Makes the symbols of the archive. While booting, before any other symbol. Without an archive it does
// nothing, as HotSpot then has none either.
void make_archived_symbols(const std::string& java_home);

// Makes the symbols of a class file as it is read, and puts its methods in HotSpot's order.
void put_methods_in_order(classfile::ClassFile& file);

}  // namespace uvm::rt
