// CPU memory: an allocator that counts the bytes alive, so that the garbage collector can be told of them, and malloc
// settings that stop it from returning (and page-faulting back) every activation of every training step.

#include "handles.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <dlfcn.h>
#include <malloc.h>

namespace {

std::atomic<int64_t> live_bytes{0};

void release(void* block) {
    if (block != nullptr) {
        live_bytes.fetch_sub(static_cast<int64_t>(malloc_usable_size(block)), std::memory_order_relaxed);
        std::free(block);
    }
}

class CountingAllocator final : public c10::Allocator {
public:
    // The base class declared the first until libtorch 2.2 and the others since: whichever is virtual there is overridden.
    c10::DataPtr allocate(size_t bytes) const {
        return allocate_block(bytes);
    }

    c10::DataPtr allocate(size_t bytes) {
        return allocate_block(bytes);
    }

    void copy_data(void* destination, const void* source, std::size_t count) const {
        std::memcpy(destination, source, count);
    }

    c10::DeleterFnPtr raw_deleter() const override {
        return &release;
    }

private:
    static c10::DataPtr allocate_block(size_t bytes) {
        constexpr size_t kAlignment = 64;
        void* block = nullptr;
        if (bytes > 0) {
            if (posix_memalign(&block, kAlignment, bytes) != 0) {
                TORCH_CHECK(false, "out of memory: cannot allocate ", bytes, " bytes on the CPU");
            }
            live_bytes.fetch_add(static_cast<int64_t>(malloc_usable_size(block)), std::memory_order_relaxed);
        }
        return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
    }
};

CountingAllocator counting_allocator;

}  // namespace

// Called once, before the first tensor is made.
TSP_API void tsp_initialize() {
    constexpr int kKeep = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, kKeep);
    mallopt(M_TRIM_THRESHOLD, kKeep);
    // The arenas of other threads (a notebook's cells run on one) give their memory back whatever the threshold says.
    mallopt(M_ARENA_MAX, 1);
    c10::SetCPUAllocator(&counting_allocator, /*priority=*/1);
    // An OpenBLAS with threads of its own fights OpenMP's over the same cores; one that is built on OpenMP does not.
    using GetParallel = int (*)();
    using SetThreads = void (*)(int);
    constexpr int kOwnThreads = 1;
    const auto parallel = reinterpret_cast<GetParallel>(dlsym(RTLD_DEFAULT, "openblas_get_parallel"));
    const auto set_threads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (parallel != nullptr && set_threads != nullptr && parallel() == kOwnThreads) {
        set_threads(1);
    }
}

// The address of the counter, read without a call.
TSP_API const int64_t* tsp_live_bytes() {
    static_assert(sizeof(live_bytes) == sizeof(int64_t), "read as a plain integer");
    return reinterpret_cast<const int64_t*>(&live_bytes);
}
