// Handles and what a tensor tells about itself. Getters do not fail; they are called without a GC transition.

#include "handles.h"

#include <ATen/core/Tensor.h>

namespace tsp {
std::atomic<int64_t> live_handles{0};
}

using tsp::borrow;
using tsp::Handle;

TSP_API void tsp_release(Handle handle) {
    tsp::live_handles.fetch_sub(1, std::memory_order_relaxed);
    // The temporary takes over the handle's reference and drops it.
    at::Tensor(c10::intrusive_ptr<at::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle));
}

TSP_API Handle tsp_alias(Handle handle) {
    return tsp::own(borrow(handle));
}

TSP_API int64_t tsp_live_handles() {
    return tsp::live_handles.load(std::memory_order_relaxed);
}

TSP_API int32_t tsp_dim(Handle handle) {
    return static_cast<int32_t>(handle->dim());
}

TSP_API int64_t tsp_size(Handle handle, int32_t dim) {
    return handle->sizes()[dim];
}

TSP_API void tsp_sizes(Handle handle, int64_t* sizes) {
    const auto all = handle->sizes();
    std::copy(all.begin(), all.end(), sizes);
}

TSP_API void tsp_strides(Handle handle, int64_t* strides) {
    const auto all = handle->strides();
    std::copy(all.begin(), all.end(), strides);
}

TSP_API int64_t tsp_numel(Handle handle) {
    return handle->numel();
}

TSP_API int32_t tsp_dtype(Handle handle) {
    return static_cast<int32_t>(c10::typeMetaToScalarType(handle->dtype()));
}

TSP_API int32_t tsp_element_size(Handle handle) {
    return static_cast<int32_t>(handle->dtype().itemsize());
}

TSP_API void tsp_device(Handle handle, int32_t* type, int32_t* index) {
    const auto device = handle->device();
    *type = static_cast<int32_t>(device.type());
    *index = device.index();
}

TSP_API int32_t tsp_layout(Handle handle) {
    return static_cast<int32_t>(handle->layout());
}

TSP_API int32_t tsp_is_contiguous(Handle handle, int32_t memory_format) {
    return handle->layout() == c10::kStrided &&
           handle->is_contiguous(static_cast<c10::MemoryFormat>(memory_format));
}

TSP_API int64_t tsp_storage_offset(Handle handle) {
    return handle->storage_offset();
}

// Address of the first element; null for an empty tensor or one without storage.
TSP_API void* tsp_data(Handle handle) {
    return tsp::guarded<>(static_cast<void*>(nullptr), [&]() -> void* { return borrow(handle).data_ptr(); });
}
