// What every source file of the native part shares: handles, errors and the accounting of both.
#pragma once

#include <ATen/ATen.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>

#define TSP_API extern "C" __attribute__((visibility("default")))

namespace tsp {

// A tensor handle *is* the TensorImpl with one reference owned by the handle: no second allocation per tensor.
using Handle = at::TensorImpl*;

extern std::atomic<int64_t> live_handles;

inline Handle own(at::Tensor tensor) {
    live_handles.fetch_add(1, std::memory_order_relaxed);
    return tensor.unsafeReleaseTensorImpl();
}

// A second reference to the handle's tensor; the handle keeps its own.
inline at::Tensor borrow(Handle handle) {
    return at::Tensor(c10::intrusive_ptr<at::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(handle));
}

inline at::Tensor borrow_or_undefined(Handle handle) {
    return handle == nullptr ? at::Tensor() : borrow(handle);
}

enum class ErrorKind : int32_t { None, Torch, Index, Type, Value, NotImplemented, OutOfMemory };

// Keeps the message of the calling thread's last error, without libtorch's C++ stack.
void set_error(ErrorKind kind, std::string message);

// Keeps the error of the exception being handled.
void set_current_exception();

// Runs the body; an exception becomes the thread's last error and the given failure value.
template <typename Body, typename Result>
Result guarded(Result failure, Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        set_current_exception();
        return failure;
    }
}

}  // namespace tsp
