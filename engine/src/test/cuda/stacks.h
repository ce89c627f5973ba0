// Changing from one stack to another, without the system's help: many thousand times for each block that reduces.
#pragma once
#include <cstdlib>
#include <cstring>

// Pushes the registers that a function must keep, leaves the stack's address at *from, and goes on where the stack at to was left.
extern "C" void shim_switch(void** from, void* to) asm("shim_switch");
#if defined(__x86_64__)
static const int RETURN = 6;  // where among the saved words the return address lies
asm(R"(
.text
shim_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    jmp *%rcx
)");
#elif defined(__aarch64__)
static const int RETURN = 11;
asm(R"(
.text
shim_switch:
    sub sp, sp, #160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
)");
#else
#error "a switch of stacks is missing for this processor"
#endif

namespace shim {

// A new stack; whoever switches to it first enters start, which must not return.
static void* make_stack(void (*start)()) {
    // Not a power of two: stacks whose tops fall on the same lines of a cache would drive each other out of it.
    const size_t size = (64 << 10) + 5 * 64;
    const size_t saved = 256;
    void** top = (void**) ((char*) aligned_alloc(64, size) + size - saved);
    memset(top, 0, saved);
    top[RETURN] = (void*) start;
    return top;
}

}  // namespace shim
