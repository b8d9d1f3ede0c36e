// Gradients and the modes that switch them off.

#include "handles.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

#include <memory>
#include <vector>

using tsp::borrow;
using tsp::borrow_or_undefined;
using tsp::Handle;

namespace {

std::vector<at::Tensor> borrow_all(const Handle* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; i++) {
        tensors.push_back(borrow_or_undefined(handles[i]));
    }
    return tensors;
}

}  // namespace

TSP_API int32_t tsp_requires_grad(Handle handle) {
    return handle->requires_grad();
}

TSP_API int32_t tsp_set_requires_grad(Handle handle, int32_t value) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        borrow(handle).requires_grad_(value != 0);
        return 0;
    });
}

TSP_API int32_t tsp_is_leaf(Handle handle) {
    return borrow(handle).is_leaf();
}

TSP_API int32_t tsp_retain_grad(Handle handle) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        borrow(handle).retain_grad();
        return 0;
    });
}

TSP_API Handle tsp_grad(Handle handle) {
    const auto& gradient = handle->grad();
    return gradient.defined() ? tsp::own(gradient) : nullptr;
}

TSP_API int32_t tsp_set_grad(Handle handle, Handle gradient) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        handle->mutable_grad() = borrow_or_undefined(gradient);
        return 0;
    });
}

// The name of the operation that made the tensor ("AddBackward0"), for display; null for a leaf.
TSP_API const char* tsp_grad_fn_name(Handle handle) {
    static thread_local std::string name;
    return tsp::guarded<>(static_cast<const char*>(nullptr), [&]() -> const char* {
        const auto node = borrow(handle).grad_fn();
        if (!node) {
            return nullptr;
        }
        name = node->name();
        return name.c_str();
    });
}

// Gradients may be null (ones for scalars). With no inputs, gradients accumulate in every leaf.
TSP_API int32_t tsp_backward(const Handle* outputs, const Handle* gradients, int32_t count, int32_t retain_graph,
                             int32_t create_graph, const Handle* inputs, int32_t input_count) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        torch::autograd::backward(borrow_all(outputs, count),
                                  gradients == nullptr ? std::vector<at::Tensor>() : borrow_all(gradients, count),
                                  retain_graph != 0, create_graph != 0, borrow_all(inputs, input_count));
        return 0;
    });
}

// Writes one handle per input, null where an unused input is allowed.
TSP_API int32_t tsp_autograd_grad(const Handle* outputs, const Handle* gradients, int32_t count, const Handle* inputs,
                                  int32_t input_count, int32_t retain_graph, int32_t create_graph,
                                  int32_t allow_unused, Handle* results) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        auto computed = torch::autograd::grad(
            borrow_all(outputs, count), borrow_all(inputs, input_count),
            gradients == nullptr ? std::vector<at::Tensor>() : borrow_all(gradients, count), retain_graph != 0,
            create_graph != 0, allow_unused != 0);
        for (int32_t i = 0; i < input_count; i++) {
            results[i] = computed[i].defined() ? tsp::own(std::move(computed[i])) : nullptr;
        }
        return 0;
    });
}

TSP_API int32_t tsp_grad_enabled() {
    return c10::GradMode::is_enabled();
}

TSP_API void tsp_set_grad_enabled(int32_t enabled) {
    c10::GradMode::set_enabled(enabled != 0);
}

// Inference mode belongs to a thread and nests: leave in the reverse order, on the same thread.
TSP_API void* tsp_enter_inference_mode(int32_t enabled) {
    return tsp::guarded<>(static_cast<void*>(nullptr), [&]() -> void* { return new c10::InferenceMode(enabled != 0); });
}

TSP_API void tsp_leave_inference_mode(void* guard) {
    delete static_cast<c10::InferenceMode*>(guard);
}

TSP_API int32_t tsp_inference_mode_enabled() {
    return c10::InferenceMode::is_enabled();
}
