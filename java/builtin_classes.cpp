// Puts the bundle of java/'s classes into the executable (runtime/bundle/builtin_classes.h).
asm(R"(
    .section .rodata.uvm_builtin_classes, "a"
    .balign 4096
    .global uvm_builtin_classes_start
    .global uvm_builtin_classes_end
uvm_builtin_classes_start:
    .incbin ")" UVM_BUILTIN_BUNDLE R"("
uvm_builtin_classes_end:
    .byte 0
    .previous
)");
