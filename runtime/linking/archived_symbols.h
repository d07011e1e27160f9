// The order of symbols, and the order of methods that follows from it.
//
// HotSpot sorts the methods of a class by the addresses of the symbols of their names, and reflection lists
// them in that order, where programs can see it. The symbols of its class data sharing archive come first, in
// the order of the archive; the rest follow in the order in which class files bring them. Symbols of uvm
// never move and are allocated one after the other. So uvm makes the symbols of the installed JDK's archive
// first, sorts methods in the same way, and gets the same order. (One exception: HotSpot's allocator may put
// a short new symbol in the place of an old one.)
#pragma once

#include <string>

#include "runtime/classfile/class_file.h"

namespace uvm::rt {

// Makes the symbols of the archive. Called while booting, before any other symbol is made. Does nothing where
// there is no archive, because HotSpot then has none either.
void make_archived_symbols(const std::string& java_home);

// Makes the symbols of a class file in the order in which it is read, and sorts its methods as HotSpot does.
void put_methods_in_order(classfile::ClassFile& file);

}  // namespace uvm::rt
