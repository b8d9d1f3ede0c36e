// Errors, devices, threads, random generators and settings of the whole process.

#include "handles.h"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

namespace {

thread_local std::string last_error;
thread_local tsp::ErrorKind last_kind = tsp::ErrorKind::None;

at::Generator& generator_of(void* pointer) {
    return *static_cast<at::Generator*>(pointer);
}

// libtorch renamed this one on the way from 1.13 to 2.x.
template <typename Hooks>
auto device_count(const Hooks& hooks, int) -> decltype(hooks.deviceCount()) {
    return hooks.deviceCount();
}
template <typename Hooks>
auto device_count(const Hooks& hooks, long) -> decltype(hooks.getNumGPUs()) {
    return hooks.getNumGPUs();
}

}  // namespace

namespace tsp {

void set_error(ErrorKind kind, std::string message) {
    last_kind = kind;
    last_error = std::move(message);
}

void set_current_exception() {
    try {
        throw;
    } catch (const c10::IndexError& error) {
        set_error(ErrorKind::Index, error.what_without_backtrace());
    } catch (const c10::TypeError& error) {
        set_error(ErrorKind::Type, error.what_without_backtrace());
    } catch (const c10::ValueError& error) {
        set_error(ErrorKind::Value, error.what_without_backtrace());
    } catch (const c10::NotImplementedError& error) {
        set_error(ErrorKind::NotImplemented, error.what_without_backtrace());
    } catch (const c10::Error& error) {
        const bool memory = std::string(error.what_without_backtrace()).find("out of memory") != std::string::npos;
        set_error(memory ? ErrorKind::OutOfMemory : ErrorKind::Torch, error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        set_error(ErrorKind::OutOfMemory, "out of memory");
    } catch (const std::exception& error) {
        set_error(ErrorKind::Torch, error.what());
    } catch (...) {
        set_error(ErrorKind::Torch, "unknown error in libtorch");
    }
}

}  // namespace tsp

TSP_API const char* tsp_last_error(int32_t* kind) {
    *kind = static_cast<int32_t>(last_kind);
    return last_error.c_str();
}

TSP_API const char* tsp_version() {
    return TORCH_VERSION;
}

TSP_API int32_t tsp_cuda_device_count() {
    return tsp::guarded<>(int32_t{0}, []() -> int32_t {
        return at::hasCUDA() ? static_cast<int32_t>(device_count(at::detail::getCUDAHooks(), 0)) : 0;
    });
}

TSP_API int32_t tsp_cudnn_available() {
    return tsp::guarded<>(int32_t{0}, []() -> int32_t { return at::globalContext().hasCuDNN(); });
}

TSP_API int32_t tsp_cuda_synchronize(int32_t index) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        at::detail::getCUDAHooks().deviceSynchronize(index);
        return 0;
    });
}

TSP_API int32_t tsp_cudnn_benchmark() {
    return at::globalContext().benchmarkCuDNN();
}

TSP_API void tsp_set_cudnn_benchmark(int32_t value) {
    at::globalContext().setBenchmarkCuDNN(value != 0);
}

TSP_API int32_t tsp_cudnn_deterministic() {
    return at::globalContext().deterministicCuDNN();
}

TSP_API void tsp_set_cudnn_deterministic(int32_t value) {
    at::globalContext().setDeterministicCuDNN(value != 0);
}

TSP_API void tsp_set_deterministic_algorithms(int32_t value) {
    at::globalContext().setDeterministicAlgorithms(value != 0, /*warn_only=*/false);
}

TSP_API void tsp_set_allow_tf32(int32_t matmul, int32_t cudnn) {
    at::globalContext().setAllowTF32CuBLAS(matmul != 0);
    at::globalContext().setAllowTF32CuDNN(cudnn != 0);
}

TSP_API int32_t tsp_num_threads() {
    return at::get_num_threads();
}

TSP_API void tsp_set_num_threads(int32_t count) {
    at::set_num_threads(count);
}

TSP_API int32_t tsp_num_interop_threads() {
    return at::get_num_interop_threads();
}

TSP_API int32_t tsp_set_num_interop_threads(int32_t count) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        at::set_num_interop_threads(count);
        return 0;
    });
}

TSP_API int32_t tsp_manual_seed(int64_t seed) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        at::manual_seed(static_cast<uint64_t>(seed));
        return 0;
    });
}

// The default generator of a device, shared with every operator that is given none.
TSP_API void* tsp_default_generator(int32_t device_type, int32_t device_index) {
    return tsp::guarded<>(static_cast<void*>(nullptr), [&]() -> void* {
        const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        return new at::Generator(at::globalContext().defaultGenerator(device));
    });
}

// An independent generator on the same device.
TSP_API void* tsp_clone_generator(void* generator) {
    return tsp::guarded<>(static_cast<void*>(nullptr),
                          [&]() -> void* { return new at::Generator(generator_of(generator).clone()); });
}

TSP_API void tsp_free_generator(void* generator) {
    delete static_cast<at::Generator*>(generator);
}

TSP_API int32_t tsp_generator_set_seed(void* generator, int64_t seed) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        std::lock_guard<std::mutex> lock(generator_of(generator).mutex());
        generator_of(generator).set_current_seed(static_cast<uint64_t>(seed));
        return 0;
    });
}

TSP_API int64_t tsp_generator_initial_seed(void* generator) {
    return static_cast<int64_t>(generator_of(generator).current_seed());
}

// Draws a new, unpredictable seed and sets it.
TSP_API int64_t tsp_generator_seed(void* generator) {
    return tsp::guarded<>(int64_t{0}, [&]() -> int64_t {
        std::lock_guard<std::mutex> lock(generator_of(generator).mutex());
        return static_cast<int64_t>(generator_of(generator).seed());
    });
}

TSP_API tsp::Handle tsp_generator_state(void* generator) {
    return tsp::guarded<>(static_cast<tsp::Handle>(nullptr), [&]() -> tsp::Handle {
        std::lock_guard<std::mutex> lock(generator_of(generator).mutex());
        return tsp::own(generator_of(generator).get_state());
    });
}

TSP_API int32_t tsp_generator_set_state(void* generator, tsp::Handle state) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        std::lock_guard<std::mutex> lock(generator_of(generator).mutex());
        generator_of(generator).set_state(tsp::borrow(state));
        return 0;
    });
}
